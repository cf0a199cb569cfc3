"""A segment board drawn as SVG from the face it was given: the same fourteen segments a real one lights.

Pure: the same face gives the same picture.
"""

from __future__ import annotations

from gateway.devices.ports import BoardFace

CELL_WIDTH, CELL_HEIGHT, PITCH = 100, 180, 136
LIT, UNLIT, CASE, LABEL = "#ff5a3c", "#2a1c1c", "#141010", "#b9aaa0"
THICKNESS = 17

_L, _M, _R, _T, _C, _B = 10, 50, 90, 10, 90, 170
SEGMENTS: dict[str, tuple[int, int, int, int]] = {
    "a": (_L, _T, _R, _T), "b": (_R, _T, _R, _C), "c": (_R, _C, _R, _B), "d": (_L, _B, _R, _B),
    "e": (_L, _C, _L, _B), "f": (_L, _T, _L, _C), "g": (_L, _C, _M, _C), "h": (_M, _C, _R, _C),
    "i": (_L + 12, _T + 12, _M - 7, _C - 12), "j": (_M, _T, _M, _C), "k": (_R - 12, _T + 12, _M + 7, _C - 12),
    "l": (_M - 7, _C + 12, _L + 12, _B - 12), "m": (_M, _C, _M, _B), "n": (_M + 7, _C + 12, _R - 12, _B - 12),
}  # fmt: skip
"""Each segment as a line between two points of its cell."""

GLYPHS = {
    "0": "abcdef", "1": "bc", "2": "abdegh", "3": "abcdgh", "4": "bcfgh", "5": "acdfgh", "6": "acdefgh", "7": "abc",
    "8": "abcdefgh", "9": "abcdfgh", "-": "gh", " ": "",
    "A": "abcefgh", "B": "abcdhjm", "C": "adef", "D": "abcdjm", "E": "adefg", "F": "aefg", "G": "acdefh", "H": "bcefgh",
    "I": "adjm", "J": "bcde", "K": "efgkn", "L": "def", "M": "bcefik", "N": "bcefin", "O": "abcdef", "P": "abefgh",
    "Q": "abcdefn", "R": "abefghn", "S": "acdfgh", "T": "ajm", "U": "bcdef", "V": "eflk", "W": "bcefln", "X": "ikln",
    "Y": "ikm", "Z": "adkl",
}  # fmt: skip
"""Which segments show a letter; what is not here shows dark."""


def draw_board(face: BoardFace, *, lit: bool = True, called: str = "NOMOR", counter: str = "LOKET", newest: str = "BARU") -> str:
    """Return the board as an SVG document; ``lit`` is False for a board without power.

    ``called``, ``counter`` and ``newest`` are the words printed on the case.
    """
    number_cells = max(5, len(face.number))
    width = 60 + number_cells * PITCH + 60 + 2 * PITCH + 40
    unlit = UNLIT if lit else "#1c1717"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} 420" role="img" aria-label="{_spoken(face)}">',
        f'<rect width="{width}" height="420" rx="28" fill="{CASE}"/>',
        _label(called, 60, 52),
        _row(face.number.ljust(number_cells), 60, 74, 1.0, unlit),
        _label(counter, 60 + number_cells * PITCH + 60, 52),
        _row(face.counter.rjust(2), 60 + number_cells * PITCH + 60, 74, 1.0, unlit),
        _label(newest, 60, 362),
        _row(face.newest.ljust(number_cells), 220, 314, 0.4, unlit),
        "</svg>",
    ]
    return "".join(parts)


def _spoken(face: BoardFace) -> str:
    words = f"{face.number} {face.counter}".strip() + (f", {face.newest}" if face.newest else "")
    return "".join(letter for letter in words if letter.isalnum() or letter in " ,-")


def _label(text: str, x: int, y: int) -> str:
    return (
        f'<text x="{x}" y="{y}" fill="{LABEL}" font-family="system-ui,sans-serif" font-size="32" letter-spacing="6">{text}</text>'
    )


def _row(text: str, x: float, y: float, scale: float, unlit: str) -> str:
    cells = "".join(_cell(letter, at * PITCH, unlit) for at, letter in enumerate(text.upper()))
    return f'<g transform="translate({x} {y}) scale({scale}) skewX(-5)">{cells}</g>'


def _cell(letter: str, x: int, unlit: str) -> str:
    burning = GLYPHS.get(letter, "")
    dark = "".join(bar(SEGMENTS[name], x) for name in SEGMENTS if name not in burning)
    bright = "".join(bar(SEGMENTS[name], x) for name in burning)
    return f'<path fill="{unlit}" d="{dark}"/><path fill="{LIT}" d="{bright}"/>'


def bar(segment: tuple[int, int, int, int], x: int) -> str:
    """Return a bar with pointed ends along ``segment`` as path data."""
    x0, y0, x1, y1 = segment
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
    along_x, along_y = (x1 - x0) / length, (y1 - y0) / length
    half = THICKNESS / 2
    gap = 3.0
    points = [
        (gap, 0.0), (gap + half, half), (length - gap - half, half),
        (length - gap, 0.0), (length - gap - half, -half), (gap + half, -half),
    ]  # fmt: skip
    corners = (f"{x + x0 + s * along_x - t * along_y:.1f} {y0 + s * along_y + t * along_x:.1f}" for s, t in points)
    return "M" + "L".join(corners) + "Z"
