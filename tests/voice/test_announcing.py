"""Recorded clips come before espeak-ng; a language that has neither is left out and named."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.voice import sound
from gateway.voice.announcing import CHIME_PAUSE_S, SENTENCE_S, Announcer, Signs
from gateway.voice.choices import VoiceChoices
from gateway.voice.espeak import Espeak
from gateway.voice.shelf import Shelf
from gateway.voice.speech import NumberStyle, utterance
from tests.support.voices import copying, spoken

RECORDED = spoken(0.3)


def announcer(folder: Path, *, espeak: bool = True, recorded: dict[str, list[str]] | None = None) -> Announcer:
    """Return an announcer with a stand-in for espeak-ng that speaks two seconds, and these clips."""
    shelf = Shelf(folder / "voice")
    for language, names in (recorded or {}).items():
        for name in names:
            assert shelf.put(language, name, RECORDED) == ()
    return Announcer(shelf, Espeak(folder / "cache", copying(folder, 2.0) if espeak else lambda: None))


def clips_of(number: str, language: str) -> list[str]:
    """Return the clips of a call to Loket 2."""
    return sorted(utterance(number, "Loket 2", language, NumberStyle.DIGITS).needed)


def test_espeak_says_what_nobody_recorded(tmp_path: Path) -> None:
    """The chime, then the sentence."""
    said = announcer(tmp_path).announce("A-012", "Loket 2", VoiceChoices())
    assert (said.spoken, said.left_out) == (("id",), ())
    assert said.text == "Nomor antrean A, kosong satu dua, silakan menuju loket dua"
    chime_s = len(sound.chime()) / sound.RATE_HZ + CHIME_PAUSE_S
    assert sound.duration_s(said.wav) == pytest.approx(chime_s + 2.0 + SENTENCE_S, abs=0.05)


def test_recorded_clips_come_first(tmp_path: Path) -> None:
    """A call whose clips are all there is said by them, another one of the same language by espeak-ng."""
    made = announcer(tmp_path, recorded={"id": clips_of("A-012", "id")})
    quiet = VoiceChoices(chime=False)
    recorded, other = (sound.duration_s(made.announce(number, "Loket 2", quiet).wav) for number in ("A-012", "A-013"))
    assert recorded > 2.9
    assert other == pytest.approx(2.0 + SENTENCE_S, abs=0.05)


def test_the_languages_are_spoken_in_their_order(tmp_path: Path) -> None:
    """Javanese first where the hall has chosen so and all clips are there."""
    made = announcer(tmp_path, recorded={"jv": clips_of("A-012", "jv")})
    said = made.announce("A-012", "Loket 2", VoiceChoices(languages=("jv", "id")))
    assert (said.spoken, said.text) == (("jv", "id"), "Nomer antrean A, kosong setunggal kalih, sumangga dhateng loket kalih")


def test_a_language_with_a_clip_missing_is_left_out(tmp_path: Path) -> None:
    """Half a sentence is no call: the others are spoken, and the page can say which was not."""
    made = announcer(tmp_path, recorded={"jv": clips_of("A-012", "jv")[1:]})
    said = made.announce("A-012", "Loket 2", VoiceChoices(languages=("jv", "id")))
    assert (said.spoken, said.left_out, said.text[:13]) == (("id",), ("jv",), "Nomor antrean")


@pytest.mark.parametrize(("chime", "heard"), [(True, True), (False, False)])
def test_without_any_voice_the_chime_is_all(tmp_path: Path, *, chime: bool, heard: bool) -> None:
    """People look up at the board; the text of the call is there all the same."""
    said = announcer(tmp_path, espeak=False).announce("A-012", "Loket 2", VoiceChoices(chime=chime, repeat=3))
    assert (said.wav != b"", said.spoken, said.left_out, said.text[:15]) == (heard, (), ("id",), "Nomor antrean A")
    assert sound.duration_s(said.wav) < 1.5


def test_a_call_is_repeated_as_often_as_chosen(tmp_path: Path) -> None:
    """All of it, chime and sentence."""
    made = announcer(tmp_path)
    once, thrice = (sound.duration_s(made.announce("A-001", "Loket 2", VoiceChoices(repeat=times)).wav) for times in (1, 3))
    assert thrice == pytest.approx(3 * once, rel=0.01)


def test_readiness_counts_what_is_recorded(tmp_path: Path) -> None:
    """A page can say how far a language has come, and whether it is spoken."""
    made = announcer(tmp_path, recorded={"jv": ["antrean", "menuju"]})
    signs = Signs(["A"], ["Loket 1"])
    jv, indonesian = (made.readiness(language, VoiceChoices(), signs) for language in ("jv", "id"))
    assert (jv.recorded, len(jv.clips), jv.speaks) == (2, 14, False)
    assert (indonesian.recorded, indonesian.speaks) == (0, True)
