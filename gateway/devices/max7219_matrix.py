"""A board of 8 x 8 LED modules with MAX7219 chips, for example two strips of four: the number, and at its right the counter.

The letters are luma's LCD font, 7 dots high. The eighth row is for the mark of a number that was given and is not called: a dotted line.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Unpack

from PIL import Image, ImageDraw

from gateway.clock import Clock
from gateway.devices.led_scene import LedScenes, Scene
from gateway.devices.max7219 import Chain, Max7219Board
from gateway.devices.ports import BoardFace

MODULE = 8
"""Dots, across and down."""
GAP = 5
"""Dots between number and counter, at the least: narrower, and the counter reads as a digit of the number."""
COUNTER_WORD = "LKT"
"""Before a counter that stands alone."""
ORIENTATIONS = (0, 90, 180, -90)
"""How the dots of a module are turned; what most ready-made strips need is -90."""


class Max7219Matrix(Max7219Board):
    """``columns`` modules beside each other, in one row or two; the chain begins at the upper left and ends at the lower right."""

    kind = "max7219-matrix"

    def __init__(
        self,
        id: str,
        columns: int,
        clock: Clock,
        *,
        rows: int = 1,
        orientation: int = -90,
        upside_down: bool = False,
        **chain: Unpack[Chain],
    ) -> None:
        """``upside_down`` is for a board that hangs so: its chain begins at the lower right."""
        width, height = columns * MODULE, rows * MODULE

        def make_screen(wire: object) -> Any:  # noqa: ANN401 - luma has no types
            from luma.led_matrix.device import max7219  # noqa: PLC0415 - a hall loads only what it has

            return max7219(
                wire,
                width=width,
                height=height,
                rotate=2 if upside_down else 0,
                block_orientation=orientation,
            )

        scenes = LedScenes(partial(_has_room, width), rows)
        super().__init__(id, columns * rows, scenes, clock, make_screen=make_screen, draw=_draw, **chain)


def picture_of(scene: Scene, width: int, height: int) -> Image.Image:
    """Return the dots of ``scene``, one bit each, as people see them."""
    picture = Image.new("1", (width, height))
    pen = ImageDraw.Draw(picture)
    number = scene.number or f"{COUNTER_WORD} {scene.counter}"
    _write(pen, number, width, left=True)
    if scene.number and scene.counter:
        _write(pen, scene.counter, width, left=False)
    if scene.given:
        _mark(pen, width, MODULE - 1)
    if scene.below:
        _write(pen, scene.below, width, left=True, top=MODULE)
        _mark(pen, width, 2 * MODULE - 1)
    return picture


def _draw(screen: Any, scene: Scene) -> None:  # noqa: ANN401 - as above
    screen.display(picture_of(scene, screen.width, screen.height))


def _has_room(width: int, face: BoardFace) -> bool:
    return _width_of(face.number) + GAP + _width_of(face.counter) <= width


def _width_of(words: str) -> int:
    """Return how many dots ``words`` take, without the empty column that ends each letter."""
    from luma.core.legacy import textsize  # noqa: PLC0415 - as above
    from luma.core.legacy.font import LCD_FONT, proportional  # noqa: PLC0415 - as above

    return int(textsize(words, font=proportional(LCD_FONT))[0]) - 1


def _write(pen: ImageDraw.ImageDraw, words: str, width: int, *, left: bool, top: int = 0) -> None:
    """Write ``words`` at one end of the row; too long for it they lose first their dash, then their size."""
    from luma.core.legacy import text, textsize  # noqa: PLC0415 - as above
    from luma.core.legacy.font import LCD_FONT, TINY_FONT, proportional  # noqa: PLC0415 - as above

    font = proportional(LCD_FONT)
    if textsize(words, font=font)[0] - 1 > width:
        words = words.replace("-", "")
    if textsize(words, font=font)[0] - 1 > width:
        font = proportional(TINY_FONT)
    at = 0 if left else width - int(textsize(words, font=font)[0]) + 1
    text(pen, (at, top), words, fill="white", font=font)


def _mark(pen: ImageDraw.ImageDraw, width: int, row: int) -> None:
    pen.point([(column, row) for column in range(0, width, 2)], fill=1)
