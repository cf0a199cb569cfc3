"""The table for spreadsheets, as Indonesian Excel reads it."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from gateway.tickets.report.model import Visit
from gateway.tickets.report.sheet import COLUMNS, sheet

DOCUMENT = Path(__file__).parents[3] / "docs" / "statistics.md"


def visit(line: str, day: str = "2026-11-23", origin: str = "button", waited_s: float | None = 90.0) -> Visit:
    """Return somebody who was served."""
    return Visit(day, 9, line, "1", 0, origin, "completed", "", 1, waited_s, 300.0, 4)


def read(text: str) -> list[dict[str, str]]:
    """Read it as a spreadsheet would."""
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))


def test_a_row_tells_of_one_day_and_line() -> None:
    """Days in order, lines in the hall's order, times in minutes with a comma, what was not measured left empty."""
    visits = [visit("b"), visit("a"), visit("a", origin="phone"), visit("a", "2026-11-20", waited_s=None)]
    rows = read(sheet(visits, {"a": "Surat", "b": "Bantuan"}))
    assert [(row["tanggal"], row["layanan"], row["orang"]) for row in rows] == [
        ("2026-11-20", "Surat", "1"),
        ("2026-11-23", "Surat", "2"),
        ("2026-11-23", "Bantuan", "1"),
    ]
    assert [(row["tunggu_tengah_menit"], row["layanan_tengah_menit"], row["tanpa_ukuran_waktu"]) for row in rows] == [
        ("", "5,0", "1"),
        ("1,5", "5,0", "0"),
        ("1,5", "5,0", "0"),
    ]
    assert (rows[1]["tombol"], rows[1]["ponsel"], rows[1]["petugas"]) == ("1", "1", "0")


def test_a_name_is_never_a_formula() -> None:
    """A line called like a formula is text, and one with a semicolon stays one field."""
    rows = read(sheet([visit("a"), visit("b")], {"a": "=1+1", "b": "Surat; lain"}))
    assert [row["layanan"] for row in rows] == ["'=1+1", "Surat; lain"]


def test_every_column_is_documented() -> None:
    """Who opens the table finds each head in docs/statistics.md, in its order."""
    documented = re.findall(r"^\| `([a-z0-9_]+)` \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    assert tuple(documented) == COLUMNS
