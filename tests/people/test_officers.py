"""Roles, new PINs, ended access, and the same session for the same key."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from gateway.people.desk import PeopleDesk
from gateway.people.model import FREE_TRIES, RIGHTS, Right, Role
from tests.people.test_desk import PIN, open_people, refusal_of, wrong
from tests.support.clock import FakeClock

OTHER_PIN = "604182"


def names(people: PeopleDesk) -> dict[str, Role]:
    """Return who has access, with their roles."""
    return {officer.name: officer.role for officer in people.officers()}


@pytest.mark.parametrize("role", Role)
def test_a_session_has_the_rights_of_the_role(tmp_path: Path, role: Role) -> None:
    """What the table says, also for a session that is found again."""
    with open_people(tmp_path, FakeClock()) as (people, _):
        people.add_officer("Budi", OTHER_PIN, role)
        session = people.sign_in("Budi", OTHER_PIN, "tablet")
        found = people.session(session.token)
    assert found is not None
    assert (session.rights, found.rights) == (RIGHTS[role], RIGHTS[role])


def test_only_the_head_looks_after_officers() -> None:
    """Neither a clerk nor a technician can make accounts; a technician serves nobody."""
    assert [role for role in Role if Right.OFFICERS in RIGHTS[role]] == [Role.HEAD]
    assert Right.SERVE not in RIGHTS[Role.TECHNICIAN]


def test_whose_access_has_ended_is_out(tmp_path: Path) -> None:
    """The open session ends at once, the PIN is wrong from then on, and the name is free for somebody new."""
    with open_people(tmp_path, FakeClock()) as (people, _):
        session = people.sign_in("Sri", PIN, "tablet")
        assert people.session(session.token) is not None
        people.end_access("sri")
        assert (people.session(session.token), names(people)) == (None, {})
        assert refusal_of(lambda: people.sign_in("Sri", PIN, "tablet")).code == "wrong-pin"
        people.add_officer("Sri", OTHER_PIN)
        assert people.sign_in("Sri", OTHER_PIN, "tablet").officer != session.officer


def test_the_last_head_stays(tmp_path: Path) -> None:
    """Neither ended nor made a clerk, until there is another."""
    with open_people(tmp_path, FakeClock()) as (people, _):
        people.add_officer("Wati", OTHER_PIN, Role.HEAD)
        acts = (partial(people.end_access, "Wati"), partial(people.give_role, "Wati", Role.CLERK))
        assert [refusal_of(act).code for act in acts] == ["last-head"] * 2
        people.give_role("Sri", Role.HEAD)
        people.end_access("Wati")
        assert names(people) == {"Sri": Role.HEAD}


def test_a_new_pin_ends_the_sessions_and_the_delay(tmp_path: Path) -> None:
    """Whoever had the old one is out; the officer is let in at once with the new one."""
    with open_people(tmp_path, FakeClock()) as (people, _):
        token = people.sign_in("Sri", PIN, "tablet").token
        wrong(people, FREE_TRIES)
        people.give_pin("Sri", OTHER_PIN)
        assert people.session(token) is None
        assert people.sign_in("Sri", OTHER_PIN, "telepon").name == "Sri"
        assert refusal_of(lambda: people.sign_in("Sri", PIN, "komputer")).code == "wrong-pin"


def test_one_changes_the_own_pin_with_the_old_one(tmp_path: Path) -> None:
    """The other screens are signed out, this one goes on with another token; a wrong old PIN is delayed like any."""
    with open_people(tmp_path, FakeClock()) as (people, _):
        elsewhere = people.sign_in("Sri", PIN, "telepon")
        session = people.sign_in("Sri", PIN, "tablet")
        fresh = people.change_own_pin(session, PIN, OTHER_PIN)
        assert [people.session(one.token) is None for one in (elsewhere, session, fresh)] == [True, True, False]
        tries = [refusal_of(lambda: people.change_own_pin(fresh, PIN, "918273")).code for _ in range(FREE_TRIES + 1)]
    assert tries == ["wrong-pin"] * FREE_TRIES + ["too-many-tries"]


def test_the_head_signs_somebody_out_everywhere(tmp_path: Path) -> None:
    """All screens at once, and nobody else."""
    with open_people(tmp_path, FakeClock()) as (people, _):
        people.add_officer("Budi", OTHER_PIN)
        sri = [people.sign_in("Sri", PIN, device).token for device in ("tablet", "telepon")]
        budi = people.sign_in("Budi", OTHER_PIN, "tablet").token
        assert all(people.session(token) for token in (*sri, budi))
        people.sign_out_everywhere("Sri")
        assert [people.session(token) is not None for token in (*sri, budi)] == [False, False, True]


def test_an_act_on_nobody_is_refused(tmp_path: Path) -> None:
    """Each act tells that there is no such officer."""
    with open_people(tmp_path, FakeClock()) as (people, _):
        acts = (
            partial(people.give_pin, "Budi", OTHER_PIN),
            partial(people.give_role, "Budi", Role.HEAD),
            partial(people.end_access, "Budi"),
            partial(people.sign_out_everywhere, "<b>"),
        )
        assert [refusal_of(act).code for act in acts] == ["officer-unknown"] * 4


def test_a_guesser_elsewhere_delays_nobody_at_the_own_counter(tmp_path: Path) -> None:
    """The browser that knows the officer has a count of its own, until the PIN is another."""
    with open_people(tmp_path, FakeClock()) as (people, _):
        keepsake = people.sign_in("Sri", PIN, "tablet").keepsake
        wrong(people, FREE_TRIES, "telepon")
        assert refusal_of(lambda: people.sign_in("Sri", PIN, "tablet")).code == "too-many-tries"
        assert people.sign_in("Sri", PIN, "tablet", keepsakes=("nonsense", keepsake)).name == "Sri"
        # The success at the counter has not shortened the guesser's wait.
        assert refusal_of(lambda: people.sign_in("Sri", PIN, "telepon")).code == "too-many-tries"
        people.give_pin("Sri", OTHER_PIN)
        wrong(people, FREE_TRIES, "laptop")
        assert refusal_of(lambda: people.sign_in("Sri", OTHER_PIN, "tablet", keepsakes=(keepsake,))).code == "too-many-tries"


def test_a_browser_that_knows_the_officer_guesses_slowly_too(tmp_path: Path) -> None:
    """A colleague at the same counter has no more tries than a stranger."""
    with open_people(tmp_path, FakeClock()) as (people, _):
        keepsakes = (people.sign_in("Sri", PIN, "tablet").keepsake,)
        tries = [
            refusal_of(lambda: people.sign_in("Sri", "000000", "tablet", keepsakes=keepsakes)).code for _ in range(FREE_TRIES + 1)
        ]
    assert tries == ["wrong-pin"] * FREE_TRIES + ["too-many-tries"]


def test_the_same_key_is_the_same_session_also_after_a_restart(tmp_path: Path) -> None:
    """The token is derived anew, not kept; another officer's use of the key is refused; a wrong PIN gets nothing."""
    clock = FakeClock()
    with open_people(tmp_path, clock) as (people, _):
        people.add_officer("Budi", OTHER_PIN)
        token = people.sign_in("Sri", PIN, "tablet", key="sign-in-1").token
    clock.reboot("b0010002")
    with open_people(tmp_path, clock, seed=2) as (people, _):
        assert people.sign_in("Sri", PIN, "tablet", key="sign-in-1").token == token
        assert people.sign_in("Sri", PIN, "tablet", key="sign-in-2").token != token
        refusals = [
            refusal_of(partial(people.sign_in, name, pin, "tablet", key="sign-in-1")).code
            for name, pin in (("Budi", OTHER_PIN), ("Sri", OTHER_PIN))
        ]
        assert refusals == ["key-reused", "wrong-pin"]
        assert people.session(token) is not None


def test_a_session_that_has_ended_is_not_raised_by_its_key(tmp_path: Path) -> None:
    """Signing out is for good: the repeated request gets its answer, and no door opens."""
    with open_people(tmp_path, FakeClock()) as (people, _):
        token = people.sign_in("Sri", PIN, "tablet", key="sign-in-1").token
        people.sign_out(token)
        assert people.sign_in("Sri", PIN, "tablet", key="sign-in-1").token == token
        assert people.session(token) is None


def test_no_token_stands_on_the_card_with_a_key_either(tmp_path: Path) -> None:
    """Neither the token nor the key from which it was derived."""
    with open_people(tmp_path, FakeClock()) as (people, _):
        token = people.sign_in("Sri", PIN, "tablet", key="sign-in-with-this-key").token
    found = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert (token.encode() in found, b"sign-in-with-this-key" in found) == (False, False)
