"""The intake as the regency runs it: a process, a real Mosquitto, killed and started again."""

from __future__ import annotations

import queue
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from gateway.mqtt.address import BrokerAddress
from gateway.mqtt.connection import PahoConnection, Protocol
from gateway.mqtt.ports import Connected, Message, Received
from gateway.mqtt.session import Habits
from gateway.mqtt.tls import Trust
from gateway.relay.receipts import Receipt, Refused, decode_answer
from gateway.relay.topics import Topics
from tests.support.arrivals import HALL, batch, hello
from tests.support.certificates import Authority
from tests.support.intake_process import IntakeProcess
from tests.support.mosquitto import Mosquitto, Tls

TOPICS = Topics(HALL)
LIMIT_S = 20.0


class Hall:
    """The hall's end of the wire, as bare as a test wants it."""

    def __init__(self, address: str, protocol: Protocol = "auto", trust: Trust | None = None) -> None:
        self._connection = PahoConnection(
            BrokerAddress.parse(address), Habits(f"{HALL}-7f3a90c2"), protocol=protocol, trust=trust, retry_s=(0.1, 0.5)
        )
        self._connection.subscribe([TOPICS.receipt])
        self._connection.start()
        assert isinstance(self._next(Connected), Connected)

    def send(self, payload: bytes, topic: str = TOPICS.up("record")) -> None:
        """Publish on a lane."""
        assert self._connection.publish(Message(topic, payload)) is not None

    def through(self, wanted: int) -> Receipt:
        """Return the first receipt that confirms ``wanted``."""
        while True:
            answer = self.answer()
            if isinstance(answer, Receipt) and answer.through >= wanted:
                return answer

    def answer(self) -> Receipt | Refused:
        """Return the next answer of the centre."""
        received = self._next(Received)
        assert isinstance(received, Received)
        self._connection.acknowledge(received)
        return decode_answer(received.payload)

    def _next(self, kind: type[Connected | Received]) -> object:
        while True:
            try:
                happening = self._connection.happenings.get(timeout=LIMIT_S)
            except queue.Empty:
                raise AssertionError(f"no {kind.__name__} within {LIMIT_S} s") from None
            if isinstance(happening, kind):
                return happening

    def stop(self) -> None:
        """Say goodbye."""
        self._connection.stop()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    """Return a running Mosquitto."""
    with Mosquitto(tmp_path / "broker") as running:
        yield running


def entered(database: Path) -> list[int]:
    """Return the numbers at the centre in their order."""
    connection = sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)
    try:
        return [seq for (seq,) in connection.execute("SELECT seq FROM events ORDER BY seq")]
    finally:
        connection.close()


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_batches_are_entered_and_answered_on_either_version(broker: Mosquitto, tmp_path: Path, protocol: Protocol) -> None:
    """Out of order, doubled, garbage between: the receipts confirm the contiguous numbers and refuse what is unreadable."""
    with IntakeProcess(broker.address, tmp_path / "centre.db", "--protocol", protocol) as intake:
        hall = Hall(broker.address, protocol)
        for payload in (batch([4, 5]), b"\xff\xfe", batch([1, 2]), batch([2, 3]), batch([4, 5])):
            hall.send(payload)
        receipt = hall.through(5)
        hall.send(hello("n1", record=(5, 0, 1)), TOPICS.hello)
        answered = hall.answer()
        while not (isinstance(answered, Receipt) and answered.hello == "n1"):
            answered = hall.answer()
        hall.stop()

        assert (entered(intake.database), answered.through, answered.head) == ([1, 2, 3, 4, 5], 5, receipt.head)
        assert intake.stop() == 0


def test_an_intake_killed_at_any_moment_enters_each_number_once(broker: Mosquitto, tmp_path: Path) -> None:
    """A hall that sends again until it has its receipt finds every number entered once, in order."""
    randomness = Random(7)
    intake = IntakeProcess(broker.address, tmp_path / "centre.db")
    intake.start()
    hall = Hall(broker.address)
    for start in range(1, 400, 40):
        for seq in range(start, start + 40, 4):
            hall.send(batch(range(seq, seq + 4)))
        if randomness.random() < 0.5:
            intake.kill()
            intake.start()
            hall.send(batch(range(start, start + 40)))
        hall.through(start + 39)
    hall.stop()
    intake.kill()

    assert entered(intake.database) == list(range(1, 401))


def test_a_halls_certificate_and_the_intakes_meet_over_tls(tmp_path: Path) -> None:
    """With the broker's ACL and client certificates on both sides the way is the same."""
    authority = Authority(tmp_path / "ca")
    mine, theirs = authority.sign("intake"), authority.sign(HALL)
    options = ("--ca-file", authority.certificate, "--certificate-file", mine.certificate, "--key-file", mine.key)
    with (
        Mosquitto(tmp_path / "broker", tls=Tls(authority)) as broker,
        IntakeProcess(broker.address, tmp_path / "centre.db", *map(str, options)),
    ):
        hall = Hall(broker.address, trust=Trust(authority.certificate, theirs.certificate, theirs.key))
        hall.send(batch([1, 2, 3]))

        assert hall.through(3).after == 0
        hall.stop()
