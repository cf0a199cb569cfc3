"""What every database of a centre promises to the intake: SQLite and a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from provisioning.centre import postgres_database, schema, sqlite_database
from provisioning.centre.database import IntakeDatabase
from provisioning.centre.model import Absence, EpochReport, EventRow, Hello, LaneKey, Link, Reject, Standing
from provisioning.centre.orders import OrderAnswer, OrderRow
from provisioning.centre.postgres_database import PostgresIntakeDatabase
from provisioning.centre.reading import Batch, Unread
from provisioning.centre.run_rows import RunRows
from provisioning.centre.sqlite_database import SqliteIntakeDatabase
from tests.support.arrivals import EPOCH, HALL, rows
from tests.support.clock import MORNING
from tests.support.orders import order_row
from tests.support.postgres import Postgres

Opener = Callable[[], IntakeDatabase]
LANE = LaneKey(HALL, EPOCH, "record")


@pytest.fixture(params=["sqlite", "postgresql"])
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Opener:
    """Return what opens a database, of one kind or the other: the same one each time."""
    if request.param == "sqlite":
        return lambda: SqliteIntakeDatabase(tmp_path / "centre.db")
    server: Postgres = request.getfixturevalue("postgres")
    address = server.database()
    return lambda: PostgresIntakeDatabase(address)


@pytest.fixture
def database(opener: Opener) -> Iterator[IntakeDatabase]:
    """Return an open, empty database."""
    opened = opener()
    yield opened
    opened.close()


def some(*seqs: int, **changes: Any) -> list[EventRow]:
    """Return rows of these numbers."""
    batch = rows(seqs)
    assert isinstance(batch, Batch)
    return [row._replace(**changes) for row in batch.rows]


def test_a_number_is_kept_once_and_the_first_verdict_wins(database: IntakeDatabase) -> None:
    """Adding a number again changes nothing, and says so."""
    with database.transaction() as tx:
        first = tx.add(some(1, 2))
        second = tx.add(some(2, 3, verdict="schema"))
    with database.reading() as tx:
        assert (first, second) == (2, 1)
        assert [(link.seq, link.verdict) for link in tx.links(LANE, 0)] == [(1, "accepted"), (2, "accepted"), (3, "schema")]


@pytest.mark.parametrize("count", [1, 7, 126, 230])
def test_a_run_is_kept_as_its_rows_are(database: IntakeDatabase, count: int) -> None:
    """Entered in columns, events are what they are row by row; a number that is taken stays, and is not counted."""
    batch = rows(range(1, count + 1))
    assert isinstance(batch, Batch)
    assert isinstance(batch.rows, RunRows)
    with database.transaction() as tx:
        before = tx.add(some(1, verdict="schema", reason="first"))
        added = tx.add_run(batch.rows)
    with database.reading() as tx:
        kept = [(tx.occupant(row) or ("", "", ""))[1] for row in batch.rows]
        links = list(tx.links(LANE, 0))

    assert (before, added, kept) == (1, count - 1, ["schema", *["accepted"] * (count - 1)])
    assert [(link.seq, link.identity) for link in links] == [(row.seq, row.identity) for row in batch.rows]


def test_a_group_that_raises_leaves_nothing(database: IntakeDatabase) -> None:
    """All of a group is durable, or none of it."""

    def die_half_way() -> None:
        with database.transaction() as tx:
            tx.add(some(1))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        die_half_way()
    with database.reading() as tx:
        assert list(tx.links(LANE, 0)) == []


def test_what_was_committed_is_there_after_opening_again(opener: Opener) -> None:
    """The database keeps its name, its rows and where each lane stands."""
    standing = Standing(2, "abc", 7, "2026-11-23T02:00:00.000+00:00")
    former = opener()
    with former.transaction() as tx:
        tx.add(some(1, 2))
        tx.keep_standing(LANE, standing, ())
    former.close()
    again = opener()
    with again.reading() as tx:
        assert (again.centre, tx.standing(LANE), tx.top(LANE)) == (former.centre, standing, 2)
    again.close()


@pytest.mark.parametrize("version", range(1, len(schema.MIGRATIONS)))
def test_tables_of_every_earlier_version_are_brought_up_to_date(
    opener: Opener, monkeypatch: pytest.MonkeyPatch, version: int
) -> None:
    """An update finds what was there, adds what is missing, and keeps the database's name; what comes later has greater arrivals."""
    kept = [
        *some(1, 2, verdict="schema", reason="why", rest='{"seq":1}', data="{}"),
        *some(3, was="0000abcd-record-9", flags="late repeated", clock="staff", received_at="2026-11-23T02:00:00.007+00:00"),
        *some(4, 5, type="id.balai.ticket.called.v1", hall="3510012002"),
        *some(1, lane="parcel", id=f"{EPOCH}-parcel-1"),
        *some(4, lane="replayed", id=f"{EPOCH}-record-2", flags="replayed"),
    ]
    wide = schema.MIGRATIONS.index(schema.NARROW)
    with monkeypatch.context() as before:
        for module in (schema, sqlite_database, postgres_database):
            before.setattr(module, "MIGRATIONS", schema.MIGRATIONS[:version])
        former = opener()
        with former.transaction() as tx:
            if version <= wide:
                tx._sql.insert(f"events ({', '.join(EventRow._fields)})", kept, "")  # type: ignore[attr-defined]
            else:
                tx.add(kept)
            tx.keep_standing(LANE, Standing(2, "h"), ())
        former.close()
    updated = opener()
    with updated.transaction() as tx:
        tx.add(some(6))
    with updated.reading() as tx:
        overview = tx.overview(datetime(2026, 11, 23, tzinfo=UTC))
        found = tx._sql.execute("SELECT * FROM events ORDER BY arrival").fetchall()  # type: ignore[attr-defined]
        assert (updated.centre, tx.standing(LANE).through, overview.lanes, overview.dead) == (former.centre, 2, 1, 2)
        assert [EventRow(*row[1:-1]) for row in found] == [*kept, *some(6)]
    updated.close()


def test_an_unknown_lane_stands_at_the_beginning(database: IntakeDatabase) -> None:
    """Nothing is here yet, and nothing is absent."""
    with database.reading() as tx:
        assert (tx.standing(LANE), tx.top(LANE), tx.absences(LANE), list(tx.links(LANE, 0))) == (Standing(), 0, [], [])


def test_links_come_in_order_and_within_their_bounds(database: IntakeDatabase) -> None:
    """Rows are read by number, whatever order they came in; the first id is the one before a reissue."""
    with database.transaction() as tx:
        tx.add(some(3, 1, 2))
        tx.add(some(4, was="0000abcd-record-9"))
    with database.reading() as tx:
        stamp = ("2026-11-23T09:14:03.120+07:00", "b0010001")
        assert list(tx.links(LANE, 1, 2)) == [Link(2, f"{EPOCH}-record-2", *stamp, "2.120", "accepted")]
        assert [link.first for link in tx.links(LANE, 2)] == [f"{EPOCH}-record-3", "0000abcd-record-9"]


def test_rejects_are_listed_with_the_head_passed_at_each(database: IntakeDatabase) -> None:
    """Only rejects within (after, through] are listed, in order, and not more than asked for."""
    with database.transaction() as tx:
        tx.add([*some(1, 2, 3, 4, verdict="schema", reason="why"), *some(5)])
        tx.keep_standing(LANE, Standing(4, "h4"), [(seq, f"h{seq}") for seq in (1, 2, 3, 4)])
    with database.reading() as tx:
        assert tx.rejects(LANE, 1, 5, 2) == [Reject(2, "schema", "why", "h2"), Reject(3, "schema", "why", "h3")]
        assert [reject.seq for reject in tx.rejects(LANE, 0, 3, 500)] == [1, 2, 3]


def test_absences_are_kept_in_order(database: IntakeDatabase) -> None:
    """What will not come any more is recorded for people to see."""
    with database.transaction() as tx:
        tx.record_absences(LANE, [Absence(8, 9, "hole"), Absence(2, 3, "lost")], "now")
    with database.reading() as tx:
        assert tx.absences(LANE) == [Absence(2, 3, "lost"), Absence(8, 9, "hole")]


def test_a_fact_is_known_by_its_first_id_and_its_stamp(database: IntakeDatabase) -> None:
    """The same fact issued again is known; another fact that a clone made under that id is not."""
    again = some(1, was=f"{EPOCH}-record-1", epoch="0000abcd", id="0000abcd-record-1")[0]
    clone = again._replace(bootid="other")
    with database.transaction() as tx:
        tx.add(some(1))
        assert (tx.fact_is_known(again), tx.fact_is_known(clone), tx.has_reissues(HALL)) == (True, False, False)
        tx.keep_reissue(clone)
        later = clone._replace(epoch="1111abcd")
        assert (tx.fact_is_known(clone), tx.fact_is_known(later), tx.has_reissues(HALL)) == (False, True, True)


def test_evidence_may_be_kept_twice(database: IntakeDatabase) -> None:
    """A conflict, a refusal and a hello that come again are no error."""
    for _ in range(2):
        with database.transaction() as tx:
            tx.keep_conflict(some(1)[0])
            tx.keep_refusal(Unread(HALL, "balai/v1/3510012001/hello", "ab" * 32, "the hello is not JSON", b"\xff\0"), "now")
            tx.keep_hello(Hello(HALL, "n", "b"), "now")


NOW = "2026-11-23T02:00:00.000+00:00"
OTHER = "3510012002"


def kept(database: IntakeDatabase, *orders: OrderRow, sent: bool = True) -> None:
    """Keep orders, and let them count as sent."""
    with database.transaction() as tx:
        for order in orders:
            tx.keep_order(order)
            if sent:
                tx.mark_order_sent(order.id, NOW)


def answered(order: OrderRow, state: str = "applied", hall: str = HALL, epoch: str = EPOCH) -> OrderAnswer:
    """Return an answer."""
    return OrderAnswer(order.id, hall, state, "", "", "", epoch, NOW)


def owed(database: IntakeDatabase, hall: str = HALL, epoch: str = "", now: str = NOW) -> list[str]:
    """Return the ids of what a hall is owed."""
    with database.reading() as tx:
        return [order.id for order in tx.orders_owed(hall, epoch, now, 10)]


def test_an_order_is_kept_once_and_unsent_until_it_was_sent(database: IntakeDatabase) -> None:
    """What was asked twice is one order; the oldest goes first, and one that is void is not sent."""
    later, void = order_row(1, asked_at=MORNING + timedelta(seconds=1)), order_row(2, lasts=timedelta(seconds=1))
    kept(database, later, void, order_row(3, subject="a"), order_row(3, subject="a"), sent=False)
    with database.reading() as tx:
        first = tx.unsent_orders(NOW, 10)
        limited = tx.unsent_orders(NOW, 1)
    with database.transaction() as tx:
        tx.mark_order_sent(first[0].id, NOW)
    with database.reading() as tx:
        assert [row.id for row in first] == [order_row(3).id, later.id]
        assert (limited, tx.unsent_orders(NOW, 10)) == (first[:1], first[1:])


def test_revisions_of_a_subject_only_rise(database: IntakeDatabase) -> None:
    """An order asked later is the newer one, even where the asker's clock went back; for all halls and for one."""
    kept(
        database, order_row(1, rev=50), order_row(2, rev=40), order_row(3, "all", rev=10), order_row(4, OTHER, rev=1), sent=False
    )
    with database.reading() as tx:
        revisions = {order.id[-1]: order.rev for order in tx.unsent_orders(NOW, 10)}
    assert revisions == {"1": 50, "2": 51, "3": 52, "4": 53}


def test_a_hall_is_owed_what_it_has_not_answered(database: IntakeDatabase) -> None:
    """Its own orders and those for all; not another's, not what is void, not what was never sent."""
    mine, everybodys, anothers = order_row(1), order_row(2, "all"), order_row(3, OTHER)
    kept(database, mine, everybodys, anothers)
    kept(database, order_row(4), sent=False)
    with database.transaction() as tx:
        tx.keep_order_answer(answered(mine))
        tx.keep_order_answer(answered(everybodys, hall=OTHER))
    assert (owed(database), owed(database, OTHER)) == ([everybodys.id], [anothers.id])
    assert owed(database, now="2026-11-25T00:00:00.000+00:00") == []


@pytest.mark.parametrize(("state", "again"), [("applied", True), ("kept", True), ("rejected", False), ("returned", False)])
def test_a_hall_of_a_new_epoch_is_owed_what_it_had_carried_out(database: IntakeDatabase, state: str, again: bool) -> None:
    """A restored hall has lost what it did since its backup; what it had refused it is not asked again."""
    mine = order_row(1)
    kept(database, mine)
    with database.transaction() as tx:
        tx.keep_order_answer(answered(mine, state))
    assert (owed(database, epoch=EPOCH), owed(database, epoch="0000abcd")) == ([], [mine.id] if again else [])


def test_the_answer_that_counts_is_replaced(database: IntakeDatabase) -> None:
    """One answer for each order and hall; an order belongs to its hall or to all."""
    mine, everybodys = order_row(1), order_row(2, "all")
    kept(database, mine, everybodys)
    with database.transaction() as tx:
        tx.keep_order_answer(answered(mine, "kept"))
        tx.keep_order_answer(answered(mine))
    with database.reading() as tx:
        assert (tx.order_answer(mine.id, HALL), tx.order_answer(mine.id, OTHER)) == (answered(mine), None)
        asked = [tx.order_is_for(order, hall) for order in (mine.id, everybodys.id, "x") for hall in (HALL, OTHER)]
    assert asked == [True, False, True, True, False, False]


def test_epochs_are_told_in_the_order_of_their_first_hello(database: IntakeDatabase) -> None:
    """Each with its last boot and uptime; an old hello that the broker brings again changes nothing."""
    for epoch, bootid, uptime_ms in (("00000002", "b1", 5), ("00000001", "b1", 9), ("00000002", "b1", 3), ("00000001", "b2", 1)):
        with database.transaction() as tx:
            tx.keep_hello(Hello(HALL, "n", bootid, (EpochReport(epoch, closed=False, lanes={}),), uptime_ms), "now")
    with database.reading() as tx:
        assert [tuple(one) for one in tx.epochs_heard(HALL)] == [("00000002", "b1", 5), ("00000001", "b2", 1)]
        assert tx.epochs_heard("3510012002") == []


def test_an_alarm_is_kept_once_with_how_often(database: IntakeDatabase) -> None:
    """And a clock's first correction counts, whatever is said of it later."""
    for at in ("2026-11-23", "2026-11-24"):
        with database.transaction() as tx:
            tx.raise_alarm(HALL, "two-live-epochs", EPOCH, at)
            tx.keep_correction(HALL, "b1", 5)
    with database.reading() as tx:
        assert tx.epochs_heard(HALL) == []
