"""What pages and pictures of the wirings say, in both languages."""

from __future__ import annotations

import re

from provisioning.wiring.header import SOCKETS, SPECIAL, name_of
from provisioning.wiring.model import PI, End, Language, Wire, Wiring

TIMES = "\u00d7"
"""The sign of multiplication, which a linter takes for an x."""
_UNIT = re.compile(r"(?<=\d) (?=(?:s|m|mm|cm|V|A|mA|W|Ω|kΩ|nF)\b)")

WORDS: dict[str, dict[Language, str]] = {
    "head": {"en": "| wire | colour | from | through | to |", "id": "| kawat | warna | dari | lewat | ke |"},
    "pin": {"en": "pin", "id": "pin"},
    "socket": {"en": "socket of the Pi", "id": "lubang Pi"},
    "resistor": {"en": "resistor", "id": "resistor"},
    "capacitor": {"en": "capacitor", "id": "kondensator"},
    "pulldown": {"en": "resistor", "id": "resistor"},
    "to-ground": {"en": "pin to ground", "id": "pin ke ground"},
    "small": {"en": "Small parts", "id": "Bahan kecil"},
    "copy": {"en": "Into `hall.toml`:", "id": "Ke dalam `hall.toml`:"},
    "pair": {
        "en": "Nothing of it stands in `hall.toml`: pair it on the page *Perangkat* (`/perangkat/baru`), which also shows what is flashed ([lan.md](lan.md)).",
        "id": "Tidak ditulis di `hall.toml`: pasangkan di halaman *Perangkat* (`/perangkat/baru`), yang juga menampilkan isi chip-nya ([lan.md](lan.md), dalam bahasa Inggris).",
    },
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
    "card-side": {"en": "↑ SD card this end", "id": "↑ kartu SD di sini"},
    "contact": {"en": "contact", "id": "kaki"},
    "near-pi": {"en": "small board near the Pi", "id": "papan kecil dekat Pi"},
    "near-module": {"en": "small board near the module", "id": "papan kecil dekat modul"},
    "usb": {"en": "USB", "id": "USB"},
    "lan": {"en": "LAN", "id": "LAN"},
    "hdmi": {"en": "HDMI", "id": "HDMI"},
    "audio": {"en": "audio 3.5 mm", "id": "audio 3,5 mm"},
    "rtc": {"en": "BAT (J5)", "id": "BAT (J5)"},
    "button": {"en": "J2", "id": "J2"},
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
        part = wiring.parts[end.part]
        contact = f"{said('contact', language)} " if part.draw == "button" else ""
        return f"{part.name.of(language)}: {contact}{end.terminal}"
    name = name_of(end.terminal)
    if name in SOCKETS:
        return f"{said('socket', language)}: {said(name, language)}"
    special = f" {SPECIAL[name]}" if name in SPECIAL else ""
    return f"**{said('pin', language)} {end.terminal}** ({name.replace('GPIO', 'GPIO ')}{special})"


def through(wire: Wire, language: Language) -> str:
    """Return what stands in a wire, or an empty text."""
    parts = []
    for key in ("resistor", "capacitor", "pulldown"):
        if text := getattr(wire, key):
            ground = "" if key == "resistor" else f", {said('to-ground', language)}"
            thing = (
                f"{value(text, language)} {said(key, language)}"
                if language == "en"
                else f"{said(key, language)} {value(text, language)}"
            )
            parts.append(thing + ground)
    return "; ".join([*([wire.cable.of(language)] if wire.cable else []), *parts])


def lines_of(text: str, letters: int) -> tuple[str, ...]:
    """Return ``text`` in lines of so many letters, cut between words."""
    lines = [""]
    for word in _UNIT.sub("\u00a0", text).split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > letters:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return tuple(lines)
