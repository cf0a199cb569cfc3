"""The sound card's troubles, acted by a stand-in for ``aplay``: no card, a card that hangs, one that comes back."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from gateway.devices.alsa_speaker import PROBE_S, AlsaSpeaker
from gateway.devices.ports import DeviceFault, DeviceState
from gateway.voice import sound
from tests.support.clock import FakeClock
from tests.support.waiting import until

WAV = sound.to_wav(sound.chime())


class FakeCard:
    """An ``aplay`` that does what its file ``mode`` says, and keeps what it was given."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.program = folder / "aplay"
        self.program.write_text(
            f'#!/bin/sh\nmode=$(cat {folder}/mode)\necho "$@" >> {folder}/asked\n'
            f'[ "$mode" = hangs ] && exec sleep 60\n[ "$mode" = gone ] && exit 1\ncat > {folder}/played\n'
        )
        self.program.chmod(0o755)
        self.is_so("well")

    def is_so(self, mode: str) -> None:
        """Be ``well``, ``gone`` or ``hangs`` from now on."""
        (self.folder / "mode").write_text(mode)

    @property
    def asked(self) -> list[str]:
        """The arguments of every call."""
        file = self.folder / "asked"
        return file.read_text().splitlines() if file.exists() else []


@pytest.fixture
def card(tmp_path: Path) -> FakeCard:
    """A card that is well."""
    return FakeCard(tmp_path)


def test_the_card_gets_the_whole_sound_and_its_name(card: FakeCard) -> None:
    """Aplay is given the device of the settings, and the WAV unchanged."""
    speaker = AlsaSpeaker("suara", "plughw:CARD=Headphones", FakeClock(), program=str(card.program))
    speaker.look()
    speaker.play(WAV, "")
    assert card.asked[-1] == "-q -D plughw:CARD=Headphones -t wav -"
    assert (card.folder / "played").read_bytes() == WAV


def test_a_speaker_that_is_turned_down_plays_the_same_softer(card: FakeCard) -> None:
    """Half of every sample, as long as before, whatever mixer the card has."""
    AlsaSpeaker("suara", "default", FakeClock(), volume=50, program=str(card.program)).play(WAV, "")
    played, loud = (sound.from_wav(wav) for wav in ((card.folder / "played").read_bytes(), WAV))
    assert list(played) == [sample // 2 for sample in loud]


def test_a_card_that_is_gone_is_missing_until_it_is_back(card: FakeCard) -> None:
    """It is tried again every ten seconds, not at every look, and is ready without a restart."""
    clock = FakeClock()
    speaker = AlsaSpeaker("suara", "default", clock, program=str(card.program))
    card.is_so("gone")
    speaker.look()
    speaker.look()
    assert (speaker.state(), speaker.reason(), len(card.asked)) == (DeviceState.MISSING, "kartu suara tidak dapat dibuka", 1)
    card.is_so("well")
    clock.advance(PROBE_S)
    speaker.look()
    speaker.look()
    assert (speaker.state(), len(card.asked)) == (DeviceState.READY, 2)


def test_a_card_that_hangs_ends_in_a_fault(card: FakeCard) -> None:
    """The loop gets its thread back, and the card counts as faulty."""
    card.is_so("hangs")
    speaker = AlsaSpeaker("suara", "default", FakeClock(), program=str(card.program), patience_s=0.1)
    with pytest.raises(DeviceFault, match="tidak menjawab"):
        speaker.play(sound.to_wav(sound.silence(0.01)), "")
    assert speaker.state() is DeviceState.FAULTY


def test_without_aplay_it_says_what_to_install(tmp_path: Path) -> None:
    """A technician reads the package's name on the health page."""
    speaker = AlsaSpeaker("suara", "default", FakeClock(), program=str(tmp_path / "nothing"))
    speaker.look()
    with pytest.raises(DeviceFault, match="alsa-utils"):
        speaker.play(WAV, "")
    assert (speaker.state(), "alsa-utils" in speaker.reason()) == (DeviceState.MISSING, True)


def test_closing_ends_a_sound_under_way(card: FakeCard) -> None:
    """A hall that stops is silent at once."""
    card.is_so("hangs")
    speaker, ended = AlsaSpeaker("suara", "default", FakeClock(), program=str(card.program)), threading.Event()

    def play() -> None:
        with pytest.raises(DeviceFault):
            speaker.play(WAV, "")
        ended.set()

    threading.Thread(target=play, daemon=True).start()
    assert until(lambda: len(card.asked) == 1)
    speaker.close()
    assert ended.wait(10)
