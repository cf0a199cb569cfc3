"""The segment board as a picture."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.devices.board_picture import GLYPHS, LIT, SEGMENTS, draw_board
from gateway.devices.ports import BoardFace


def burning(face: BoardFace) -> int:
    """How many segments are lit for a face."""
    tree = ET.fromstring(draw_board(face))
    return sum(
        path.attrib["d"].count("Z") for path in tree.iter("{http://www.w3.org/2000/svg}path") if path.attrib["fill"] == LIT
    )


def test_it_lights_the_segments_of_number_counter_and_newest() -> None:
    """A-012 at counter 2, and B-007 as the newest: each lights its own segments and no other."""
    expected = sum(len(GLYPHS[letter]) for letter in "A-0122B-007")
    assert burning(BoardFace("A-012", "2", "B-007")) == expected


def test_an_empty_face_is_dark() -> None:
    """A board that has nothing to say lights nothing."""
    assert burning(BoardFace("", "")) == 0


def test_letters_and_digits_are_told_apart() -> None:
    """No two signs look alike, but for 0 and O, 5 and S, which no hall mixes up."""
    shapes: dict[frozenset[str], str] = {}
    for sign, segments in GLYPHS.items():
        shapes[frozenset(segments)] = shapes.get(frozenset(segments), "") + sign
    assert sorted(signs for signs in shapes.values() if len(signs) > 1) == ["0O", "5S"]


def test_signs_use_known_segments_once() -> None:
    """A sign lights a segment of the fourteen, never twice."""
    assert all(set(segments) <= set(SEGMENTS) and len(set(segments)) == len(segments) for segments in GLYPHS.values())


@pytest.mark.parametrize("number", ["A-999", "A-1000"])
def test_the_board_grows_with_the_number(number: str) -> None:
    """After 999 the line goes on to 1000, and the board with it."""
    assert f'aria-label="{number} 2"' in draw_board(BoardFace(number, "2"))


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=8), st.text(max_size=4), st.text(max_size=8))
def test_any_face_is_well_formed(number: str, counter: str, newest: str) -> None:
    """Nothing that a face says can break out of the picture."""
    assert ET.fromstring(draw_board(BoardFace(number, counter, newest))).tag.endswith("svg")
