"""``/atur/nomor-surat``: the village's rule of numbers, and the last number of each book.

Promises: a rule that could write two numbers alike is never chosen; a number never goes back.
"""

from __future__ import annotations

from collections.abc import Mapping

from gateway.choices.desk import Choices
from gateway.choices.forms import PlainForm, Unsound
from gateway.portal.i18n import Words
from gateway.services.letters.choices import LetterChoices
from gateway.services.letters.desk import LettersDesk
from gateway.services.letters.numbering import MAIN_BOOK, USUAL_CODE
from gateway.services.letters.register import LARGEST
from gateway.services.letters.setup_head import change, lines_of
from gateway.services.letters.shipped import shipped_codes
from gateway.services.letters.view import LettersView


class NumberForm(PlainForm):
    """Pattern, codes, books, and where each book stands."""

    path = after = "/atur/nomor-surat"
    title = "Nomor surat"
    template = "setup_letter_numbers.html"
    labels: Mapping[str, str] = {
        "pattern": "Pola nomor",
        "village_code": "Kode desa dalam nomor",
        "digits": "Paling sedikit berapa angka",
        "books": "Buku tersendiri",
        "codes": "Kode klasifikasi",
        "book": "Buku",
        "last": "Nomor terakhir yang sudah dipakai tahun ini",
    }

    def __init__(self, choices: Choices, desk: LettersDesk, view: LettersView) -> None:
        self._choices = choices
        self._desk = desk
        self._view = view

    def filled(self, item: str) -> dict[str, str]:
        """Return what is chosen; the number is never filled in, so that nobody sends an old one by mistake."""
        del item
        chosen = self._choices.current(LetterChoices)
        return {
            "pattern": chosen.pattern, "village_code": chosen.village_code, "digits": str(chosen.digits), "books": "\n".join(chosen.books),
            "codes": "\n".join(f"{name} = {code}" for name, code in chosen.service_codes().items()), "book": MAIN_BOOK, "last": "",
        }  # fmt: skip

    def shown(self, item: str, typed: Mapping[str, str], speak: Words) -> dict[str, object]:
        """Return where the books stand, and how the next number would be written."""
        del item, typed, speak
        chosen, on = self._choices.current(LetterChoices), self._desk.today()
        books, unsure = self._view.books(on) if on else ([], False)
        standing = {book.book: book for book in books}
        names = [MAIN_BOOK, *(chosen.rule.books or {})]
        example = ""
        if on and not chosen.lacking():
            last = standing[MAIN_BOOK].last if MAIN_BOOK in standing else 0
            example = chosen.rule.written(last + 1, USUAL_CODE, on)
        return {"names": names, "standing": standing, "unsure": unsure, "on": on, "example": example}

    def choose(self, item: str, act: str, typed: dict[str, str], speak: Words) -> None:
        """Choose the rule."""
        del item, act
        digits = typed["digits"].strip()
        wrong = {} if digits in set("123456") else {"digits": speak("Tulis angka 1 sampai {high}.", high=6)}
        wanted = {
            "pattern": " ".join(typed["pattern"].split()), "village_code": typed["village_code"].strip(), "digits": int(digits) if not wrong else 3,
            "books": lines_of(typed["books"]), "codes": _other_codes(lines_of(typed["codes"])),
        }  # fmt: skip
        if not wanted["village_code"] and "{desa}" in str(wanted["pattern"]):
            wrong["village_code"] = speak("Harus diisi.")
        change(self._choices, wanted, speak, wrong)

    def choose_as(self, who: str, item: str, act: str, typed: dict[str, str], speak: Words) -> None:
        """Choose the rule, or say the last number of a book, which stands in it with who said so."""
        if act == "last":
            self._say_last(who, typed, speak)
        else:
            self.choose(item, act, typed, speak)

    def _say_last(self, who: str, typed: Mapping[str, str], speak: Words) -> None:
        number = typed["last"].strip()
        if not (number.isascii() and number.isdecimal() and len(number) <= len(str(LARGEST))):
            raise Unsound({"last": speak("Tulis angka bulat.")})
        chosen = self._choices.current(LetterChoices)
        if typed["book"] not in {MAIN_BOOK, *(chosen.rule.books or {})}:
            raise Unsound({"book": speak("Pilih salah satu.")})
        # The main book is that of every code which has none of its own.
        code = typed["book"] or _code_of_main(chosen)
        self._desk.say_last(code, int(number), who=who)


def _other_codes(lines: list[str]) -> list[str]:
    """Return what differs from the usual codes; a usual one that was taken away has the code of all that are not named."""
    usual, named = shipped_codes(), {line.partition("=")[0].strip() for line in lines}
    kept = {f"{name} = {code}" for name, code in usual.items()}
    return [line for line in lines if line not in kept] + [f"{name} = {USUAL_CODE}" for name in usual if name not in named]


def _code_of_main(chosen: LetterChoices) -> str:
    """Return a code that is numbered in the main book; where each has a book of its own there is nothing to say of it."""
    own = set(chosen.rule.books or {})
    return next((code for code in (USUAL_CODE, *chosen.service_codes().values()) if code not in own), USUAL_CODE)
