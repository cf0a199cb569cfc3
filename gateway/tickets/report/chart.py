"""Charts as plain geometry: what a template draws as SVG. Units are those of the picture, 360 wide.

Promises: bars stand on nought, so that their heights may be compared; a gap in the figures is a gap in the line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

WIDTH, HEIGHT = 360, 200
LEFT, RIGHT, TOP, BOTTOM = 44, 8, 14, 24
"""Room for the figures of the axes."""
STEPS = (1, 2, 5)
LABELS_LIMIT = 7
GAP = 0.25
"""Part of a bar's room that stays empty."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A word or figure at an axis."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawn chart."""

    bars: list[Bar] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    """Of lines: the attribute ``d``."""
    points: list[tuple[float, float]] = field(default_factory=list)
    """Of lines with so few points that each is shown."""
    below: list[Mark] = field(default_factory=list)
    beside: list[Mark] = field(default_factory=list)
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    floor: float = HEIGHT - BOTTOM


def scale(highest: float) -> tuple[float, int]:
    """Return the top of an axis that shows ``highest``, and the step between its figures: whole and round."""
    tenfold = 1
    while True:
        for step in (factor * tenfold for factor in STEPS):
            if step * 4 >= highest:
                return float(step * max(1, -(-highest // step))), step
        tenfold *= 10


def bars(values: Sequence[float], labels: Sequence[str]) -> Chart:
    """Draw one bar for each value."""
    top, step = scale(max(values, default=0.0))
    room = (WIDTH - LEFT - RIGHT) / max(1, len(values))
    drawn = []
    for index, value in enumerate(values):
        high = _rise(value, top)
        drawn.append(Bar(round(LEFT + room * (index + GAP / 2), 1), _up(high), round(room * (1 - GAP), 1), high))
    return Chart(bars=drawn, below=_below(labels, room), beside=_beside(top, step))


def lines(values: Sequence[float | None], labels: Sequence[str]) -> Chart:
    """Draw one line through the values; None is a gap."""
    top, step = scale(max((value for value in values if value is not None), default=0.0))
    room = (WIDTH - LEFT - RIGHT) / max(1, len(values))
    points = [
        None if value is None else (round(LEFT + room * (index + 0.5), 1), _up(_rise(value, top)))
        for index, value in enumerate(values)
    ]
    paths, open_path = [], False
    for point in points:
        if point is not None:
            paths.append(f"{'L' if open_path else 'M'}{point[0]:g} {point[1]:g}")
        open_path = point is not None
    few = [point for point in points if point is not None] if len(points) <= LABELS_LIMIT * 5 else []
    return Chart(paths=["".join(paths)] if paths else [], points=few, below=_below(labels, room), beside=_beside(top, step))


def _rise(value: float, top: float) -> float:
    return round((HEIGHT - TOP - BOTTOM) * value / top, 1)


def _up(high: float) -> float:
    return round(HEIGHT - BOTTOM - high, 1)


def _below(labels: Sequence[str], room: float) -> list[Mark]:
    every = max(1, -(-len(labels) // LABELS_LIMIT)) if len(labels) > 2 * LABELS_LIMIT else 1 if len(labels) <= LABELS_LIMIT else 2
    return [Mark(round(LEFT + room * (index + 0.5), 1), text) for index, text in enumerate(labels) if index % every == 0]


def _beside(top: float, step: int) -> list[Mark]:
    return [Mark(_up(_rise(value, top)), str(value)) for value in range(0, int(top) + 1, step)]
