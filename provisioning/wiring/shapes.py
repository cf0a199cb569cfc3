"""How things look: the Pi with its header and sockets, parts with their icons, resistors with their rings, capacitors, wires."""

from __future__ import annotations

import re
from collections.abc import Iterator

from provisioning.wiring.header import GROUND, PINS, POWER, RESERVED, SOCKETS, SPECIAL
from provisioning.wiring.layout import EDGE_X, EVEN_X, ODD_X, PART_W, PITCH, Box, Point
from provisioning.wiring.model import Language, Part
from provisioning.wiring.svg import FAINT, INK, PAPER, box, circle, line, path, text
from provisioning.wiring.words import said

PAINT = {
    "black": "#2b2b2b", "red": "#e0303a", "orange": "#f28c28", "yellow": "#ffd91a", "green": "#2fa84f", "blue": "#3b7ddd", "violet": "#9a5bd0",
    "grey": "#9aa3ad", "white": "#ffffff", "brown": "#96602c",
}  # fmt: skip
RINGS = ["#1a1a1a", "#8b5a2b", "#d62828", "#f28c28", "#ffd91a", "#2fa84f", "#3b7ddd", "#9a5bd0", "#9aa3ad", "#ffffff"]
GOLD = "#c9a227"
BOARD, SOCKET = "#e6f2e6", "#d5dae0"
UNITS = {"Ω": 1, "kΩ": 1_000, "MΩ": 1_000_000, "pF": 1, "nF": 1_000, "µF": 1_000_000}


def _digits(value: str) -> tuple[int, int, int]:
    """Return the two digits and the count of zeros of ``1.8 kΩ`` or ``100 nF`` (in pF). Raises ValueError for another form."""
    found = re.fullmatch(r"([0-9.]+) (\S+)", value)
    if found is None or found[2] not in UNITS:
        raise ValueError(value)
    whole = round(float(found[1]) * UNITS[found[2]])
    zeros = len(str(whole)) - 2
    return (*divmod(whole // 10 ** max(zeros, 0), 10), max(zeros, 0))


def pi(at: Box, used: dict[str, str], language: Language) -> Iterator[str]:
    """Yield the Pi seen from above, its card upwards. ``used``: the colour of the wire at each terminal."""
    yield box((at.x, at.y), (EDGE_X, at.height), BOARD, round=10)
    yield text((at.x + 10, at.y + 17), "Raspberry Pi", 12, weight="bold")
    yield text((at.x + 10, at.y + 31), said("card-side", language), 9.5, fill=INK)
    if any(terminal not in SOCKETS for terminal in used):
        first = at.y + 48
        yield box((at.x + ODD_X - 15, first - 15), (EVEN_X - ODD_X + 30, 19 * PITCH + 30), "#3a424c", stroke=INK, round=4)
        for pin in range(1, 41):
            yield from _pin(at.x, first, pin, used.get(str(pin)))
    for socket in SOCKETS:
        if socket in used:
            x, y = at.terminals[socket]
            yield box((x - 92, y - 14), (92, 28), SOCKET, round=3)
            words = said(socket, language)
            yield text((x - 46, y + 4), words, min(11, 124 / len(words)), anchor="middle", weight="bold")


def _pin(x: float, first: float, pin: int, colour: str | None) -> Iterator[str]:
    row, even = divmod(pin - 1, 2)
    y, name = first + row * PITCH, PINS[pin - 1]
    at = (x + (EVEN_X if even else ODD_X), y)
    label = f"{name} {SPECIAL[name]}" if name in SPECIAL and colour else name
    ink = FAINT if colour is None else INK
    if colour is None:
        yield box(
            (at[0] - 9, y - 9),
            (18, 18),
            "#f4f5f7" if name not in RESERVED else "#b9bfc7",
            stroke="none",
            round=9 if pin > 1 else 2,
        )
    else:
        dark = colour in {"black", "violet", "blue", "brown"}
        yield box((at[0] - 10, y - 10), (20, 20), PAINT[colour], stroke=PAPER, width=2, round=10 if pin > 1 else 2)
        ink = PAPER if dark else INK
    yield text(
        (at[0], y + 3.5), str(pin), 9.5, anchor="middle", weight="bold" if colour else "normal", fill=ink if colour else "#5a6470"
    )
    weight, fill = ("bold", INK) if colour else ("normal", FAINT if name not in POWER | {GROUND} else "#5a6470")
    if not even:
        yield text((at[0] - 20, y + 4), label, 11 if colour else 10, anchor="end", weight=weight, fill=fill)
    elif colour is None:
        yield text((at[0] + 28, y + 4), label, 10, fill=fill)


def tag(x: float, y: float, name: str) -> Iterator[str]:
    """Yield the name of an even pin upon its wire, which begins under it."""
    label = f"{name} {SPECIAL[name]}" if name in SPECIAL else name
    width = max(7.6 * len(label) + 8, 40)
    yield box((x + 6, y - 9), (width, 18), PAPER, stroke=INK, width=1, round=4)
    yield text((x + 6 + width / 2, y + 4), label, 11, anchor="middle", weight="bold")


def part(at: Box, what: Part) -> Iterator[str]:
    """Yield a part: its box, its name, its terminals and what it looks like."""
    yield box((at.x, at.y), (at.width, at.height), "#f3f6fa" if what.draw != "supply" else "#fdf3e3", round=8)
    for index, words in enumerate(at.lines):
        yield text((at.x + 12, at.y + 20 + 17 * index), words, 12.5, weight="bold")
    ys = [y for _, y in at.terminals.values()]
    middle = (min(ys) + max(ys)) / 2
    yield from _ICONS[what.draw](at, middle)


def terminals(at: Box, what: Part) -> Iterator[str]:
    """Yield the terminals of a part, upon the ends of their wires."""
    for name, (x, y) in at.terminals.items():
        inside = 12 if name in what.left else -12
        yield circle((x, y), 5, PAPER, width=2)
        if what.draw != "button":
            above = 7 if what.draw == "lamp" else -4
            yield text((x + inside, y - above), name, 11.5, anchor="start" if inside > 0 else "end", weight="bold")


def _button(at: Box, middle: float) -> Iterator[str]:
    top, bottom = (y for _, y in at.terminals.values())
    centre = at.x + 96
    for y in (top, bottom):
        yield line([(at.x, y), (centre, y), (centre, middle + (10 if y > middle else -10))], width=2.5)
        yield circle((centre, middle + (10 if y > middle else -10)), 3, INK)
    yield line([(centre + 10, middle - 14), (centre + 10, middle + 14)], width=4)
    yield line([(centre + 10, middle), (centre + 34, middle)], width=3)
    yield path(f"M{centre + 34} {middle - 13} q16 0 16 13 q0 13 -16 13 z", fill="#e0303a", width=2)


def _lamp(at: Box, middle: float) -> Iterator[str]:
    top, bottom = (y for _, y in at.terminals.values())
    x = at.x + 96
    yield line([(at.x, top), (x, top), (x, bottom), (at.x, bottom)], width=2.5)
    yield circle((x, middle), 20, "#fff6c9", width=1.5)
    yield line([(x - 11, middle - 9), (x + 11, middle - 9), (x, middle + 9), (x - 11, middle - 9)], fill="#f2b705", width=2)
    yield line([(x - 11, middle + 9), (x + 11, middle + 9)], width=3)
    for shift in (-3, 9):
        yield line([(x + 19, middle + shift - 6), (x + 34, middle + shift - 15)], width=1.8)
        yield line([(x + 28, middle + shift - 15), (x + 34, middle + shift - 15), (x + 32, middle + shift - 9)], width=1.8)


def _nothing(_at: Box, _middle: float) -> Iterator[str]:
    return iter(())


def _at(at: Box, middle: float) -> Point:
    """Return where an icon of 40 by 40 stands: in the middle of its part, a little right if terminals are at its left only."""
    both = len({x for x, _ in at.terminals.values()}) > 1
    right = max(x for x, _ in at.terminals.values()) == at.x
    return (at.x + (PART_W - 40) / 2 + (0 if both else 40 if right else -40), middle - 20)


def _printer(at: Box, middle: float) -> Iterator[str]:
    x, y = _at(at, middle)
    yield box((x, y + 12), (40, 24), SOCKET, width=2, round=4)
    yield path(f"M{x + 9} {y + 20} V{y - 2} l4 3 l4 -3 l4 3 l4 -3 l5 3 V{y + 20} z", fill=PAPER, width=1.5)
    yield line([(x + 14, y + 9), (x + 25, y + 9)])
    yield line([(x + 14, y + 14), (x + 22, y + 14)])


def _speaker(at: Box, middle: float) -> Iterator[str]:
    x, y = _at(at, middle)
    yield path(f"M{x + 2} {y + 13} h8 l11 -10 v34 l-11 -10 h-8 z", fill=SOCKET, width=2)
    yield path(f"M{x + 26} {y + 12} q7 8 0 16 M{x + 31} {y + 6} q13 14 0 28", width=2)


def _screen(at: Box, middle: float) -> Iterator[str]:
    x, y = _at(at, middle)
    yield box((x - 6, y + 2), (52, 31), "#26323f", width=2, round=3)
    yield text((x + 20, y + 22), "A-012", 12, anchor="middle", weight="bold", fill=PAPER)
    yield line([(x + 10, y + 38), (x + 30, y + 38)], width=3)


def _keys(at: Box, middle: float) -> Iterator[str]:
    x, y = _at(at, middle)
    yield box((x + 2, y - 2), (36, 44), SOCKET, width=2, round=4)
    for index in range(12):
        yield box((x + 7 + index % 3 * 9.5, y + 3 + index // 3 * 9.5), (7, 7), PAPER, width=1, round=1.5)


def _supply(at: Box, middle: float) -> Iterator[str]:
    x, y = _at(at, middle)
    yield box((x + 4, y + 8), (32, 28), PAPER, width=2, round=5)
    yield line([(x + 13, y + 8), (x + 13, y - 1)], width=3)
    yield line([(x + 27, y + 8), (x + 27, y - 1)], width=3)
    yield path(f"M{x + 22} {y + 13} l-8 11 h6 l-2 8 l8 -11 h-6 z", fill="#ffd91a", width=1.2)


def _clock(at: Box, middle: float) -> Iterator[str]:
    x, y = _at(at, middle)
    yield circle((x + 20, y + 20), 19, PAPER, width=2)
    yield line([(x + 20, y + 8), (x + 20, y + 20), (x + 28, y + 25)], width=2.5)


_ICONS = {
    "button": _button, "lamp": _lamp, "module": _nothing, "printer": _printer, "speaker": _speaker, "screen": _screen, "keys": _keys, "supply": _supply, "clock": _clock,
}  # fmt: skip


def resistor(at: Point, value: str, shown: str, *, upright: bool = False) -> Iterator[str]:
    """Yield a resistor with its rings, its middle ``at`` the wire's; ``shown`` is its value in words."""
    x, y = at
    first, second, zeros = _digits(value)
    size = (16.0, 30.0) if upright else (46.0, 16.0)
    yield box((x - size[0] / 2, y - size[1] / 2), size, "#e9d3a6", width=1.5, round=5)
    for index, ring in enumerate((RINGS[first], RINGS[second], RINGS[zeros], GOLD)):
        shift = (-10, -4, 2, 10)[index] if upright else (-15, -7, 1, 14)[index]
        yield (
            box((x - 8, y + shift - 1.5), (16, 3), ring, stroke="none", round=0)
            if upright
            else box((x + shift - 2, y - 8), (4, 16), ring, stroke="none", round=0)
        )
    yield (
        text((x + 13, y + 4), shown, 11, weight="bold")
        if upright
        else text((x, y - 13), shown, 11.5, anchor="middle", weight="bold")
    )


def capacitor(at: Point, value: str, shown: str) -> Iterator[str]:
    """Yield a ceramic capacitor between the wire above and the one below; its code is what is printed on it."""
    x, y = at
    first, second, zeros = _digits(value)
    yield circle((x, y), 12, "#e8a35c", width=1.5)
    yield text((x, y + 3.5), f"{first}{second}{zeros}", 9.5, anchor="middle", weight="bold")
    yield text((x + 17, y + 4), shown, 11, weight="bold")
