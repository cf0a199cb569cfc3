"""Sentences spoken by espeak-ng, a program of Debian, each kept so that it is made once.

Promises: a sentence is there within ``LIMIT_S`` or not at all, and nothing is raised; the kept ones never take more than ``cap_bytes``, nor the room
that the queue needs, and a full or broken card costs no call; one that a power cut has damaged is made anew.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
import subprocess
import threading
from array import array
from collections.abc import Callable
from pathlib import Path

from gateway.voice import sound

log = logging.getLogger(__name__)

PROGRAM = "espeak-ng"
LIMIT_S = 10.0
WORDS_PER_MINUTE = 140
"""Slower than espeak-ng's own 175: a hall echoes."""
PAUSE_10_MS = 2
"""Between words, so that digits stay apart."""
CAP_BYTES = 64 * 1024**2
"""About 300 sentences: most calls of a day are those of the day before."""

ROOM_BYTES = 256 * 1024**2
"""With less free than this on the card nothing more is kept."""
HEADER_BYTES = 44
"""Of the WAV that espeak-ng writes to a pipe, whose length it does not know when it begins."""


def find_espeak() -> str | None:
    """Return the path of espeak-ng, None where it is not installed."""
    return shutil.which(PROGRAM)


class Espeak:
    """One voice for all languages that espeak-ng has. Safe from any thread."""

    def __init__(
        self, folder: Path, find: Callable[[], str | None] = find_espeak, *, cap_bytes: int = CAP_BYTES, limit_s: float = LIMIT_S
    ) -> None:
        """Keep sentences in ``folder``; ``find`` is asked each time, so that no restart is needed after an installation."""
        self._folder = folder
        self._find = find
        self._cap_bytes = cap_bytes
        self._limit_s = limit_s

    @property
    def installed(self) -> bool:
        """Whether the program is there."""
        return self._find() is not None

    def say(self, text: str, voice: str) -> array[int] | None:
        """Return the samples of a sentence, or None when it could not be made."""
        file = self._folder / (
            hashlib.sha256(f"{voice}\0{WORDS_PER_MINUTE}\0{PAUSE_10_MS}\0{text}".encode()).hexdigest() + ".wav"
        )
        try:
            return sound.from_wav(file.read_bytes())
        except (OSError, ValueError):
            return self._make(text, voice, file)

    def _make(self, text: str, voice: str, file: Path) -> array[int] | None:
        program = self._find()
        if program is None:
            return None
        command = [program, "-v", voice, "-s", str(WORDS_PER_MINUTE), "-g", str(PAUSE_10_MS), "--stdin", "--stdout"]
        try:
            # The words go in by standard input: a counter's name is no option.
            made = subprocess.run(  # noqa: S603 - no shell
                command, input=text.encode(), capture_output=True, timeout=self._limit_s, check=True
            ).stdout
        except (OSError, subprocess.SubprocessError) as error:
            log.warning("event=espeak-failed voice=%s error=%s", voice, type(error).__name__)
            return None
        samples = sound.samples_of(made[HEADER_BYTES:])
        if made[:4] != b"RIFF" or int.from_bytes(made[24:28], "little") != sound.RATE_HZ or not samples:
            log.warning("event=espeak-failed voice=%s error=no-sound", voice)
            return None
        self._keep(file, sound.to_wav(samples))
        return samples

    def _keep(self, file: Path, wav: bytes) -> None:
        fresh = file.with_suffix(f".{threading.get_ident()}")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            if shutil.disk_usage(self._folder).free < ROOM_BYTES:
                return
            fresh.write_bytes(wav)
            fresh.replace(file)
            self._forget_oldest()
        except OSError as error:
            log.warning("event=sentence-not-kept error=%s", error.strerror)

    def _forget_oldest(self) -> None:
        kept = sorted((file.stat().st_mtime_ns, file.stat().st_size, file) for file in self._folder.iterdir())
        over_bytes = sum(size for _, size, _ in kept) - self._cap_bytes
        for _, size, file in kept:
            if over_bytes <= 0:
                return
            file.unlink(missing_ok=True)
            over_bytes -= size
