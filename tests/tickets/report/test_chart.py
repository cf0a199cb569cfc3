"""Charts: bars stand on nought, everything is inside the picture, gaps stay gaps."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.tickets.report.chart import BOTTOM, HEIGHT, LEFT, TOP, WIDTH, bars, lines, scale

VALUES = st.lists(st.floats(0, 100_000), max_size=60)
quickly = settings(deadline=None, max_examples=100)


@quickly
@given(VALUES)
def test_every_bar_stands_on_nought_inside_the_picture(values: list[float]) -> None:
    """Heights may be compared: twice the people is a bar twice as high."""
    drawn = bars(values, [str(index) for index in range(len(values))])
    floor = HEIGHT - BOTTOM
    assert all(abs(bar.y + bar.height - floor) < 0.11 and bar.y >= TOP - 0.1 for bar in drawn.bars)
    assert all(bar.x >= LEFT and bar.x + bar.width <= WIDTH for bar in drawn.bars)


@quickly
@given(st.floats(0, 1_000_000))
def test_an_axis_has_few_round_figures(highest: float) -> None:
    """Two to five figures, in steps of 1, 2 or 5 times a power of ten."""
    top, step = scale(highest)
    assert (top >= highest, top % step, 1 <= top / step <= 4, str(step).rstrip("0") in {"1", "2", "5"}) == (True, 0.0, True, True)


def test_a_day_without_figures_is_a_gap() -> None:
    """A line does not run over the weekend as if somebody had come."""
    [path] = lines([1.0, 2.0, None, 3.0, 4.0], list("abcde")).paths
    assert (path.count("M"), path.count("L")) == (2, 2)


def test_a_year_has_room_for_its_labels() -> None:
    """Of many days few are named, of few all."""
    assert len(bars([1.0] * 5, list("abcde")).below) == 5
    assert len(lines([1.0] * 53, ["x"] * 53).below) <= 7
    assert lines([], []).paths == []
