"""A picture in which two wires look like one would be worse than none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, pairwise
from pathlib import Path

import pytest

from provisioning.wiring.layout import Box, Layout, Point, lay_out
from provisioning.wiring.model import LANGUAGES, Language, Wiring
from provisioning.wiring.reading import read, read_folder
from tests.provisioning.wiring.examples import crossing

FOLDER = Path(__file__).parents[3] / "firmware_config" / "wiring"
CASES = [(wiring, language) for wiring in read_folder(FOLDER) for language in LANGUAGES]
Stretch = tuple[Point, Point]


@pytest.fixture(scope="module")
def matrix(tmp_path_factory: pytest.TempPathFactory) -> Wiring:
    """A wiring with everything: two columns, a wire that passes one of them, wires that cross."""
    path = tmp_path_factory.mktemp("wiring") / "matrix.toml"
    path.write_text(crossing(), encoding="utf-8")
    return read(path)


def stretches(layout: Layout, number: int) -> Iterator[Stretch]:
    """Every straight piece of one wire, from the lesser to the greater."""
    for run in layout.runs:
        if run.wire.number == number:
            for line in run.lines:
                for one, other in pairwise(line):
                    yield (min(one, other), max(one, other))


def upon_each_other(layout: Layout) -> list[tuple[int, int]]:
    """The pairs of wires that lie on each other somewhere, less than 5 pixels apart."""
    found = []
    numbers = [run.wire.number for run in layout.runs]
    for first, second in combinations(numbers, 2):
        for one in stretches(layout, first):
            for other in stretches(layout, second):
                for along, across in ((0, 1), (1, 0)):
                    flat = abs(one[0][across] - one[1][across]) < 1 and abs(other[0][across] - other[1][across]) < 1
                    near = abs(one[0][across] - other[0][across]) < 5
                    if flat and near and min(one[1][along], other[1][along]) - max(one[0][along], other[0][along]) > 1:
                        found.append((first, second))
    return found


def through(box: Box, stretch: Stretch) -> bool:
    """Whether a piece of wire passes the inside of a part."""
    (left, top), (right, bottom) = stretch
    return left < box.x + box.width - 1 and right > box.x + 1 and top < box.y + box.height - 1 and bottom > box.y + 1


@pytest.mark.parametrize(("wiring", "language"), CASES, ids=lambda one: getattr(one, "kind", one))
def test_no_wire_lies_on_another_or_under_a_part(wiring: Wiring, language: Language) -> None:
    """Every wire can be followed with a finger from end to end."""
    layout = lay_out(wiring, language)
    assert upon_each_other(layout) == []
    parts = [box for id, box in layout.boxes.items() if id != "pi"]
    assert [
        (run.wire.number, box.id)
        for run in layout.runs
        for one in stretches(layout, run.wire.number)
        for box in parts
        if through(box, one)
    ] == []


@pytest.mark.parametrize(("wiring", "language"), CASES, ids=lambda one: getattr(one, "kind", one))
def test_everything_is_within_the_picture_and_nothing_covers_another(wiring: Wiring, language: Language) -> None:
    """Nothing is cut off in print."""
    layout = lay_out(wiring, language)
    for box in layout.boxes.values():
        assert box.x >= 0
        assert box.y >= 0
        assert box.x + box.width <= layout.width
        assert box.y + box.height <= layout.height
    for one, other in combinations(layout.boxes.values(), 2):
        assert (
            one.x + one.width <= other.x
            or other.x + other.width <= one.x
            or one.y + one.height <= other.y
            or other.y + other.height <= one.y
        )
    assert all(0 <= x <= layout.width and 0 <= y <= layout.height for run in layout.runs for line in run.lines for x, y in line)


def test_a_wire_passes_a_column_around_its_parts(matrix: Wiring) -> None:
    """Ground goes from the Pi to the board in the second column without crossing the level shifter in the first."""
    layout = lay_out(matrix, "en")
    assert upon_each_other(layout) == []
    ground = next(run for run in layout.runs if run.wire.colour == "black")
    assert [len(line) for line in ground.lines] == [4, 6, 6]
    assert not any(
        through(box, one) for box in layout.boxes.values() if box.id != "pi" for one in stretches(layout, ground.wire.number)
    )


def test_wires_cross_as_little_as_can_be(matrix: Wiring) -> None:
    """Every wire ends where its terminal is, and the lanes of those that need not cross do not."""
    layout = lay_out(matrix, "en")
    for run in layout.runs:
        assert [line[0] for line in run.lines] == [layout.boxes[run.wire.start.part].terminals[run.wire.start.terminal]] * len(
            run.lines
        )
        assert [line[-1] for line in run.lines] == [layout.boxes[end.part].terminals[end.terminal] for end in run.wire.ends]


def test_the_check_sees_two_wires_on_each_other(matrix: Wiring) -> None:
    """Control: a second wire in the lane of the first is found."""
    layout = lay_out(matrix, "en")
    second = replace(layout.runs[0], wire=replace(layout.runs[0].wire, number=99))
    assert (layout.runs[0].wire.number, 99) in upon_each_other(replace(layout, runs=(*layout.runs, second)))
