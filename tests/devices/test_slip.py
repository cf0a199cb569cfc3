"""The slip as dots."""

from __future__ import annotations

import io
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from gateway.devices.ports import Slip
from gateway.devices.slip import LONGEST, WIDTH, _taken_apart, as_png, draw_slip
from gateway.portal.i18n import LANGUAGES, words

SLIP = Slip(
    "A-012", "Balai Desa Contoh", "Surat dan KTP/KK", "3 orang di depan Anda", "Tunggu sekitar 10\u201320 menit",
    "Senin, 23 November 2026, 09.14", "Pindai kode ini.", "http://balai.lan/t/abcdefghijklmnopqrst", "",
)  # fmt: skip


def dark_rows(picture: Image.Image) -> list[bool]:
    """Whether each row of dots has ink in the outermost columns: nothing may be cut off."""
    return [any(picture.getpixel((x, y)) == 0 for x in (0, WIDTH - 1)) for y in range(picture.height)]


def test_a_slip_is_one_bit_and_as_wide_as_the_paper() -> None:
    """What is drawn is what a printer burns: 384 dots, black or white."""
    picture = draw_slip(SLIP)
    assert (picture.width, picture.mode) == (384, "1")


def test_the_same_slip_gives_the_same_dots() -> None:
    """A picture in a test is the print."""
    assert as_png(draw_slip(SLIP)) == as_png(draw_slip(SLIP))


def test_a_reprint_looks_different_at_once() -> None:
    """A second copy is told from the first without reading."""
    first, again = draw_slip(SLIP), draw_slip(replace(SLIP, reprint="cetak ulang"))
    assert again.height > first.height
    assert again.getpixel((2, 20)) == 0


@pytest.mark.parametrize("number", ["A-001", "M-888", "W-1000", "A-10000"])
def test_the_number_is_enormous_and_never_cut(number: str) -> None:
    """The number fills the paper and keeps a margin, also beyond 999."""
    picture = draw_slip(Slip(number, "", "", "", "", "", "", "", ""))
    box = picture.convert("L").point(lambda shade: 255 - shade).getbbox()
    assert box is not None
    assert not any(dark_rows(picture))
    assert box[2] - box[0] > WIDTH * 0.8


def test_the_png_reads_back_as_the_same_dots() -> None:
    """The page /sim shows exactly the print."""
    picture = draw_slip(SLIP)
    assert list(Image.open(io.BytesIO(as_png(picture))).tobytes()) == list(picture.tobytes())


@settings(deadline=None, max_examples=30)
@given(st.text(max_size=60), st.text(max_size=200))
def test_any_words_can_be_printed(hall: str, note: str) -> None:
    """Whatever a hall is called, its slips print and end."""
    assert draw_slip(replace(SLIP, hall=hall, note=note)).height <= LONGEST


@pytest.mark.parametrize(("plain", "accented"), [("ada", "adâ"), ("ada", "ada\u0302"), ("orer", "orèr"), ("duwa", "ḍuwa")])
def test_an_accent_stands_at_its_letter(plain: str, accented: str) -> None:
    """Above it or below it, small, and nothing else of the slip moves: Madurese is not spelt without."""
    without, with_it = (draw_slip(replace(SLIP, ahead=said)).convert("L") for said in (plain, accented))
    box = ImageChops.difference(without, with_it).getbbox()
    assert box is not None
    assert (box[2] - box[0] <= 10, box[3] - box[1] <= 6, without.size) == (True, True, with_it.size)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_slip_loses_no_letter_of_a_language(language: str) -> None:
    """Whatever the hall says in one of its languages can be printed: no sign is left off, an apostrophe is a letter too."""
    said = "".join(text for forms in words(language)._catalogue.values() for text in forms) + "ka\u2019dinto"
    letters, accents = _taken_apart(said)
    assert len(letters) + len(accents) == len(unicodedata.normalize("NFKD", said))
