"""A call -> the sound of its announcement: the chime, then each language that the hall can speak.

Recorded clips come before espeak-ng. A language for which neither is there is left out, and named.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.voice import sound
from gateway.voice.choices import VoiceChoices
from gateway.voice.espeak import Espeak
from gateway.voice.shelf import Shelf
from gateway.voice.speech import PAUSE, Clip, Utterance, clips_to_record, utterance
from gateway.voice.tongues import TONGUES, Tongue

CHIME_PAUSE_S = 0.25
COMMA_S = 0.22
WORD_S = 0.05
SENTENCE_S = 0.5


@dataclass(frozen=True, slots=True)
class Signs:
    """What the calls of a hall can name."""

    letters: Sequence[str]
    """Of its lines."""
    counters: Sequence[str]
    """Names of its counters."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """How well a hall can speak one language."""

    tongue: Tongue
    clips: tuple[tuple[Clip, bool], ...]
    """Everything to record, and whether it is there and good."""
    synthesised: bool
    """Whether espeak-ng says what is not recorded."""

    @property
    def recorded(self) -> int:
        """How many clips are there."""
        return sum(there for _, there in self.clips)

    @property
    def speaks(self) -> bool:
        """Whether every call of the hall can be spoken."""
        return self.synthesised or self.recorded == len(self.clips)


@dataclass(frozen=True, slots=True)
class Announcement:
    """What is played and shown for one call."""

    text: str
    """The sentence of the first language that is spoken; of the first one chosen when none can be."""
    wav: bytes
    """Empty when there is nothing to hear."""
    spoken: tuple[str, ...]
    """The languages in it."""
    left_out: tuple[str, ...]
    """The languages that are chosen and cannot be spoken."""


class Announcer:
    """Makes announcements. Safe from any thread."""

    def __init__(self, shelf: Shelf, espeak: Espeak) -> None:
        self.shelf = shelf
        self.espeak = espeak

    def announce(self, number: str, counter: str, chosen: VoiceChoices) -> Announcement:
        """Return the announcement of ``number`` (``A-012``) called to ``counter`` (``Loket 2``)."""
        wanted = [utterance(number, counter, language, chosen.numbers) for language in chosen.languages]
        voices = [(one, samples) for one in wanted if (samples := self._voice(one)) is not None]
        spoken = tuple(one.language for one, _ in voices)
        once: list[array[int]] = [sound.chime(), sound.silence(CHIME_PAUSE_S)] if chosen.chime else []
        for _, samples in voices:
            once += [samples, sound.silence(SENTENCE_S)]
        whole = sound.joined(once * (chosen.repeat if voices else 1))
        return Announcement(
            text=voices[0][0].text if voices else wanted[0].text,
            wav=sound.to_wav(whole) if whole else b"",
            spoken=spoken,
            left_out=tuple(language for language in chosen.languages if language not in spoken),
        )

    def tone(self) -> Announcement:
        """Return the chime alone: what tells whether a speaker is heard, whatever it can say."""
        return Announcement("", sound.to_wav(sound.chime()), (), ())

    def readiness(self, language: str, chosen: VoiceChoices, signs: Signs) -> Readiness:
        """Return how well ``language`` can be spoken in a hall with these signs, and what is still to be recorded."""
        clips = clips_to_record(language, chosen.numbers, letters=signs.letters, counters=signs.counters)
        tongue = TONGUES[language]
        there = tuple((clip, self.shelf.clip(language, clip.name) is not None) for clip in clips)
        return Readiness(tongue, there, synthesised=bool(tongue.espeak) and self.espeak.installed)

    def _voice(self, wanted: Utterance) -> array[int] | None:
        parts: list[array[int]] = []
        for name in wanted.clips:
            if name == PAUSE:
                parts.append(sound.silence(COMMA_S))
                continue
            clip = self.shelf.clip(wanted.language, name)
            if clip is None:
                return self._synthesised(wanted)
            parts += [clip, sound.silence(WORD_S)]
        return sound.joined(parts)

    def _synthesised(self, wanted: Utterance) -> array[int] | None:
        voice = TONGUES[wanted.language].espeak
        if not voice:
            return None
        samples = self.espeak.say(f"{wanted.text}.", voice)
        return None if samples is None else sound.faded(samples)
