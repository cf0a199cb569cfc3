"""What the hall and the centre expect of a connection to a broker.

Everything that happens on the wire comes out of ``happenings`` in order, so that one loop can look at
it in its own thread; nothing is ever done in the network's thread.
"""

from __future__ import annotations

import queue
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """What is published."""

    topic: str
    payload: bytes
    qos: int = 1
    retain: bool = False


@dataclass(frozen=True, slots=True)
class Connected:
    """The broker has accepted us and the subscriptions are asked for."""

    session_present: bool
    protocol: str
    """``5`` or ``3.1.1``."""


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The connection ended or could not be made; it is tried again with jitter by itself."""

    code: str
    """A key of gateway.errors.FAULTS that begins with ``broker-`` or ``certificate-``, or ``clock-not-set``."""
    reason: str
    """A few Indonesian words for that fault's ``{reason}``."""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The broker has answered a publish; ``refused`` tells why it would not take it, or is empty.

    A publish at QoS 0 is acknowledged when it has left.
    """

    handle: int
    refused: str
    too_large: bool = False
    """Whether the broker would take it in smaller pieces."""
    unheard: bool = False
    """Whether the broker has taken it and had nobody to give it to (MQTT 5 alone says so): it is gone."""


@dataclass(frozen=True, slots=True)
class Received:
    """A message for us. The broker hears of it only when ``acknowledge(received)`` is called."""

    topic: str
    payload: bytes
    retain: bool
    receipt: object = field(compare=False, repr=False)


Happening = Connected | Disconnected | Acknowledged | Received


class Connection(Protocol):
    """One connection to a broker, made and made again in the background.

    ``happenings`` belongs to one loop. Others who publish look at ``state`` instead.
    """

    happenings: queue.SimpleQueue[Happening]

    @property
    def state(self) -> Connected | Disconnected | None:
        """How the connection is now; None before the first attempt has ended."""

    def start(self) -> None:
        """Begin to connect, or begin again when the network thread has died. Returns at once."""

    def stop(self, timeout_s: float = 2.0) -> None:
        """Say goodbye (the will is not sent) and end the network thread. Stopping twice is harmless."""

    def rename(self, client_id: str, will: Message | None) -> None:
        """Be known to the broker by another name from now on: a connection under the former one ends and is made again."""

    def away(self) -> AbstractContextManager[None]:
        """Be disconnected while the block runs, whoever starts meanwhile; afterwards connect anew."""

    def publish(self, message: Message) -> int | None:
        """Hand a message to the wire and return its handle, or None when it cannot go now: nothing is kept.

        It cannot go while not connected, and while as many messages are under way as the broker takes.
        """

    def acknowledge(self, received: Received) -> None:
        """Tell the broker that a received message is safe here. Harmless when that connection has ended."""

    def subscribe(self, filters: Sequence[str]) -> None:
        """Subscribe at QoS 1, now and after each reconnect. Call before start."""

    def watch(self, wake: Callable[[], None]) -> None:
        """Call ``wake`` after every happening, in any thread: it must be quick and never raise. Call before start."""
