"""What the hall expects of a device: small protocols that every kind of device keeps.

An absent or broken device never blocks the hall: it is ``missing`` or ``faulty``, retried and shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol, runtime_checkable


class DeviceState(StrEnum):
    """How a device is, as far as it can be known."""

    READY = "ready"
    MISSING = "missing"
    FAULTY = "faulty"


class DeviceFault(Exception):
    """A device could not do what it was asked; the message says why, in a few Indonesian words."""


@dataclass(frozen=True, slots=True)
class Press:
    """One intended press of a button, bounce and repeats already removed."""

    device: str
    line: str
    """The id of the line for which the button gives numbers; empty for the keys of a counter."""
    pressed_at_s: float
    """On the hall's monotonic clock."""
    counter: str = ""
    """The id of the counter at which ``act`` is done or whose latest visit is rated; empty for a button that gives numbers."""
    score: int = 0
    """How content the person is, 1 to 4; 0 for other keys."""
    act: str = ""
    """What the clerk does at the counter, for example ``call-next``; empty for other keys."""
    number: str = ""
    """The number that ``act`` is about as it was typed, for example ``12``, ``2.12`` or ``B12``; empty for acts about none."""


@dataclass(frozen=True, slots=True)
class BoardFace:
    """What a board should show now: the whole of it, so that showing it twice is harmless."""

    number: str
    """For example ``A-012``; empty when nobody has been called today."""
    counter: str
    """For example ``2``; empty when nobody has been called."""
    newest: str = ""
    """The number that a button gave last: whoever pressed sees it at once, also when the printer has no paper."""
    call: int = 0
    """Another one for every call and recall, so that a recall is seen; 0 when nobody has been called."""


@dataclass(frozen=True, slots=True)
class Slip:
    """What a printed slip says; the words are already in the reader's language."""

    number: str
    hall: str
    line: str
    ahead: str
    wait: str
    issued: str
    note: str
    address: str
    """The address of the ticket's live page: printed as a QR code; empty for none."""
    reprint: str
    """``cetak ulang`` when this may be a second copy, else empty."""
    claim: str = ""
    """The short code that leads to the same page, for example ``K7M 4P2``; empty for none."""
    claim_note: str = ""
    """How that code is used."""


class LampSign(StrEnum):
    """What a status lamp says; dark says that nobody keeps it lit."""

    WELL = "well"
    """Shines."""
    AWAY = "away"
    """Blinks slowly: the regency is out of reach, the hall works."""
    PERSON = "person"
    """Blinks fast: somebody must come and look."""


class Claim(NamedTuple):
    """One thing, in words: ``GPIO 17``."""

    thing: str
    together: str = ""
    """Who says the same here may have it together, as boards have the data wire of one SPI; empty: alone."""


class Device(Protocol):
    """Everything that can be plugged in."""

    id: str
    kind: str

    def state(self) -> DeviceState:
        """Return how the device is. Never blocks."""

    def reason(self) -> str:
        """Return why it is not ready, in a few Indonesian words; empty when it is. Never blocks."""

    def look(self) -> None:
        """Look at the hardware again and retry what is missing. Never raises; only the devices' own loop calls it."""

    def close(self) -> None:
        """Let go of the hardware. Closing twice is harmless."""


@runtime_checkable
class Foresees(Protocol):
    """A device that can tell of trouble before it comes."""

    def warning(self) -> str:
        """Return what will soon be wrong though all is well now, in a few Indonesian words; else empty. Never blocks."""


@runtime_checkable
class Blinks(Protocol):
    """A device that may have a lamp with which somebody finds it in the hall."""

    def has_lamp(self) -> bool:
        """Return whether there is one."""

    def blink(self) -> bool:
        """Let the lamp go on and off for some seconds; return whether it can. From any thread; never blocks and never raises."""


@runtime_checkable
class Claims(Protocol):
    """A device that has something for itself alone: pins, a port, a name."""

    def claims(self) -> Sequence[Claim]:
        """Return each of them, and a pin as often as it has a wire."""


class Button(Device, Protocol):
    """Gives a number at a press, tells how content somebody is, or what a clerk does."""

    def when_pressed(self, press: Callable[[Press], None]) -> None:
        """Call ``press`` for every intended press, from any thread. It only enqueues and never raises."""


class Board(Device, Protocol):
    """Shows the number that is called."""

    def show(self, face: BoardFace) -> None:
        """Show ``face``. Raises DeviceFault when it could not."""


@runtime_checkable
class MovingBoard(Board, Protocol):
    """A board that shows its face in more than one picture: it blinks, or shows number and counter in turn."""

    def move(self) -> float:
        """Show the picture of this moment; return the seconds until there may be another. Raises DeviceFault when it could not."""


class Printer(Device, Protocol):
    """Prints slips."""

    def print_slip(self, slip: Slip) -> None:
        """Print and cut; return when the printer has taken it all. Raises DeviceFault when it could not."""


class Speaker(Device, Protocol):
    """Speaks what it is given to the people in the hall."""

    def play(self, wav: bytes, words: str) -> None:
        """Play a mono 16-bit WAV and return when it has been heard. ``words`` is what is said in it.

        Raises DeviceFault when it could not. ``close`` from another thread ends it early.
        """


class Lamp(Device, Protocol):
    """Tells whoever passes how the hall is."""

    def shine(self, sign: LampSign) -> float:
        """Be lit or dark as ``sign`` is at this moment; return the seconds until that may change. Raises DeviceFault when it could not."""


class Screen(Device, Protocol):
    """Shows a page of the hall, which tells how it is."""

    screen: str
    """The name that its page gives with each sign of life."""

    def hear(self, silence: Callable[[], Mapping[str, float]]) -> None:
        """Be told by ``silence`` for how many seconds each screen has given no sign."""
