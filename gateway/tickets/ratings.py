"""How content people were, in the database: one word for one visit, and no name. Functions take the open transaction; none commits."""

from __future__ import annotations

from gateway.store.outbox import Reads


def add_rating(tx: Reads, ticket_id: int, score: int, origin: str) -> bool:
    """Write how content somebody was, 1 to 4; return False when that visit was rated already."""
    sql = "INSERT INTO rating (ticket, score, origin) VALUES (?, ?, ?) ON CONFLICT DO NOTHING RETURNING id"
    return bool(tx.execute(sql, (ticket_id, score, origin)).fetchall())


def latest_visit(db: Reads, day: int, counter: str, bootid: str, since_uptime_s: float) -> str | None:
    """Return the token of the visit that the counter has completed last, if not before ``since_uptime_s`` of this boot."""
    row = db.execute(
        "SELECT token, coalesce(serving_uptime_s, called_uptime_s) + service_s AS ended_s FROM ticket "
        "WHERE day = ? AND counter = ? AND state = 'completed' AND called_bootid = ? AND service_s IS NOT NULL "
        "ORDER BY ended_s DESC LIMIT 1",
        (day, counter, bootid),
    ).fetchone()
    return str(row[0]) if row is not None and row[1] >= since_uptime_s else None
