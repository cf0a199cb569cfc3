"""The few shapes of SVG that a wiring needs, each as one line of text. Pixels; colours that stay apart in grey, words that need no font."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

Point = tuple[float, float]

INK, PAPER, FAINT = "#1d2530", "#ffffff", "#8a94a0"
FONT = "'DejaVu Sans', Verdana, Arial, sans-serif"
BEND = 7.0
"""The radius of a wire's corner."""


def number(value: float) -> str:
    """Return a coordinate as short as it can be written."""
    return f"{value:.1f}".rstrip("0").rstrip(".")


def text(at: Point, words: str, size: float = 12, *, anchor: str = "start", weight: str = "normal", fill: str = INK) -> str:
    """Return words; ``at`` is their baseline, at their ``anchor``: start, middle or end."""
    bold = ' font-weight="bold"' if weight == "bold" else ""
    turned = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text x="{number(at[0])}" y="{number(at[1])}" font-size="{number(size)}" fill="{fill}"{turned}{bold}>{escape(words)}</text>'


def box(
    at: Point, size: Point, fill: str = PAPER, *, stroke: str = INK, width: float = 1.5, round: float = 6, dash: str = ""
) -> str:
    """Return a rectangle with round corners."""
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<rect x="{number(at[0])}" y="{number(at[1])}" width="{number(size[0])}" height="{number(size[1])}" rx="{number(round)}" '
        f'fill="{fill}" stroke="{stroke}" stroke-width="{number(width)}"{dashed}/>'
    )


def circle(at: Point, radius: float, fill: str = PAPER, *, stroke: str = INK, width: float = 1.5) -> str:
    """Return a circle."""
    return f'<circle cx="{number(at[0])}" cy="{number(at[1])}" r="{number(radius)}" fill="{fill}" stroke="{stroke}" stroke-width="{number(width)}"/>'


def line(points: Sequence[Point], *, stroke: str = INK, width: float = 1.5, fill: str = "none") -> str:
    """Return straight lines from point to point."""
    return path("M" + " L".join(f"{number(x)} {number(y)}" for x, y in points), stroke=stroke, width=width, fill=fill)


def path(drawn: str, *, stroke: str = INK, width: float = 1.5, fill: str = "none") -> str:
    """Return a path."""
    return f'<path d="{drawn}" fill="{fill}" stroke="{stroke}" stroke-width="{number(width)}" stroke-linejoin="round" stroke-linecap="round"/>'


def bent(points: Sequence[Point]) -> str:
    """Return the path of a wire through right angles, its corners rounded."""
    corners = [one for index, one in enumerate(points) if index == 0 or one != points[index - 1]]
    drawn = f"M{number(corners[0][0])} {number(corners[0][1])}"
    for before, here, after in zip(corners, corners[1:], corners[2:], strict=False):
        into, out = _near(here, before), _near(here, after)
        drawn += f" L{number(into[0])} {number(into[1])} Q{number(here[0])} {number(here[1])} {number(out[0])} {number(out[1])}"
    return f"{drawn} L{number(corners[-1][0])} {number(corners[-1][1])}"


def _near(corner: Point, other: Point) -> Point:
    """Return the point on the way from a corner where its bend ends."""
    dx, dy = other[0] - corner[0], other[1] - corner[1]
    length = abs(dx) + abs(dy)
    share = min(BEND, length / 2) / length
    return (corner[0] + dx * share, corner[1] + dy * share)


def picture(size: Point, title: str, shapes: Iterable[str]) -> str:
    """Return the whole file. ``title`` is what a screen reader says."""
    width, height = map(number, size)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" font-family="{FONT}" role="img" style="max-width:100%;height:auto">',
            f"<title>{escape(title)}</title>",
            box((0, 0), size, stroke="none", round=0),
            *shapes,
            "</svg>",
            "",
        ]
    )
