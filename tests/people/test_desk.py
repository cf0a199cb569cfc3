"""Signing in, waiting after wrong PINs, and sessions that end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random

import pytest

from gateway.clock import ClockState
from gateway.errors import Refusal
from gateway.people import tables
from gateway.people.desk import PeopleDesk
from gateway.people.model import FREE_TRIES
from gateway.store.database import Store
from tests.support.clock import FakeClock
from tests.support.store import open_test_store

PIN = "482913"


@contextmanager
def open_people(directory: Path, clock: FakeClock, seed: int = 1) -> Iterator[tuple[PeopleDesk, Store]]:
    """Open the officers of the hall in ``directory``; Sri works there."""
    store = open_test_store(directory, clock)
    try:
        people = PeopleDesk(store, clock, Random(seed))
        if not people.officers():
            people.add_officer("Sri", PIN)
        yield people, store
    finally:
        store.close()


def refusal_of(act: Callable[[], object]) -> Refusal:
    """Return the refusal of an act."""
    with pytest.raises(Refusal) as caught:
        act()
    return caught.value


def wrong(people: PeopleDesk, times: int, device: str = "tablet") -> None:
    """Give wrong PINs."""
    for _ in range(times):
        assert refusal_of(lambda: people.sign_in("Sri", "000000", device)).code == "wrong-pin"


def test_an_officer_signs_in_with_name_and_pin(tmp_path: Path) -> None:
    """Capitals of the name do not matter."""
    with open_people(tmp_path, FakeClock()) as (people, _):
        session = people.sign_in("sri", PIN, "tablet")
        assert people.session(session.token) == replace(session, keepsake="")


def test_a_wrong_name_is_answered_as_a_wrong_pin(tmp_path: Path) -> None:
    """Nobody learns who works here."""
    with open_people(tmp_path, FakeClock()) as (people, _):
        codes = [refusal_of(partial(people.sign_in, name, PIN, "tablet")).code for name in ("Budi", "\ud800", "")]
    assert codes == ["wrong-pin"] * 3


def test_weak_pins_doubled_names_and_no_names_are_refused(tmp_path: Path) -> None:
    """Each in its own words."""
    with open_people(tmp_path, FakeClock()) as (people, _):
        codes = [refusal_of(partial(people.add_officer, name, pin)).code
                 for name, pin in (("Budi", "123456"), ("SRI", PIN), ("<b>", PIN))]  # fmt: skip
    assert codes == ["pin-too-weak", "officer-exists", "officer-name"]


def test_wrong_pins_make_wait_and_then_the_right_one_works(tmp_path: Path) -> None:
    """Guessing is slow; the officer who remembers is let in after the wait."""
    clock = FakeClock()
    with open_people(tmp_path, clock) as (people, _):
        wrong(people, FREE_TRIES)
        refused = refusal_of(lambda: people.sign_in("Sri", PIN, "tablet"))
        assert (refused.code, refused.facts) == ("too-many-tries", {"wait_s": 6})
        clock.advance(5.1)
        assert people.sign_in("Sri", PIN, "tablet").name == "Sri"
        wrong(people, FREE_TRIES)


def test_an_officer_is_guarded_against_many_devices(tmp_path: Path) -> None:
    """A guesser with many addresses gets no more tries."""
    with open_people(tmp_path, FakeClock()) as (people, _):
        for device in range(FREE_TRIES):
            wrong(people, 1, f"phone-{device}")
        assert refusal_of(lambda: people.sign_in("Sri", "000000", "phone-9")).code == "too-many-tries"


def test_a_device_is_guarded_against_trying_many_names(tmp_path: Path) -> None:
    """One PIN tried for every name is slow too."""
    with open_people(tmp_path, FakeClock()) as (people, _):
        for name in range(FREE_TRIES):
            assert refusal_of(partial(people.sign_in, f"Nama {name}", PIN, "phone")).code == "wrong-pin"
        assert refusal_of(lambda: people.sign_in("Sri", PIN, "phone")).code == "too-many-tries"


def test_pulling_the_plug_shortens_no_delay(tmp_path: Path) -> None:
    """After a restart the wait begins anew, whatever the wall clock says."""
    clock = FakeClock()
    with open_people(tmp_path, clock) as (people, _):
        wrong(people, FREE_TRIES)
    clock.reboot("b0010002", clock.now() + timedelta(days=1))
    with open_people(tmp_path, clock) as (people, _):
        assert refusal_of(lambda: people.sign_in("Sri", PIN, "tablet")).facts == {"wait_s": 6}
        clock.advance(5.1)
        assert people.sign_in("Sri", PIN, "tablet").name == "Sri"


def test_a_flood_of_made_up_names_fills_no_card(tmp_path: Path) -> None:
    """What is remembered of wrong PINs is bounded."""
    with open_people(tmp_path, FakeClock()) as (_, store), store.transaction() as tx:
        for name in range(3 * tables.FAILURES_KEPT):
            tables.add_wrong_pin(tx, f"device:{name}", "b0010001", 1.0)
        [(kept,)] = tx.execute("SELECT count(*) FROM wrong_pin")
    assert kept == tables.FAILURES_KEPT


def test_a_flood_of_devices_shortens_no_officers_delay(tmp_path: Path) -> None:
    """Wrong PINs from a thousand addresses do not make those for one officer forgotten."""
    with open_people(tmp_path, FakeClock()) as (people, store):
        wrong(people, FREE_TRIES)
        with store.transaction() as tx:
            for number in range(tables.FAILURES_KEPT + 10):
                tables.add_wrong_pin(tx, f"device:{number}", "b0010001", 1.0)
        assert refusal_of(lambda: people.sign_in("Sri", PIN, "telepon")).code == "too-many-tries"


def test_a_session_survives_a_restart(tmp_path: Path) -> None:
    """A power cut does not sign the clerk out."""
    clock = FakeClock()
    with open_people(tmp_path, clock) as (people, _):
        session = people.sign_in("Sri", PIN, "tablet")
    clock.reboot("b0010002")
    with open_people(tmp_path, clock, seed=2) as (people, _):
        assert people.session(session.token) == replace(session, keepsake="")


def test_a_session_in_use_goes_on_and_an_unused_one_ends(tmp_path: Path) -> None:
    """Four hours after the last use, not after the first."""
    clock = FakeClock()
    with open_people(tmp_path, clock) as (people, _):
        token = people.sign_in("Sri", PIN, "tablet").token
        for _ in range(3):
            clock.advance(3.9 * 3600)
            assert people.session(token) is not None
        clock.advance(4 * 3600)
        assert people.session(token) is None


def test_no_session_is_older_than_sixteen_hours(tmp_path: Path) -> None:
    """However busy, and also when a restart or a clock set back lies between."""
    clock = FakeClock()
    with open_people(tmp_path, clock) as (people, _):
        token = people.sign_in("Sri", PIN, "tablet").token
        for _ in range(7):
            clock.advance(3600)
            assert people.session(token) is not None
    clock.reboot("b0010002", clock.now() - timedelta(days=1), ClockState.RESTORED)
    with open_people(tmp_path, clock, seed=2) as (people, _):
        for _ in range(8):
            clock.advance(3600)
            assert people.session(token) is not None
        clock.advance(3600)
        assert people.session(token) is None


def test_a_session_ends_over_a_long_night_without_power(tmp_path: Path) -> None:
    """Once the clock is known again, the dark hours count."""
    clock = FakeClock()
    with open_people(tmp_path, clock) as (people, _):
        token = people.sign_in("Sri", PIN, "tablet").token
    clock.reboot("b0010002", clock.now() + timedelta(hours=13), ClockState.TRUSTED)
    with open_people(tmp_path, clock, seed=2) as (people, _):
        assert people.session(token) is None


def test_sessions_that_nobody_came_back_to_do_not_pile_up(tmp_path: Path) -> None:
    """A sign-in ends the sessions that were unused for four hours, and no other."""
    clock = FakeClock()
    with open_people(tmp_path, clock) as (people, store):
        for _ in range(3):
            people.sign_in("Sri", PIN, "tablet")
        clock.advance(3 * 3600)
        people.sign_in("Sri", PIN, "telepon")
        clock.advance(2 * 3600)
        people.sign_in("Sri", PIN, "tablet")
        with store.reader() as db:
            kept = db.execute("SELECT count(*) FROM session").fetchone()[0]
        assert kept == 2


def test_who_signs_out_is_out(tmp_path: Path) -> None:
    """At once, also for a token that was in use, and twice is harmless."""
    with open_people(tmp_path, FakeClock()) as (people, _):
        token = people.sign_in("Sri", PIN, "tablet").token
        assert people.session(token) is not None
        people.sign_out(token)
        people.sign_out(token)
        assert people.session(token) is None


def test_the_card_holds_no_pin_and_no_token(tmp_path: Path) -> None:
    """Whoever reads the database can sign in as nobody."""
    with open_people(tmp_path, FakeClock()) as (people, _):
        token = people.sign_in("Sri", PIN, "tablet").token
    found = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert (PIN.encode() in found, token.encode() in found) == (False, False)
