"""The pages ``docs/wiring.md`` and ``docs/rangkaian.md``: every wiring with its picture, its wires one by one, and what is copied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from provisioning.wiring.header import PINS, SOCKETS, SPECIAL, name_of
from provisioning.wiring.model import PI, End, Language, Wire, Wiring

PAGES: dict[Language, str] = {"en": "wiring.md", "id": "rangkaian.md"}
OPENING: dict[Language, str] = {
    "en": """# How each device is wired

Made by `make wiring` from `firmware_config/wiring/`: the same file gives picture, table and the entry for `hall.toml`. Indonesian: [rangkaian.md](rangkaian.md).

**Before you touch a wire: shut the Pi down and pull its plug.** Pin 1 is the corner that is nearest to the SD card; even pins stand at the edge.
Numbers in the pictures are the numbers of the tables, so that they can be read in black and white. Black is always ground, red 5 V, orange 3.3 V.
""",
    "id": """# Cara merangkai setiap perangkat

Dibuat oleh `make wiring` dari `firmware_config/wiring/`: satu berkas menjadi gambar, tabel, dan isian `hall.toml`. Inggris: [wiring.md](wiring.md).

**Sebelum menyentuh kabel: matikan Pi dan cabut listriknya.** Pin 1 ada di sudut yang paling dekat dengan kartu SD; pin genap ada di tepi papan.
Angka di gambar sama dengan angka di tabel, jadi tetap terbaca bila dicetak hitam putih. Hitam selalu ground, merah 5 V, jingga 3,3 V.
""",
}
WORDS: dict[str, dict[Language, str]] = {
    "head": {"en": "| wire | colour | from | through | to |", "id": "| kawat | warna | dari | lewat | ke |"},
    "pin": {"en": "pin", "id": "pin"},
    "socket": {"en": "socket of the Pi", "id": "lubang Pi"},
    "resistor": {"en": "resistor", "id": "resistor"},
    "capacitor": {"en": "capacitor, pin to ground", "id": "kondensator, pin ke ground"},
    "pulldown": {"en": "resistor, pin to ground", "id": "resistor, pin ke ground"},
    "copy": {"en": "Into `hall.toml`:", "id": "Ke dalam `hall.toml`:"},
    "boot": {"en": "Boot configuration", "id": "Konfigurasi boot"},
    "header": {"en": "Who has which pin", "id": "Siapa memakai pin mana"},
    "header-about": {
        "en": "When every wiring of this page is built. GPIO 0 and 1 are never wired; a pin without a name is free.",
        "id": "Bila semua rangkaian di halaman ini dibuat. GPIO 0 dan 1 tidak pernah dipakai; pin tanpa nama masih bebas.",
    },
    "header-head": {
        "en": "| used by | what | pin | pin | what | used by |",
        "id": "| dipakai | apa | pin | pin | apa | dipakai |",
    },
    "usb": {"en": "USB", "id": "USB"},
    "lan": {"en": "LAN", "id": "LAN"},
    "hdmi": {"en": "HDMI", "id": "HDMI"},
    "audio": {"en": "audio 3.5 mm", "id": "audio 3,5 mm"},
    "rtc": {"en": "clock battery (BAT)", "id": "baterai jam (BAT)"},
    "button": {"en": "power button (J2)", "id": "tombol daya (J2)"},
    "black": {"en": "black", "id": "hitam"},
    "red": {"en": "red", "id": "merah"},
    "orange": {"en": "orange", "id": "jingga"},
    "yellow": {"en": "yellow", "id": "kuning"},
    "green": {"en": "green", "id": "hijau"},
    "blue": {"en": "blue", "id": "biru"},
    "violet": {"en": "violet", "id": "ungu"},
    "grey": {"en": "grey", "id": "abu-abu"},
    "white": {"en": "white", "id": "putih"},
    "brown": {"en": "brown", "id": "cokelat"},
}


def said(key: str, language: Language) -> str:
    """Return a word of these pages and pictures."""
    return WORDS[key][language]


def value(text: str, language: Language) -> str:
    """Return the value of a part as the language writes it: ``1.8 kΩ`` or ``1,8 kΩ``."""
    return text if language == "en" else text.replace(".", ",")


def place(end: End, wiring: Wiring, language: Language) -> str:
    """Return where a wire ends, in words."""
    if end.part != PI:
        return f"{wiring.parts[end.part].name.of(language)}: {end.terminal}"
    name = name_of(end.terminal)
    if name in SOCKETS:
        return f"{said('socket', language)}: {said(name, language)}"
    special = f" {SPECIAL[name]}" if name in SPECIAL else ""
    return f"**{said('pin', language)} {end.terminal}** ({name.replace('GPIO', 'GPIO ')}{special})"


def through(wire: Wire, language: Language) -> str:
    """Return what stands in a wire, or an empty text."""
    parts = [
        f"{value(text, language)} {said(key, language)}"
        for key in ("resistor", "capacitor", "pulldown")
        if (text := getattr(wire, key))
    ]
    return "; ".join([*([wire.cable.of(language)] if wire.cable else []), *parts])


def page(wirings: Iterable[Wiring], language: Language) -> str:
    """Return the whole page."""
    wirings = tuple(wirings)
    sections = [OPENING[language], *("\n".join(_section(one, language)) for one in wirings), "\n".join(_plan(wirings, language))]
    return "\n".join(sections)


def _section(wiring: Wiring, language: Language) -> Iterator[str]:
    title = wiring.title.of(language)
    yield f"## `{wiring.kind}`: {title}\n"
    yield wiring.about.of(language)
    if wiring.boot:
        yield f"{said('boot', language)}: " + ", ".join(f"`firmware_config/pi/with-{name}.txt`" for name in wiring.boot) + "."
    yield ""
    yield said("head", language)
    yield "|---|---|---|---|---|"
    for wire in wiring.wires:
        ends = ", ".join(place(end, wiring, language) for end in wire.ends)
        start = place(wire.start, wiring, language)
        yield f"| {wire.number} | {said(wire.colour, language)} | {start} | {through(wire, language) or '-'} | {ends} |"
    yield ""
    yield from (f"- {note.of(language)}" for note in wiring.notes)
    if wiring.devices:
        yield f"\n{said('copy', language)}\n\n```toml\n{wiring.entry}```"
    yield ""


def users(wirings: Iterable[Wiring]) -> dict[int, list[str]]:
    """Return who uses each header pin: the kinds of the wirings by the pin's number."""
    found: dict[int, list[str]] = {}
    for wiring in wirings:
        for wire in wiring.wires:
            for end in wire.all_ends:
                if end.part == PI and end.terminal not in SOCKETS:
                    found.setdefault(int(end.terminal), []).append(wiring.kind)
    return found


def _plan(wirings: Iterable[Wiring], language: Language) -> Iterator[str]:
    used = {pin: ", ".join(f"`{kind}`" for kind in dict.fromkeys(kinds)) for pin, kinds in users(wirings).items()}
    yield f"## {said('header', language)}\n"
    yield said("header-about", language) + "\n"
    yield said("header-head", language)
    yield "|---|---|---|---|---|---|"
    for odd in range(1, 41, 2):
        left, right = (f"{PINS[pin - 1]} {SPECIAL.get(PINS[pin - 1], '')}".strip() for pin in (odd, odd + 1))
        yield f"| {used.get(odd, '')} | {left} | **{odd}** | **{odd + 1}** | {right} | {used.get(odd + 1, '')} |"
    yield ""
