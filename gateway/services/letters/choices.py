"""What a village chooses about its letters: how they are numbered, what stands at their head, who signs, where they are checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from gateway.choices.section import Section
from gateway.errors import Reason
from gateway.services.document import NAME
from gateway.services.letters.numbering import CODE, DIGITS, USUAL_CODE, USUAL_PATTERN, Rule, Unclear, judge_rule
from gateway.services.letters.shipped import shipped_codes

SIGNERS_LIMIT, BOOKS_LIMIT, CODES_LIMIT = 8, 20, 100
ADDRESS = re.compile(r"https?://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?(/[a-z0-9/._-]*)?", re.IGNORECASE | re.ASCII)
LONGEST_ADDRESS = 80
"""A longer one makes the QR code too dense."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs."""

    name: str
    office: str
    """For example ``Kepala Desa Genteng Kulon``, or ``a.n. Kepala Desa / Sekretaris Desa``; a slash breaks the line."""
    number: str = ""
    """Of a civil servant (NIP)."""


def _one_line(text: str) -> str:
    if not text.isprintable() or text != " ".join(text.split()):
        raise ValueError(Reason("satu baris, tanpa spasi di tepi"))
    return text


def _of_signer(line: str) -> str:
    parts = _parted(line, "|")
    if not 2 <= len(parts) <= 3 or not all(parts):  # noqa: PLR2004 - name, office, and perhaps a number
        raise ValueError(Reason("tulis seperti: Ahmad Fauzi | Kepala Desa Genteng Kulon"))
    return " | ".join(parts)


def _pair(left: re.Pattern[str], example: str) -> Callable[[str], str]:
    def judged(line: str) -> str:
        name, equals, text = (part.strip() for part in line.partition("="))
        if not equals or not left.fullmatch(name) or not text:
            raise ValueError(Reason("tulis seperti: {example}", example=example))
        return f"{name} = {text}"

    return judged


def _address(address: str) -> str:
    if address and not ADDRESS.fullmatch(address):
        raise ValueError(Reason("tulis alamat seperti https://surat.contoh.go.id/periksa"))
    return address.rstrip("/")


Line = Annotated[str, StringConstraints(max_length=120), AfterValidator(_one_line)]


class LetterChoices(Section):
    """The section ``letters``. Lists of lines, so that one can be typed and copied as it stands."""

    section: ClassVar[str] = "letters"

    pattern: Line = USUAL_PATTERN
    village_code: Annotated[Line, Field(max_length=15)] = ""
    digits: int = Field(default=DIGITS, ge=1, le=6)
    books: Annotated[
        tuple[Annotated[Line, AfterValidator(_pair(CODE, "474.2 = 474.2/{nomor}/{desa}/{tahun}"))], ...],
        Field(max_length=BOOKS_LIMIT),
    ] = ()
    """Codes with a book of their own, each with its pattern."""
    codes: Annotated[tuple[Annotated[Line, AfterValidator(_pair(NAME, "sku = 510"))], ...], Field(max_length=CODES_LIMIT)] = ()
    """Services whose code is another than the usual."""
    regency: Annotated[Line, Field(max_length=60)] = ""
    """For example ``Kabupaten Banyuwangi``."""
    district: Annotated[Line, Field(max_length=60)] = ""
    """Without the word for it: ``Genteng``."""
    village: Annotated[Line, Field(max_length=60)] = ""
    """With the word for it: ``Desa Genteng Kulon``, ``Kelurahan Lateng``."""
    address: Line = ""
    signers: Annotated[tuple[Annotated[Line, AfterValidator(_of_signer)], ...], Field(max_length=SIGNERS_LIMIT)] = ()
    """The usual one first."""
    verify_address: Annotated[Line, Field(max_length=LONGEST_ADDRESS), AfterValidator(_address)] = ""
    """Where anybody checks letters; empty for the hall's own page, which is reached in the hall only."""

    @model_validator(mode="after")
    def _numbers_apart(self) -> Self:
        # A code needs the village's only once a letter is numbered: a hall that has chosen nothing yet is no fault.
        if self == type(self).model_construct():
            return self
        try:
            judge_rule(self.rule, self.service_codes())
        except Unclear as unclear:
            if self.village_code or "{desa}" not in self.pattern:
                raise ValueError(unclear.reason) from unclear
        return self

    @property
    def rule(self) -> Rule:
        """How numbers are written."""
        return Rule(self.pattern, self.village_code, self.digits, dict(_split(self.books)))

    def service_codes(self) -> Mapping[str, str]:
        """Return the codes of all services that have another than the usual."""
        return {**shipped_codes(), **dict(_split(self.codes))}

    def code_of(self, service: str) -> str:
        """Return the classification code of a service's letters."""
        return self.service_codes().get(service, USUAL_CODE)

    def who_signs(self) -> list[Signer]:
        """Return who may sign."""
        return [Signer(*_parted(line, "|")) for line in self.signers]

    def lacking(self) -> list[str]:
        """Return the names of what must be chosen before a letter can be given out."""
        needed = {"regency": self.regency, "district": self.district, "village": self.village, "signers": self.signers}
        if "{desa}" in "".join([self.pattern, *self.books]):
            needed["village_code"] = self.village_code
        return [name for name, chosen in needed.items() if not chosen]


def _parted(line: str, mark: str) -> list[str]:
    return [part.strip() for part in line.split(mark)]


def _split(lines: Sequence[str]) -> list[tuple[str, str]]:
    return [(name.strip(), text.strip()) for name, _, text in (line.partition("=") for line in lines)]
