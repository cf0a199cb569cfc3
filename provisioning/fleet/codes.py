"""Village codes as people and spreadsheets write them: ten digits in files, ``PP.RR.DD.VVVV`` on screens. Pure."""

from __future__ import annotations

import re

from gateway.errors import Refusal

CODE = re.compile(r"[1-9][0-9]{9}", re.ASCII)
_PIECES = re.compile(r"([1-9][0-9])\.([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})", re.ASCII)
_GROUPED = re.compile(r"[1-9](\.[0-9]{3}){3}|[1-9](,[0-9]{3}){3}", re.ASCII)
_FRACTION = re.compile(r"([.,]0+)$", re.ASCII)
_EXPONENT = re.compile(r"[0-9.,]+E\+?[0-9]+", re.ASCII | re.IGNORECASE)
DIGITS = 10


class CodeFault(Exception):
    """A code that cannot be read: what is wrong and what to do, two Indonesian sentences."""

    def __init__(self, sentence: str, remedy: str) -> None:
        self.sentence, self.remedy = sentence, remedy
        super().__init__(f"{sentence} {remedy}")


def dotted(code: str) -> str:
    """Return ten digits as a screen shows them, for example ``35.10.01.2001``."""
    return f"{code[:2]}.{code[2:4]}.{code[4:6]}.{code[6:]}"


def village_code(text: str) -> str:
    """Return what somebody typed, with or without dots, as ten digits. Raises Refusal ``hall-code``."""
    bare = text.replace(".", "") if re.fullmatch(r"[0-9]{2}\.[0-9]{2}\.[0-9]{2}\.[0-9]{4}", text, re.ASCII) else text
    if not CODE.fullmatch(bare):
        raise Refusal("hall-code", hall=text)
    return bare


def above_village(cell: str, regency: str) -> str:
    """Return the digits of the province, of the regency or of a district of it, when a cell has such a code; else nothing.

    ``regency`` has four digits. Official lists put these above their villages.
    """
    bare = re.sub(r"[\s.']", "", cell)
    return bare if bare in {regency[:2], regency} or re.fullmatch(f"{regency}[0-9]{{2}}", bare, re.ASCII) else ""


def listed_code(cell: str) -> tuple[str, str]:
    """Return the ten digits of a spreadsheet's cell, and what was mended in it, or nothing. Raises CodeFault.

    What is mended leaves no doubt: marks of text, spaces, dots, a grouping of thousands, a fraction of nothing, zeros that were lost
    within dots. What Excel has rounded or shortened is not guessed.
    """
    text = re.sub(r"\s", "", cell.strip()).removeprefix("'")
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    if _EXPONENT.fullmatch(text) and "E" in text.upper():
        raise CodeFault(
            f"Excel sudah membulatkan kode menjadi {text}.",
            "Buat kolom kode menjadi Teks (Text), tulis kodenya lagi, lalu simpan lagi.",
        )
    if pieces := _PIECES.fullmatch(text):
        code = "".join((pieces[1], pieces[2].zfill(2), pieces[3].zfill(2), pieces[4]))
        lost = len(code) > len(text) - 3
        return code, f"{text} dibaca sebagai {dotted(code)}: ada nol yang hilang." if lost else ""
    if _GROUPED.fullmatch(text):
        text = re.sub("[.,]", "", text)
    bare = _FRACTION.sub("", text) if _FRACTION.sub("", text).isdecimal() else text
    if CODE.fullmatch(bare):
        return bare, ""
    if re.fullmatch("[0-9]+", bare, re.ASCII) and DIGITS - 2 <= len(bare) < DIGITS:
        raise CodeFault(
            f"Kode {bare} hanya {len(bare)} angka; mungkin Excel membuang angka nol.",
            "Buat kolom kode menjadi Teks (Text) dan tulis sepuluh angkanya, misalnya 3510012001.",
        )
    if re.fullmatch("[0-9]+", bare, re.ASCII) and len(bare) > DIGITS:
        raise CodeFault(
            f"Kode {bare[:20]} lebih dari sepuluh angka.", "Tulis kode desa, misalnya 3510012001, bukan NIK atau nomor lain."
        )
    what = f"Kode {cell[:40]!r} bukan kode desa." if bare else "Kode desanya kosong."
    raise CodeFault(what, "Tulis sepuluh angka, misalnya 3510012001 atau 35.10.01.2001.")
