"""The rules of the device desk. Pure: what a device is, which changes are worth a line in its history, what it has done in a day.

A line costs the card a write, so a device whose plug wobbles may not write each second: a state counts once it has lasted
``SETTLED_S``, and a device that goes on changing gets a line every ``REFILL_S`` at the most, which says how often it changed meanwhile.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

SETTLED_S = 3.0
"""A state that lasted less long is a wobble, no news."""
BURST = 6
"""So many changes one after another are each written."""
REFILL_S = 600.0
"""After that one line in so many seconds: at the most 150 a day, 2.4 MB of card for the worst cable of all."""
KEPT_ROWS = 200
"""So many lines of one device are kept..."""
KEPT_DAYS = 400
"""...for so long."""
READY = "ready"


class Note(StrEnum):
    """What a line in the history of a device says."""

    READY = "ready"
    MISSING = "missing"
    FAULTY = "faulty"
    REPLACED = "replaced"
    PAIRED = "paired"
    UNPAIRED = "unpaired"


STATES = (Note.READY, Note.MISSING, Note.FAULTY)


class Family(StrEnum):
    """What people call a thing, whoever makes it."""

    BUTTON = "button"
    """Gives numbers of a line."""
    KEYPAD = "keypad"
    """Does the acts of a counter."""
    RATING = "rating"
    BOARD = "board"
    PRINTER = "printer"
    SPEAKER = "speaker"
    LAMP = "lamp"
    SCREEN = "screen"
    """A TV or a touch screen: a browser with one of the hall's pages."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Condition:
    """How a device is at one moment."""

    state: str
    """``ready``, ``missing`` or ``faulty``."""
    reason: str = ""
    """Why it is not ready, in a few Indonesian words."""


@dataclass(frozen=True, slots=True)
class Change:
    """A condition that is worth a line."""

    condition: Condition
    since_s: float
    """Since when it is so, on the hall's monotonic clock."""
    skipped: int
    """How many changes before it were not written."""


class Watch:
    """Looks at one device and says what is worth a line. ``written`` is what its history said last."""

    def __init__(self, written: Condition | None = None) -> None:
        self.settled: Condition | None = None
        """The condition that has lasted; None until one has."""
        self.since_s: float | None = None
        """Since when it is so; None for longer than this hall runs."""
        self.faults = 0
        """How often it has ceased to be ready."""
        self._written = written
        self._seen: Condition | None = None
        self._seen_since_s = 0.0
        self._unwritten = 0
        self._allowance = float(BURST)
        self._filled_at_s: float | None = None

    def see(self, condition: Condition, now_s: float) -> Change | None:
        """Note how the device is now; return the change that is to be written at once, if there is one."""
        self._refill(now_s)
        if condition != self._seen:
            self._seen, self._seen_since_s = condition, now_s
        if condition != self.settled and now_s - self._seen_since_s >= SETTLED_S:
            self._settle(condition)
        if not self._unwritten or self._allowance < 1 or self.settled is None:
            return None
        self._allowance -= 1
        skipped, self._unwritten = self._unwritten - 1, 0
        self._written = self.settled
        return Change(self.settled, self._seen_since_s if self.since_s is None else self.since_s, skipped)

    def _settle(self, condition: Condition) -> None:
        former, self.settled = self.settled, condition
        if former is None and condition == self._written:
            return  # as the history says already
        self.since_s = self._seen_since_s
        self._unwritten += 1
        before = former or self._written
        self.faults += condition.state != READY and before is not None and before.state == READY

    def _refill(self, now_s: float) -> None:
        passed_s = now_s - self._filled_at_s if self._filled_at_s is not None else 0.0
        self._filled_at_s = now_s
        self._allowance = min(float(BURST), self._allowance + passed_s / REFILL_S)


@dataclass(frozen=True, slots=True)
class Placed:
    """A device as hall.toml or the database places it."""

    id: str
    kind: str
    options: Mapping[str, Any] = field(default_factory=dict)
    paired: bool = False
    """Whether it was paired on the page, and may be let go there."""

    @property
    def line(self) -> str:
        """The id of its line; empty for none."""
        return str(self.options.get("line", ""))

    @property
    def counter(self) -> str:
        """The id of its counter; empty for none."""
        return str(self.options.get("counter", ""))


def astray(places: Iterable[Placed], lines: Container[str], counters: Container[str]) -> dict[str, str]:
    """Return the devices that are for a line or counter that the hall does not have, by id with that line or counter."""
    return {
        one.id: place
        for one in places
        for place, known in ((one.line, lines), (one.counter, counters))
        if place and place not in known
    }


WHERE: Mapping[str, str] = {
    "pin": "GPIO",
    "call_pin": "GPIO panggil",
    "recall_pin": "GPIO panggil ulang",
    "done_pin": "GPIO selesai",
    "lamp_pin": "GPIO lampu",
    "yellow_pin": "GPIO lampu kuning",
    "red_pin": "GPIO lampu merah",
    "bus": "Bus SPI",
    "chip": "Chip SPI",
    "port": "Porta",
    "host": "Alamat",
    "path": "Berkas perangkat",
    "baud": "Kecepatan",
    "device": "Kartu suara",
    "screen": "Nama layar",
    "score": "Nilai",
}
"""What the options of a device that tell where it is are called, besides its line and counter."""


SKILLS = {
    "print_slip": Family.PRINTER,
    "show": Family.BOARD,
    "play": Family.SPEAKER,
    "shine": Family.LAMP,
    "screen": Family.SCREEN,
}
"""What a thing is called by what it can do."""


def family_of(device: object, placed: Placed) -> Family:
    """Return what people call a device; a contact by what it is for."""
    if not hasattr(device, "when_pressed"):
        return next((family for skill, family in SKILLS.items() if hasattr(device, skill)), Family.OTHER)
    if "score" in placed.options:
        return Family.RATING
    return Family.KEYPAD if placed.counter else Family.BUTTON


def place_words(placed: Placed) -> list[tuple[str, str]]:
    """Return what tells where a device is plugged in: the word for it, in Indonesian, and its value."""
    return [(word, str(placed.options[key])) for key, word in WHERE.items() if placed.options.get(key) not in {None, ""}]
