"""What a template is given: every answer as people read it on paper, the head, who signs, and the code that proves it. Pure.

Promises: a document depends on nothing else: no clock, no chance.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from gateway.services.document import INDONESIAN, Question, Service
from gateway.services.letters.choices import LetterChoices, Signer
from gateway.values import MONTHS

NOT_ON_PAPER = frozenset({"phone"})
"""Kinds of answers by which somebody is told, and which no letter shows unless its template asks."""
PLAIN_NUMBER_FROM, PLAIN_NUMBER_TO = 1900, 2199
"""A number in between is taken for a year, and written without a point."""


@dataclass(frozen=True, slots=True)
class Given:
    """What is sealed of a letter."""

    service: str
    version: int
    answers: Mapping[str, str]
    """By question, in the one spelling of ``values.read_value``."""
    name: str
    """Whose letter it is: what a verifier types."""


def person_in(service: Service, answers: Mapping[str, str]) -> str:
    """Return whose letter it is: the first name that the service asks for."""
    return next((answers[one.id] for one in service.field if one.kind == "name" and answers.get(one.id)), "")


def written_date(on: date) -> str:
    """Return a date as letters have it: ``7 Oktober 2022``."""
    return f"{on.day} {MONTHS[on.month - 1].capitalize()} {on.year}"


def written(question: Question, value: str) -> str:
    """Return an answer as people read it."""
    if question.kind == "date":
        return written_date(date.fromisoformat(value))
    if question.kind == "money":
        return "Rp" + _counted(int(value))
    if question.kind == "number":
        number = int(value)
        return value if PLAIN_NUMBER_FROM <= number <= PLAIN_NUMBER_TO else _counted(number)
    if question.kind == "choice":
        return question.choices.get(value, {}).get(INDONESIAN, value)
    if question.kind == "village":
        return f"{value[:2]}.{value[2:4]}.{value[4:6]}.{value[6:]}"
    return {"ya": "Ya", "tidak": "Tidak"}[value] if question.kind == "yes-no" else value


def fill(
    given: Given, service: Service, choices: LetterChoices, signer: Signer, number: str, on: date, *, qr: str, logo: bytes | None,
    instead_of: tuple[str, date] | None = None,
) -> dict[str, object]:  # fmt: skip
    """Return what the template is given, as JSON can hold it. ``qr`` is a picture (SVG), ``logo`` a JPEG."""
    asked = {one.id: one for one in service.field}
    answered = {id_: value for id_, value in given.answers.items() if value and id_ in asked}
    ends_on = on + timedelta(days=service.valid_days) if service.valid_days else None
    return {
        "nomor": number, "tanggal": written_date(on), "judul": service.name[INDONESIAN],
        "isi": {
            id_: {"label": asked[id_].label[INDONESIAN].rstrip("?"), "nilai": written(asked[id_], value), "kunci": value}
            for id_, value in answered.items()
        },
        "urutan": [one.id for one in service.field if one.id in answered and one.kind not in NOT_ON_PAPER],
        "kop": [f"Pemerintah {choices.regency}", f"Kecamatan {choices.district}", choices.village],
        "alamat": choices.address,
        "logo": _as_svg(logo) if logo else "",
        "desa": {
            "nama": choices.village, "kecamatan": choices.district, "kabupaten": choices.regency,
            "tempat": choices.village.partition(" ")[2] or choices.village,
        },
        "penandatangan": {
            "nama": signer.name, "jabatan": "\n".join(part.strip() for part in signer.office.split("/")), "nip": signer.number
        },
        "berlaku": written_date(ends_on) if ends_on else "",
        "menggantikan": {"nomor": instead_of[0], "tanggal": written_date(instead_of[1])} if instead_of else None,
        "qr": qr, "nama-diperiksa": given.name or "-",
    }  # fmt: skip


def trial_answers(service: Service) -> dict[str, str]:
    """Return answers with which a template is tried: the examples, and something of the right kind where there is none."""
    usual = {
        "text": "Contoh", "long-text": "Dusun Krajan RT 02 RW 01", "name": "Siti Aminah", "place": "Banyuwangi", "nik": "3510014107900001",
        "kk": "3510010101100001", "phone": "+6281234567890", "date": "1990-07-01", "money": "1500000", "number": "3",
        "village": "3510012001", "yes-no": "ya",
    }  # fmt: skip
    return {one.id: next(iter(one.choices), "") if one.kind == "choice" else usual[one.kind] for one in service.field}


def _counted(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def _as_svg(picture: bytes) -> str:
    """Return a picture within another, as text: the press opens no file, and JSON has no bytes."""
    content = b64encode(picture).decode()
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 100 100">'
        f'<image width="100" height="100" preserveAspectRatio="xMidYMid meet" xlink:href="data:image/jpeg;base64,{content}"/></svg>'
    )
