"""What PostgreSQL must stand beyond the contract of both databases: restarts, crashes, and several intakes at once."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from random import Random

import psycopg
import pytest

from gateway.errors import Refusal
from provisioning.centre.ledger import Ledger
from provisioning.centre.model import LaneKey
from provisioning.centre.opening import open_database, open_reader
from provisioning.centre.postgres_database import PostgresIntakeDatabase
from provisioning.centre.sqlite_database import SqliteIntakeDatabase
from tests.support.arrivals import EPOCH, HALL, RECEIVED_AT, arrived, hello, loose, plain, rows, said
from tests.support.postgres import Postgres, program

HALLS = (HALL, "3510012002", "3510012003")


@pytest.fixture
def server() -> Iterator[Postgres]:
    """Return a server of this test's own, which it may end."""
    with Postgres() as running:
        yield running


def answers(address: str, question: str) -> list[tuple[object, ...]]:
    """Ask the database beside the intake."""
    with psycopg.connect(address) as connection:
        return connection.execute(question.encode()).fetchall()


def test_a_restart_of_the_server_costs_one_try(server: Postgres) -> None:
    """While it is away nothing is confirmed; the same arrivals are entered once it is back, in the same intake."""
    address = server.database()
    database = PostgresIntakeDatabase(address)
    ledger = Ledger(database)
    ledger.enter([rows([1, 2])], RECEIVED_AT)
    server.stop()
    for _ in range(2):
        with pytest.raises(Refusal) as refused:
            ledger.enter([rows([3])], RECEIVED_AT)
        assert refused.value.code == "centre-storage"
    with pytest.raises(Refusal), database.reading() as tx:
        tx.top(LaneKey(HALL, EPOCH, "record"))
    server.start()
    ledger.enter([rows([3])], RECEIVED_AT)

    assert answers(address, "SELECT seq FROM events ORDER BY arrival") == [(1,), (2,), (3,)]
    assert answers(address, "SELECT through FROM lanes") == [(3,)]
    database.close()


def test_what_was_entered_survives_a_crash_of_a_careless_server() -> None:
    """The server's own ``synchronous_commit = off`` does not hold for an intake: nothing that it confirms is lost."""
    with Postgres("synchronous_commit=off", "wal_writer_delay=10s") as careless:
        address = careless.database()
        database = PostgresIntakeDatabase(address)
        ledger = Ledger(database)
        for seq in range(1, 21):
            ledger.enter([rows([seq])], RECEIVED_AT)
        with psycopg.connect(address, autocommit=True) as control:
            control.execute("CREATE TABLE control (seq bigint)")
            control.execute("CHECKPOINT")
            control.execute("INSERT INTO control VALUES (1)")
            careless.crash()
        careless.start()

        assert answers(address, "SELECT through FROM lanes") == [(20,)]
        assert answers(address, "SELECT seq FROM control") == [], "the control must lose, or this test shows nothing"
        database.close()


def test_a_server_that_does_not_keep_its_word_is_refused() -> None:
    """Without fsync a receipt would promise what a power cut can take."""
    with Postgres("fsync=off") as careless, pytest.raises(Refusal) as refused:
        PostgresIntakeDatabase(careless.database())

    assert (refused.value.code, "fsync" in refused.value.sentence) == ("centre-unusable", True)


def test_intakes_that_enter_the_same_arrivals_at_once_agree(postgres: Postgres, tmp_path: Path) -> None:
    """Every number has one row and one verdict, and each lane the head that one intake with SQLite gives it."""
    address = postgres.database()
    work = [rows([seq, seq + 1], hall=hall) for hall in HALLS for seq in range(1, 40)]
    work += [
        arrived(plain(loose(seq, source=f"/halls/{hall}", clock="?")), hall=hall) for hall in HALLS for seq in range(1, 40, 7)
    ]
    work += [said(hello(record=(40, 0, 1)), hall=hall) for hall in HALLS]
    failures: list[Exception] = []

    def enter(number: int) -> None:
        mine, randomness = [*work], Random(number)
        randomness.shuffle(mine)
        database = PostgresIntakeDatabase(address)
        try:
            for start in range(0, len(mine), 5):
                Ledger(database).enter(mine[start : start + 5], RECEIVED_AT)
        except Exception as error:  # noqa: BLE001 - told to the test's own thread
            failures.append(error)
        database.close()

    intakes = [threading.Thread(target=enter, args=(number,)) for number in range(4)]
    for one in intakes:
        one.start()
    for one in intakes:
        one.join()

    assert failures == []
    assert answers(address, "SELECT count(*), count(DISTINCT (hall, seq)) FROM events") == [(120, 120)]
    alone = SqliteIntakeDatabase(tmp_path / "centre.db")
    Ledger(alone).enter(work, RECEIVED_AT)
    lanes = "SELECT hall, through, head, gap_at FROM lanes ORDER BY hall"
    assert answers(address, lanes) == alone._connection.execute(lanes).fetchall()
    alone.close()


def test_arrivals_become_visible_in_their_order(postgres: Postgres) -> None:
    """Who reads on from the newest arrival that it has seen misses none, because groups are committed one after the other."""
    address = postgres.database()
    first, second = PostgresIntakeDatabase(address), PostgresIntakeDatabase(address)
    with first.transaction() as tx:
        batch = rows([1])
        tx.add(batch.rows)  # type: ignore[union-attr]  # readable, as the test has made it
        waiting = threading.Thread(target=Ledger(second).enter, args=([rows([1], hall=HALLS[1])], RECEIVED_AT))
        waiting.start()
        waiting.join(0.3)
        reader = open_reader(address)
        assert (waiting.is_alive(), reader.last_arrival()) == (True, 0)
    waiting.join()

    assert [hall for _, hall, *_ in reader.events(0, 9)] == [HALL, HALLS[1]]
    reader.close()
    first.close()
    second.close()


def test_two_intakes_that_start_together_make_one_database(postgres: Postgres) -> None:
    """Both speak under one name."""
    address = postgres.database()
    opened: list[str] = []

    def open_it() -> None:
        database = PostgresIntakeDatabase(address)
        opened.append(database.centre)
        database.close()

    starting = [threading.Thread(target=open_it) for _ in range(3)]
    for one in starting:
        one.start()
    for one in starting:
        one.join()

    assert (len(opened), len(set(opened))) == (3, 1)


def test_tables_of_a_later_version_are_left_alone(postgres: Postgres) -> None:
    """An older intake does not write what it does not understand."""
    address = postgres.database()
    PostgresIntakeDatabase(address).close()
    with psycopg.connect(address) as connection:
        connection.execute("UPDATE centre SET value = '99' WHERE name = 'schema'")
    with pytest.raises(Refusal) as refused:
        open_database(address)

    assert refused.value.code == "centre-newer"


@pytest.mark.parametrize(("address", "code"), [("nowhere", "centre-unusable"), ("elsewhere?colour=red", "centre-address")])
def test_a_database_that_is_not_there_is_named_without_the_password(postgres: Postgres, address: str, code: str) -> None:
    """What people see and logs keep holds no secret."""
    for opening in (open_database, open_reader):
        with pytest.raises(Refusal) as refused:
            opening(f"postgresql://clerk:secret@localhost:1/{address}")
        assert (refused.value.code, "secret" in f"{refused.value.sentence} {refused.value.remedy}") == (code, False)


def test_a_restored_dump_goes_on_where_it_was_taken(postgres: Postgres) -> None:
    """The database keeps its name and the order of its arrivals, knows less than its halls, and enters what they send again."""
    address, restored = postgres.database(), postgres.database()
    database = PostgresIntakeDatabase(address)
    Ledger(database).enter([rows([1, 2, 3])], RECEIVED_AT)
    dump = subprocess.run([program("pg_dump"), "--format=custom", address], capture_output=True, check=True).stdout
    Ledger(database).enter([rows([4, 5])], RECEIVED_AT)
    subprocess.run([program("pg_restore"), "--dbname", restored], input=dump, check=True)
    again = PostgresIntakeDatabase(restored)
    Ledger(again).enter([said(hello(record=(5, 5, 1)))], RECEIVED_AT)
    known = answers(restored, "SELECT through FROM lanes")
    Ledger(again).enter([rows([4, 5])], RECEIVED_AT)

    assert (again.centre, known) == (database.centre, [(3,)])
    lanes = "SELECT hall, through, head FROM lanes"
    assert answers(restored, lanes) == answers(address, lanes)
    assert answers(restored, "SELECT seq FROM facts ORDER BY arrival") == [(seq,) for seq in range(1, 6)]
    database.close()
    again.close()


def test_no_hall_can_spoil_the_view_of_facts(postgres: Postgres) -> None:
    """Times and corrections that PostgreSQL would stumble over for everybody who reads are rejected or let go."""
    address = postgres.database()
    database = PostgresIntakeDatabase(address)
    times = (
        "2026-11-23T09:14:03+23:59",
        "2026-W48-1T09:14:03+00:00",
        "20261123T091403+0000",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
    )
    sent = [loose(seq, time=time, clock="unset") for seq, time in enumerate(times, 1)]
    for seq, offset_ms in enumerate((2**52, True, 36_525 * 86_400_000), len(sent) + 1):
        told = {"bootid": "b0010001", "offset_ms": offset_ms}
        sent.append(loose(seq, type="id.balai.clock.corrected.v1", data=told))
    Ledger(database).enter([arrived(plain(*sent))], RECEIVED_AT)
    database.close()

    assert answers(address, "SELECT seq FROM events WHERE verdict <> 'accepted' ORDER BY seq") == [(1,), (2,), (3,)]
    assert len(answers(address, "SELECT corrected_time FROM facts")) == 5


def test_letters_that_a_database_cannot_hold_are_rejected_and_do_not_stop_the_lane(postgres: Postgres) -> None:
    """A NUL in a text would be refused by PostgreSQL for ever: the event gets its verdict instead."""
    address = postgres.database()
    database = PostgresIntakeDatabase(address)
    Ledger(database).enter([arrived(plain(loose(1, subject="a\0b"), loose(2, data={"a": "\0"}), loose(3)))], RECEIVED_AT)
    database.close()

    assert answers(address, "SELECT seq, verdict FROM events ORDER BY seq") == [(1, "schema"), (2, "accepted"), (3, "accepted")]
