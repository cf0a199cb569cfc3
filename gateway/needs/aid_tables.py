"""Programmes as regency and village tell them, and who is in one, in the database. None of it commits.

Promises: nobody's number is written, nor anything from which it could be found without the key in the vault.
"""

from __future__ import annotations

from collections.abc import Iterable

from gateway.store.outbox import Reads

REGENCY, VILLAGE = "regency", "village"


def layers(db: Reads) -> dict[str, dict[str, str]]:
    """Return what regency and village tell of programmes: by id and layer the JSON text."""
    told: dict[str, dict[str, str]] = {}
    for id_, layer, body in db.execute("SELECT id, layer, body FROM aid_programme ORDER BY id, layer"):
        told.setdefault(str(id_), {})[str(layer)] = str(body)
    return told


def write(tx: Reads, id_: str, layer: str, body: str, at: str) -> None:
    """Let a layer tell this of a programme."""
    tx.execute(
        "INSERT INTO aid_programme VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET body = ?3, changed_at = ?4",
        (id_, layer, body, at),
    )


def remove(tx: Reads, id_: str, layer: str) -> None:
    """Let a layer tell nothing of a programme."""
    tx.execute("DELETE FROM aid_programme WHERE id = ? AND layer = ?", (id_, layer))


def replace_recipients(tx: Reads, programme: str, period: str, marks: Iterable[str]) -> None:
    """Let these, and nobody else, be in a programme."""
    tx.execute("DELETE FROM aid_recipient WHERE programme = ?", (programme,))
    for mark in marks:
        tx.execute("INSERT INTO aid_recipient VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (programme, mark, period))


def programmes_of(db: Reads, mark: str) -> list[tuple[str, str]]:
    """Return the programmes that somebody is in, each with its period."""
    return [
        (str(row[0]), str(row[1]))
        for row in db.execute("SELECT programme, period FROM aid_recipient WHERE mark = ? ORDER BY programme", (mark,))
    ]


def recipients(db: Reads) -> dict[str, tuple[int, str]]:
    """Return how many are in each programme, and for which period."""
    rows = db.execute("SELECT programme, count(*), max(period) FROM aid_recipient GROUP BY programme")
    return {str(row[0]): (int(row[1]), str(row[2])) for row in rows}
