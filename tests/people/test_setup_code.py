"""Claiming a new hall: the code, who gets it, and its end."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from random import Random

import pytest

from gateway.people.model import CODE_LETTERS, FREE_TRIES, Role, code_is_good, plain_code, spaced_code
from gateway.people.setup_code import FILE, SetupCode
from tests.people.test_desk import PIN, open_people, refusal_of
from tests.support.clock import FakeClock

HEAD_PIN = "604182"


def test_the_code_is_easy_to_read_aloud(tmp_path: Path) -> None:
    """Eight letters and digits that are not taken for others, in two groups; typed any way, it is right."""
    code = SetupCode(tmp_path, Random(1))
    spoken = spaced_code(code.current())
    assert (len(spoken), spoken[4], set("0O1I5S2Z8B6GQDV") & set(CODE_LETTERS)) == (9, "-", set())
    assert [code.is_right(typed) for typed in (spoken, spoken.lower(), f" {spoken.replace('-', ' ')} ")] == [True] * 3
    assert [code.is_right(typed) for typed in ("", "AAAA-AAAA", "\ud800", spoken[:-1])] == [False] * 4


def test_the_code_is_kept_for_the_hall_alone(tmp_path: Path) -> None:
    """The same until it is void; nobody else on the machine can read the file."""
    first = SetupCode(tmp_path, Random(1)).current()
    assert SetupCode(tmp_path, Random(2)).current() == first
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("spoilt", [b"", b"\xff\xfe", b"12345678", b"ABC"])
def test_a_lost_or_spoilt_code_is_made_anew(tmp_path: Path, spoilt: bytes) -> None:
    """An empty or foreign file opens nothing."""
    (tmp_path / FILE).write_bytes(spoilt)
    assert code_is_good(SetupCode(tmp_path, Random(1)).current())


def test_whoever_has_the_code_becomes_the_first_head(tmp_path: Path) -> None:
    """Signed in at once; from then on the code is void, the file gone, and nobody claims the hall a second time."""
    with open_people(tmp_path, FakeClock()) as (people, _):
        code = people.setup_code()
        assert not people.is_claimed()
        session = people.claim(code, "Wati", HEAD_PIN, "laptop")
        assert (session.role, people.is_claimed(), (tmp_path / FILE).exists()) == (Role.HEAD, True, False)
        assert people.session(session.token) is not None
        refused = [
            refusal_of(lambda: people.claim(code, "Budi", PIN, "laptop")).code,
            refusal_of(people.setup_code).code,
            refusal_of(lambda: people.check_setup_code(code, "telepon")).code,
        ]
    assert refused == ["hall-claimed"] * 3


def test_a_head_added_at_the_pi_makes_the_code_void(tmp_path: Path) -> None:
    """A clerk does not."""
    with open_people(tmp_path, FakeClock()) as (people, _):
        people.setup_code()
        people.add_officer("Budi", "918273")
        assert (tmp_path / FILE).exists()
        people.add_officer("Wati", HEAD_PIN, Role.HEAD)
        assert not (tmp_path / FILE).exists()


def test_guessing_the_code_is_slow(tmp_path: Path) -> None:
    """Like a PIN; but no stranger's guesses delay the technician."""
    with open_people(tmp_path, FakeClock()) as (people, _):
        tries = [refusal_of(lambda: people.check_setup_code("AAAA-AAAA", "telepon")).code for _ in range(FREE_TRIES + 1)]
        assert tries == ["setup-code-wrong"] * FREE_TRIES + ["too-many-tries"]
        assert people.claim(people.setup_code(), "Wati", HEAD_PIN, "laptop").name == "Wati"


def test_a_weak_pin_claims_nothing(tmp_path: Path) -> None:
    """Refused in its own words, and the code stays good."""
    with open_people(tmp_path, FakeClock()) as (people, _):
        code = people.setup_code()
        refused = [
            refusal_of(partial(people.claim, code, name, pin, "laptop")).code
            for name, pin in (("Wati", "123456"), ("<b>", HEAD_PIN))
        ]
        assert (refused, people.setup_code()) == (["pin-too-weak", "officer-name"], code)


def test_what_is_no_letter_is_not_read() -> None:
    """Spaces, dashes and points between the groups mean nothing."""
    assert plain_code(" km4r - tw7a. ") == "KM4RTW7A"
