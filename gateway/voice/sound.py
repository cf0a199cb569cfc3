"""Sound as numbers: one format for everything the hall says, and the few operations it needs. Nothing but rules.

The format is that of espeak-ng: mono, 16-bit, 22,050 samples a second. Whatever is joined is faded for 5 ms at both
ends, so that nothing clicks.
"""

from __future__ import annotations

import io
import math
import sys
import wave
from array import array
from collections.abc import Iterable
from functools import cache
from itertools import accumulate, pairwise

RATE_HZ = 22_050
FADE_S = 0.005
FULL = 32_767

CHIME_HZ = (880.0, 659.26)
"""A falling third: the sound before an announcement that people know."""
CHIME_TONE_S = 0.45
CHIME_LEVEL = 0.45


def to_wav(samples: array[int]) -> bytes:
    """Return ``samples`` as a WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE_HZ)
        out.writeframes(_little(samples).tobytes())
    return file.getvalue()


def from_wav(wav: bytes) -> array[int]:
    """Return the samples of a whole WAV file in the hall's own format. Raises ValueError for anything else."""
    try:
        with wave.open(io.BytesIO(wav)) as file:
            if (file.getnchannels(), file.getsampwidth(), file.getframerate()) != (1, 2, RATE_HZ):
                raise ValueError("another format")
            samples = samples_of(file.readframes(file.getnframes()))
            if len(samples) != file.getnframes():
                raise ValueError("cut off")
    except (wave.Error, EOFError) as error:
        raise ValueError(str(error)) from error
    return samples


def samples_of(frames: bytes) -> array[int]:
    """Return the 16-bit numbers in the frames of a WAV file."""
    return _little(array("h", frames[: len(frames) // 2 * 2]))


def duration_s(wav: bytes) -> float:
    """Return about how long a WAV file in the hall's format plays."""
    return len(wav) / 2 / RATE_HZ


def silence(seconds: float) -> array[int]:
    """Return nothing, for so long."""
    return array("h", bytes(2 * round(seconds * RATE_HZ)))


def faded(samples: array[int]) -> array[int]:
    """Return ``samples`` rising and falling softly over the first and last 5 ms."""
    soft = array("h", samples)
    steps = min(round(FADE_S * RATE_HZ), len(soft) // 2)
    for step in range(steps):
        soft[step] = int(soft[step] * step / steps)
        soft[-1 - step] = int(soft[-1 - step] * step / steps)
    return soft


def joined(parts: Iterable[array[int]]) -> array[int]:
    """Return the parts one after another."""
    whole = array("h")
    for part in parts:
        whole.extend(part)
    return whole


def resampled(samples: array[int], rate_hz: int) -> array[int]:
    """Return samples of ``rate_hz`` (at least the hall's own) at the hall's rate, each the mean of what it stands for."""
    if rate_hz == RATE_HZ:
        return samples
    sums = [0, *accumulate(samples)]
    width = rate_hz / RATE_HZ

    def until(place: float) -> float:
        whole = int(place)
        rest = place - whole
        return sums[whole] + (rest * samples[whole] if rest and whole < len(samples) else 0)

    marks = [until(index * width) for index in range(int(len(samples) / width) + 1)]
    return array("h", [round((after - before) / width) for before, after in pairwise(marks)])


def loudened(samples: array[int], factor: float) -> array[int]:
    """Return ``samples`` times ``factor``, never beyond what 16 bits hold."""
    return array("h", [max(-FULL, min(FULL, round(one * factor))) for one in samples])


def level(samples: array[int]) -> float:
    """Return the loudness of ``samples`` (RMS), 0 to 1."""
    return math.sqrt(sum(one * one for one in samples) / len(samples)) / FULL if samples else 0.0


def peak(samples: array[int]) -> float:
    """Return the loudest moment of ``samples``, 0 to 1."""
    return max((abs(one) for one in samples), default=0) / FULL


@cache
def chime() -> array[int]:
    """Return the two tones before a call, each struck and fading as a bell does."""
    return joined(_tone(frequency_hz) for frequency_hz in CHIME_HZ)


def _tone(frequency_hz: float) -> array[int]:
    turn = 2 * math.pi * frequency_hz / RATE_HZ
    tone = array("h")
    for index in range(round(CHIME_TONE_S * RATE_HZ)):
        decay = math.exp(-5.0 * index / RATE_HZ)
        bell = math.sin(turn * index) + 0.3 * math.sin(2 * turn * index) + 0.1 * math.sin(3 * turn * index)
        tone.append(int(FULL * CHIME_LEVEL * decay * bell / 1.4))
    return faded(tone)


def _little(samples: array[int]) -> array[int]:
    """Turn between this machine's order of bytes and that of WAV files."""
    if sys.byteorder == "big":
        samples = array("h", samples)
        samples.byteswap()
    return samples
