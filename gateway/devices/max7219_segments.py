"""A board of eight 7-segment digits with a MAX7219 chip: ``A-012  2``. A number that was given and is not called has all its points lit.

Seven segments know few letters: S is a 5, I a 1, Z a 2 on every such board, and K, M, V, W, X are not to be read. Lines of a hall with such a
board are best called A b C d E F G H J L n o P r t U.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Unpack

from gateway.clock import Clock
from gateway.devices.led_scene import LedScenes, Scene
from gateway.devices.max7219 import Chain, Max7219Board
from gateway.devices.ports import BoardFace

SMALL = str.maketrans({letter: letter.lower() for letter in "BDIKMNOQRTVWX"})
"""Letters whose capitals luma shows as digits or as other letters: a capital B would be an 8."""

COUNTER_LETTER = "L"
"""Before a counter that stands alone."""


class Max7219Segments(Max7219Board):
    """One module of ``digits`` digits, 4 to 8, counted from the right as the chip counts them."""

    kind = "max7219-segments"

    def __init__(self, id: str, clock: Clock, *, digits: int = 8, **chain: Unpack[Chain]) -> None:
        super().__init__(
            id, 1, LedScenes(partial(_has_room, digits)), clock, make_screen=_make_screen, draw=partial(_draw, digits), **chain
        )


def words_of(scene: Scene, digits: int) -> str:
    """Return what stands on the digits, left to right; a point belongs to the digit before it."""
    if not scene.number:
        return COUNTER_LETTER + scene.counter.rjust(digits - 1)[1 - digits :]
    number = _short(scene.number, digits - len(scene.counter) - (scene.counter != ""))
    if scene.given:
        return "".join(letter + "." for letter in number)
    return (number + scene.counter.rjust(digits - len(number))).rstrip()


def _short(number: str, room: int) -> str:
    """Return the number; without its dash, then without its first zeros or letters, where there is no room."""
    return number if len(number) <= room else number.replace("-", "")[-room:]


def _has_room(digits: int, face: BoardFace) -> bool:
    """Return whether one dark digit or more stays between number and counter."""
    return len(face.number.replace("-", "")) + 1 + len(face.counter) <= digits


def _make_screen(wire: object) -> Any:  # noqa: ANN401 - luma has no types
    from luma.core.virtual import sevensegment  # noqa: PLC0415 - a hall loads only what it has
    from luma.led_matrix.device import max7219  # noqa: PLC0415 - as above

    screen = max7219(wire, cascaded=1)
    screen.digits = sevensegment(screen)
    return screen


def _draw(digits: int, screen: Any, scene: Scene) -> None:  # noqa: ANN401 - as above
    words = words_of(scene, digits)
    # luma puts the first letter at the chip's eighth digit, and a smaller board has only the lower ones.
    screen.digits.text = " " * (8 - digits) + words.translate(SMALL)
