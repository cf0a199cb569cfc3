"""What a service is: one strict, frozen value, whoever has written its file.

pydantic reads it, as it reads ``hall.toml`` and what a hall chooses: one way of being strict and one set of sentences for what
is wrong. Fields are only ever added, each with a default, so that a version kept by an older hall is read for ever.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from gateway import values
from gateway.errors import Reason

NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
"""What services and their parts are called: the name of the file, of a requirement, of a field."""
FILE_LIMIT_BYTES = 32 * 1024
"""Of one file. The largest shipped one has a tenth."""
LANGUAGES = ("id", "jv", "osi", "mad", "en")
INDONESIAN = "id"
WHO = ("applicant", "neighbourhood", "clerk", "secretary", "village-head", "district", "regency", "other")
"""Who does a step."""
EVENTS = ("birth", "school", "work", "marriage", "moving", "house", "hardship", "loss", "death", "gathering")
"""What happens in a life, and brings somebody to the hall."""


def _in_words(text: str) -> str:
    joined = " ".join(text.split())
    if not joined:
        raise ValueError(Reason("teksnya kosong"))
    if not joined.isprintable():
        raise ValueError(Reason("ada tanda yang tidak dapat ditampilkan"))
    return joined


def _by_language(told: object) -> object:
    """A text alone is Indonesian."""
    return {INDONESIAN: told} if isinstance(told, str) else told


def _has_indonesian(texts: dict[str, str]) -> dict[str, str]:
    if texts and INDONESIAN not in texts:
        raise ValueError(Reason("tulis juga dalam bahasa Indonesia (id)"))
    return texts


def _known_language(language: str) -> str:
    if language not in LANGUAGES:
        raise ValueError(Reason("bahasa yang dikenal: {known}", known=", ".join(LANGUAGES)))
    return language


Text = Annotated[str, StringConstraints(max_length=400), AfterValidator(_in_words)]
Texts = Annotated[
    dict[Annotated[str, AfterValidator(_known_language)], Text], BeforeValidator(_by_language), AfterValidator(_has_indonesian)
]
"""By language. What a language lacks is shown in Indonesian, and says so to the browser."""
Told = Annotated[Texts, Field(min_length=1)]
Name = Annotated[str, StringConstraints(pattern=f"^{NAME.pattern}$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    id: Name


class Requirement(_Part):
    """Something to bring (syarat)."""

    text: Told
    help: Texts = {}
    needed: bool = True
    """Not where it is asked of some people only, as ``help`` tells."""
    photo: bool = True
    """Whether a photograph of it will do until the person comes."""


class Question(_Part):
    """One thing that is asked (isian). What is answered is always personal."""

    kind: Literal[*values.KINDS]  # type: ignore[valid-type]  # the kinds are listed once, where their rules stand
    label: Told
    help: Texts = {}
    needed: bool = True
    choices: dict[Name, Told] = {}
    """Of the kind ``choice``: by what is kept, what is shown."""
    longest: int = Field(default=0, ge=0, le=2000)
    """Letters of a text; 0 for what its kind usually has."""
    least: int | None = None
    most: int | None = None
    """Of a number, or of an amount in rupiah."""
    born: str = ""
    """Of a NIK: the question that asks this person's date of birth. Where the two differ somebody is warned, and nobody refused."""
    example: str = Field(default="", max_length=100)
    """As somebody would type it; it must be a good answer."""

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if (self.kind == "choice") != bool(self.choices):
            raise ValueError(Reason("isian jenis choice, dan hanya itu, mempunyai [field.choices]"))
        if (self.least is not None or self.most is not None) and self.kind not in {"number", "money"}:
            raise ValueError(Reason("least dan most hanya untuk jenis number dan money"))
        if self.least is not None and self.most is not None and self.least > self.most:
            raise ValueError(Reason("least lebih besar daripada most"))
        if self.born and self.kind != "nik":
            raise ValueError(Reason("born hanya untuk jenis nik"))
        if self.example:
            try:
                values.read_value(self, self.example)
            except values.Wrong as wrong:
                raise ValueError(Reason("contohnya sendiri tidak benar: {reason}", reason=wrong.reason)) from wrong
        return self


class Step(_Part):
    """What somebody does, in the order in which it is done."""

    who: Literal[*WHO]  # type: ignore[valid-type]  # listed once
    text: Told
    signs: bool = False
    """Whether the document is signed here."""


class Service(BaseModel):
    """One service, whole: its layers put together, its shared parts put in."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: Told
    summary: Told
    """One sentence: what it is for."""
    words: Annotated[tuple[Text, ...], Field(max_length=30)] = ()
    """What people call it when they look for it, in any language."""
    events: tuple[Literal[*EVENTS], ...] = ()  # type: ignore[valid-type]  # listed once
    line: Name
    """The queue's line in which it is done."""
    fee_rp: int = Field(default=0, ge=0, le=10_000_000)
    promise_days: int = Field(ge=0, le=60)
    """Working days until it is ready; 0 for while one waits."""
    valid_days: int = Field(default=0, ge=0, le=3650)
    """Days that the document counts; 0 for no end."""
    document: Annotated[str, StringConstraints(pattern=f"^({NAME.pattern})?$")] = ""
    """The template of what is given out; empty for none."""
    basis: Texts = {}
    """The law or task by which the hall may ask for these data."""
    consent: Texts = {}
    """What the person agrees to where no law or task allows it."""
    keep_days: int = Field(ge=1, le=36_500)
    """So long what was answered is kept once the request is closed."""
    offered: bool = True
    requirement: Annotated[tuple[Requirement, ...], Field(max_length=30)] = ()
    field: Annotated[tuple[Question, ...], Field(max_length=60)] = ()
    step: Annotated[tuple[Step, ...], Field(min_length=1, max_length=15)]

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if bool(self.basis) == bool(self.consent):
            raise ValueError(Reason("tulis basis atau consent, salah satu"))
        if self.document and not any(step.signs for step in self.step):
            raise ValueError(Reason("dokumen harus ditandatangani: beri signs = true pada satu langkah"))
        dates = {question.id for question in self.field if question.kind == "date"}
        for question in self.field:
            if question.born and question.born not in dates:
                raise ValueError(Reason("born menyebut {name}, padahal tidak ada isian tanggal bernama itu", name=question.born))
        return self
