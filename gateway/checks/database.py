"""Is everything the hall keeps intact?"""

from __future__ import annotations

import sqlite3

from sqlite_utils import Database

from gateway.checks.finding import Finding, Level, Verdict

GOOD = Verdict(Level.GOOD, "Data balai utuh.")
RECOVERED = Verdict(
    Level.WARNING,
    "Data balai pernah rusak dan dipulihkan: {recovery}",
    "Cocokkan nomor terakhir dengan struk; kirim folder bukti ke kabupaten.",
)
DAMAGED = Verdict(
    Level.BROKEN, "Data balai rusak: {reason}.", "Hentikan balai, ganti kartu, lalu jalankan: gateway restore CADANGAN"
)


def check_database(db: Database, recovery: str = "") -> Finding:
    """Read the whole database through a read-only connection; ``recovery`` tells what the last start had to mend."""
    try:
        answer = str(db.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.DatabaseError as error:
        answer = str(error)
    if answer != "ok":
        return Finding("database", DAMAGED, {"reason": answer})
    if recovery:
        return Finding("database", RECOVERED, {"recovery": recovery})
    return Finding("database", GOOD)
