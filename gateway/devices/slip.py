"""A slip as the dots that a thermal printer burns: drawn once here, so that the picture seen is the print.

One bit each, 8 dots per mm: 384 wide on paper of 58 mm, of which 48 are printed, 576 on paper of 80 mm. The letters are those that come with Pillow, so that a
slip looks the same on a laptop and on a Pi without any font installed; accents, which they lack, are drawn.
"""

from __future__ import annotations

import io
import unicodedata
from functools import lru_cache

import segno
from PIL import Image, ImageDraw, ImageFont

from gateway.devices.ports import Slip

WIDTH = 384
MARGIN = 12
LONGEST = 1400
"""No slip is longer, whatever it says."""
QR_DOTS = 6
"""Dots to the side of one module: 0.75 mm, which old phones read."""
LARGEST_NUMBER = 200
"""No number is written larger, however short it is."""
ACCENTS: dict[str, tuple[tuple[float, float], ...]] = {
    "\N{COMBINING CIRCUMFLEX ACCENT}": ((-0.14, -0.06), (0, -0.17), (0.14, -0.06)),
    "\N{COMBINING GRAVE ACCENT}": ((-0.1, -0.17), (0.06, -0.06)),
    "\N{COMBINING ACUTE ACCENT}": ((0.1, -0.17), (-0.06, -0.06)),
    "\N{COMBINING DOT BELOW}": ((-0.02, 0.1), (0.02, 0.1)),
}
"""Lines above a letter, or below it where they are positive, in parts of its size."""
PLAIN = str.maketrans({"\N{EN DASH}": "-", "\N{EM DASH}": "-", "\N{LEFT SINGLE QUOTATION MARK}": "'", "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "\N{MODIFIER LETTER APOSTROPHE}": "'", "\N{LEFT DOUBLE QUOTATION MARK}": '"', "\N{RIGHT DOUBLE QUOTATION MARK}": '"'})  # fmt: skip
"""Signs that the letters lack; in Madurese an apostrophe is a letter."""
INK = 0
PAPER = 255
MIDDLE_GREY = 127
"""Paler is paper, the rest is burnt."""


def draw_slip(slip: Slip, width: int = WIDTH) -> Image.Image:
    """Return the slip as a 1-bit picture ``width`` dots wide and as long as it needs."""
    sheet = _Sheet(width)
    if slip.reprint:
        sheet.banner(slip.reprint.upper())
    sheet.words(slip.hall, 28, bold=1)
    sheet.rule()
    sheet.number(slip.number)
    sheet.words(slip.line, 34, bold=1)
    sheet.gap(6)
    sheet.words(slip.ahead, 28)
    sheet.words(slip.wait, 28)
    if slip.address:
        sheet.gap(10)
        sheet.code(slip.address)
    sheet.gap(6)
    sheet.words(slip.note, 22)
    if slip.claim:
        sheet.gap(8)
        sheet.words(slip.claim_note, 22)
        sheet.words(slip.claim, 44, bold=1)
    sheet.rule()
    sheet.words(slip.issued, 22)
    return sheet.cut()


def as_png(picture: Image.Image) -> bytes:
    """Return a 1-bit picture as PNG."""
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    return file.getvalue()


class _Sheet:
    """Paper that is written from the top; every row is centred."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._picture = Image.new("L", (self._width, LONGEST), PAPER)
        self._draw = ImageDraw.Draw(self._picture)
        self._y = MARGIN

    def words(self, text: str, size: int, *, bold: int = 0) -> None:
        """Write ``text``, broken into as many rows as it needs."""
        for row in _rows(text, size, bold, self._width - 2 * MARGIN):
            letters, accents = _taken_apart(row)
            self._draw.text(
                (self._width // 2, self._y), letters, INK, _font(size), anchor="ma", stroke_width=bold, stroke_fill=INK
            )
            for before, letter, accent in accents:
                left = (self._width - _font(size).getlength(letters)) / 2 + _font(size).getlength(before)
                self._accent(left + _font(size).getlength(letter) / 2, letter, accent, size)
            self.gap(round(size * 1.25))

    def _accent(self, middle: float, letter: str, accent: str, size: int) -> None:
        """Draw an accent above or below a letter of the present row."""
        _, top, _, bottom = _font(size).getbbox(letter, anchor="la")
        edge = self._y + (top if ACCENTS[accent][0][1] < 0 else bottom)
        self._draw.line([(middle + x * size, edge + y * size) for x, y in ACCENTS[accent]], INK, max(2, size // 11), "curve")

    def number(self, text: str) -> None:
        """Write the number as large as the paper allows, never broken."""
        size = 40
        while size < LARGEST_NUMBER and _width(text, size + 4, 3) <= self._width - 2 * MARGIN:
            size += 4
        left, top, right, bottom = _font(size).getbbox(text, stroke_width=3)
        where = ((self._width - (right - left)) / 2 - left, self._y - top)
        self._draw.text(where, text, INK, _font(size), stroke_width=3, stroke_fill=INK)
        self.gap(round(bottom - top) + 18)

    def banner(self, text: str) -> None:
        """Write ``text`` white on black across the paper."""
        self._draw.rectangle((0, self._y, self._width, self._y + 44), fill=INK)
        self._draw.text((self._width // 2, self._y + 22), _taken_apart(text)[0], PAPER, _font(28), anchor="mm", stroke_width=1)
        self.gap(44 + 14)

    def rule(self) -> None:
        """Draw a dashed line."""
        self.gap(6)
        for x in range(MARGIN, self._width - MARGIN, 12):
            self._draw.rectangle((x, self._y, x + 5, self._y + 1), fill=INK)
        self.gap(16)

    def code(self, address: str) -> None:
        """Draw ``address`` as a QR code."""
        matrix = segno.make(address, error="m", micro=False).matrix
        dots = min(QR_DOTS, (self._width - 2 * MARGIN) // len(matrix))
        left = (self._width - dots * len(matrix)) // 2
        for row, modules in enumerate(matrix):
            for column, dark in enumerate(modules):
                if dark:
                    x, y = left + column * dots, self._y + row * dots
                    self._draw.rectangle((x, y, x + dots - 1, y + dots - 1), fill=INK)
        self.gap(dots * len(matrix) + 10)

    def gap(self, dots: int) -> None:
        """Leave ``dots`` free."""
        self._y = min(self._y + dots, LONGEST - MARGIN)

    def cut(self) -> Image.Image:
        """Return the paper up to here."""
        used = self._picture.crop((0, 0, self._width, self._y + MARGIN))
        return used.point(lambda shade: PAPER if shade > MIDDLE_GREY else INK).convert("1", dither=Image.Dither.NONE)


@lru_cache(maxsize=64)
def _font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise TypeError("Pillow is built without FreeType")
    return font


def _width(text: str, size: int, bold: int) -> float:
    left, _, right, _ = _font(size).getbbox(_taken_apart(text)[0], stroke_width=bold)
    return right - left


def _rows(text: str, size: int, bold: int, room: int) -> list[str]:
    rows: list[str] = []
    for word in text.split():
        longer = f"{rows[-1]} {word}" if rows else word
        if rows and _width(longer, size, bold) <= room:
            rows[-1] = longer
        else:
            rows.append(word)
    return rows


def _taken_apart(text: str) -> tuple[str, list[tuple[str, str, str]]]:
    """Return the letters of ``text`` that the slip has, and of each accent what stands before its letter, the letter and the accent."""
    letters, accents = "", []
    for sign in unicodedata.normalize("NFKD", text.translate(PLAIN)):
        if sign in ACCENTS and letters:
            accents.append((letters[:-1], letters[-1], sign))
        elif sign.isascii() or sign == "\N{MIDDLE DOT}":
            letters += sign
    return letters, accents
