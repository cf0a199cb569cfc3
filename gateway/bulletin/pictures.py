"""What may stand on the board: pictures drawn anew, films as they are.

Promises: a picture that is kept has been read whole and drawn anew, so that it holds no place, name or camera of who took
it, and no browser meets what its sender had prepared; it is at most ``LONGEST_PX`` long; a film is known by its first bytes.
"""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageOps, UnidentifiedImageError

from gateway.errors import Refusal

if TYPE_CHECKING:
    from gateway.bulletin.model import Media

LONGEST_PX = 1920
"""The longer side of a picture: no TV in a hall shows more."""
PIXELS_LIMIT = 50_000_000
"""More would take the memory of the Pi: 50 megapixels is beyond any phone's usual picture."""
FORMATS = ("JPEG", "PNG", "WEBP")
QUALITY = 82

PICTURE_LIMIT_BYTES = 25 * 1024**2
FILM_LIMIT_BYTES = 100 * 1024**2
"""Some minutes of film; the whole form may be a little larger."""
FILM_TYPES = {b"ftyp": "video/mp4", b"\x1aE\xdf\xa3": "video/webm"}


def kind_of(file: Path) -> Media:
    """Return whether ``file`` is a film by its first bytes; everything else is taken for a picture until it is read."""
    return "video" if film_type(file) else "image"


def film_type(file: Path) -> str:
    """Return the media type of a film, empty for what is none."""
    with file.open("rb") as content:
        head = content.read(12)
    return FILM_TYPES.get(head[4:8]) or FILM_TYPES.get(head[:4]) or ""


def drawn_anew(file: Path) -> bytes:
    """Return the picture in ``file`` as JPEG, upright, small enough, without anything else. Raises Refusal ``picture-unreadable``."""
    if file.stat().st_size > PICTURE_LIMIT_BYTES:
        raise Refusal("body-too-large", limit_kib=PICTURE_LIMIT_BYTES // 1024)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(file, formats=FORMATS) as picture:
                if picture.width * picture.height > PIXELS_LIMIT:
                    raise Refusal("picture-unreadable")
                # JPEG can be read at a part of its size: a phone's picture then takes a few megabytes.
                picture.draft("RGB", (LONGEST_PX, LONGEST_PX))
                picture.thumbnail((2 * LONGEST_PX, 2 * LONGEST_PX))
                upright = ImageOps.exif_transpose(picture)
                return _as_jpeg(upright)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError, Warning) as error:
        raise Refusal("picture-unreadable") from error


def _as_jpeg(picture: Image.Image) -> bytes:
    picture.thumbnail((LONGEST_PX, LONGEST_PX))
    see_through = picture.convert("RGBA")
    paper = Image.new("RGB", picture.size, "#ffffff")
    paper.paste(see_through, mask=see_through.getchannel("A"))
    kept = io.BytesIO()
    paper.save(kept, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return kept.getvalue()
