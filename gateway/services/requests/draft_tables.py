"""Drafts in the database, each sealed under its link. Functions take the open transaction; none commits. The tables are made in ``tables.py``."""

from __future__ import annotations

from typing import NamedTuple

from gateway.store.outbox import Reads


class Draft(NamedTuple):
    """A draft, as far as the hall can know it without its link."""

    id: int
    service: str
    version: int
    origin: str
    ground: str
    """``basis``, or ``consent`` where the person has agreed."""
    paged: bool
    """Whether one question is asked at a time."""
    body: bytes
    filed: int
    """The number of the request that it has become; 0 while it is a draft."""


def find_draft(db: Reads, address: str) -> Draft | None:
    """Return a draft by the digest of its token."""
    sql = "SELECT id, service, version, origin, ground, paged, body, filed FROM request_draft WHERE address = ?"
    row = db.execute(sql, (address,)).fetchone()
    return Draft(*row)._replace(paged=bool(row[5])) if row else None


def add_draft(tx: Reads, address: str, draft: Draft, at: str) -> bool:
    """Keep a new draft; return whether there was none with this address."""
    done = tx.execute(
        "INSERT OR IGNORE INTO request_draft (address, service, version, origin, ground, paged, body, begun_at, changed_at)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)",
        (address, draft.service, draft.version, draft.origin, draft.ground, int(draft.paged), draft.body, at),
    )
    return bool(done.rowcount)


def write_draft(tx: Reads, id_: int, body: bytes, *, paged: bool, at: str) -> None:
    """Keep what a draft says now."""
    tx.execute("UPDATE request_draft SET body = ?, paged = ?, changed_at = ? WHERE id = ?", (body, int(paged), at, id_))


def drafts(db: Reads) -> int:
    """Return how many drafts are open."""
    return int(db.execute("SELECT count(*) FROM request_draft WHERE filed = 0").fetchone()[0])


def draft_photos(db: Reads, id_: int) -> list[str]:
    """Return the requirements of which a draft has a photograph."""
    rows = db.execute("SELECT requirement FROM request_draft_photo WHERE draft = ? ORDER BY requirement", (id_,))
    return [str(row[0]) for row in rows]


def draft_photo(db: Reads, id_: int, requirement: str) -> bytes | None:
    """Return a sealed photograph of a draft."""
    sql = "SELECT body FROM request_draft_photo WHERE draft = ? AND requirement = ?"
    row = db.execute(sql, (id_, requirement)).fetchone()
    return bytes(row[0]) if row else None


def write_draft_photo(tx: Reads, id_: int, requirement: str, body: bytes) -> None:
    """Keep a sealed photograph of a requirement, in place of a former one."""
    sql = "INSERT INTO request_draft_photo VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET body = ?3"
    tx.execute(sql, (id_, requirement, body))


def remove_draft_photo(tx: Reads, id_: int, requirement: str) -> None:
    """Forget a photograph of a draft."""
    tx.execute("DELETE FROM request_draft_photo WHERE draft = ? AND requirement = ?", (id_, requirement))


def draft_photo_bytes(db: Reads) -> int:
    """Return how much room the photographs of all drafts take."""
    return int(db.execute("SELECT coalesce(sum(length(body)), 0) FROM request_draft_photo").fetchone()[0])


def draft_became(tx: Reads, id_: int, number: int) -> None:
    """Leave of a draft only which request it has become, so that handing in twice is handing in once."""
    tx.execute("UPDATE request_draft SET filed = ?, body = x'' WHERE id = ?", (number, id_))
    tx.execute("DELETE FROM request_draft_photo WHERE draft = ?", (id_,))


def forget_drafts(tx: Reads, before: str) -> int:
    """Delete all drafts that nobody has changed since ``before``; return how many."""
    tx.execute(
        "DELETE FROM request_draft_photo WHERE draft IN (SELECT id FROM request_draft WHERE datetime(changed_at) < datetime(?))",
        (before,),
    )
    return int(tx.execute("DELETE FROM request_draft WHERE datetime(changed_at) < datetime(?)", (before,)).rowcount)
