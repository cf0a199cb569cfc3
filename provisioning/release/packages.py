"""Debian's lists of packages, as stanzas of ``Name: value`` lines: read, chosen and written. Pure.

The lock ``debian/SUITE.packages`` is such a list, and so is the ``Packages`` file with which apt on the Pi reads the bundle as a repository.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

Stanza = Mapping[str, str]

KEPT = (
    *(
        "Package",
        "Source",
        "Version",
        "Architecture",
        "Multi-Arch",
        "Section",
        "Priority",
        "Installed-Size",
        "Pre-Depends",
        "Depends",
    ),
    *("Recommends", "Provides", "Conflicts", "Breaks", "Replaces", "Filename", "Size", "SHA256"),
)
"""What apt needs to choose and to prove a package, and what the bill of materials tells."""


def stanzas(lines: Iterable[str]) -> Iterator[Stanza]:
    """Yield each stanza; a value's further lines are joined by a newline, as they stand."""
    found: dict[str, str] = {}
    name = ""
    for line in (line.rstrip("\n") for line in lines):
        if not line.strip():
            if found:
                yield found
            found = {}
        elif line[0] in " \t":
            found[name] += "\n" + line
        else:
            name, _, value = line.partition(":")
            found[name] = value.strip()
    if found:
        yield found


def text_of(chosen: Iterable[Stanza]) -> str:
    """Return stanzas as text, by their packages, with what is ``KEPT`` and nothing else."""
    ordered = sorted(chosen, key=lambda stanza: stanza["Package"])
    return "\n".join("".join(f"{key}: {stanza[key]}\n" for key in KEPT if key in stanza) for stanza in ordered)


def file_of(stanza: Stanza) -> str:
    """Return the name of a package's file, without its folder in the archive."""
    return PurePosixPath(stanza["Filename"]).name


def index_of(chosen: Iterable[Stanza]) -> str:
    """Return the ``Packages`` file of a folder that holds the files of ``chosen``."""
    return text_of({**stanza, "Filename": f"./{file_of(stanza)}"} for stanza in chosen)
