"""Calls become sentences as halls speak them, and every sentence can be said by the clips that a hall is asked to record."""

from __future__ import annotations

from string import ascii_uppercase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.voice.speech import PAUSE, NumberStyle, clips_to_record, utterance
from gateway.voice.tongues import HUNDREDS, TENS, TONGUES

DIGITS, NUMBER = NumberStyle.DIGITS, NumberStyle.NUMBER


@pytest.mark.parametrize(
    ("number", "counter", "style", "said"),
    [
        ("A-012", "Loket 2", DIGITS, "Nomor antrean A, kosong satu dua, silakan menuju loket dua"),
        ("A-012", "Loket 2", NUMBER, "Nomor antrean A, dua belas, silakan menuju loket dua"),
        ("B-999", "loket 11", NUMBER, "Nomor antrean B, sembilan ratus sembilan puluh sembilan, silakan menuju loket sebelas"),
        ("C-1000", "Loket 1", NUMBER, "Nomor antrean C, seribu, silakan menuju loket satu"),
        ("C-1234", "Loket 1", NUMBER, "Nomor antrean C, seribu dua ratus tiga puluh empat, silakan menuju loket satu"),
        ("C-1000", "Loket 1", DIGITS, "Nomor antrean C, satu kosong kosong kosong, silakan menuju loket satu"),
        ("C-2010", "Loket 1", NUMBER, "Nomor antrean C, dua kosong satu kosong, silakan menuju loket satu"),
        ("A-100", "Meja KTP/KK", NUMBER, "Nomor antrean A, seratus, silakan menuju Meja KTP KK"),
        ("AB-007", "Loket 3", NUMBER, "Nomor antrean A B, tujuh, silakan menuju loket tiga"),
        ("012", "Loket 3", DIGITS, "Nomor antrean, kosong satu dua, silakan menuju loket tiga"),
    ],
)
def test_a_call_is_said_as_halls_say_it(number: str, counter: str, style: NumberStyle, said: str) -> None:
    """Letter, number digit by digit or as a number, and the counter by its number or its own name."""
    assert utterance(number, counter, "id", style).text == said


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("jv", "Nomer antrean A, kosong setunggal kalih, sumangga dhateng loket kalih"),
        ("osi", "Nomer antrean A, nol siji loro, monggo nyang loket loro"),
        ("mad", "Nomer antrean A, nol sèttong duwâ', toré ka loket duwâ'"),
        ("en", "Number A, zero one two, please go to counter two"),
    ],
)
def test_each_language_says_the_same(language: str, said: str) -> None:
    """The languages of the hall call the same person to the same counter."""
    assert utterance("A-012", "Loket 2", language, DIGITS).text == said


def test_the_clips_say_what_the_sentence_says() -> None:
    """In order, with a pause where the sentence has a comma."""
    assert utterance("A-012", "Loket 2", "jv", NUMBER).clips == (
        *("antrean", "huruf-a", PAUSE),
        *("angka-12", PAUSE),
        *("menuju", "loket", "angka-2"),
    )


CALLS = {
    "language": st.sampled_from([*TONGUES]),
    "style": st.sampled_from(NumberStyle),
    "letter": st.sampled_from(ascii_uppercase),
    "number": st.integers(1, 12_000),
    "counter": st.one_of(st.integers(1, 120).map(lambda one: f"Loket {one}"), st.text(min_size=1, max_size=40)),
}


@given(**CALLS)
def test_whoever_records_the_list_can_say_every_call(
    language: str, style: NumberStyle, letter: str, number: int, counter: str
) -> None:
    """No call ever needs a clip that was not on the list, and the list's words are those of the sentence."""
    wanted = utterance(f"{letter}-{number:03d}", counter, language, style)
    listed = {clip.name: clip.words for clip in clips_to_record(language, style, letters=[letter], counters=[counter])}
    assert wanted.needed <= listed.keys()
    groups = " ".join(wanted.clips).split("  ")
    assert ", ".join(" ".join(listed[name] for name in group.split()) for group in groups) == wanted.text


@given(st.integers(1, 1999))
def test_a_number_in_words_is_the_number(number: int) -> None:
    """The words' values add up: nobody else is called."""
    clips = [name for name in utterance(f"A-{number:03d}", "Loket 1", "id", NUMBER).clips if name.startswith("angka-")]
    assert sum(int(name.removeprefix("angka-")) for name in clips[:-1]) == number


@pytest.mark.parametrize("tongue", TONGUES.values(), ids=[*TONGUES])
def test_each_language_has_a_word_for_every_number_it_needs(tongue: object) -> None:
    """No word is missing and no two numbers share one."""
    numbers = TONGUES[getattr(tongue, "code", "")].numbers
    assert [*numbers] == [*range(20), *TENS, *HUNDREDS, 1000]
    assert len(set(numbers.values())) == len(numbers)


def test_a_hall_that_speaks_digits_records_little() -> None:
    """Four lines and four counters: seventeen clips, a quarter of an hour of work."""
    clips = clips_to_record("jv", DIGITS, letters="ABCD", counters=["Loket 1", "Loket 2", "Loket 3", "Loket 4"])
    assert [clip.name for clip in clips] == [
        "antrean", "huruf-a", "huruf-b", "huruf-c", "huruf-d", *(f"angka-{one}" for one in range(10)), "menuju", "loket",
    ]  # fmt: skip


def test_a_counter_with_a_name_of_its_own_has_a_clip_of_its_own() -> None:
    """Meja Bansos is nothing that other words could say."""
    clips = clips_to_record("jv", DIGITS, letters="A", counters=["Loket 12", "Meja Bansos"])
    assert [(clip.name, clip.words) for clip in clips if clip.name not in {f"angka-{one}" for one in range(10)}] == [
        ("antrean", "Nomer antrean"), ("huruf-a", "A"), ("angka-12", "kalih welas"), ("menuju", "sumangga dhateng"),
        ("loket", "loket"), ("tempat-meja-bansos", "Meja Bansos"),
    ]  # fmt: skip
