"""Sounds are joined without a click, and keep their pitch and length when their rate changes."""

from __future__ import annotations

import math
from array import array
from itertools import pairwise

import pytest

from gateway.voice import sound


def tone(hz: float, rate_hz: int = sound.RATE_HZ, seconds: float = 0.5) -> array[int]:
    """Return a tone that begins and ends in the middle of its swing."""
    return array("h", [round(20_000 * math.cos(2 * math.pi * hz * one / rate_hz)) for one in range(round(seconds * rate_hz))])


def largest_step(samples: array[int]) -> int:
    """Return the hardest click."""
    return max(abs(after - before) for before, after in pairwise([0, *samples, 0]))


def test_what_is_joined_does_not_click() -> None:
    """Faded for 5 ms, two tones join with no step greater than their own; unfaded (the control) they click."""
    hard = sound.joined([tone(200), sound.silence(0.1), tone(200)])
    soft = sound.joined([sound.faded(tone(200)), sound.silence(0.1), sound.faded(tone(200))])
    assert largest_step(soft) < 2_000 < largest_step(hard)


def test_the_chime_is_two_soft_tones() -> None:
    """About a second, never overdriven, silent at both ends."""
    chime = sound.chime()
    assert (chime[0], chime[-1]) == (0, 0)
    assert 0.7 < len(chime) / sound.RATE_HZ < 1.2
    assert 0.2 < sound.peak(chime) < 0.6


@pytest.mark.parametrize("rate_hz", [24_000, 32_000, 44_100, 48_000])
def test_another_rate_keeps_pitch_and_length(rate_hz: int) -> None:
    """A tone of 440 Hz is one of 440 Hz, as long and about as loud."""
    changed = sound.resampled(tone(440, rate_hz), rate_hz)
    rising = sum(before < 0 <= after for before, after in pairwise(changed))
    assert len(changed) == pytest.approx(sound.RATE_HZ / 2, abs=2)
    assert rising == pytest.approx(220, abs=1)
    assert sound.level(changed) == pytest.approx(sound.level(tone(440)), rel=0.03)


def test_a_whistle_above_the_hall_s_rate_is_not_heard_as_another() -> None:
    """What 22,050 samples a second cannot hold is made softer, not folded back at full strength."""
    assert sound.level(sound.resampled(tone(20_000, 44_100), 44_100)) < 0.4 * sound.level(tone(440))


def test_a_wav_is_read_as_it_was_written() -> None:
    """Out and in again nothing is changed; half a file is refused."""
    wav = sound.to_wav(tone(440))
    assert sound.from_wav(wav) == tone(440)
    assert sound.duration_s(wav) == pytest.approx(0.5, abs=0.01)
    for broken in (wav[:1000], wav[:20], b""):
        with pytest.raises(ValueError):  # noqa: PT011 - wave has many words for it
            sound.from_wav(broken)
