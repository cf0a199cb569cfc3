"""What every connection to a broker promises: paho against a real Mosquitto on both versions, and the fake broker."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Protocol

import pytest

from gateway.mqtt.address import BrokerAddress
from gateway.mqtt.connection import PahoConnection
from gateway.mqtt.connection import Protocol as MqttVersion
from gateway.mqtt.ports import Acknowledged, Connected, Connection, Disconnected, Happening, Message, Received
from gateway.mqtt.session import Habits
from tests.support.broker import FakeBroker
from tests.support.mosquitto import Mosquitto

LIMIT_S = 15.0


class Place(Protocol):
    """A broker in which connections can be made."""

    tells_unheard: bool
    """Whether it says that nobody has subscribed to what it was given: MQTT 5 alone can."""

    def connect(self, client_id: str, *, session_s: int = 0, will: Message | None = None) -> Connection:
        """Return a connection that is not started yet."""

    def restart(self) -> None:
        """End the broker and start it again."""


class RealPlace:
    """A real Mosquitto."""

    def __init__(self, folder: Path, protocol: MqttVersion) -> None:
        self.broker = Mosquitto(folder)
        self.protocol = protocol
        self.tells_unheard = protocol != "3.1.1"
        self.made: list[PahoConnection] = []

    def connect(self, client_id: str, *, session_s: int = 0, will: Message | None = None) -> Connection:
        """Return a connection that is not started yet."""
        habits = Habits(client_id, session_s=session_s)
        address = BrokerAddress.parse(self.broker.address)
        connection = PahoConnection(
            address,
            habits,
            will=will,
            protocol=self.protocol,
            retry_s=(0.05, 0.2),
            randomness=Random(1),
        )
        self.made.append(connection)
        return connection

    def restart(self) -> None:
        """End the broker and start it again."""
        self.broker.stop()
        self.broker.start()


class FakePlace:
    """The fake broker of the simulations."""

    def __init__(self) -> None:
        self.broker = FakeBroker(Random(1))
        self.tells_unheard = self.broker.tells_unheard = True
        self.made: list[Connection] = []

    def connect(self, client_id: str, *, session_s: int = 0, will: Message | None = None) -> Connection:
        """Return a connection that is not started yet."""
        return self.broker.connection(client_id, session_s=session_s, will=will)

    def restart(self) -> None:
        """End the broker and start it again."""
        self.broker.stop()
        self.broker.start()


@pytest.fixture(params=["fake", "5", "3.1.1", "auto"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """Every kind of broker connection."""
    if request.param == "fake":
        yield FakePlace()
        return
    real = RealPlace(tmp_path / "broker", request.param)
    with real.broker:
        yield real
        for connection in real.made:
            connection.stop()


def expect(connection: Connection, wanted: Callable[[Happening], bool]) -> Happening:
    """Return the first happening that is wanted; those before it are dropped."""
    while True:
        try:
            happening = connection.happenings.get(timeout=LIMIT_S)
        except queue.Empty:
            raise AssertionError("it never happened") from None
        if wanted(happening):
            return happening


def is_a(kind: type[Happening]) -> Callable[[Happening], bool]:
    """Want a happening of a kind."""
    return lambda happening: isinstance(happening, kind)


def connected(connection: Connection) -> Connection:
    """Start a connection and wait until the broker has accepted it."""
    connection.start()
    expect(connection, is_a(Connected))
    return connection


def listening(connection: Connection) -> Connection:
    """Start a connection and wait until the broker knows its subscriptions: it takes what one client sends in order."""
    connected(connection).publish(Message("ready", b""))
    expect(connection, is_a(Acknowledged))
    return connection


def test_a_publish_is_acknowledged_by_its_handle(place: Place) -> None:
    """The broker's answer names the handle that publish returned."""
    hall = connected(place.connect("hall"))

    handle = hall.publish(Message("a/b", b"x"))

    assert expect(hall, is_a(Acknowledged)) == Acknowledged(handle or 0, "", unheard=place.tells_unheard)
    hall.stop()


def test_what_somebody_listens_to_is_not_unheard(place: Place) -> None:
    """Also not while its subscriber is away with a session that the broker keeps."""
    centre = place.connect("centre", session_s=3600)
    centre.subscribe(["a/+"])
    listening(centre)
    hall = connected(place.connect("hall"))
    unheard = []
    for _ in range(2):
        hall.publish(Message("a/b", b"x"))
        answer = expect(hall, is_a(Acknowledged))
        unheard.append(isinstance(answer, Acknowledged) and answer.unheard)
        centre.stop()

    assert unheard == [False, False]
    hall.stop()


def test_a_message_reaches_a_subscriber(place: Place) -> None:
    """What one publishes another receives, topic and payload unchanged."""
    centre = place.connect("centre")
    centre.subscribe(["a/+"])
    listening(centre)
    hall = connected(place.connect("hall"))

    hall.publish(Message("a/b", b"\x00\xff"))

    received = expect(centre, is_a(Received))
    assert isinstance(received, Received)
    assert (received.topic, received.payload, received.retain) == ("a/b", b"\x00\xff", False)
    hall.stop()
    centre.stop()


def test_nothing_is_kept_while_not_connected(place: Place) -> None:
    """A publish before the connection returns None and is never sent later."""
    centre = place.connect("centre")
    centre.subscribe(["a/#"])
    listening(centre)
    hall = place.connect("hall")

    assert hall.publish(Message("a/lost", b"1")) is None
    connected(hall)
    hall.publish(Message("a/kept", b"2"))

    received = expect(centre, is_a(Received))
    assert isinstance(received, Received)
    assert received.topic == "a/kept"
    hall.stop()
    centre.stop()


def test_an_unacknowledged_message_comes_again(place: Place) -> None:
    """A message that was not acknowledged is delivered again to the same client's next connection."""
    centre = place.connect("centre", session_s=3600)
    centre.subscribe(["a/b"])
    listening(centre)
    hall = connected(place.connect("hall"))
    hall.publish(Message("a/b", b"1"))
    expect(centre, is_a(Received))

    centre.stop()
    again = place.connect("centre", session_s=3600)
    again.subscribe(["a/b"])
    again.start()

    received = expect(again, is_a(Received))
    assert isinstance(received, Received)
    assert received.payload == b"1"
    again.acknowledge(received)
    again.stop()
    hall.stop()


def test_a_lost_connection_is_made_again(place: Place) -> None:
    """After the broker has gone and come back the connection says so and works, without being asked."""
    hall = connected(place.connect("hall"))

    place.restart()

    expect(hall, is_a(Disconnected))
    expect(hall, is_a(Connected))
    assert isinstance(hall.state, Connected)
    assert hall.publish(Message("a/b", b"x")) is not None
    hall.stop()


def test_a_retained_message_waits_for_those_who_come_later(place: Place) -> None:
    """A retained message is given to a later subscriber, marked as retained."""
    hall = connected(place.connect("hall"))
    hall.publish(Message("a/presence", b"here", retain=True))
    expect(hall, is_a(Acknowledged))
    centre = place.connect("centre")
    centre.subscribe(["a/+"])
    connected(centre)

    received = expect(centre, is_a(Received))
    assert isinstance(received, Received)
    assert (received.payload, received.retain) == (b"here", True)
    hall.stop()
    centre.stop()


def test_every_message_that_was_taken_is_acknowledged_once(place: Place) -> None:
    """However fast one publishes, each handle is answered exactly once and what does not fit is not taken."""
    hall = connected(place.connect("hall"))

    handles = [handle for _ in range(2000) if (handle := hall.publish(Message("a/b", b"x"))) is not None]

    answers = [expect(hall, is_a(Acknowledged)) for _ in handles]
    assert sorted(answers, key=repr) == sorted(
        [Acknowledged(handle, "", unheard=place.tells_unheard) for handle in handles], key=repr
    )
    hall.stop()


def test_stopping_twice_is_harmless(place: Place) -> None:
    """A connection can be stopped again, and before it was started."""
    hall = place.connect("hall")
    hall.stop()
    connected(hall)
    hall.stop()
    hall.stop()

    assert hall.publish(Message("a/b", b"x")) is None


def test_whoever_is_away_is_not_brought_back_by_others(place: Place) -> None:
    """While the block runs nothing connects, whoever starts; afterwards the connection is another one."""
    hall = connected(place.connect("hall"))
    before = hall.state

    with hall.away():
        hall.start()
        during = (isinstance(hall.state, Disconnected), hall.publish(Message("a/b", b"x")))
    expect(hall, is_a(Connected))

    assert during == (True, None)
    assert hall.state is not before
    hall.stop()


def test_an_act_that_fails_while_away_is_come_back_from(place: Place) -> None:
    """The connection is made again, whatever happened in the block."""
    hall = connected(place.connect("hall"))

    with pytest.raises(ZeroDivisionError), hall.away():
        raise ZeroDivisionError
    expect(hall, is_a(Connected))
    hall.stop()


def test_a_connection_can_be_aimed_at_another_broker(tmp_path: Path) -> None:
    """It ends, and is made there, by the version that was asked for."""
    with Mosquitto(tmp_path / "one") as one, Mosquitto(tmp_path / "two") as two:
        hall = PahoConnection(BrokerAddress.parse(one.address), Habits("hall"), retry_s=(0.05, 0.2), randomness=Random(1))
        connected(hall)
        hall.aim(BrokerAddress.parse(two.address), "3.1.1")
        there = expect(hall, is_a(Connected))
        one.stop()

        assert there == Connected(False, "3.1.1")
        assert hall.publish(Message("a/b", b"x")) is not None
        hall.stop()
