"""After an update of the intake: what could not be taken becomes facts, and nothing that was said is unsaid."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing

import pytest
from click.testing import CliRunner

from gateway.relay.envelope import Unreadable
from provisioning.centre import reading
from provisioning.centre.database import IntakeDatabase
from provisioning.centre.ledger import Ledger
from provisioning.centre.model import LaneKey
from provisioning.centre.opening import open_database, open_reader
from provisioning.centre.reading import Arrival
from provisioning.centre.replaying import Outcome, Replay
from provisioning.cli import main
from tests.support.arrivals import EPOCH, HALL, RECEIVED_AT, arrived, batch, hello, loose, plain, rows, said

LANE = LaneKey(HALL, EPOCH, "record")
LATER = "2026-11-24T02:00:00.000+00:00"
NEW = "0000abcd"
TOMBSTONE = "id.balai.event.quarantined.v1"


class Centre:
    """A database of either kind, and what is in it."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.database: IntakeDatabase = open_database(address)

    def enter(self, *arrivals: Arrival) -> None:
        """Enter arrivals as one group."""
        Ledger(self.database).enter(arrivals, RECEIVED_AT)

    def replay(self) -> Outcome:
        """Read everything again."""
        return Replay(self.database, "balai/v1", LATER).run()

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        """Answer a query."""
        with closing(open_reader(self.address)) as reader:
            return [tuple(row) for row in reader._sql.execute(sql).fetchall()]

    def said_of(self, lane: LaneKey) -> tuple[object, ...]:
        """Return everything that receipts say of a lane."""
        with self.database.reading() as tx:
            return (tx.standing(lane), tx.rejects(lane, 0, 99, 99))


@pytest.fixture
def centre(address: str) -> Iterator[Centre]:
    """Return an empty centre."""
    made = Centre(address)
    yield made
    made.database.close()


def old_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the intake be one that does not know the clock state ``staff`` yet."""
    monkeypatch.setattr(reading, "_CLOCK_STATES", frozenset({"trusted"}))


def test_a_rejected_event_becomes_a_fact_and_its_verdict_stays(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    """What receipts say does not change by a letter; programs that read ``facts`` find it as the newest, marked."""
    with monkeypatch.context() as before:
        old_version(before)
        centre.enter(arrived(plain(loose(1), loose(2, clock="staff", data={"line": "B"}), loose(3))))
    told = centre.said_of(LANE)
    outcomes = [centre.replay(), centre.replay()]

    assert outcomes == [Outcome(replayed=1), Outcome()]
    assert centre.said_of(LANE) == told
    assert centre.rows("SELECT first, clock, data, flags FROM facts ORDER BY arrival")[1:] == [
        (f"{EPOCH}-record-3", "trusted", '{"line":"A"}', ""),
        (f"{EPOCH}-record-2", "staff", '{"line":"B"}', "replayed"),
    ]
    assert centre.rows("SELECT id FROM dead_letters") == []


def test_a_rejected_event_that_is_wrong_still_stays_dead(centre: Centre) -> None:
    """Reading it again as often as one likes makes nothing of it."""
    centre.enter(arrived(plain(loose(1, time="yesterday"))))

    assert [centre.replay(), centre.replay()] == [Outcome(dead=1), Outcome(dead=1)]
    assert centre.rows("SELECT kind, id, reason FROM dead_letters") == [
        ("rejected", f"{EPOCH}-record-1", "time is not an instant with its offset")
    ]


def refused(centre: Centre, monkeypatch: pytest.MonkeyPatch, payload: bytes) -> None:
    """Let an intake that reads no compressed batch receive ``payload``."""

    def unread(_payload: bytes) -> list[object]:
        raise Unreadable("the batch is no JSON")

    with monkeypatch.context() as before:
        before.setattr(reading, "read_events", unread)
        centre.enter(arrived(payload))


def test_a_refused_event_is_found_behind_its_tombstone(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hall has set it aside and sent a tombstone in its place: the tombstone keeps the number, the fact comes beside it."""
    refused(centre, monkeypatch, batch([2]))
    centre.enter(arrived(plain(loose(1), loose(2, type=TOMBSTONE, data={}), loose(3))))
    told = centre.said_of(LANE)
    outcomes = [centre.replay(), centre.replay()]

    assert outcomes == [Outcome(replayed=1), Outcome()]
    assert centre.said_of(LANE) == told
    assert centre.rows("SELECT lane, type, flags FROM facts WHERE first = '7f3a90c2-record-2' ORDER BY arrival") == [
        ("record", TOMBSTONE, ""),
        ("replayed", "id.balai.ticket.issued.v1", "replayed"),
    ]
    assert centre.rows("SELECT count(*) FROM conflicts") == [(0,)]


def test_a_refused_batch_whose_parts_have_come_adds_nothing(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hall has split it, and everything is here under its own number."""
    refused(centre, monkeypatch, batch([1, 2]))
    centre.enter(rows([1]), rows([2]))

    assert (centre.replay(), centre.rows("SELECT count(*) FROM facts")) == (Outcome(known=2), [(2,)])


def test_a_refused_number_that_never_came_is_entered_as_if_it_came_now(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    """A free number takes its event, and ``through`` moves on: it is the payload, delivered once more."""
    refused(centre, monkeypatch, batch([2]))
    centre.enter(rows([1, 3]))
    outcome = centre.replay()

    assert (outcome, centre.said_of(LANE)[0].through) == (Outcome(entered=1), 3)  # type: ignore[attr-defined]


def test_what_no_version_can_read_stays_a_dead_letter(centre: Centre) -> None:
    """Noise is noise; an old hello is let go."""
    centre.enter(arrived(b"\xff\0noise"), said(b"{}"))

    assert (centre.replay(), centre.rows("SELECT kind FROM dead_letters")) == (Outcome(dead=2), [("refused",)] * 2)


@pytest.mark.parametrize("replay_first", [True, False])
def test_a_fact_that_was_issued_again_counts_once(centre: Centre, monkeypatch: pytest.MonkeyPatch, *, replay_first: bool) -> None:
    """A restored hall issues the rejected event again in its new epoch: before or after the replay, it is one fact."""
    again = arrived(plain(loose(2, epoch=NEW, seq=1, id=f"{NEW}-record-1", was=f"{EPOCH}-record-2", clock="staff")))
    with monkeypatch.context() as before:
        old_version(before)
        centre.enter(arrived(plain(loose(1), loose(2, clock="staff"))))
    if replay_first:
        centre.replay()
        centre.enter(again)
    else:
        centre.enter(again)
        centre.replay()

    assert centre.rows("SELECT count(*) FROM facts WHERE first = '7f3a90c2-record-2'") == [(1,)]


def test_the_command_lists_and_replays(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    """People see what is dead and why, and how much of it could be saved."""
    with monkeypatch.context() as before:
        old_version(before)
        centre.enter(arrived(plain(loose(1, clock="staff"))), said(hello(record=(1, 0, 1))))
    centre.database.close()
    runner = CliRunner(env={"COLUMNS": "200"})
    listed = runner.invoke(main, ("centre", "replay", "--list", "--database", centre.address))
    done = runner.invoke(main, ("centre", "replay", "--database", centre.address))

    assert "clock is not a known state" in listed.output
    assert (done.exit_code, "menjadi fakta 1" in done.output) == (0, True)
    assert json.loads(str(centre.rows("SELECT data FROM facts")[0][0])) == {"line": "A"}
