"""What the centre enters, whatever order, repetition, loss and restores there were. Real SQLite."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.relay.batches import pack
from provisioning.centre.dues import BatchDue, HelloDue, RefusalDue
from provisioning.centre.ledger import Ledger
from provisioning.centre.model import Absence, LaneKey, LaneReport, Standing
from provisioning.centre.reading import Arrival, Batch
from provisioning.centre.run_rows import RunRows
from provisioning.centre.sqlite_database import SqliteIntakeDatabase
from tests.support.arrivals import EPOCH, HALL, RECEIVED_AT, arrived, envelope, hello, loose, plain, rows, said

LANE = LaneKey(HALL, EPOCH, "record")
NEW = "0000abcd"


class Centre:
    """A ledger on a real file, and the questions tests ask of it."""

    def __init__(self, folder: Path) -> None:
        self.database = SqliteIntakeDatabase(folder / "centre.db")
        self.ledger = Ledger(self.database)

    def enter(self, *arrivals: Arrival) -> None:
        """Enter arrivals as one group."""
        self.ledger.enter(arrivals, RECEIVED_AT)

    @property
    def standing(self) -> Standing:
        """Where the lane of the tests stands."""
        with self.database.reading() as tx:
            return tx.standing(LANE)

    @property
    def absences(self) -> list[Absence]:
        """What is absent from that lane."""
        with self.database.reading() as tx:
            return tx.absences(LANE)

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        """Answer a query on the file itself."""
        connection = sqlite3.connect(self.database.path)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    """Return an empty centre."""
    made = Centre(tmp_path)
    yield made
    made.database.close()


def opened(epoch: str, **lasts: int) -> Arrival:
    """Return the event with which a restored hall closes its former epoch."""
    data = {"reason": "restored", "closed": [{"epoch": epoch, "lanes": lasts}]}
    return arrived(plain(loose(1, epoch=NEW, id=f"{NEW}-record-1", type="id.balai.epoch.opened.v1", data=data)))


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(st.integers(1, 15), min_size=1, max_size=6), min_size=1, max_size=12), st.integers(1, 4))
def test_every_number_is_entered_once_whatever_came(batches: list[list[int]], group: int) -> None:
    """Duplicates, gaps and any order: each number has one row, and ``through`` is the end of the contiguous ones."""
    with TemporaryDirectory() as folder:
        centre = Centre(Path(folder))
        for start in range(0, len(batches), group):
            centre.enter(*(rows(seqs) for seqs in batches[start : start + group]))
        came = {seq for seqs in batches for seq in seqs}
        contiguous = next(seq for seq in range(1, 17) if seq not in came) - 1

        assert centre.rows("SELECT seq FROM events ORDER BY seq") == [(seq,) for seq in sorted(came)]
        assert (centre.standing.through, centre.standing.gap_at != "") == (contiguous, max(came) > contiguous)
        centre.database.close()


PIECES = st.tuples(st.integers(1, 9), st.integers(1, 6), st.sampled_from(["b0010001", "c1one000"]))


@settings(deadline=None, max_examples=60)
@given(st.lists(PIECES, min_size=1, max_size=8), st.integers(1, 4))
def test_a_run_is_entered_as_the_same_events_in_an_array_are(pieces: list[tuple[int, int, str]], group: int) -> None:
    """Overlaps, gaps, other histories: rows, evidence, ``through`` and head do not depend on the form of the wire."""
    found = []
    for simply in (False, True):
        with TemporaryDirectory() as folder:
            centre = Centre(Path(folder))
            batches = [[envelope(seq, bootid=bootid) for seq in range(first, first + count)] for first, count, bootid in pieces]
            arrivals = [arrived(pack(events, simply=simply).payload) for events in batches]
            for start in range(0, len(arrivals), group):
                centre.enter(*arrivals[start : start + group])
            found.append([*map(centre.rows, ("SELECT * FROM events", "SELECT * FROM conflicts", "SELECT * FROM lanes"))])
            centre.database.close()

    assert found[0] == found[1]


def test_the_first_verdict_stays(centre: Centre) -> None:
    """A number rejected once is rejected for ever, even when a correct event comes under it, which is kept as evidence."""
    centre.enter(arrived(plain(loose(1, time="yesterday"))))
    centre.enter(rows([1]))

    assert centre.rows("SELECT seq, verdict, reason FROM events") == [(1, "schema", "time is not an instant with its offset")]
    assert centre.rows("SELECT seq FROM conflicts") == [(1,)]


def test_a_rejected_event_does_not_hold_up_its_lane(centre: Centre) -> None:
    """``through`` passes over a reject; the facts do not show it."""
    centre.enter(arrived(plain(loose(1), loose(2, clock="?"), loose(3))))

    assert centre.standing.through == 3
    assert centre.rows("SELECT seq FROM facts") == [(1,), (3,)]


def test_each_batch_is_owed_an_answer_even_of_duplicates(centre: Centre) -> None:
    """Silence would be resent for ever."""
    for _ in range(2):
        assert centre.ledger.enter([rows([2, 1])], RECEIVED_AT) == [BatchDue(LANE, 1)]


def test_an_unreadable_payload_is_recorded_and_owed_a_refusal(centre: Centre) -> None:
    """The hall learns which payload; people see how often."""
    bad = arrived(b"garbage")
    due = [centre.ledger.enter([bad], RECEIVED_AT) for _ in range(2)][1]

    [(sha256, times)] = centre.rows("SELECT sha256, times FROM refusals")
    assert times == 2
    assert [(type(one), one.sha256 if isinstance(one, RefusalDue) else "") for one in due] == [(RefusalDue, sha256)]


def test_a_hello_is_owed_an_answer_for_each_lane(centre: Centre) -> None:
    """The hall hears of every lane it spoke of, with its nonce."""
    due = centre.ledger.enter([said(hello("n9", record=(5, 3, 1), bulk=(2, 2, 1)))], RECEIVED_AT)

    assert due == [
        HelloDue(LANE, LaneReport(5, 3, 1), "n9"),
        HelloDue(LaneKey(HALL, EPOCH, "bulk"), LaneReport(2, 2, 1), "n9"),
    ]


def test_what_the_hall_no_longer_holds_is_recorded_as_lost(centre: Centre) -> None:
    """Below ``oldest`` nothing will ever come: the gap is visible and ``through`` goes on."""
    centre.enter(rows([1, 4, 8]))
    centre.enter(said(hello(record=(9, 9, 7))))

    assert centre.absences == [Absence(2, 3, "lost"), Absence(5, 6, "lost")]
    assert centre.standing.through == 6
    centre.enter(rows([7]))
    assert centre.standing.through == 8


def test_a_stale_hello_loses_nothing(centre: Centre) -> None:
    """An ``oldest`` that is within what is here, or beyond the hall's own last, records nothing that may still come."""
    centre.enter(rows([1, 2, 3]))
    centre.enter(said(hello(record=(3, 3, 2))), said(hello(record=(3, 3, 1000))))

    assert (centre.absences, centre.standing.through) == ([], 3)


def test_what_comes_in_spite_of_being_lost_is_kept_and_flagged(centre: Centre) -> None:
    """A late row counts as a fact and is marked as late."""
    centre.enter(said(hello(record=(3, 3, 4))))
    centre.enter(rows([2]))

    assert centre.rows("SELECT seq, flags FROM facts") == [(2, "late")]
    assert centre.standing.through == 3


@pytest.mark.parametrize("closing", [opened(EPOCH, record=3), said(hello(state="closed", record=(3, 0, 1)))])
def test_numbers_above_the_end_of_a_closed_epoch_become_holes(centre: Centre, closing: Arrival) -> None:
    """What only the lost card knew will not come: it is a recorded hole, and ``through`` reaches the newest row."""
    centre.enter(rows([1, 2, 5, 8]), closing)

    assert (centre.absences, centre.standing.through) == ([Absence(4, 4, "hole"), Absence(6, 7, "hole")], 2)
    centre.enter(rows([3]))
    assert centre.standing.through == 8


def test_rows_of_a_closed_epoch_above_its_end_are_late(centre: Centre) -> None:
    """They are kept, flagged, and the numbers they jump over become holes too."""
    centre.enter(opened(EPOCH, record=2), rows([1, 2]))
    centre.enter(rows([5]))

    assert centre.rows("SELECT seq, flags FROM events WHERE epoch = '7f3a90c2'") == [(1, ""), (2, ""), (5, "late")]
    assert (centre.absences, centre.standing.through) == ([Absence(3, 4, "hole")], 5)


@pytest.mark.parametrize("original_first", [True, False])
def test_a_fact_issued_again_counts_once(centre: Centre, *, original_first: bool) -> None:
    """Whichever of the two comes first, both numbers are entered and one fact is seen."""
    original = arrived(plain(loose(7)))
    again = arrived(plain(loose(7, epoch=NEW, seq=1, id=f"{NEW}-record-1", was=f"{EPOCH}-record-7")))
    centre.enter(*(original, again) if original_first else (again, original))

    assert centre.rows("SELECT first FROM facts") == [(f"{EPOCH}-record-7",)]
    assert centre.rows("SELECT count(*) FROM events") == [(2,)]


def test_a_fact_issued_again_counts_once_though_the_original_comes_late_in_a_run(centre: Centre) -> None:
    """A run in columns asks as well whether its hall has issued facts again."""
    centre.enter(arrived(plain(loose(1, epoch=NEW, id=f"{NEW}-record-1", was=f"{EPOCH}-record-1"))))
    late = rows([1, 2])
    centre.enter(late)

    assert isinstance(late, Batch)
    assert isinstance(late.rows, RunRows)
    assert centre.rows("SELECT first FROM facts ORDER BY first") == [(f"{EPOCH}-record-1",), (f"{EPOCH}-record-2",)]


def test_a_clones_fact_under_a_taken_number_is_evidence_and_counts_when_issued_again(centre: Centre) -> None:
    """The number is taken, so the row is kept aside; in its own epoch the fact is entered as the different one it is."""
    centre.enter(rows([1]))
    centre.enter(rows([1], bootid="c1one000"))
    centre.enter(arrived(plain(loose(1, epoch=NEW, id=f"{NEW}-record-1", was=f"{EPOCH}-record-1", bootid="c1one000"))))

    assert centre.rows("SELECT first, bootid FROM conflicts") == [(f"{EPOCH}-record-1", "c1one000")]
    assert centre.rows("SELECT epoch, bootid FROM facts") == [(EPOCH, "b0010001"), (NEW, "c1one000")]


@pytest.mark.parametrize("closed", [None, 7, [1], [{}], [{"epoch": EPOCH, "lanes": {"record": -1, "other": 3, "bulk": "x"}}]])
def test_a_malformed_closing_closes_nothing(centre: Centre, closed: object) -> None:
    """The event is kept; no lane takes harm."""
    data = {"closed": closed}
    centre.enter(rows([1]), arrived(plain(loose(1, epoch=NEW, id=f"{NEW}-record-1", type="id.balai.epoch.opened.v1", data=data))))

    assert centre.standing.closed_last is None
    assert centre.rows("SELECT data FROM events WHERE epoch = '0000abcd'") == [(json.dumps(data, separators=(",", ":")),)]


def test_halls_and_lanes_do_not_touch_each_other(centre: Centre) -> None:
    """Each lane of each hall has its own sequence."""
    centre.enter(rows([1, 2]), rows([1], hall="3510012002"), rows([1], lane="urgent"))

    assert centre.rows("SELECT hall, lane, through FROM lanes ORDER BY hall, lane") == [
        (HALL, "record", 2),
        (HALL, "urgent", 1),
        ("3510012002", "record", 1),
    ]


def test_a_wrong_clock_is_corrected_beside_its_time(centre: Centre) -> None:
    """Only doubtful events of that run of the machine, by the first correction that came; nothing is re-dated."""
    told = {"bootid": "b0010001", "offset_ms": 60_250}
    centre.enter(rows([1], clock="restored"), rows([2]), rows([3], clock="unset", bootid="other"))
    before = centre.rows("SELECT corrected_time FROM facts ORDER BY seq")
    for seq, offset_ms in ((4, 60_250), (5, 7)):
        data = json.dumps(told | {"offset_ms": offset_ms})
        centre.enter(rows([seq], type="id.balai.clock.corrected.v1", data=data))

    stamped = "2026-11-23T09:14:03.120+07:00"
    assert before == [(None,), (stamped,), (None,)]
    assert centre.rows("SELECT time, corrected_time FROM facts WHERE seq <= 3 ORDER BY seq") == [
        (stamped, "2026-11-23T02:15:03.370Z"),
        (stamped, stamped),
        (stamped, None),
    ]


def test_an_audit_log_that_does_not_go_on_raises_an_alarm(centre: Centre) -> None:
    """Shorter than it was, or another of the same length; not when it grows, stays, says nothing, or when a hello comes late."""

    def say(uptime_ms: int, audit: str, epoch: str = EPOCH) -> list[tuple[object, ...]]:
        told = json.loads(hello(epoch=epoch, uptime_ms=uptime_ms, record=(1, 0, 1))) | {"audit": audit}
        centre.enter(said(json.dumps(told).encode()))
        return sorted(centre.rows("SELECT kind, subject, times FROM alarms"))

    one, other = "a" * 64, "b" * 64
    quiet = [(1, ""), (2, f"5-{one}"), (3, f"5-{one}"), (4, f"9-{other}"), (3, f"5-{one}"), (5, "nonsense"), (6, f"0-{one}")]
    assert [say(*told) for told in quiet] == [[]] * len(quiet)
    assert say(7, f"9-{one}") == [("audit-not-continued", EPOCH, 1)]
    assert say(8, f"4-{one}", NEW) == sorted([("audit-not-continued", EPOCH, 1), ("audit-not-continued", NEW, 1)])
    assert len(say(9, f"6-{one}", NEW)) == 2


def test_an_epoch_that_speaks_after_it_was_left_raises_an_alarm(centre: Centre) -> None:
    """Not when the broker brings an old hello, once more or late, and not when the hall merely goes on."""
    for uptime_ms, epoch in ((1, EPOCH), (3, EPOCH), (5, NEW), (3, EPOCH), (1, EPOCH), (4, EPOCH), (6, NEW)):
        centre.enter(said(hello(epoch=epoch, uptime_ms=uptime_ms, record=(1, 0, 1))))
    quiet = centre.rows("SELECT * FROM alarms")
    for uptime_ms in (7, 8):
        centre.enter(said(hello(epoch=EPOCH, uptime_ms=uptime_ms, record=(1, 0, 1))))

    assert quiet == []
    assert centre.rows("SELECT hall, kind, subject, times FROM alarms") == [(HALL, "two-live-epochs", EPOCH, 2)]
