"""A recording made by a person: is it good enough, and how it becomes a clip. Nothing but rules.

Promises: whatever bytes come, there is an answer within moments and never an error; a recording that is refused is
told everything that is wrong with it, and what to do; one that is taken is trimmed, as loud as the others, and soft at both ends.
"""

from __future__ import annotations

import io
import math
import wave
from array import array
from dataclasses import dataclass
from itertools import groupby

from gateway.errors import Refusal
from gateway.voice import sound

LARGEST_BYTES = 2 * 1024**2
LOWEST_RATE_HZ, HIGHEST_RATE_HZ = sound.RATE_HZ, 48_000
SHORTEST_S, LONGEST_S = 0.1, 6.0
LONGEST_RAW_S = 20.0

WINDOW_S = 0.01
QUIETEST = 0.012
"""-38 dB: spoken more softly than that, a recording brings its room's noise with it."""
WANTED = 0.1
"""-20 dB: as loud as espeak-ng speaks."""
HIGHEST_PEAK = 0.9
CLIPPED = 32_700
CLIPPED_IN_A_ROW = 4
"""So many samples at the very top are no wave but a cut one."""
CLIPPED_PLACES = 3
SILENT_SHARE = 0.03
"""Quieter than this part of the loudest moment is not the voice."""
CUT_SHARE = 0.15
"""A recording that begins or ends louder than this part of its loudest moment was cut off."""
NOISE_SHARE = 0.18
"""-15 dB: noise louder than this part of the voice is heard with it."""
MARGIN_S = 0.03


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording that was looked at: everything that is wrong with it, or the clip it becomes."""

    faults: tuple[Refusal, ...]
    clip: bytes
    """A WAV in the hall's own format; empty when there is a fault."""


def examine(wav: bytes, name: str) -> Recording:
    """Look at a recording of the clip ``name``."""
    try:
        channels, rate_hz = _channels(wav, name)
        mono = sound.resampled(_mixed(channels), rate_hz)
        return _listen(mono, name, clipped=any(_is_clipped(one) for one in channels))
    except Refusal as refusal:
        return Recording((refusal,), b"")


def _channels(wav: bytes, name: str) -> tuple[list[array[int]], int]:
    """Return the samples of each channel and their rate."""
    if len(wav) > LARGEST_BYTES:
        raise Refusal("body-too-large", limit_kib=LARGEST_BYTES // 1024)
    try:
        with wave.open(io.BytesIO(wav)) as file:
            count, width, rate_hz = file.getnchannels(), file.getsampwidth(), file.getframerate()
            if count not in {1, 2} or width != 2 or not LOWEST_RATE_HZ <= rate_hz <= HIGHEST_RATE_HZ:  # noqa: PLR2004 - one or two channels of two bytes
                raise Refusal("recording-format", clip=name, bits=8 * width, channels=count, rate_hz=rate_hz)
            samples = sound.samples_of(file.readframes(file.getnframes()))
    except (wave.Error, EOFError, ValueError, OverflowError, RuntimeError) as error:
        raise Refusal("recording-unreadable", clip=name) from error
    length_s = len(samples) / count / rate_hz
    if length_s > LONGEST_RAW_S:
        raise Refusal("recording-long", clip=name, seconds=round(length_s), limit_s=round(LONGEST_S))
    return [samples[one::count] for one in range(count)], rate_hz


def _listen(mono: array[int], name: str, *, clipped: bool) -> Recording:
    step = round(WINDOW_S * sound.RATE_HZ)
    levels = [sound.level(mono[at : at + step]) for at in range(0, len(mono) - step + 1, step)]
    loudest = max(levels, default=0.0)
    if loudest < QUIETEST:
        return Recording((Refusal("recording-quiet", clip=name, level_db=_db(loudest)),), b"")
    noise = sorted(levels)[len(levels) // 10]
    voiced = [index for index, level in enumerate(levels) if level > max(loudest * SILENT_SHARE, noise * 2)] or [0]
    first, last = voiced[0], voiced[-1] + 1
    margin = round(MARGIN_S / WINDOW_S)
    voice = mono[max(0, first - margin) * step : (last + margin) * step]
    loudness, length_s = sound.level(mono[first * step : last * step]), (last - first) * WINDOW_S
    cut = max(*levels[:2], *levels[-2:]) > max(loudest * CUT_SHARE, noise * 2)
    found = {
        "recording-clipped": clipped,
        "recording-quiet": loudness < QUIETEST,
        "recording-cut": cut,
        "recording-noisy": not cut and noise > loudness * NOISE_SHARE,
        "recording-short": length_s < SHORTEST_S,
        "recording-long": length_s > LONGEST_S,
    }
    facts = {"clip": name, "level_db": _db(loudness), "seconds": round(length_s, 1), "limit_s": round(LONGEST_S)}
    faults = tuple(Refusal(code, **facts) for code, is_so in found.items() if is_so)
    if faults:
        return Recording(faults, b"")
    factor = min(WANTED / loudness, HIGHEST_PEAK / sound.peak(voice))
    return Recording((), sound.to_wav(sound.faded(sound.loudened(voice, factor))))


def _mixed(channels: list[array[int]]) -> array[int]:
    if len(channels) == 1:
        return channels[0]
    return array("h", [(left + right) // 2 for left, right in zip(*channels, strict=False)])


def _is_clipped(samples: array[int]) -> bool:
    runs = (len([*run]) for at_top, run in groupby(samples, lambda one: abs(one) >= CLIPPED) if at_top)
    return sum(length >= CLIPPED_IN_A_ROW for length in runs) >= CLIPPED_PLACES


def _db(level: float) -> int:
    return round(20 * math.log10(level)) if level > 0 else -99
