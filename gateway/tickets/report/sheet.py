"""The figures as a table for spreadsheets: one row for each day and line.

Promises: Indonesian Excel opens it by a double click, so fields are parted by semicolons, decimals by commas, and a mark at
the beginning says UTF-8; no name of a line is ever taken for a formula. docs/statistics.md tells each column.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from gateway.tickets.report.model import Figures, Visit, figures, grouped

COLUMNS = (
    "tanggal", "layanan", "orang", "dilayani", "tidak_hadir", "dibatalkan", "sampai_tutup", "masih_di_balai", "prioritas",
    "tunggu_tengah_menit", "tunggu_90_menit", "layanan_tengah_menit", "tanpa_ukuran_waktu", "tombol", "ponsel", "anjungan", "petugas",
)  # fmt: skip
MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def sheet(visits: Sequence[Visit], lines: Mapping[str, str]) -> str:
    """Return the whole table, its head first, days in order and lines in the hall's order."""
    groups = grouped(visits, lambda visit: (visit.day, visit.line))
    order = {line: position for position, line in enumerate(lines)}
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for day, line in sorted(groups, key=lambda key: (key[0], order.get(key[1], len(order)))):
        writer.writerow([day, _plain(lines.get(line, line)), *_row(figures(groups[day, line]), groups[day, line])])
    return MARK + text.getvalue()


def _row(of: Figures, members: Sequence[Visit]) -> list[str]:
    counts = [of.people, of.served, of.no_show, of.given_back, of.sent_home, of.inside, of.priority]
    times = [_minutes(one) for one in (of.wait_median_s, of.wait_ninth_s, of.service_median_s)]
    origins = [sum(visit.origin == origin for visit in members) for origin in ("button", "phone", "kiosk")]
    elsewhere = of.people - sum(origins)
    return [*map(str, counts), *times, str(of.unmeasured), *map(str, origins), str(elsewhere)]


def _minutes(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds / 60:.1f}".replace(".", ",")


def _plain(name: str) -> str:
    return f"'{name}" if name.startswith(FORMULA) else name
