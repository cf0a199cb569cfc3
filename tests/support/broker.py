"""A deterministic broker in memory, with the habits of real ones: it loses, doubles, reorders and falls silent.

By default every message arrives at once. With ``held=True`` everything waits on the wire until the
test lets it through with ``deliver``, in an order and with faults that the seed decides.
"""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random

from gateway.mqtt.ports import Acknowledged, Connected, Disconnected, Happening, Message, Received

WINDOW = 20


@dataclass
class Faults:
    """How likely each fault is, per message on the wire, from 0 to 1."""

    loss: float = 0.0
    """The broker acknowledges a message and forgets it."""
    unacknowledged: float = 0.0
    """A PUBACK never arrives."""
    duplication: float = 0.0
    """A message is delivered twice."""
    reordering: float = 0.0
    """A later message overtakes."""


@dataclass
class _Session:
    filters: tuple[str, ...] = ()
    unacknowledged: dict[int, Message] = field(default_factory=dict)
    waiting: list[Message] = field(default_factory=list)


class FakeBroker:
    """The broker. ``stop`` and ``start`` cut every connection and let them come back."""

    def __init__(self, randomness: Random, *, held: bool = False, faults: Faults | None = None) -> None:
        self.randomness = randomness
        self.faults = faults or Faults()
        self.held = held
        self.up = True
        self.silent = False
        """Takes everything and answers nothing."""
        self.tells_unheard = False
        """Whether it says, as an MQTT 5 broker does, that it has nobody to give a message to."""
        self.refusing = ""
        """Why it takes no message now, or empty: its quota is used up, its disk is full."""
        self.retained: dict[str, Message] = {}
        self.sessions: dict[str, _Session] = {}
        self.published: list[Message] = []
        self.made: list[FakeConnection] = []
        self._connections: dict[str, FakeConnection] = {}
        self._wire: list[Callable[[], None]] = []
        self._count = 0

    def connection(self, client_id: str, *, session_s: int = 0, will: Message | None = None) -> FakeConnection:
        """Return a connection that is not started yet."""
        return FakeConnection(self, client_id, session_s, will)

    def stop(self) -> None:
        """Go away: every connection ends, what is on the wire is lost, wills are published."""
        self.up = False
        self._wire.clear()
        for connection in list(self._connections.values()):
            connection.lose()
            self._leave(connection, kindly=False)

    def start(self) -> None:
        """Come back; everybody who was there connects again. Sessions are kept."""
        self.up = True
        for connection in self.made:
            if connection.wanted:
                self.join(connection)

    def forget(self) -> None:
        """Lose every session's messages, as a broker killed before its autosave."""
        for session in self.sessions.values():
            session.waiting.clear()
            session.unacknowledged.clear()

    def deliver(self, count: int = 1) -> int:
        """Let ``count`` things on the wire arrive; return how many did."""
        done = 0
        while self._wire and done < count and not self.silent:
            later = self.randomness.random() < self.faults.reordering
            index = self.randomness.randrange(len(self._wire)) if later else 0
            self._wire.pop(index)()
            done += 1
        return done

    @property
    def on_wire(self) -> int:
        """How much waits to be delivered."""
        return len(self._wire)

    def join(self, connection: FakeConnection) -> None:
        """Accept a connection, or refuse it while down."""
        if not self.up:
            connection.told(Disconnected("broker-unreachable", "tidak ada program yang mendengar di port itu"))
            return
        former = self._connections.get(connection.client_id)
        if former is not None and former is not connection:
            former.lose()
        present = connection.client_id in self.sessions and connection.session_s > 0
        session = self.sessions[connection.client_id] if present else _Session()
        self.sessions[connection.client_id] = session
        session.filters = connection.filters
        self._connections[connection.client_id] = connection
        connection.open = True
        connection.told(Connected(present, "5"))
        again = [*session.unacknowledged.values(), *session.waiting]
        session.unacknowledged.clear()
        session.waiting.clear()
        for topic, message in self.retained.items():
            if any(matches(each, topic) for each in session.filters):
                self._give(connection, message, retain=True)
        for message in again:
            self._give(connection, message)

    def leave(self, connection: FakeConnection) -> None:
        """Let a connection go that has said goodbye."""
        self._leave(connection, kindly=True)

    def take(self, connection: FakeConnection, handle: int, message: Message) -> None:
        """Receive a publish."""
        self._later(lambda: self._arrive(connection, handle, message))

    def acknowledged(self, client_id: str, number: int) -> None:
        """Forget a message that its receiver has."""
        if client_id in self.sessions:
            self.sessions[client_id].unacknowledged.pop(number, None)

    def _arrive(self, connection: FakeConnection, handle: int, message: Message) -> None:
        self.published.append(message)
        if self.refusing:
            self._later(lambda: connection.answered(handle, self.refusing))
            return
        unheard = self.tells_unheard and not message.retain and not self._takers(message.topic)
        if self.randomness.random() >= self.faults.unacknowledged:
            self._later(lambda: connection.answered(handle, unheard=unheard))
        if self.randomness.random() < self.faults.loss:
            return
        if message.retain:
            self.retained[message.topic] = message
        for client_id in self._takers(message.topic):
            session = self.sessions[client_id]
            receiver = self._connections.get(client_id)
            if receiver is None:
                session.waiting.append(message)
                continue
            self._give(receiver, message)
            if self.randomness.random() < self.faults.duplication:
                self._give(receiver, message)

    def _takers(self, topic: str) -> list[str]:
        """Return who gets a message: everybody who asked for it, and of each group that shares one, somebody."""
        groups: dict[str, list[str]] = {}
        for client_id, session in self.sessions.items():
            for each in session.filters:
                share, _, plain = each.removeprefix("$share/").partition("/") if each.startswith("$share/") else ("", "", each)
                if matches(plain, topic):
                    groups.setdefault(share or f"/{client_id}", []).append(client_id)
                    break
        connected = {group: [one for one in members if one in self._connections] for group, members in groups.items()}
        return [self._one_of(connected[group] or members) for group, members in groups.items()]

    def _one_of(self, members: list[str]) -> str:
        return members[0] if len(members) == 1 else self.randomness.choice(members)

    def _give(self, connection: FakeConnection, message: Message, *, retain: bool = False) -> None:
        self._count += 1
        number = self._count
        session = self.sessions[connection.client_id]
        if message.qos:
            session.unacknowledged[number] = message
        received = Received(message.topic, message.payload, retain, (connection.client_id, number))
        self._later(lambda: connection.told(received))

    def _leave(self, connection: FakeConnection, *, kindly: bool) -> None:
        if self._connections.get(connection.client_id) is not connection:
            return
        del self._connections[connection.client_id]
        if connection.session_s == 0:
            self.sessions.pop(connection.client_id, None)
        if connection.will and not kindly and connection.will.retain:
            self.retained[connection.will.topic] = connection.will

    def _later(self, act: Callable[[], None]) -> None:
        if self.held or self.silent:
            self._wire.append(act)
        else:
            act()


class FakeConnection:
    """Implements gateway.mqtt.ports.Connection on a FakeBroker."""

    def __init__(self, broker: FakeBroker, client_id: str, session_s: int, will: Message | None) -> None:
        self.client_id = client_id
        self.session_s = session_s
        self.will = will
        self.filters: tuple[str, ...] = ()
        self.open = False
        self.happenings: queue.SimpleQueue[Happening] = queue.SimpleQueue()
        self.state: Connected | Disconnected | None = None
        self.starts = 0
        self._broker = broker
        self._wakes: list[Callable[[], None]] = []
        self._under_way: set[int] = set()
        self._handle = 0
        self.wanted = False
        self.is_away = False
        broker.made.append(self)

    def start(self) -> None:
        """Connect at once when the broker is up. Starting again is harmless."""
        self.starts += 1
        if not self.wanted and not self.is_away:
            self.wanted = True
            self._broker.join(self)

    def stop(self, timeout_s: float = 2.0) -> None:
        """Say goodbye."""
        self.wanted = False
        self.open = False
        self._under_way.clear()
        self._broker.leave(self)

    def rename(self, client_id: str, will: Message | None) -> None:
        """Leave, and come back under another name."""
        if client_id == self.client_id:
            return
        self._broker.leave(self)
        self.lose()
        self.client_id, self.will = client_id, will
        if self.wanted:
            self._broker.join(self)

    @contextmanager
    def away(self) -> Iterator[None]:
        """Be disconnected while the block runs, whoever starts meanwhile; afterwards connect anew."""
        self.lose()
        self.stop()
        self.is_away = True
        try:
            yield
        finally:
            self.is_away = False
            self.start()

    def publish(self, message: Message) -> int | None:
        """Hand a message to the broker, or return None when it cannot go now."""
        if not self.open or len(self._under_way) >= WINDOW:
            return None
        self._handle += 1
        self._under_way.add(self._handle)
        self._broker.take(self, self._handle, message)
        return self._handle

    def acknowledge(self, received: Received) -> None:
        """Tell the broker that a received message is safe."""
        match received.receipt:
            case (str(client_id), int(number)):
                self._broker.acknowledged(client_id, number)
            case strange:
                raise TypeError(strange)

    def subscribe(self, filters: Sequence[str]) -> None:
        """Subscribe, now and after each reconnect."""
        self.filters = (*self.filters, *filters)

    def watch(self, wake: Callable[[], None]) -> None:
        """Call ``wake`` after every happening."""
        self._wakes.append(wake)

    def told(self, happening: Happening) -> None:
        """Record what happened on the wire."""
        if isinstance(happening, Received) and not self.open:
            return
        if isinstance(happening, Connected | Disconnected):
            self.state = happening
        self.happenings.put(happening)
        for wake in self._wakes:
            wake()

    def answered(self, handle: int, refused: str = "", *, unheard: bool = False) -> None:
        """Receive a PUBACK."""
        if handle in self._under_way and self.open:
            self._under_way.discard(handle)
            self.told(Acknowledged(handle, refused, unheard=unheard))

    def lose(self) -> None:
        """Vanish: what was under way is forgotten."""
        if self.open:
            self.open = False
            self._under_way.clear()
            self.told(Disconnected("broker-unreachable", "sambungan putus"))


def matches(pattern: str, topic: str) -> bool:
    """Tell whether an MQTT filter takes a topic."""
    want, have = pattern.split("/"), topic.split("/")
    for index, level in enumerate(want):
        if level == "#":
            return True
        if index >= len(have) or level not in {"+", have[index]}:
            return False
    return len(want) == len(have)
