"""A regency's list of villages as it comes from a spreadsheet: bytes into rows, each with the line it began on.

It may be UTF-8 with or without a mark, UTF-16 or Windows-1252, with commas, semicolons or tabs, CRLF, quotes, empty lines, Excel's ``sep=;``,
titles above the columns' names, and those names in Indonesian or English. What cannot be told apart is said, never guessed.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gateway.errors import Refusal

LIMIT_BYTES = 4 * 1024 * 1024
"""No regency's list is longer."""
HEADER_LINES = 10
"""The columns' names stand in one of the first lines; above them there may be titles."""

COLUMNS = {
    "code": ("kode", "kodedesa", "kodewilayah", "kodekemendagri", "kodedesakelurahan", "code", "villagecode", "id"),
    "name": ("nama", "namabalai", "balai", "name"),
    "village": ("desa", "namadesa", "kelurahan", "desakelurahan", "namadesakelurahan", "village"),
    "district": ("kecamatan", "namakecamatan", "kec", "district"),
    "address": ("alamat", "address"),
    "latitude": ("lintang", "latitude", "lat"),
    "longitude": ("bujur", "longitude", "lon", "lng", "long"),
    "network": ("jaringan", "profil", "network"),
    "model": ("pi", "model", "modelpi"),
    "languages": ("bahasa", "languages"),
    "broker": ("broker",),
    "notes": ("catatan", "keterangan", "notes"),
    "-": ("no", "nomor", "nourut", ""),
}
"""What a column may be called, in letters and digits only; ``-`` is left out without a word."""
MEANING = {written: meaning for meaning, names in COLUMNS.items() for written in names}


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about one line of the list: what it is and what to do, in Indonesian. A fault keeps the line out."""

    line: int
    sentence: str
    remedy: str = ""
    fault: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One line that is not empty: what stands in which column, spaces tidied, empty cells left out."""

    line: int
    cells: dict[str, str]


def read_list(content: bytes, path: object) -> tuple[list[Row], list[Remark]]:
    """Return the rows of a list and what is to be said of its lines. ``path`` names it. Raises Refusal ``hall-list``."""
    remarks: list[Remark] = []
    try:
        text = _decoded(content, remarks)
        lines, first = _lines(text)
        return _rows(lines, first, remarks), remarks
    except ValueError as error:
        raise Refusal("hall-list", path=path, reason=error) from error


def _decoded(content: bytes, remarks: list[Remark]) -> str:
    if len(content) > LIMIT_BYTES:
        raise ValueError("lebih besar dari 4 MB")
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise ValueError("ini berkas Excel, bukan CSV")
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = content.decode("utf-16", errors="replace")
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("cp1252", errors="replace")
            remarks.append(Remark(1, "Bukan UTF-8; dibaca sebagai Windows-1252.", "Periksa huruf seperti è dan é."))
    if "\0" in text:
        raise ValueError("ini bukan teks")
    return text


def _lines(text: str) -> tuple[list[tuple[int, list[str]]], int]:
    """Return the cells of each line under the separator that makes sense of the columns' names, and where these stand."""
    body, skipped = text, 0
    given = re.match(r"sep=(.)\r?\n", text, re.IGNORECASE)
    if given:
        body, skipped = text[given.end() :], 1
    best: tuple[int, list[tuple[int, list[str]]], int] = (0, [], 0)
    for separator in (given[1],) if given else (";", ",", "\t", "|"):
        read = list(_split(body, separator, skipped))
        for index, (_, cells) in enumerate(read[:HEADER_LINES]):
            known = {MEANING.get(_letters(cell)) for cell in cells} - {None, "-"}
            if "code" in known and len(known) > best[0]:
                best = (len(known), read, index)
    if not best[0]:
        raise ValueError("tidak ada kolom bernama kode dalam sepuluh baris pertama")
    return best[1], best[2]


def _split(text: str, separator: str, skipped: int) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    begin = 1
    try:
        for cells in reader:
            yield begin + skipped, [" ".join(cell.split()) for cell in cells]
            begin = reader.line_num + 1
    except csv.Error as error:
        raise ValueError(f"baris {begin + skipped} terlalu panjang; mungkin ada tanda kutip yang tidak ditutup") from error


def _letters(cell: str) -> str:
    return re.sub(r"[^a-z0-9]", "", cell.casefold())


def _rows(lines: Sequence[tuple[int, list[str]]], first: int, remarks: list[Remark]) -> list[Row]:
    line, names = lines[first]
    meant = [MEANING.get(_letters(name), "") for name in names]
    for meaning in {meaning for meaning in meant if meaning not in {"", "-"} and meant.count(meaning) > 1}:
        raise ValueError(f"ada dua kolom untuk {COLUMNS[meaning][0]}")
    if not {"name", "village"} & set(meant):
        raise ValueError("tidak ada kolom bernama nama atau desa")
    unknown = [name for name, meaning in zip(names, meant, strict=True) if not meaning]
    if unknown:
        known = ", ".join(names[0] for meaning, names in COLUMNS.items() if meaning != "-")
        remarks.append(Remark(line, f"Kolom {', '.join(unknown)} tidak dibaca.", f"Yang dibaca: {known}."))
    rows = []
    for number, cells in lines[first + 1 :]:
        if not any(cells):
            continue
        if any(cells[len(names) :]):
            sentence = f"Ada {len(cells)} sel untuk {len(names)} kolom."
            remarks.append(Remark(number, sentence, "Beri tanda kutip pada isi yang memuat tanda pemisah kolom.", fault=True))
            continue
        if any("\ufffd" in cell for cell in cells):
            remarks.append(
                Remark(number, "Ada huruf yang rusak.", "Tulis lagi huruf itu, dan simpan sebagai CSV UTF-8.", fault=True)
            )
            continue
        pairs = zip(meant, cells, strict=False)
        said = {meaning: cell for meaning, cell in pairs if cell and meaning not in {"", "-"}}
        if said:
            rows.append(Row(number, said))
        else:
            remarks.append(Remark(number, "Tidak ada isi di kolom yang dibaca; baris ini dilewati."))
    return rows
