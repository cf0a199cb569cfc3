"""The pages ``docs/wiring.md`` and ``docs/rangkaian.md``: every wiring with its picture, its wires one by one, and what is copied."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from provisioning.wiring.header import PINS, SOCKETS, SPECIAL
from provisioning.wiring.model import PI, Language, Wiring
from provisioning.wiring.words import TIMES, place, said, through, value

PAGES: dict[Language, str] = {"en": "wiring.md", "id": "rangkaian.md"}
OPENING: dict[Language, str] = {
    "en": """# How each device is wired

Made by `make wiring` from `firmware_config/wiring/`: the same file gives picture, table and the entry for `hall.toml`. Indonesian: [rangkaian.md](rangkaian.md).
What to buy is in [shopping.md](shopping.md), every step from the bag of parts to the tested hall in [technician.md](technician.md).

**Before you touch a wire: shut the Pi down and pull its plug.** Pin 1 is the corner that is nearest to the SD card; even pins stand at the edge.
Numbers in the pictures are the numbers of the tables, so that they can be read in black and white. Black is always ground, red 5 V, orange 3.3 V.
""",
    "id": """# Cara merangkai setiap perangkat

Dibuat oleh `make wiring` dari `firmware_config/wiring/`: satu berkas menjadi gambar, tabel, dan isian `hall.toml`. Inggris: [wiring.md](wiring.md).
Yang perlu dibeli ada di [belanja.md](belanja.md), langkah demi langkah sampai balai teruji di [teknisi.md](teknisi.md).

**Sebelum menyentuh kabel: matikan Pi dan cabut listriknya.** Pin 1 ada di sudut yang paling dekat dengan kartu SD; pin genap ada di tepi papan.
Angka di gambar sama dengan angka di tabel, jadi tetap terbaca bila dicetak hitam putih. Hitam selalu ground, merah 5 V, jingga 3,3 V.
""",
}


def page(wirings: Iterable[Wiring], language: Language) -> str:
    """Return the whole page."""
    wirings = tuple(wirings)
    sections = [OPENING[language], *("\n".join(_section(one, language)) for one in wirings), "\n".join(_plan(wirings, language))]
    return "\n".join(sections)


def picture_of(wiring: Wiring, language: Language) -> str:
    """Return the path of a wiring's picture, counted from docs/."""
    return f"wiring/{wiring.kind}.{language}.svg"


def _section(wiring: Wiring, language: Language) -> Iterator[str]:
    title = wiring.title.of(language)
    yield f"## `{wiring.kind}`: {title}\n"
    yield wiring.about.of(language)
    yield f"\n![{title}]({picture_of(wiring, language)})\n"
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
    if small := _small_parts(wiring, language):
        yield f"{said('small', language)}: {small}.\n"
    yield from (f"- {note.of(language)}" for note in wiring.notes)
    if wiring.devices:
        yield f"\n{said('copy', language)}\n\n```toml\n{wiring.entry}```"
    if wiring.is_paired:
        yield f"\n{said('pair', language)}"
    yield ""


def _small_parts(wiring: Wiring, language: Language) -> str:
    """Return how many resistors and capacitors of each value it takes."""
    found = Counter(
        f"{said(key, language)} {value(text, language)}"
        for wire in wiring.wires
        for key in ("resistor", "pulldown", "capacitor")
        if (text := getattr(wire, key))
        for _ in wire.ends
    )
    return ", ".join(f"{count} {TIMES} {one}" for one, count in sorted(found.items()))


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
