"""The real espeak-ng speaks, each sentence once; what goes wrong with it costs a language, never a call."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gateway.voice import sound
from gateway.voice.espeak import Espeak
from tests.support.voices import StandIn, copying

SENTENCE = "Nomor antrean A, kosong satu dua, silakan menuju loket dua."
needs_espeak = pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")


@needs_espeak
@pytest.mark.parametrize(("voice", "text"), [("id", SENTENCE), ("en", "Number A, zero one two, please go to counter two.")])
def test_it_is_real_speech(tmp_path: Path, voice: str, text: str) -> None:
    """A sentence of a call lasts three to nine seconds, is neither silent nor overdriven, and has pauses between its words."""
    samples = Espeak(tmp_path).say(text, voice)
    assert samples is not None
    levels = [sound.level(samples[at : at + 441]) for at in range(0, len(samples) - 441, 441)]
    assert 3 < len(samples) / sound.RATE_HZ < 9
    assert 0.03 < sound.level(samples) < 0.3
    assert sound.peak(samples) < 1
    assert 0.05 < sum(level < 0.005 for level in levels) / len(levels) < 0.6


@needs_espeak
def test_another_number_sounds_different(tmp_path: Path) -> None:
    """The control: it is the words that are heard."""
    espeak = Espeak(tmp_path)
    assert espeak.say(SENTENCE, "id") != espeak.say(SENTENCE.replace("dua,", "tiga,"), "id")


def test_a_sentence_is_made_once(tmp_path: Path) -> None:
    """The second call of a number, also by a later hall, takes the kept one."""
    program = copying(tmp_path)
    first = Espeak(tmp_path / "cache", program).say(SENTENCE, "id")
    assert Espeak(tmp_path / "cache", program).say(SENTENCE, "id") == first
    assert (program.asked, len([*(tmp_path / "cache").iterdir()])) == (1, 1)


def test_a_kept_sentence_that_a_power_cut_damaged_is_made_again(tmp_path: Path) -> None:
    """Half a file is never played."""
    program = copying(tmp_path)
    espeak = Espeak(tmp_path / "cache", program)
    whole = espeak.say(SENTENCE, "id")
    [kept] = (tmp_path / "cache").iterdir()
    kept.write_bytes(kept.read_bytes()[:500])
    assert (espeak.say(SENTENCE, "id"), program.asked) == (whole, 2)


def test_the_kept_sentences_never_outgrow_their_room(tmp_path: Path) -> None:
    """The oldest go when there are too many."""
    espeak = Espeak(tmp_path / "cache", copying(tmp_path), cap_bytes=20_000)
    for number in range(10):
        espeak.say(str(number), "id")
    assert sum(file.stat().st_size for file in (tmp_path / "cache").iterdir()) <= 20_000
    assert len([*(tmp_path / "cache").iterdir()]) == 4


@pytest.mark.parametrize("script", ["exit 1", "echo nonsense", "head -c 44 {tone}", "exec sleep 60"])
def test_a_program_that_fails_gives_no_sentence_and_no_error(tmp_path: Path, script: str) -> None:
    """An error, nonsense and a program that hangs end alike, and leave nothing behind."""
    copying(tmp_path)
    espeak = Espeak(tmp_path / "cache", StandIn(tmp_path, script.format(tone=tmp_path / "tone.wav")), limit_s=0.5)
    assert (espeak.say(SENTENCE, "id"), (tmp_path / "cache").exists()) == (None, False)


def test_a_card_that_takes_nothing_costs_no_call(tmp_path: Path) -> None:
    """Where nothing can be kept the sentence is spoken all the same, and made again next time."""
    (tmp_path / "cache").write_text("a file where the folder should be")
    program = copying(tmp_path)
    espeak = Espeak(tmp_path / "cache", program)
    assert espeak.say(SENTENCE, "id") == espeak.say(SENTENCE, "id") == sound.silence(0.1)
    assert program.asked == 2


def test_without_the_program_nothing_is_said(tmp_path: Path) -> None:
    """A hall without espeak-ng runs on."""
    espeak = Espeak(tmp_path / "cache", lambda: None)
    assert (espeak.installed, espeak.say(SENTENCE, "id")) == (False, None)


@needs_espeak
def test_a_counter_s_name_is_no_option(tmp_path: Path) -> None:
    """Whatever a hall calls its counters is only ever spoken."""
    assert Espeak(tmp_path).say("--version -w /nowhere", "id") is not None
