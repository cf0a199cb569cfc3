"""The order that the intake keeps: commit, receipts, acknowledgement. A deterministic broker, real SQLite."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from gateway.mqtt.ports import Disconnected, Message, Received
from gateway.relay.batches import pack
from gateway.relay.receipts import Receipt, Refused, decode_answer
from gateway.relay.topics import Topics, intake_filters
from provisioning.centre import reading
from provisioning.centre.intake import Intake
from provisioning.centre.model import LaneKey
from provisioning.centre.opening import open_database
from provisioning.centre.sqlite_database import SqliteIntakeDatabase
from tests.support.arrivals import EPOCH, HALL, batch, envelope, hello, loose, plain
from tests.support.broker import FakeBroker, FakeConnection
from tests.support.clock import FakeClock

TOPICS = Topics(HALL)


class PluggedDatabase(SqliteIntakeDatabase):
    """A database whose commit fails as often as ``failures`` says, like a full disk."""

    failures = 0

    def _commit(self) -> None:
        if self.failures:
            self.failures -= 1
            self._connection.execute("INSERT INTO no_such_table VALUES (1)")
        super()._commit()


class Killed(Exception):
    """The process ends here."""


class DyingConnection(FakeConnection):
    """A connection whose process is killed when it wants to say something."""

    def publish(self, message: Message) -> int | None:
        """Die."""
        raise Killed


class Centre:
    """An intake, and a hall's connection to the same broker."""

    def __init__(self, folder: Path) -> None:
        self.broker = FakeBroker(Random(1))
        self.database = PluggedDatabase(folder / "centre.db")
        self.intake = self.new_intake()
        self.hall: FakeConnection = self.broker.connection(f"{HALL}-7f3a90c2", session_s=60)
        self.hall.subscribe([TOPICS.receipt])
        self.hall.start()

    def new_intake(self) -> Intake:
        """Return an intake that has just been started."""
        connection = self.broker.connection("intake", session_s=60)
        intake = Intake(self.database, connection, FakeClock(), "balai/v1")
        connection.start()
        return intake

    def send(self, payload: bytes, topic: str = TOPICS.up("record")) -> None:
        """Publish as the hall."""
        self.hall.publish(Message(topic, payload))

    def answers(self) -> list[Receipt | Refused]:
        """What the hall has heard since it last listened."""
        return answers(self.hall)

    @property
    def unacknowledged(self) -> int:
        """How many messages the broker still keeps for the intake."""
        return len(self.broker.sessions["intake"].unacknowledged)

    @property
    def through(self) -> list[int]:
        """How far the lanes have come."""
        return [row[0] for row in self.database._connection.execute("SELECT through FROM lanes")]


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    """Return a centre and a hall that are connected."""
    made = Centre(tmp_path)
    yield made
    made.database.close()


def answers(hall: FakeConnection) -> list[Receipt | Refused]:
    """Return what a hall has heard since it last listened."""
    heard = []
    while not hall.happenings.empty():
        happening = hall.happenings.get_nowait()
        if isinstance(happening, Received):
            heard.append(decode_answer(happening.payload))
    return heard


def throughs(answers: list[Receipt | Refused]) -> list[int]:
    """Return what receipts confirm."""
    return [answer.through for answer in answers if isinstance(answer, Receipt)]


def test_a_batch_is_committed_answered_and_acknowledged(centre: Centre) -> None:
    """After one step the rows are here, the hall has its receipt, and the broker may forget."""
    centre.send(batch([1, 2]))
    before = centre.unacknowledged
    centre.intake.step(0)

    assert (before, centre.unacknowledged, centre.through, throughs(centre.answers())) == (1, 0, [2], [2])


def test_batches_that_wait_together_share_one_commit_and_one_receipt(centre: Centre) -> None:
    """A backlog costs as few commits as possible."""
    for seq in range(1, 21):
        centre.send(batch([seq]))
    centre.intake.step(0)

    assert (centre.through, throughs(centre.answers()), centre.unacknowledged) == ([20], [20], 0)


def test_a_group_ends_before_it_fills_the_memory(centre: Centre) -> None:
    """However many large messages wait, a commit holds few of them; the rest follows."""
    for seq in range(1, 13):
        centre.send(plain(loose(seq, data={"noise": "x" * 40_000})))
    centre.intake.step()
    first = centre.through
    centre.intake.step()

    assert (first, centre.through) == ([7], [12])


def test_a_group_ends_by_what_its_rows_hold(centre: Centre) -> None:
    """Batches that are small on the wire and thousands of rows do not come into one commit in any number."""
    for first in range(1, 24_001, 2000):
        events = [envelope(seq, subject="ticket/" + "x" * 190, uptime=f"{first}.120") for seq in range(first, first + 2000)]
        centre.send(pack(events, limit=2000).payload)
    waiting = centre.unacknowledged
    centre.intake.step()
    first_group = centre.through
    centre.intake.step()

    assert waiting == 12
    assert (first_group, centre.through) == ([14_000], [24_000])


def test_a_full_disk_answers_nothing_and_is_tried_again(centre: Centre, caplog: pytest.LogCaptureFixture) -> None:
    """What the database does not take is neither confirmed nor acknowledged; it is entered when there is room. The log has one sentence."""
    centre.database.failures = 2
    centre.send(batch([1]))
    rests_s = [centre.intake.step(0), centre.intake.step(0)]
    refused = (centre.through, centre.answers(), centre.unacknowledged)
    centre.intake.step(0)

    told = [(record.getMessage().split()[0], record.exc_info) for record in caplog.records if record.levelname == "ERROR"]
    assert (rests_s, refused) == ([1.0, 1.0], ([], [], 1))
    assert told == [("event=storage-failed", None)]
    assert (centre.through, throughs(centre.answers()), centre.unacknowledged) == ([1], [1], 0)


def test_an_intake_that_died_after_its_commit_answers_when_the_broker_sends_again(centre: Centre) -> None:
    """The receipt that was never sent is sent for the duplicate; nothing is entered twice."""
    centre.broker.made[0].stop()
    dying = DyingConnection(centre.broker, "intake", 60, None)
    intake = Intake(centre.database, dying, FakeClock(), "balai/v1")
    dying.start()
    centre.send(batch([1, 2]))
    with pytest.raises(Killed):
        intake.step(0)
    left = (centre.through, throughs(centre.answers()), centre.unacknowledged)
    dying.lose()
    centre.new_intake().step(0)

    assert left == ([2], [], 1)
    assert (centre.through, throughs(centre.answers()), centre.unacknowledged) == ([2], [2], 0)


def test_a_lost_connection_forgets_what_the_broker_will_send_again(centre: Centre) -> None:
    """Messages of an ended connection are not acknowledged on the next one, where their numbers mean others."""
    centre.database.failures = 1
    centre.send(batch([1]))
    centre.intake.step(0)
    centre.broker.made[0].told(Disconnected("broker-unreachable", "sambungan putus"))
    centre.intake.step(0)

    assert (centre.intake._waiting, centre.intake.connected, centre.through) == ([], False, [])


def test_garbage_is_refused_and_acknowledged(centre: Centre) -> None:
    """A payload that nobody can read does not come for ever."""
    centre.send(b"\xff\x00")
    centre.intake.step(0)

    assert [type(answer) for answer in centre.answers()] == [Refused]
    assert centre.unacknowledged == 0


@pytest.mark.parametrize("letter", ["\ud800", "a\0b"])
def test_what_the_database_can_never_hold_stops_nobody(address: str, monkeypatch: pytest.MonkeyPatch, letter: str) -> None:
    """A fault of ours that lets a strange letter through costs that payload, which is refused, and not every hall's lanes."""
    monkeypatch.setattr(reading, "SCHEMA", letter)
    broker = FakeBroker(Random(1))
    hall = broker.connection(HALL)
    hall.subscribe([TOPICS.receipt])
    hall.start()
    with closing(open_database(address)) as database:
        intake = Intake(database, broker.connection("intake", session_s=60), FakeClock(), "balai/v1")
        broker.made[-1].start()
        hall.publish(Message(TOPICS.presence, b'{"state":"online"}'))
        for event in (loose(2), loose(1, time=7), loose(3)):
            hall.publish(Message(TOPICS.up("record"), plain(event)))
        intake.step(0)
        with database.reading() as tx:
            entered = [link.seq for link in tx.links(LaneKey(HALL, EPOCH, "record"), 0)]
            online = tx.overview(FakeClock().now()).halls["online"]
    kinds = Counter(type(answer) for answer in answers(hall))

    if address.startswith("sqlite") and letter == "a\0b":
        assert entered == [1, 2, 3], "SQLite holds a NUL"
    else:
        assert (entered, kinds) == ([2, 3], {Refused: 1, Receipt: 1})
    assert (broker.sessions["intake"].unacknowledged, online) == ({}, 1)


def test_a_hello_is_answered_with_its_nonce(centre: Centre) -> None:
    """The hall learns where the centre stands, even of lanes of which nothing has come."""
    centre.send(batch([1, 2, 3]))
    centre.send(hello("n5", record=(9, 1, 1), bulk=(0, 0, 1)), TOPICS.hello)
    centre.intake.step(0)

    nonces = [(answer.lane, answer.hello, answer.through) for answer in centre.answers() if isinstance(answer, Receipt)]
    assert nonces == [("record", "n5", 3), ("bulk", "n5", 0), ("record", "", 3)]


def test_a_message_on_a_strange_topic_is_let_go(centre: Centre) -> None:
    """Nothing is entered, nothing answered, and the broker does not send it for ever."""
    centre.send(batch([1]), f"balai/v1/{HALL}/up/strange")
    centre.intake.step(0)

    assert (centre.through, centre.answers(), centre.unacknowledged) == ([], [], 0)


def test_the_intake_hears_every_hall(centre: Centre) -> None:
    """It subscribes to the batches, hellos and presences of all, and to nothing else."""
    assert centre.broker.made[0].filters == (*intake_filters("balai/v1"), "balai/v1/+/presence")
