"""``/atur/kop-surat``: what stands at the head of letters, who signs them, and where anybody checks them."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError

from gateway.choices.desk import Choices
from gateway.choices.faults import faults
from gateway.choices.forms import PlainForm, Unsound
from gateway.portal.i18n import Words
from gateway.services.letters.choices import LetterChoices
from gateway.services.letters.documents import Documents

PATH = "/atur/kop-surat"
PLAIN = ("regency", "district", "village", "address", "verify_address")


class HeadForm(PlainForm):
    """Head, signers and the address of verification."""

    path = after = PATH
    title = "Kop surat"
    template = "setup_letter_head.html"
    labels: Mapping[str, str] = {
        "regency": "Kabupaten atau kota",
        "district": "Kecamatan",
        "village": "Desa atau kelurahan",
        "address": "Alamat di kop surat",
        "signers": "Yang menandatangani",
        "verify_address": "Alamat pemeriksaan surat milik kabupaten",
    }

    def __init__(self, choices: Choices, documents: Documents) -> None:
        self._choices = choices
        self._documents = documents

    def filled(self, item: str) -> dict[str, str]:
        """Return what is chosen."""
        del item
        chosen = self._choices.current(LetterChoices)
        return {name: str(getattr(chosen, name)) for name in PLAIN} | {"signers": "\n".join(chosen.signers)}

    def shown(self, item: str, typed: Mapping[str, str], speak: Words) -> dict[str, object]:
        """Return whether there is a logo."""
        del item, typed, speak
        return {"has_logo": self._documents.logo() is not None}

    def choose(self, item: str, act: str, typed: dict[str, str], speak: Words) -> None:
        """Choose what was typed."""
        del item, act
        wanted = {name: " ".join(typed[name].split()) for name in PLAIN}
        wrong = {name: speak("Harus diisi.") for name in ("regency", "district", "village") if not wanted[name]}
        signers = lines_of(typed["signers"])
        if not signers:
            wrong["signers"] = speak("Harus diisi.")
        change(self._choices, wanted | {"signers": signers}, speak, wrong)


def lines_of(text: str) -> list[str]:
    """Return the lines of a field, tidied, without empty ones."""
    return [line for line in (" ".join(one.split()) for one in text.split("\n")) if line]


def change(choices: Choices, wanted: Mapping[str, object], speak: Words, wrong: Mapping[str, str]) -> None:
    """Choose ``wanted`` over what is chosen of letters. Raises Unsound with ``wrong`` and whatever else is."""
    told = dict(wrong)
    present = choices.current(LetterChoices).model_dump()
    try:
        section = LetterChoices.model_validate(
            present | {name: tuple(one) if isinstance(one, list) else one for name, one in wanted.items()}
        )
    except ValidationError as error:
        # Of a list the line does not matter: the field is one.
        found = {(key.partition(".")[0] or "pattern"): said for key, said in faults(error, speak).items()}
        raise Unsound({**found, **told}) from error
    if told:
        raise Unsound(told)
    choices.change(section)
