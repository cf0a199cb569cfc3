"""Is everything the hall keeps intact?"""

from __future__ import annotations

import sqlite3

from sqlite_utils import Database

from gateway.checks.finding import Finding, Level, Verdict

NONE = Verdict(Level.GOOD, "Belum ada data; dibuat saat balai pertama kali dijalankan.")
GOOD = Verdict(Level.GOOD, "Data balai utuh.")
RECOVERED = Verdict(
    Level.WARNING,
    "Data balai pernah rusak dan dipulihkan: {recovery}",
    "Cocokkan nomor terakhir dengan struk; kirim folder bukti ke kabupaten.",
)
DAMAGED = Verdict(
    Level.BROKEN, "Data balai rusak: {reason}.", "Hentikan balai, ganti kartu, lalu jalankan: gateway restore CADANGAN"
)


def check_database(db: Database | None, recovery: str = "") -> Finding:
    """Read the whole database through a read-only connection; ``recovery`` tells what the last start had to mend.

    ``db`` is None where no hall was ever run.
    """
    if db is None:
        return Finding("database", NONE)
    try:
        answer = str(db.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.DatabaseError as error:
        answer = str(error)
    if answer != "ok":
        return Finding("database", DAMAGED, {"reason": answer})
    if recovery:
        return Finding("database", RECOVERED, {"recovery": recovery})
    return Finding("database", GOOD)
