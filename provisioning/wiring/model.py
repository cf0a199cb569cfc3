"""What a wiring is: parts, wires between their terminals, and the sentences of a technician, in two languages.

One file of ``firmware_config/wiring`` is one wiring. Its ``[[devices]]`` are what is copied into ``hall.toml``; a wire that starts at
``"tombol-a.pin"`` starts at the pin that this very entry names, so that picture and setting cannot differ. Pure: standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Language = Literal["id", "en"]
LANGUAGES: tuple[Language, ...] = ("id", "en")
PI = "pi"
"""The part that every wiring may name without describing it."""

COLOURS = ("black", "red", "orange", "yellow", "green", "blue", "violet", "grey", "white", "brown")
DRAWN = {
    "button": ("1", "2"), "lamp": ("+", "-"), "module": (), "printer": (), "speaker": (), "screen": (), "keys": (), "supply": (), "clock": (),
}  # fmt: skip
"""How a part may be drawn, and its terminals when the file names none."""


class WiringFault(Exception):
    """A file of ``firmware_config/wiring`` that cannot be built; says which file and what is wrong."""


@dataclass(frozen=True)
class Words:
    """A sentence in both languages."""

    id: str
    en: str

    def of(self, language: Language) -> str:
        """Return it in ``language``."""
        return self.en if language == "en" else self.id


@dataclass(frozen=True)
class End:
    """One terminal of one part. At the Pi it is the number of a header pin, or the name of a socket."""

    part: str
    terminal: str

    def __str__(self) -> str:
        return f"{self.part}.{self.terminal}"


@dataclass(frozen=True)
class Part:
    """Something that is bought and wired. It stands in ``column``, counted from the Pi in column 0; terminals are at its left or right."""

    id: str
    draw: str
    name: Words
    column: int
    left: tuple[str, ...]
    right: tuple[str, ...]

    @property
    def terminals(self) -> tuple[str, ...]:
        """All of them."""
        return self.left + self.right


@dataclass(frozen=True)
class Wire:
    """What joins terminals. ``number`` is written at both ends in the picture; with several ends they are all one contact.

    ``resistor`` stands in the wire, ``capacitor`` and ``pulldown`` between the wire's beginning and the ground of the same part, all at the
    beginning's end: once for each of ``ends``. ``cable`` names a ready-made one.
    """

    number: int
    colour: str
    start: End
    ends: tuple[End, ...]
    resistor: str = ""
    capacitor: str = ""
    pulldown: str = ""
    cable: Words | None = None
    option: str = ""
    """The device and key that name its pin, for example ``tombol-a.pin``; empty when the file names the pin itself."""

    @property
    def all_ends(self) -> tuple[End, ...]:
        """Its beginning and its ends."""
        return (self.start, *self.ends)


@dataclass(frozen=True)
class Wiring:
    """One file."""

    kind: str
    """The kind of device that it wires, or what else it is: the file's name without ``.toml``."""
    title: Words
    about: Words
    boot: tuple[str, ...]
    """What ``firmware_config/pi`` must switch on for it: names of ``with-NAME.txt``."""
    parts: Mapping[str, Part]
    wires: tuple[Wire, ...]
    notes: tuple[Words, ...]
    devices: tuple[Mapping[str, object], ...]
    is_paired: bool
    """Whether it comes to the hall by pairing on the page, so that nothing of it stands in ``hall.toml``."""
    entry: str
    """The text that is copied into ``hall.toml``, as it stands."""
