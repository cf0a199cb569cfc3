"""How PINs are kept and compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.people.model import LONGEST_PIN
from gateway.people.pins import Pins
from tests.people.test_desk import PIN, open_people, refusal_of
from tests.support.clock import FakeClock

PARAMETERS = "$argon2id$v=19$m=19456,t=2,p=1$"


def test_a_pin_is_kept_as_argon2id_with_a_salt_of_its_own() -> None:
    """With 19 MiB and two passes; the same PIN is kept differently each time."""
    pins = Pins()
    first, second = pins.hash(PIN), pins.hash(PIN)
    assert (first.startswith(PARAMETERS), first == second) == (True, False)
    assert [pins.is_right(first, PIN), pins.is_right(first, "000000"), pins.is_right("", PIN)] == [True, False, False]


def test_nobodys_pin_is_compared_at_the_same_cost() -> None:
    """A name that does not exist is compared too, with the same parameters, and is never right."""
    pins = Pins()
    assert [pins.is_right(None, pin) for pin in (PIN, "", "nobody has this PIN")] == [False] * 3
    assert pins._nobody.startswith(PARAMETERS)


def test_no_digit_of_a_long_pin_is_ignored() -> None:
    """The longest PIN with one more digit, or another last one, is wrong."""
    pins, longest = Pins(), ("48291360" * LONGEST_PIN)[:LONGEST_PIN]
    kept = pins.hash(longest)
    assert [pins.is_right(kept, pin) for pin in (longest, longest[:-1] + "9", longest + "1", longest * 40)] == [
        True,
        False,
        False,
        False,
    ]


@pytest.mark.parametrize(
    "name", ["' OR 1=1 --", 'Sri"; DROP TABLE officer; --', "Sri\x00", "Sri\r\nevent=signed-in", "%", "Sri%"]
)
def test_a_name_is_never_read_as_anything_but_a_name(tmp_path: Path, name: str) -> None:
    """Whatever is typed there: it is nobody, and the officers are still there."""
    with open_people(tmp_path, FakeClock()) as (people, _):
        assert refusal_of(lambda: people.sign_in(name, PIN, "tablet")).code == "wrong-pin"
        assert [one.name for one in people.officers()] == ["Sri"]
