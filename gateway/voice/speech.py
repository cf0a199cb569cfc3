"""A call -> the sentence that is spoken and shown, and the recorded clips that would say it. Nothing but rules.

Promises: equal calls give equal sentences; sentence and clips say the same; every clip that any call of a hall can
ask for is among those that ``clips_to_record`` lists for its letters, counters and way of speaking numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from string import ascii_uppercase

from gateway.voice.tongues import HUNDREDS, TENS, TONGUES, Tongue

LARGEST_NUMBER = 1999
"""Above it a number is always spoken digit by digit: words for it would be more clips than any hall records."""
LONGEST_SLUG = 40

TICKET = "antrean"
GO = "menuju"
COUNTER = "loket"
PAUSE = ""
"""Stands between clips where the sentence has a comma."""


class NumberStyle(StrEnum):
    """How a hall speaks ``A-012``."""

    DIGITS = "digits"
    """``kosong satu dua``."""
    NUMBER = "number"
    """``dua belas``."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """One call in one language."""

    language: str
    text: str
    """For example ``Nomor antrean A, kosong satu dua, silakan menuju loket dua``."""
    clips: tuple[str, ...]
    """Names of the clips that say it, ``PAUSE`` where it has a comma."""

    @property
    def needed(self) -> frozenset[str]:
        """The clips without which it cannot be said."""
        return frozenset(self.clips) - {PAUSE}


@dataclass(frozen=True, slots=True)
class Clip:
    """One recording to make."""

    name: str
    """Also the name of its file, without ``.wav``: ``angka-12``."""
    words: str
    """What to say: ``dua belas``."""


def utterance(number: str, counter: str, language: str, style: NumberStyle) -> Utterance:
    """Return how ``number`` (``A-012``) is called to ``counter`` (``Loket 2``) in ``language``, a key of ``TONGUES``."""
    tongue = TONGUES[language]
    letters, digits = _parts(number)
    spoken = _number(digits, style) if digits else []
    to_number = _counter_number(counter)
    groups = [
        [Clip(TICKET, tongue.ticket), *(Clip(letter_clip(one), one) for one in letters)],
        [_number_clip(tongue, one) for one in spoken],
        [Clip(GO, tongue.go), *_counter_clips(tongue, counter, to_number)],
    ]
    groups = [group for group in groups if group]
    text = ", ".join(" ".join(clip.words for clip in group) for group in groups)
    clips = [name for group in groups for name in (*(clip.name for clip in group), PAUSE)]
    return Utterance(language, text, tuple(clips[:-1]))


def clips_to_record(
    language: str, style: NumberStyle, *, letters: Iterable[str] = ascii_uppercase, counters: Sequence[str] = ()
) -> list[Clip]:
    """Return what a speaker of ``language`` has to record, in the order in which it is said best.

    ``letters`` are those of the hall's lines, ``counters`` the names of its counters. Words of numbers are asked for
    only where the hall speaks them, or where a counter has a number above nine.
    """
    tongue = TONGUES[language]
    numbers = {*range(10)}
    if style is NumberStyle.NUMBER:
        numbers |= {*range(10, 20), *TENS, *HUNDREDS, 1000}
    names = []
    for counter in counters:
        to_number = _counter_number(counter)
        if to_number is None:
            names += _counter_clips(tongue, counter, None)
        else:
            numbers |= {*_number(to_number, NumberStyle.NUMBER)}
    return [
        Clip(TICKET, tongue.ticket),
        *(Clip(letter_clip(one), one) for one in sorted(set(letters))),
        *(_number_clip(tongue, one) for one in sorted(numbers)),
        Clip(GO, tongue.go),
        Clip(COUNTER, tongue.counter),
        *dict.fromkeys(names),
    ]


def letter_clip(letter: str) -> str:
    """Return the name of the clip that says a letter: ``huruf-a``."""
    return f"huruf-{letter.lower()}"


def _parts(number: str) -> tuple[str, str]:
    """Return the letters and the digits of ``A-012``."""
    found = re.fullmatch(r"([A-Z]*)-?([0-9]*)", number)
    return (found[1], found[2]) if found else ("", "")


def _number(digits: str, style: NumberStyle) -> list[int]:
    """Return the number words that say ``digits``, each by its value: ``[100, 20, 3]``."""
    value = int(digits)
    if style is NumberStyle.DIGITS or value > LARGEST_NUMBER:
        return [int(one) for one in digits]
    words = []
    for unit in (1000, 100):
        if value >= unit:
            words.append(value // unit * unit)
            value %= unit
    if value >= TENS[0]:
        words.append(value // 10 * 10)
        value %= 10
    return [*words, value] if value or not words else words


def _number_clip(tongue: Tongue, value: int) -> Clip:
    return Clip(f"angka-{value}", tongue.numbers[value])


def _counter_number(counter: str) -> str | None:
    """Return the number of a counter that is called nothing else, such as ``Loket 2``."""
    found = re.fullmatch(r"(?i:loket|counter)\s+([0-9]{1,4})", counter.strip())
    return found[1] if found else None


def _counter_clips(tongue: Tongue, counter: str, to_number: str | None) -> list[Clip]:
    if to_number is not None:
        return [Clip(COUNTER, tongue.counter), *(_number_clip(tongue, one) for one in _number(to_number, NumberStyle.NUMBER))]
    slug = re.sub(r"[^a-z0-9]+", "-", counter.lower()).strip("-")[:LONGEST_SLUG].strip("-")
    # A voice reads "/" as "garis miring".
    return [Clip(f"tempat-{slug}", " ".join(counter.replace("/", " ").split()))]
