"""What a hall decides about its voice: whether, in which languages and how numbers are spoken."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, field_validator

from gateway.choices.section import Section
from gateway.errors import Reason
from gateway.voice.speech import NumberStyle

Language = Literal["id", "jv", "osi", "mad", "en"]
"""A key of ``gateway.voice.tongues.TONGUES``."""

LANGUAGES_LIMIT = 3
"""More languages would make every call so long that the next one waits."""


class VoiceChoices(Section):
    """The section ``voice``."""

    section: ClassVar[str] = "voice"

    on: bool = True
    languages: tuple[Language, ...] = Field(default=("id",), min_length=1, max_length=LANGUAGES_LIMIT)
    numbers: NumberStyle = NumberStyle.DIGITS
    chime: bool = True
    repeat: int = Field(default=1, ge=1, le=3)

    @field_validator("languages")
    @classmethod
    def _each_once(cls, languages: tuple[Language, ...]) -> tuple[Language, ...]:
        if len(set(languages)) != len(languages):
            raise ValueError(Reason("setiap bahasa satu kali"))
        return languages
