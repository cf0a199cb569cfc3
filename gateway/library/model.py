"""What can stand in the reading corner: kinds of files, and how one is called."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file."""

    said: str
    """What it is called; a key of the catalogues."""
    media_type: str
    icon: str
    """A name of ``icons.html``."""
    inline: bool = True
    """Whether a browser shows it, rather than keeping it."""


KINDS: Mapping[str, Kind] = {
    "pdf": Kind("Buku atau lembar (PDF)", "application/pdf", "book"),
    "epub": Kind("Buku untuk ponsel (EPUB)", "application/epub+zip", "book", inline=False),
    "mp4": Kind("Film (MP4)", "video/mp4", "film"),
    "webm": Kind("Film (WebM)", "video/webm", "film"),
    "mp3": Kind("Suara (MP3)", "audio/mpeg", "speaker"),
    "html": Kind("Halaman (HTML)", "text/html; charset=utf-8", "paper"),
    "htm": Kind("Halaman (HTML)", "text/html; charset=utf-8", "paper"),
    "jpg": Kind("Gambar", "image/jpeg", "picture"),
    "png": Kind("Gambar", "image/png", "picture"),
}
"""By the ending of the name, in small letters. What has another ending is not offered."""
ZIM = "zim"
FILES_LIMIT = 500
"""More would be found by nobody."""
NAME_LIMIT = 120


@dataclass(frozen=True, slots=True)
class Item:
    """One file that is offered."""

    shelf: str
    """The folder that it stands in; empty for none."""
    name: str
    size_bytes: int

    @property
    def kind(self) -> Kind:
        """What it is."""
        return KINDS[ending(self.name)]

    @property
    def title(self) -> str:
        """What it is called."""
        return title_of(self.name)


def ending(name: str) -> str:
    """Return the ending of a name in small letters, without its point; empty for none."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def title_of(name: str) -> str:
    """Return what a file is called, from its name: ``Cara_menanam-jahe.pdf`` is ``Cara menanam jahe``."""
    bare = name.rpartition(".")[0] or name
    words = " ".join(re.sub(r"[_]+|(?<=\w)-(?=\w)", " ", bare).split())
    return words[:1].upper() + words[1:]


def is_offered(name: str) -> bool:
    """Return whether a name can stand on a page and in an address: printable, no hidden file, of a known kind."""
    return name.isprintable() and not name.startswith(".") and len(name) <= NAME_LIMIT and ending(name) in KINDS


def size_said(size_bytes: int) -> str:
    """Return a size as people read it: ``340 KB``, ``12 MB``, ``1,5 GB``."""
    if size_bytes < 1_000_000:  # noqa: PLR2004 - from here on megabytes
        return f"{max(1, round(size_bytes / 1000))} KB"
    if size_bytes < 1_000_000_000:  # noqa: PLR2004 - from here on gigabytes
        return f"{round(size_bytes / 1_000_000)} MB"
    return f"{size_bytes / 1_000_000_000:.1f} GB".replace(".", ",")
