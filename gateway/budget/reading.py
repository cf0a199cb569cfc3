"""A budget as villages keep it in a spreadsheet: CSV, judged line by line.

Promises: every fault names its line and says what to write; semicolons, commas and tabs, a mark at the beginning, thousands with points
and ``Rp`` are all understood; nothing is guessed.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from gateway.budget.model import CODE_LIMIT, LARGEST_RP, NAME_LIMIT, PARTS, ROWS_LIMIT, Budget, Row
from gateway.errors import Reason

COLUMNS = ("tahun", "bagian", "kode", "uraian", "anggaran", "realisasi")
NEEDED = ("tahun", "bagian", "uraian", "anggaran")
SPELLED: Mapping[str, str] = {
    "pendapatan": "income", "belanja": "spending", "penerimaan pembiayaan": "financing-in", "penerimaan": "financing-in",
    "pengeluaran pembiayaan": "financing-out", "pengeluaran": "financing-out",
}  # fmt: skip
FAULTS_LIMIT = 50
TEXT_LIMIT = 32 * 1024
"""No form brings more."""
EXAMPLE = (
    "tahun;bagian;kode;uraian;anggaran;realisasi\r\n"
    "2026;Pendapatan;4.1;Pendapatan asli desa;150.000.000;75.000.000\r\n"
    "2026;Pendapatan;4.2;Dana desa dan transfer lain;1.350.000.000;900.000.000\r\n"
    "2026;Belanja;1;Penyelenggaraan pemerintahan desa;450.000.000;\r\n"
    "2026;Belanja;2;Pembangunan desa;800.000.000;\r\n"
    "2026;Belanja;2.1;Jalan dan saluran air;600.000.000;\r\n"
    "2026;Belanja;2.2;Gedung PAUD;200.000.000;\r\n"
    "2026;Belanja;3;Pembinaan kemasyarakatan;150.000.000;\r\n"
    "2026;Belanja;4;Pemberdayaan masyarakat;150.000.000;\r\n"
    "2026;Penerimaan pembiayaan;6.1;SiLPA tahun sebelumnya;50.000.000;50.000.000\r\n"
)
"""What the template holds, behind the mark that tells Excel that it is UTF-8."""


@dataclass
class Judged:
    """What a file says, and what is wrong with it."""

    budgets: dict[int, Budget] = field(default_factory=dict)
    """By year; empty where a fault was found."""
    faults: list[tuple[int, Reason]] = field(default_factory=list)
    """Line numbers, from 1, each with what to write instead."""
    rows: int = 0


def read_budgets(text: str) -> Judged:
    """Judge a whole file."""
    judged = Judged()
    if len(text) >= TEXT_LIMIT:
        judged.faults.append(
            (1, Reason("Berkas ini terlalu besar; kirim satu tahun saja, paling banyak {limit} baris.", limit=ROWS_LIMIT))
        )
        return judged
    lines = _lines(text)
    head = next(lines, None)
    columns = {name.strip().lower(): place for place, name in enumerate(head[1])} if head else {}
    missing = [name for name in NEEDED if name not in columns]
    if head is None or missing:
        reason = Reason("Judul kolom belum ada: {columns}. Pakai berkas contoh.", columns=", ".join(missing or NEEDED))
        judged.faults.append((head[0] if head else 1, reason))
        return judged
    found: dict[int, list[Row]] = {}
    for number, cells in lines:
        judged.rows += 1
        given = {name: cells[place].strip() if place < len(cells) else "" for name, place in columns.items()}
        read = _row(given)
        if isinstance(read, Reason):
            judged.faults.append((number, read))
            continue
        year, row = read
        rows = found.setdefault(year, [])
        if row.code and any(one.code == row.code and one.part == row.part for one in rows):
            judged.faults.append((number, Reason("Kode {code} sudah ada di atas.", code=row.code)))
        rows.append(row)
    _whole(judged, found)
    return judged


def _whole(judged: Judged, found: Mapping[int, list[Row]]) -> None:
    if not judged.rows:
        judged.faults.append((2, Reason("Belum ada baris di bawah judul kolom.")))
    for year, rows in found.items():
        if len(rows) > ROWS_LIMIT:
            judged.faults.append((1, Reason("Tahun {year} lebih dari {limit} baris.", year=year, limit=ROWS_LIMIT)))
    del judged.faults[FAULTS_LIMIT:]
    if not judged.faults:
        judged.budgets = {year: Budget(year, tuple(rows)) for year, rows in sorted(found.items())}


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each line that says something, with its number."""
    bare = text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}").replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    first = bare.lstrip().split("\n", 1)[0]
    sign = max(";\t,", key=first.count)
    reader = csv.reader(io.StringIO(bare), delimiter=sign)
    for cells in reader:
        if any(cell.strip() for cell in cells) and not (reader.line_num == 1 and cells[0].lower().startswith("sep=")):
            yield reader.line_num, cells


def _row(given: Mapping[str, str]) -> tuple[int, Row] | Reason:
    year, part = given["tahun"], SPELLED.get(" ".join(given["bagian"].lower().split()))
    code, name = given.get("kode", "").rstrip("."), " ".join(given["uraian"].split())
    planned, realised = _rupiah(given["anggaran"]), _rupiah(given.get("realisasi", ""))
    if not (year.isascii() and year.isdecimal() and 2000 <= int(year) <= 2199):  # noqa: PLR2004 - budgets of villages that have one
        return Reason("Tahun harus empat angka, misalnya 2026.")
    if part is None:
        return Reason("Bagian harus salah satu: {parts}.", parts=", ".join(PARTS.values()))
    fault = _fault(code, name)
    if fault is not None:
        return fault
    if planned is None or planned < 0:
        return Reason("Anggaran harus jumlah rupiah, misalnya 1.500.000.")
    if realised is None:
        return Reason("Realisasi harus jumlah rupiah, atau kosong.")
    return int(year), Row(part, code, name, planned, realised if realised >= 0 else None)


def _fault(code: str, name: str) -> Reason | None:
    if not name or len(name) > NAME_LIMIT or not name.isprintable():
        return Reason("Uraian harus diisi, paling panjang {limit} huruf.", limit=NAME_LIMIT)
    if not re.fullmatch(r"[0-9A-Za-z]+(\.[0-9A-Za-z]+)*|", code) or len(code) > CODE_LIMIT:
        return Reason("Kode hanya angka dan titik, misalnya 4.1.2.")
    return None


def _rupiah(text: str) -> int | None:
    """Return an amount; -1 for an empty cell, None for what is no amount."""
    bare = re.sub(r"^rp\.? ?", "", text.lower()).removesuffix(",-")
    if not bare:
        return -1
    found = re.fullmatch(r"([0-9]{1,3}(?:[. ][0-9]{3})+|[0-9]+)(?:[,.]0{1,2})?", bare, re.ASCII)
    if found is None:
        return None
    amount = int(re.sub(r"[. ]", "", found[1])[:20])
    return amount if amount <= LARGEST_RP else None
