"""The recorded clips of one hall: ``<data>/voice/<language>/<clip>.wav``, as technicians may also copy them.

Promises: a clip is there whole or not at all, whatever cuts the power; what is not a clip in the hall's own format counts as
missing; no name leads out of the folder.
"""

from __future__ import annotations

import errno
import os
import re
from array import array
from pathlib import Path

from gateway.errors import Refusal
from gateway.voice import recordings, sound
from gateway.voice.tongues import TONGUES

NAME = re.compile(r"[a-z0-9]{1,12}(-[a-z0-9]+){0,12}")
LONGEST_NAME = 60
FULL = {errno.ENOSPC, errno.EDQUOT}


class Shelf:
    """All clips below one folder. Safe from any thread."""

    def __init__(self, folder: Path) -> None:
        """``folder`` is ``<data>/voice``; it need not be there yet."""
        self._folder = folder
        self._read: dict[Path, tuple[tuple[int, int], array[int] | None]] = {}
        """By file: size and time of the one that was read, and its samples; None for one that is no clip."""

    def clip(self, language: str, name: str) -> array[int] | None:
        """Return the samples of a clip, or None when there is no good one."""
        file = self._file(language, name)
        try:
            there = file.stat()
            mark = (there.st_size, there.st_mtime_ns)
            known = self._read.get(file)
            if known is None or known[0] != mark:
                known = (mark, _understood(file.read_bytes()))
                self._read[file] = known
        except OSError:
            self._read.pop(file, None)
            return None
        return known[1]

    def put(self, language: str, name: str, wav: bytes) -> tuple[Refusal, ...]:
        """Examine a person's recording and put it in place; return everything that is wrong with it, nothing when it is there.

        Raises Refusal ``voice-language`` or ``clip-unknown`` for a name that no clip can have, ``storage-full`` or ``storage-failed``.
        """
        file = self._file(language, name)
        recording = recordings.examine(wav, name)
        if not recording.faults:
            try:
                file.parent.mkdir(parents=True, exist_ok=True)
                write_whole(file, recording.clip)
            except OSError as error:
                raise Refusal("storage-full" if error.errno in FULL else "storage-failed") from error
        return recording.faults

    def remove(self, language: str, name: str) -> None:
        """Take a clip away, if it is there."""
        self._file(language, name).unlink(missing_ok=True)

    def wav(self, language: str, name: str) -> bytes | None:
        """Return a clip as a file to listen to."""
        samples = self.clip(language, name)
        return None if samples is None else sound.to_wav(samples)

    def _file(self, language: str, name: str) -> Path:
        if language not in TONGUES:
            raise Refusal("voice-language", language=language[:20], languages=", ".join(TONGUES))
        if len(name) > LONGEST_NAME or not NAME.fullmatch(name):
            raise Refusal("clip-unknown", clip=name[:LONGEST_NAME], language=language)
        return self._folder / language / f"{name}.wav"


def write_whole(file: Path, content: bytes) -> None:
    """Write a file that is durable and whole, or not there."""
    fresh = file.with_suffix(".new")
    with fresh.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(file)
    folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _understood(wav: bytes) -> array[int] | None:
    try:
        return sound.from_wav(wav)
    except ValueError:
        return None
