"""A picture that somebody has sent, drawn anew.

Promises: what comes back has been read whole and drawn anew, so that it holds no place, name or camera of who took it, and no
browser meets what its sender had prepared; it is upright, at most as long as wanted, and JPEG.
"""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import IO

from PIL import Image, ImageOps, UnidentifiedImageError

from gateway.errors import Refusal

PIXELS_LIMIT = 50_000_000
"""More would take the memory of the Pi: 50 megapixels is beyond any phone's usual picture."""
FORMATS = ("JPEG", "PNG", "WEBP")
QUALITY = 82


def drawn_anew(source: Path | IO[bytes], longest_px: int, quality: int = QUALITY) -> bytes:
    """Return a picture as JPEG, upright, its longer side at most ``longest_px``, without anything else.

    What is personal is given as bytes in memory (``io.BytesIO``), never as a file. Raises Refusal ``picture-unreadable``.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(source, formats=FORMATS) as picture:
                if picture.width * picture.height > PIXELS_LIMIT:
                    raise Refusal("picture-unreadable")
                # JPEG can be read at a part of its size, if that is asked for in its own proportions: a phone's picture then takes a few
                # megabytes, and a third of the time.
                share = min(1.0, longest_px / max(picture.size))
                picture.draft("RGB", (round(picture.width * share), round(picture.height * share)))
                picture.thumbnail((longest_px, longest_px))
                return _as_jpeg(ImageOps.exif_transpose(picture), quality)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError, Warning) as error:
        raise Refusal("picture-unreadable") from error


def _as_jpeg(picture: Image.Image, quality: int) -> bytes:
    kept = io.BytesIO()
    _on_paper(picture).save(kept, "JPEG", quality=quality, optimize=True, progressive=True)
    return kept.getvalue()


def _on_paper(picture: Image.Image) -> Image.Image:
    """Return the picture without anything to see through; a phone's photograph, which has nothing, is only copied bare."""
    if picture.mode in {"RGB", "L"}:
        bare = Image.new(picture.mode, picture.size)
        bare.paste(picture)
        return bare
    see_through = picture.convert("RGBA")
    paper = Image.new("RGB", picture.size, "#ffffff")
    paper.paste(see_through, mask=see_through.getchannel("A"))
    return paper
