"""Several intakes share one PostgreSQL and one real Mosquitto, and die at random: processes, as the regency runs them."""

from __future__ import annotations

import queue
import re
from collections import Counter
from pathlib import Path
from random import Random

import psycopg
from click.testing import CliRunner

from gateway.mqtt.address import BrokerAddress
from gateway.mqtt.connection import PahoConnection
from gateway.mqtt.ports import Message, Received
from gateway.mqtt.session import Habits
from gateway.relay.receipts import Receipt, decode_answer
from gateway.relay.topics import Topics
from provisioning.centre.ledger import Ledger
from provisioning.centre.sqlite_database import SqliteIntakeDatabase
from provisioning.cli import main
from tests.support.arrivals import RECEIVED_AT, batch, rows
from tests.support.intake_process import IntakeProcess
from tests.support.mosquitto import Mosquitto
from tests.support.postgres import Postgres
from tests.support.waiting import until

HALLS = ("3510012001", "3510012002", "3510012003")
CHUNK = 40
CHUNKS = 8
PATIENCE_S = 1.0
TRIES = 30


class Hall:
    """A hall that sends a chunk of its events, in batches, again and again until its receipt has come."""

    def __init__(self, broker: str, name: str) -> None:
        self.name = name
        self._topics = Topics(name)
        self._connection = PahoConnection(BrokerAddress.parse(broker), Habits(f"{name}-7f3a90c2"), retry_s=(0.1, 0.5))
        self._connection.subscribe([self._topics.receipt])
        self._connection.start()
        assert until(lambda: self._connection.state is not None)

    def send(self, last: int) -> None:
        """Publish the chunk that ends with ``last``, in four batches."""
        for first in range(last - CHUNK + 1, last + 1, CHUNK // 4):
            self._connection.publish(Message(self._topics.up("record"), batch(range(first, first + CHUNK // 4), hall=self.name)))

    def deliver(self, last: int) -> None:
        """Return once the centre has confirmed everything up to ``last``."""
        for _ in range(TRIES):
            if self._hears(last):
                return
            self.send(last)
        raise AssertionError(f"{self.name} was never told that {last} has arrived")

    def _hears(self, through: int) -> bool:
        while True:
            try:
                happening = self._connection.happenings.get(timeout=PATIENCE_S)
            except queue.Empty:
                return False
            if isinstance(happening, Received):
                self._connection.acknowledge(happening)
                answer = decode_answer(happening.payload)
                if isinstance(answer, Receipt) and answer.through >= through:
                    return True

    def stop(self) -> None:
        """Say goodbye."""
        self._connection.stop()


def test_two_intakes_of_which_one_dies_at_random_enter_every_event_once(postgres: Postgres, tmp_path: Path) -> None:
    """Nothing is lost, nothing is entered twice, both have worked, and each lane has the head that its order alone gives."""
    randomness = Random(11)
    address = postgres.database()
    with Mosquitto(tmp_path / "broker") as broker:
        intakes = [IntakeProcess(broker.address, address, "--share", "centre") for _ in range(2)]
        for intake in intakes:
            intake.start()
        halls = [Hall(broker.address, name) for name in HALLS]
        deaths = 0
        for last in range(CHUNK, CHUNKS * CHUNK + 1, CHUNK):
            for hall in halls:
                hall.send(last)
            if randomness.random() < 0.6:
                victim = randomness.choice(intakes)
                victim.kill()
                victim.start(wait=False)
                deaths += 1
            for hall in halls:
                hall.deliver(last)
        for hall in halls:
            hall.stop()
        for intake in intakes:
            intake.await_connection()
        codes = [intake.stop() for intake in intakes]

    everything = CHUNK * CHUNKS
    alone = SqliteIntakeDatabase(tmp_path / "alone.db")
    Ledger(alone).enter([rows(range(1, everything + 1), hall=name) for name in HALLS], RECEIVED_AT)
    lanes = "SELECT hall, through, head, gap_at FROM lanes ORDER BY hall"
    expected = alone._connection.execute(lanes).fetchall()
    alone.close()
    with psycopg.connect(address) as connection:
        assert connection.execute(lanes).fetchall() == expected
        assert connection.execute("SELECT count(*), count(DISTINCT (hall, seq)) FROM facts").fetchone() == (
            len(HALLS) * everything,
            len(HALLS) * everything,
        )
        assert connection.execute("SELECT count(*) FROM conflicts").fetchone() == (0,)
    assert (deaths > 1, codes) == (True, [0, 0])


def test_each_intake_of_a_share_gets_a_part(postgres: Postgres, tmp_path: Path) -> None:
    """The broker hands each message to one of them, so that none sees all."""
    address = postgres.database()
    with Mosquitto(tmp_path / "broker") as broker:
        share = ("--share", "centre")
        with IntakeProcess(broker.address, address, *share), IntakeProcess(broker.address, address, *share):
            hall = Hall(broker.address, HALLS[0])
            for last in range(CHUNK, 4 * CHUNK + 1, CHUNK):
                hall.send(last)
            hall.deliver(4 * CHUNK)
            hall.stop()
        log = (broker.folder / "mosquitto.log").read_text()

    handed = Counter(re.findall(r"Sending PUBLISH to (intake-\S+) .*/up/record", log))
    assert (len(handed), min(handed.values()) > 0, sum(handed.values())) == (2, True, 16)


def test_a_share_needs_mqtt_5(tmp_path: Path) -> None:
    """On 3.1.1 a broker may take the name of a share for a topic that nobody writes to, and say nothing."""
    options = ("--broker", "mqtt://127.0.0.1:1", "--database", f"sqlite:///{tmp_path}/centre.db", "--share", "centre")
    result = CliRunner().invoke(main, ("centre", "intake", *options, "--protocol", "3.1.1"))

    assert (result.exit_code, "--share needs MQTT 5" in result.output, list(tmp_path.iterdir())) == (2, True, [])
