"""How a letter's number is written, by the village's own rule. Pure.

Promises: a pattern that is taken writes no two numbers of one book alike, in any year; what is refused says what to write.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import combinations, pairwise

from gateway.errors import Reason

MAIN_BOOK = ""
"""The book of every letter whose code has none of its own."""
USUAL_PATTERN = "{kode}/{nomor}/{desa}/{tahun}"
USUAL_CODE = "470"
"""Of what concerns inhabitants, where nothing else is said."""
DIGITS = 3
FIELDS = ("kode", "nomor", "desa", "bulan", "romawi", "tahun")
"""``bulan`` is 11, ``romawi`` XI."""
ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z.-]{0,14}", re.ASCII)
"""A classification code, or the village's own in a number."""
LONGEST_PATTERN = 80
_CHANGES = "\0"
_RUNS = re.compile(r"[0-9A-Za-z\0]+|[^0-9A-Za-z\0]+")
_PIECE = re.compile(r"\{([a-z]*)\}|([0-9A-Za-z /.,&()_-]+)|(.)", re.ASCII | re.DOTALL)


class Unclear(ValueError):
    """A pattern, a code or a book that cannot be used, with what to write instead."""

    def __init__(self, sentence: str, **facts: object) -> None:
        self.reason = Reason(sentence, **facts)
        super().__init__(self.reason)


@dataclass(frozen=True, slots=True)
class Rule:
    """The village's whole rule."""

    pattern: str = USUAL_PATTERN
    village: str = ""
    """The village's code in a number, such as ``429.510``."""
    digits: int = DIGITS
    """The running number has at least so many."""
    books: Mapping[str, str] | None = None
    """By classification code: the pattern of a book of its own."""

    def book_of(self, code: str) -> str:
        """Return the book in which a letter with this code is numbered."""
        return code if self.books and code in self.books else MAIN_BOOK

    def written(self, running: int, code: str, on: date) -> str:
        """Return the number ``running`` of its book as it stands on the letter."""
        book = self.book_of(code)
        pattern = self.books[book] if self.books and book else self.pattern
        return pattern.format(
            kode=code, nomor=f"{running:0{self.digits}}", desa=self.village, bulan=f"{on.month:02}", romawi=ROMAN[on.month - 1], tahun=on.year
        )  # fmt: skip


def judge_pattern(pattern: str) -> None:
    """Raise Unclear for a pattern that could write two numbers alike, or that is none."""
    if len(pattern) > LONGEST_PATTERN or pattern != pattern.strip():
        raise Unclear("Paling panjang {limit} huruf, tanpa spasi di tepi.", limit=LONGEST_PATTERN)
    pieces = _pieces(pattern)
    for name in ("nomor", "tahun"):
        if sum(piece == (name, True) for piece in pieces) != 1:
            raise Unclear("Tulis {{{name}}} tepat satu kali.", name=name)
    for before, after in pairwise(pieces):
        if before[1] and after[1]:
            raise Unclear("Beri garis miring atau titik di antara {{{one}}} dan {{{other}}}.", one=before[0], other=after[0])
        beside = before[0][-1] if after == ("nomor", True) else after[0][0] if before == ("nomor", True) else ""
        if beside.isalnum():
            raise Unclear("Di sebelah {{nomor}} jangan ada huruf atau angka.")


def _pieces(pattern: str) -> list[tuple[str, bool]]:
    """Return texts and fields in their order; True for a field."""
    pieces = []
    for field, text, stray in _PIECE.findall(pattern):
        if stray:
            raise Unclear("Tanda {sign} tidak dapat dipakai dalam nomor surat.", sign=stray)
        if not text and field not in FIELDS:
            raise Unclear("Bagian {{{name}}} tidak dikenal. Yang ada: {known}.", name=field, known=", ".join(FIELDS))
        pieces.append((text, False) if text else (field, True))
    return pieces


def judge_rule(rule: Rule, codes: Mapping[str, str]) -> None:
    """Raise Unclear when the patterns fit not together; ``codes`` gives the code of each service."""
    judge_pattern(rule.pattern)
    if rule.village and not CODE.fullmatch(rule.village):
        raise Unclear("Kode {code} tidak dapat dipakai; tulis seperti 429.510.", code=rule.village)
    patterns = [rule.pattern, *(rule.books or {}).values()]
    if not rule.village and any("{desa}" in pattern for pattern in patterns):
        raise Unclear("Isi kode desa, atau hapus {{desa}} dari polanya.")
    for code in {USUAL_CODE, *codes.values(), *(rule.books or {})}:
        if not CODE.fullmatch(code):
            raise Unclear("Kode {code} tidak dapat dipakai; tulis seperti 429.510.", code=code)
    for pattern in (rule.books or {}).values():
        judge_pattern(pattern)
    _judge_apart(rule, codes)


def _judge_apart(rule: Rule, codes: Mapping[str, str]) -> None:
    """Raise Unclear when two books could ever write the same number, on whatever day."""
    shapes = [(rule.book_of(code), _shape(rule, code)) for code in sorted({USUAL_CODE, *codes.values(), *(rule.books or {})})]
    for (book, shape), (other, its_shape) in combinations(shapes, 2):
        if book != other and not _always_differ(shape, its_shape):
            raise Unclear(
                "Buku {one} dan {other} dapat menulis nomor yang sama. Pakai {{kode}} di polanya.",
                one=book or "utama",
                other=other or "utama",
            )


def _shape(rule: Rule, code: str) -> list[str]:
    """Return a pattern as runs of letters and digits and what stands between; what changes from letter to letter is one sign."""
    book = rule.book_of(code)
    pattern = rule.books[book] if rule.books and book else rule.pattern
    fixed = {"kode": code, "desa": rule.village}
    return _RUNS.findall("".join(fixed.get(text, _CHANGES) if is_field else text for text, is_field in _pieces(pattern)))


def _always_differ(one: list[str], other: list[str]) -> bool:
    """Return whether no two numbers of these shapes are alike: a run or a mark that never changes is another, or there are more of them."""
    return len(one) != len(other) or any(
        left != right and _CHANGES not in left and _CHANGES not in right for left, right in zip(one, other, strict=True)
    )
