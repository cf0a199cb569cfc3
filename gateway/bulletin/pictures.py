"""What may stand on the board: pictures drawn anew, films as they are.

Promises: a picture that is kept has been read whole and drawn anew, so that it holds no place, name or camera of who took
it, and no browser meets what its sender had prepared; it is at most ``LONGEST_PX`` long; a film is known by its first bytes.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gateway import pictures
from gateway.errors import Refusal

if TYPE_CHECKING:
    from gateway.bulletin.model import Media

LONGEST_PX = 1920
"""The longer side of a picture: no TV in a hall shows more."""

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
    """Return the picture in ``file`` as JPEG. Raises Refusal ``picture-unreadable``, ``body-too-large``."""
    if file.stat().st_size > PICTURE_LIMIT_BYTES:
        raise Refusal("body-too-large", limit_kib=PICTURE_LIMIT_BYTES // 1024)
    return pictures.drawn_anew(file, LONGEST_PX)
