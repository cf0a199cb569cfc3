"""Voices for tests: a hum that rises and falls as syllables do, in the silence of a room; a stand-in for espeak-ng."""

from __future__ import annotations

import io
import math
import random
import wave
from array import array
from pathlib import Path

from gateway.voice import sound

WIDTH = 2


def spoken(
    seconds: float = 0.6, *, rate_hz: int = 44_100, channels: int = 1, level: float = 0.3, noise: float = 0.001, before_s: float = 0.4,
    after_s: float = 0.4, gain: float = 1.0,
) -> bytes:  # fmt: skip
    """Return a recording as a telephone makes it; ``gain`` above 1 / level overdrives it."""
    dice = random.Random(7)
    samples = array("h")
    for index in range(round((before_s + seconds + after_s) * rate_hz)):
        at_s = index / rate_hz - before_s
        syllable = abs(math.sin(math.pi * 5 * at_s)) * level if 0 <= at_s < seconds else 0.0
        value = gain * syllable * math.sin(2 * math.pi * 180 * at_s) + noise * dice.uniform(-1, 1)
        samples.extend([round(32_767 * max(-1.0, min(1.0, value)))] * channels)
    return as_wav(samples.tobytes(), rate_hz, channels)


def as_wav(frames: bytes, rate_hz: int = 44_100, channels: int = 1, width: int = WIDTH) -> bytes:
    """Return frames as a WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(width)
        out.setframerate(rate_hz)
        out.writeframes(frames)
    return file.getvalue()


class StandIn:
    """Finds a stand-in for espeak-ng and counts how often it was asked to."""

    def __init__(self, folder: Path, script: str) -> None:
        self.program = folder / "espeak-ng"
        self.program.write_text(f'#!/bin/sh\necho "$@" >> {folder}/asked\n{script}\n')
        self.program.chmod(0o755)
        self._asked = folder / "asked"

    def __call__(self) -> str | None:
        """Return its path."""
        return str(self.program)

    @property
    def asked(self) -> int:
        """How often it was started."""
        return len(self._asked.read_text().splitlines()) if self._asked.exists() else 0


def copying(folder: Path, seconds: float = 0.1) -> StandIn:
    """Return a stand-in that speaks so long."""
    (folder / "tone.wav").write_bytes(sound.to_wav(sound.silence(seconds)))
    return StandIn(folder, f"cat > /dev/null\ncat {folder}/tone.wav")
