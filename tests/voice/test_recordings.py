"""A recording that is good becomes a clip; one that is not is told everything that is wrong with it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.voice import recordings, sound
from gateway.voice.recordings import examine
from tests.support.voices import as_wav, spoken

HEAD = spoken(0.1)[:60]


def faults(wav: bytes) -> list[str]:
    """Return the codes of what is wrong."""
    return [fault.code for fault in examine(wav, "angka-2").faults]


@pytest.mark.parametrize("rate_hz", [22_050, 44_100, 48_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_a_good_recording_becomes_a_clip(rate_hz: int, channels: int) -> None:
    """Whatever the telephone recorded: one format, the voice alone, as loud as the others, soft at both ends."""
    recording = examine(spoken(0.6, rate_hz=rate_hz, channels=channels), "angka-2")
    clip = sound.from_wav(recording.clip)
    assert recording.faults == ()
    assert len(clip) / sound.RATE_HZ == pytest.approx(0.65, abs=0.05)
    assert sound.level(clip) == pytest.approx(recordings.WANTED, rel=0.15)
    assert sound.peak(clip) <= recordings.HIGHEST_PEAK + 0.01
    assert (clip[0], clip[-1]) == (0, 0)


@pytest.mark.parametrize(
    ("made", "found"),
    [
        ({"level": 0.008}, "recording-quiet"),
        ({"level": 0.0}, "recording-quiet"),
        ({"gain": 8.0}, "recording-clipped"),
        ({"noise": 0.08}, "recording-noisy"),
        ({"before_s": 0.0}, "recording-cut"),
        ({"seconds": 0.63, "after_s": 0.0}, "recording-cut"),
        ({"seconds": 0.04, "level": 0.9}, "recording-short"),
        ({"seconds": 7.5}, "recording-long"),
        ({"seconds": 1.0, "before_s": 20.0}, "recording-long"),
    ],
)
def test_each_mistake_is_told(made: dict[str, Any], found: str) -> None:
    """Too soft, overdriven, noisy, cut off, too short and too long, each by its own sentence."""
    assert faults(spoken(**made)) == [found]


def test_all_mistakes_are_told_at_once() -> None:
    """Nobody has to record three times to hear of three mistakes."""
    assert faults(spoken(7.5, gain=8.0, after_s=0.0, before_s=0.0)) == ["recording-clipped", "recording-cut", "recording-long"]


@pytest.mark.parametrize(
    ("wav", "code"),
    [
        (b"", "recording-unreadable"),
        (b"ID3\x03 an mp3", "recording-unreadable"),
        (spoken()[:60], "recording-quiet"),
        (as_wav(bytes(8_000), 8_000), "recording-format"),
        (as_wav(bytes(30_000), 44_100, 3), "recording-format"),
        (as_wav(bytes(30_000), 44_100, 1, 3), "recording-format"),
        (bytes(recordings.LARGEST_BYTES + 1), "body-too-large"),
    ],
)
def test_what_is_no_recording_is_refused(wav: bytes, code: str) -> None:
    """Another format is told by its facts, nonsense and half files by a sentence; nothing is raised."""
    assert faults(wav) == [code]


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 60))
def test_nonsense_is_never_an_error(nonsense: bytes, kept: int) -> None:
    """Whatever bytes come, the answer is a sentence."""
    assert examine(nonsense, "x").clip == b""
    assert examine(HEAD[:kept] + nonsense, "x").faults != ()
