"""Whether a letter of a template shows what makes it one: its number, whose it is, and the code that proves it.

Promises: a template is judged by what comes out of the press, not by its text: another number must make another document, wherever
and however the template prints it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gateway.errors import Reason
from gateway.services.document import Service
from gateway.services.letters import printing
from gateway.services.letters.printing import Broken

OTHER_NUMBER, OTHER_NAME = "999/LAIN", "Budi Santoso"


def judge(template: str, example: Mapping[str, object], service: Service, other_code: str) -> None:
    """Raise Broken for the first thing that no letter of ``template`` would show; ``other_code`` is a picture (SVG) unlike the example's."""
    made = printing.make(template, example)
    for other, reason in _others(example, service, other_code):
        if printing.make(template, {**example, **other}) == made:
            raise Broken(0, reason)


def _others(example: Mapping[str, object], service: Service, code: str) -> Iterator[tuple[dict[str, object], Reason]]:
    yield {"nomor": OTHER_NUMBER}, Reason("nomor surat tidak tercetak. Mulai dengan #show: surat.with(), atau tulis #nomor")
    answers = example["isi"]
    assert isinstance(answers, Mapping)  # noqa: S101 - as filling.fill makes it
    person = next((one.id for one in service.field if one.kind == "name" and one.id in answers), "")
    if person:  # the name beside the code is not the letter's: only its text says of whom it speaks
        other = {**answers[person], "nilai": OTHER_NAME, "kunci": OTHER_NAME}
        reason = Reason('nama orangnya tidak tercetak. Tulis #nilai("{person}") atau #semua-isian()', person=person)
        yield {"isi": {**answers, person: other}}, reason
    yield {"qr": code}, Reason("kode QR tidak tercetak. Mulai dengan #show: surat.with()")
