"""What every speaker promises: the simulated one, and ALSA's with Debian's own ``aplay`` on its null device."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator

import pytest

from gateway.devices.alsa_speaker import AlsaSpeaker
from gateway.devices.ports import DeviceFault, DeviceState, Speaker
from gateway.devices.simulated_speaker import SimulatedSpeaker
from gateway.voice import sound
from tests.support.clock import FakeClock

WORDS = "Nomor antrean A, kosong satu dua, silakan menuju loket dua"
WAV = sound.to_wav(sound.chime())

needs_aplay = pytest.mark.skipif(shutil.which("aplay") is None, reason="alsa-utils is not installed")


RIGS: dict[str, Callable[[], Speaker]] = {
    "simulated-speaker": lambda: SimulatedSpeaker("suara", in_real_time=False),
    "alsa-speaker": lambda: AlsaSpeaker("suara", "null", FakeClock()),
}


@pytest.fixture(params=["simulated-speaker", pytest.param("alsa-speaker", marks=needs_aplay)])
def speaker(request: pytest.FixtureRequest) -> Iterator[Speaker]:
    """Each kind of speaker in turn."""
    made = RIGS[request.param]()
    assert made.kind == request.param
    yield made
    made.close()


def test_it_plays_what_it_is_given(speaker: Speaker) -> None:
    """Once looked at it is ready, and two sounds after each other are heard without a fault."""
    speaker.look()
    speaker.play(WAV, WORDS)
    speaker.play(WAV, WORDS)
    assert (speaker.state(), speaker.reason()) == (DeviceState.READY, "")


def test_closed_it_refuses_and_says_so(speaker: Speaker) -> None:
    """A speaker that is let go of never claims to have been heard."""
    speaker.look()
    speaker.close()
    with pytest.raises(DeviceFault, match=speaker.reason()):
        speaker.play(WAV, WORDS)
    assert (speaker.state(), speaker.reason() != "") == (DeviceState.MISSING, True)


def test_closing_twice_is_harmless(speaker: Speaker) -> None:
    """A speaker can be let go of at any time."""
    speaker.close()
    speaker.close()
    assert speaker.state() is DeviceState.MISSING


def test_a_word_under_way_ends_when_the_speaker_is_closed() -> None:
    """A hall that is asked to stop does not wait for the end of a sentence."""
    speaker, ended = SimulatedSpeaker("suara"), threading.Event()

    def play() -> None:
        with pytest.raises(DeviceFault):
            speaker.play(sound.to_wav(sound.silence(60)), WORDS)
        ended.set()

    threading.Thread(target=play, daemon=True).start()
    speaker.close()
    assert ended.wait(10)
