"""Requests and their letters together, in one store, as village.py introduces them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from gateway.choices.desk import Choices
from gateway.errors import Refusal
from gateway.services.letters import tables
from gateway.services.letters.choices import LetterChoices
from gateway.services.letters.desk import Draft, LettersDesk
from gateway.services.letters.key import make_or_load
from gateway.services.letters.requested import RequestedLetters
from gateway.services.requests.model import Act
from tests.support.letters import CHOSEN
from tests.support.requests import ANSWERS, Office
from tests.support.tickets import WIB


class Hall(Office):
    """A hall that takes requests and gives out letters."""

    today: date | None = date(2026, 11, 23)

    def introduce(self, *, set_up: bool = True) -> None:
        """Let requests have letters."""
        choices = Choices(self.store, self.clock, WIB)
        key = make_or_load(self.folder / "identity").public_key()
        self.letters = LettersDesk(self.store, self.clock, WIB, choices, self.vault, key, lambda: self.today)
        requested = RequestedLetters(self.store, self.letters, choices)
        self.neighbours.letter, self.neighbours.letter_follows, self.neighbours.letters_of = (
            requested.issue,
            requested.follow,
            requested.of,
        )
        self.letters.request_follows = self.desk.follow_letter
        if set_up:
            choices.change(CHOSEN)
            self.letters.say_last("331", 0, who="1")

    def act(self, number: int, act: Act, **more: str) -> str:
        """Let a clerk act; return how the request stands, or the code of a refusal."""
        self.begun += 1
        try:
            return self.desk.act(number, act, who="7", key=f"{act}-{self.begun}", **more).state
        except Refusal as refusal:
            return refusal.code

    def states(self, number: int) -> list[tuple[str, str]]:
        """Return number and state of a request's letters, the oldest first."""
        with self.store.reader() as db:
            return [(one.number.split("/")[1], one.state) for one in reversed(tables.of_request(db, number))]

    def told(self, number: int) -> list[tuple[str, str]]:
        """Return act and state of each change of a request that the centre learns, in order."""
        told = [
            json.loads(row.data)
            for row in self.events()
            if row.subject.endswith(f"/{number}") and ".request.changed." in row.type
        ]
        return [(one["act"], one["state"]) for one in told]

    def correct(self, number: int, letter: int) -> None:
        """Let a clerk write another letter in place of one."""
        self.letters.issue(Draft("skck", 1, ANSWERS, request=number, replaces=letter), who="7", key=f"correct-{letter}")

    def approved(self) -> int:
        """File a request, complete it and approve it."""
        number = self.file()
        self.amend(number, key=f"amend-{number}")
        assert self.act(number, Act.APPROVE) == "signature"
        return number


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    """Open it."""
    made = Hall(tmp_path)
    made.introduce()
    yield made
    made.store.close()


def test_a_letter_goes_with_its_request(hall: Hall) -> None:
    """Approved it has a number, signed it is ready, collected it is handed over; marked by mistake, it is ready again."""
    number, seen = hall.approved(), []
    for act in (Act.SIGN, Act.COLLECT, Act.REOPEN):
        hall.act(number, act)
        seen.append(hall.states(number))
    assert seen == [[("001", "signed")], [("001", "collected")], [("001", "signed")]]
    assert hall.neighbours.letters_of(number) == [("/loket/surat/1", "331/001/429.510/2026")]


def test_what_is_written_anew_is_another_letter(hall: Hall) -> None:
    """What nobody has signed is void; what may be in somebody's hands is replaced, and says so."""
    number = hall.approved()
    hall.act(number, Act.REWORK)
    hall.act(number, Act.APPROVE)
    hall.act(number, Act.SIGN)
    hall.act(number, Act.REWORK)
    hall.act(number, Act.APPROVE)
    assert hall.states(number) == [("001", "void"), ("002", "replaced"), ("003", "unsigned")]


@pytest.mark.parametrize(("act", "more"), [(Act.CANCEL, {}), (Act.REJECT, {"reason": "data"})])
def test_a_request_that_comes_to_nothing_takes_its_letter_with_it(hall: Hall, act: Act, more: dict[str, str]) -> None:
    """Its number is void and stays in the book."""
    number = hall.approved()
    hall.act(number, act, **more)
    assert hall.states(number) == [("001", "void")]


@pytest.mark.parametrize("acts", [(), (Act.SIGN,)])
def test_a_letter_that_counts_no_more_puts_its_request_back_into_review(hall: Hall, acts: tuple[Act, ...]) -> None:
    """Nobody is told to come for it; the centre and the audit log learn of the change, once however often it is voided."""
    number = hall.approved()
    for act in acts:
        hall.act(number, act)
    for _ in range(2):
        hall.letters.void(1, "salah nama", who="7")
    assert (hall.told(number)[-1], hall.desk.look(number, who="7").request.state, hall.view.ready()) == (
        ("rework", "review"),
        "review",
        [],
    )
    assert [entry.act for entry in hall.audited()].count("rework") == 1
    assert hall.act(number, Act.APPROVE) == "signature"
    assert hall.states(number) == [("001", "void"), ("002", "unsigned")]


def test_a_corrected_letter_waits_for_its_signature_with_its_request(hall: Hall) -> None:
    """What was ready waits to be signed again; one that waits already, goes on waiting; signed, the new letter is what is collected."""
    number = hall.approved()
    hall.correct(number, 1)
    before = hall.told(number)
    hall.act(number, Act.SIGN)
    hall.correct(number, 2)
    hall.correct(number, 2)  # sent twice
    assert hall.told(number) == [*before, ("sign", "ready"), ("rework", "review"), ("approve", "signature")]
    hall.act(number, Act.SIGN)
    assert hall.states(number) == [("001", "replaced"), ("002", "replaced"), ("003", "signed")]


def test_what_was_collected_stays_so(hall: Hall) -> None:
    """A letter that somebody took home is voided without the request coming back by itself."""
    number = hall.approved()
    for act in (Act.SIGN, Act.COLLECT):
        hall.act(number, act)
    hall.letters.void(1, "disalahgunakan", who="7")
    assert (hall.desk.look(number, who="7").request.state, hall.states(number)) == ("collected", [("001", "void")])


def test_without_a_date_nothing_is_approved(hall: Hall) -> None:
    """The refusal of the letter is that of the act, and nothing has happened: no number is lost."""
    number = hall.file()
    hall.amend(number)
    hall.today = None
    refused = hall.act(number, Act.APPROVE)
    hall.today = date(2026, 11, 23)
    assert (refused, hall.act(number, Act.APPROVE), hall.states(number)) == (
        "letter-date-unknown",
        "signature",
        [("001", "unsigned")],
    )


def test_a_village_that_writes_its_letters_elsewhere_goes_on(tmp_path: Path) -> None:
    """Nobody in it has set up letters, though the regency has said where they are checked: a request goes its way without one."""
    hall = Hall(tmp_path)
    hall.introduce(set_up=False)
    Choices(hall.store, hall.clock, WIB).change(LetterChoices(verify_address="https://surat.example/periksa"))
    number = hall.approved()
    states = hall.states(number)
    hall.store.close()
    assert states == []
