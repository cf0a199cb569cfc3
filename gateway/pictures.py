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
                # JPEG can be read at a part of its size: a phone's picture then takes a few megabytes.
                picture.draft("RGB", (longest_px, longest_px))
                picture.thumbnail((2 * longest_px, 2 * longest_px))
                upright = ImageOps.exif_transpose(picture)
                return _as_jpeg(upright, longest_px, quality)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError, Warning) as error:
        raise Refusal("picture-unreadable") from error


def _as_jpeg(picture: Image.Image, longest_px: int, quality: int) -> bytes:
    picture.thumbnail((longest_px, longest_px))
    see_through = picture.convert("RGBA")
    paper = Image.new("RGB", picture.size, "#ffffff")
    paper.paste(see_through, mask=see_through.getchannel("A"))
    kept = io.BytesIO()
    paper.save(kept, "JPEG", quality=quality, optimize=True, progressive=True)
    return kept.getvalue()
