"""Files that a power cut leaves either as they were or as they shall be.

A file is written beside its place, synced, renamed into it, and the folder synced: only then does the
new name survive a cut.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

PART = ".part"
"""The suffix of what is not whole yet; left over after a cut, it may be deleted."""


def sync_folder(folder: Path) -> None:
    """Make the folder's names durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_file(path: Path) -> None:
    """Make the file's content durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_whole(path: Path, content: bytes, mode: int = 0o666, *, exact: bool = False) -> None:
    """Write ``path`` so that it holds either the former content or all of ``content``; ``mode`` is less the umask unless ``exact``."""
    part = path.with_name(path.name + PART)
    part.unlink(missing_ok=True)
    with open(part, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
        if exact:
            os.fchmod(file.fileno(), mode)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    put_in_place(part, path)


def put_in_place(part: Path, path: Path) -> None:
    """Rename the synced ``part`` to ``path``, replacing it, and sync the folder."""
    part.replace(path)
    sync_folder(path.parent)


def copy_whole(source: Path, path: Path) -> None:
    """Copy ``source`` to ``path`` so that ``path`` is whole or as before."""
    part = path.with_name(path.name + PART)
    shutil.copyfile(source, part)
    sync_file(part)
    put_in_place(part, path)


def next_folder(parent: Path, stem: str) -> Path:
    """Make and return the folder ``stem-<n>`` with the lowest free n from 1."""
    number = 1
    while (folder := parent / f"{stem}-{number}").exists():
        number += 1
    folder.mkdir()
    sync_folder(parent)
    return folder


def move_into(folder: Path, paths: list[Path]) -> None:
    """Move those of ``paths`` that exist into ``folder``, and sync both ends."""
    for path in paths:
        if path.exists():
            path.rename(folder / path.name)
    sync_folder(folder)
    for parent in {path.parent for path in paths}:
        sync_folder(parent)
