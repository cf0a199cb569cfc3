"""The one paho adapter: a connection to a broker that is made again, with jitter, for as long as it is wanted.

Promises: nothing is published while not connected, nothing waits in here to be sent later, a broker
that is silent, refuses or lies about itself is named as such, and the network thread dies of nothing.
"""

from __future__ import annotations

import logging
import queue
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Literal

from gateway.errors import Refusal
from gateway.mqtt import reasons
from gateway.mqtt.address import BrokerAddress
from gateway.mqtt.backoff import Backoff
from gateway.mqtt.ports import Connected, Disconnected, Happening, Message, Received
from gateway.mqtt.session import Habits, Session
from gateway.mqtt.tls import Credentials, Trust

log = logging.getLogger(__name__)

STEADY_S = 5.0
"""A connection that lasted so long was a good one: the next attempt waits the shortest time."""

AWAY_LIMIT_S = 12.0
"""So long an attempt that hangs may take to end: TCP and TLS have 5 s each."""
AWAY = Disconnected("broker-unreachable", "sedang menyambung ulang")

Protocol = Literal["auto", "5", "3.1.1"]


class PahoConnection:
    """A connection over paho-mqtt; implements gateway.mqtt.ports.Connection.

    The broker's nodes are tried in turn, in an order of its own, so that halls spread over them by themselves.
    ``will`` is what the broker says of us when we vanish; ``retry_s`` are the shortest and the longest
    wait between attempts in seconds. ``protocol`` ``auto`` speaks MQTT 5 and falls back to 3.1.1.
    """

    def __init__(
        self,
        address: BrokerAddress,
        habits: Habits,
        *,
        will: Message | None = None,
        trust: Credentials | None = None,
        protocol: Protocol = "auto",
        retry_s: tuple[float, float] = (1.0, 30.0),
        randomness: random.Random | None = None,
    ) -> None:
        self.address = address
        self.happenings: queue.SimpleQueue[Happening] = queue.SimpleQueue()
        self._habits = habits
        self._will = will
        self._trust: Credentials = trust or Trust()
        self._randomness = randomness or random.SystemRandom()
        self._backoff = Backoff(*retry_s, self._randomness)
        self._choose(address, protocol)
        self._filters: tuple[str, ...] = ()
        self._wakes: tuple[Callable[[], None], ...] = ()
        self._state: Connected | Disconnected | None = None
        self._session: Session | None = None
        self._generation = 0
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._turn = threading.Lock()
        self._is_away = False

    def _choose(self, address: BrokerAddress, protocol: Protocol) -> None:
        self.address = address
        self._auto = protocol == "auto"
        self._version = "5" if protocol == "auto" else protocol
        self._nodes = self._randomness.sample(address.nodes, len(address.nodes))

    @property
    def state(self) -> Connected | Disconnected | None:
        """How the connection is now; None before the first attempt has ended."""
        return self._state

    def start(self) -> None:
        """Begin to connect, or begin again when the network thread has died. Returns at once."""
        with self._turn:
            if self._is_away or (self._thread is not None and self._thread.is_alive()):
                return
            self._stopping = threading.Event()
            self._thread = threading.Thread(target=self._run, args=(self._stopping,), name="mqtt", daemon=True)
            self._thread.start()

    def stop(self, timeout_s: float = 2.0) -> None:
        """Say goodbye (the will is not sent) and end the network thread. Stopping twice is harmless."""
        with self._turn:  # whoever starts it at this moment has started it
            self._stopping.set()
            session, thread = self._session, self._thread
        if session is not None:
            session.goodbye()
        if thread is not None:
            thread.join(timeout_s)
            if thread.is_alive():
                log.warning("mqtt=%s event=thread-left-behind", self._habits.client_id)
        self._thread = None

    def renew(self) -> None:
        """End the present connection, so that the next one is made with what is true now. Harmless when there is none."""
        if self._session is not None:
            self._session.goodbye()

    def rename(self, client_id: str, will: Message | None) -> None:
        """Be known to the broker by another name from now on: a connection under the former one ends and is made again."""
        if client_id == self._habits.client_id:
            return
        self._habits, self._will = replace(self._habits, client_id=client_id), will
        self.renew()

    @contextmanager
    def away(self) -> Iterator[None]:
        """Be disconnected while the block runs, whoever starts meanwhile; afterwards connect anew."""
        with self._turn:
            self._is_away = True
        try:
            self.stop(AWAY_LIMIT_S)
            self._emit(AWAY)
            yield
        finally:
            with self._turn:
                self._is_away = False
            self.start()

    def aim(self, address: BrokerAddress, protocol: Protocol) -> None:
        """Speak to another broker, or otherwise, from the next attempt on; a connection that is made ends now."""
        self._choose(address, protocol)
        self.renew()

    def publish(self, message: Message) -> int | None:
        """Hand a message to the wire and return its handle, or None when it cannot go now: nothing is kept."""
        session = self._session
        return session.publish(message) if session is not None else None

    def acknowledge(self, received: Received) -> None:
        """Tell the broker that a received message is safe here. Harmless when that connection has ended."""
        session = self._session
        if session is not None:
            session.acknowledge(received)

    def subscribe(self, filters: Sequence[str]) -> None:
        """Subscribe at QoS 1, now and after each reconnect. Call before start."""
        self._filters = (*self._filters, *filters)

    def watch(self, wake: Callable[[], None]) -> None:
        """Call ``wake`` after every happening, in any thread: it must be quick and never raise. Call before start."""
        self._wakes = (*self._wakes, wake)

    def _run(self, stopping: threading.Event) -> None:
        while not stopping.is_set():
            self._generation += 1
            session = Session(self._generation, self._version, self._habits, self._will, self._filters, self._emit)
            ending = self._trust.weigh(self._attempt(session, stopping))
            if self._session is session:
                self._session = None
            session.close()
            lasted_s = time.monotonic() - session.connected_at_s if session.connected_at_s is not None else 0.0
            if lasted_s >= STEADY_S:
                self._backoff.reset()
            if stopping.is_set():
                return
            self._emit(ending)
            turned = session.version_refused and self._auto
            if turned:
                self._version = "3.1.1" if self._version == "5" else "5"
            if turned and self._version == "3.1.1":
                wait_s = 0.0
            else:
                wait_s = self._backoff.next_s()
                self._nodes.append(self._nodes.pop(0))
            log.info("mqtt=%s event=disconnected code=%s wait_s=%.1f", self._habits.client_id, ending.code, wait_s)
            stopping.wait(wait_s)

    def _attempt(self, session: Session, stopping: threading.Event) -> Disconnected:
        try:
            tls = self._trust.context() if self.address.encrypted else None
        except Refusal as refusal:
            return Disconnected(refusal.code, str(refusal.facts.get("reason", "")))
        except OSError as error:
            return reasons.of_files(error)
        greeting = tls is not None
        try:
            session.open(self.address, self._nodes[0], tls)
            greeting = False
            if not stopping.is_set():  # else another thread may be at work already
                self._session = session
            return session.run(stopping)
        except OSError as error:
            return reasons.of_error(error, greeting=greeting)
        except Exception as error:
            log.exception("mqtt=%s event=network-failed", self._habits.client_id)
            session.version_refused = session.connected_at_s is None
            return reasons.of_error(error)

    def _emit(self, happening: Happening) -> None:
        if isinstance(happening, Connected):
            log.info("mqtt=%s event=connected protocol=%s", self._habits.client_id, happening.protocol)
        if isinstance(happening, Connected | Disconnected):
            self._state = happening
        self.happenings.put(happening)
        for wake in self._wakes:
            wake()
