"""What people have typed into a request, read by the service's own rules. Pure.

Promises: what was typed is kept as it was typed until it is handed in, so that nothing is lost by being wrong; NIK and KK are not asked
where others can listen; a NIK that looks strange is doubted, never refused.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from gateway import values
from gateway.errors import Reason
from gateway.services.document import INDONESIAN, Question, Requirement, Service
from gateway.services.requests.model import PRIVATE_KINDS, Standing, standing

BEARS_NUMBERS = re.compile(r"\b(KTP|KK|NIK|KIA|Kartu Keluarga|akta|akte|(buku|surat) nikah|paspor|SIM)\b", re.IGNORECASE)
"""In the Indonesian text of a requirement: a paper on which a NIK or the number of a family card stands."""
TYPED_LIMIT = 2000
"""Letters of one answer; more is cut off before it is read."""


@dataclass(frozen=True, slots=True)
class Read:
    """What has come of what was typed."""

    answers: Mapping[str, str]
    """The good ones, in their one spelling, by the id of the question."""
    wrong: Mapping[str, Reason]
    """What cannot be kept, and what to do about it."""


def asked(service: Service, *, private: bool) -> list[Question]:
    """Return what is asked, in order; without ``private`` nothing that a stranger on the same Wi-Fi must not hear."""
    return [one for one in service.field if private or one.kind not in PRIVATE_KINDS]


def may_send(requirement: Requirement, *, private: bool) -> bool:
    """Return whether a photograph of a paper may be sent; without ``private`` none of a paper that bears a NIK or KK: the picture tells it too."""
    return requirement.photo and (private or not BEARS_NUMBERS.search(requirement.text["id"]))


def typed_in(fields: Mapping[str, str], questions: list[Question]) -> dict[str, str]:
    """Return what a form says about ``questions``, by their ids; one that the form does not have is left out."""
    return {one.id: fields[f"isi-{one.id}"][:TYPED_LIMIT] for one in questions if f"isi-{one.id}" in fields}


def read(service: Service, typed: Mapping[str, str]) -> Read:
    """Read what was typed; what is empty is no answer, and no fault either."""
    answers: dict[str, str] = {}
    wrong: dict[str, Reason] = {}
    for question in service.field:
        text = typed.get(question.id, "")
        if not text.strip():
            continue
        try:
            answers[question.id] = values.read_value(question, text)
        except values.Wrong as fault:
            wrong[question.id] = fault.reason
    return Read(answers, wrong)


def standing_of(service: Service, answers: Mapping[str, str], shown: Mapping[str, str]) -> Standing:
    """Return what is still missing of what the service needs; ``shown`` is how each requirement was, by its id."""
    return standing(
        [one.id for one in service.field if one.needed], answers, [one.id for one in service.requirement if one.needed], shown
    )


def doubts(service: Service, answers: Mapping[str, str]) -> dict[str, Reason]:
    """Return what looks strange about a NIK, by the id of its question."""
    found: dict[str, Reason] = {}
    for question in service.field:
        if question.kind == "nik" and question.id in answers:
            born = answers.get(question.born, "")
            strange = values.nik_doubts(answers[question.id], date.fromisoformat(born) if born else None)
            if strange:
                found[question.id] = strange[0]
    return found


def named(service: Service, answers: Mapping[str, str]) -> str:
    """Return whose request it is, for a clerk who looks at it: the first name that was asked; empty for none."""
    return next((answers[one.id] for one in service.field if one.kind == "name" and one.id in answers), "")


def question_of(service: Service, id_: str) -> Question | None:
    """Return a question by its id."""
    return next((one for one in service.field if one.id == id_), None)


def labels(service: Service, ids: Collection[str]) -> str:
    """Return what some questions ask for, in their order: ``NIK, Pekerjaan``."""
    return ", ".join(one.label[INDONESIAN].rstrip("?") for one in service.field if one.id in ids)


def requirement_of(service: Service, id_: str) -> Requirement | None:
    """Return a requirement by its id."""
    return next((one for one in service.requirement if one.id == id_), None)


def plainly(question: Question, value: str) -> str:
    """Return a kept answer as Indonesians write it: a date ``7-10-2022``, an amount ``Rp1.500.000``, a phone ``0812...``."""
    if question.kind == "date":
        on = date.fromisoformat(value)
        return f"{on.day}-{on.month}-{on.year}"
    if question.kind == "money":
        return f"Rp{int(value):,}".replace(",", ".")
    if question.kind == "phone":
        return f"0{value.removeprefix('+62')}"
    return value
