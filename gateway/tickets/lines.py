"""Lines, counters and the numbers of lines in the database. Functions take the open transaction; none commits.

Promises: a number is given once per hall-day and line, in the transaction of its ticket; what was once used is never
deleted, only retired, so that every old ticket still knows its line and counter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.store.outbox import Reads
from gateway.tickets.model import CounterSetup, LineSetup


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it is kept."""

    id: str
    letter: str
    name: str
    open: bool
    cap: int


def write_lines(tx: Reads, lines: Sequence[LineSetup]) -> None:
    """Let exactly these be the hall's lines, in this order; others are retired."""
    tx.execute("UPDATE line SET retired = 1, letter = letter || '~' || id WHERE retired = 0")
    for position, line in enumerate(lines):
        tx.execute(
            "INSERT INTO line (id, letter, name, colour, icon, open, position, cap) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) "
            "ON CONFLICT (id) DO UPDATE SET letter = ?2, name = ?3, colour = ?4, icon = ?5, open = ?6, position = ?7, cap = ?8, retired = 0",
            (line.id, line.letter, line.name, line.colour, line.icon, int(line.open), position, line.cap),
        )


def write_counters(tx: Reads, counters: Sequence[CounterSetup]) -> None:
    """Let exactly these be the hall's counters, in this order; others are retired."""
    tx.execute("UPDATE counter SET retired = 1")
    tx.execute("DELETE FROM counter_line")
    for position, counter in enumerate(counters):
        tx.execute(
            "INSERT INTO counter (id, name, position) VALUES (?1, ?2, ?3) "
            "ON CONFLICT (id) DO UPDATE SET name = ?2, position = ?3, retired = 0",
            (counter.id, counter.name, position),
        )
        for rank, lines in enumerate((counter.lines, counter.helps)):
            for line in lines:
                tx.execute("INSERT INTO counter_line VALUES (?, ?, ?)", (counter.id, line, rank))


def read_lines(db: Reads) -> tuple[LineSetup, ...]:
    """Return the hall's lines in their order."""
    sql = "SELECT id, letter, name, colour, icon, cap, open FROM line WHERE retired = 0 ORDER BY position"
    return tuple(
        LineSetup(line, letter, name, colour, icon, cap, bool(is_open))
        for line, letter, name, colour, icon, cap, is_open in db.execute(sql)
    )


def read_counters(db: Reads) -> tuple[CounterSetup, ...]:
    """Return the hall's counters in their order."""
    served: dict[tuple[str, int], tuple[str, ...]] = {}
    for counter, rank, line in db.execute("SELECT counter, rank, line FROM counter_line ORDER BY counter, rank, line"):
        served[counter, rank] = (*served.get((counter, rank), ()), line)
    return tuple(
        CounterSetup(counter, name, served.get((counter, 0), ()), served.get((counter, 1), ()))
        for counter, name in db.execute("SELECT id, name FROM counter WHERE retired = 0 ORDER BY position")
    )


def set_open(tx: Reads, line_id: str, *, is_open: bool) -> None:
    """Open a line for new numbers, or close it."""
    tx.execute("UPDATE line SET open = ? WHERE id = ?", (int(is_open), line_id))


def find_line(db: Reads, line_id: str) -> Line | None:
    """Return one line, unless it is retired."""
    row = db.execute("SELECT id, letter, name, open, cap FROM line WHERE id = ? AND retired = 0", (line_id,)).fetchone()
    return Line(row[0], row[1], row[2], bool(row[3]), row[4]) if row else None


def counter_exists(db: Reads, counter_id: str) -> bool:
    """Return whether there is such a counter."""
    return db.execute("SELECT 1 FROM counter WHERE id = ? AND retired = 0", (counter_id,)).fetchone() is not None


def set_paused(tx: Reads, counter_id: str, at: str | None) -> bool:
    """Let a counter rest since ``at``, or work again with None; return whether that was new."""
    changed = tx.execute(
        "UPDATE counter SET paused_at = ?1 WHERE id = ?2 AND (paused_at IS NULL) <> (?1 IS NULL) RETURNING id", (at, counter_id)
    )
    return bool(changed.fetchall())


def lines_by_preference(db: Reads, counter_id: str) -> list[list[str]]:
    """Return the counter's lines: those it prefers first, each rank together."""
    ranks: dict[int, list[str]] = {}
    for rank, line in db.execute("SELECT rank, line FROM counter_line WHERE counter = ? ORDER BY rank, line", (counter_id,)):
        ranks.setdefault(rank, []).append(line)
    return list(ranks.values())


def where_people_are(db: Reads) -> tuple[set[str], set[str]]:
    """Return the lines and the counters that somebody is in, at or meant for, put aside or not."""
    found: tuple[set[str], set[str]] = (set(), set())
    for state in ("waiting", "held", "called", "serving"):
        # One state at a time: each has an index of its own.
        sql = f"SELECT line, counter, for_counter FROM ticket WHERE state = '{state}'"  # noqa: S608 - the words stand above
        for line, counter, for_counter in db.execute(sql):
            found[0].add(line)
            found[1].update(one for one in (counter if state in {"called", "serving"} else None, for_counter) if one)
    return found


def letter_names_others(db: Reads, day: int, line_id: str, letter: str) -> bool:
    """Return whether numbers with this letter were given for another line on that hall-day."""
    sql = "SELECT 1 FROM ticket WHERE day = ? AND label GLOB ? AND numbered_in <> ? LIMIT 1"
    return db.execute(sql, (day, f"{letter}-*", line_id)).fetchone() is not None


def take_pending_jump(tx: Reads) -> int:
    """Return by how many numbers every line must leap after a restore, and forget it."""
    row = tx.execute("SELECT value FROM meta WHERE key = 'numbers_jump_pending'").fetchone()
    if row is None:
        return 0
    tx.execute("DELETE FROM meta WHERE key = 'numbers_jump_pending'")
    return int(row[0])


def set_jumps(tx: Reads, by: int) -> None:
    """Let each line's next number leap over ``by`` numbers, besides those that it leaps over already: twice restored, twice leapt."""
    tx.execute("UPDATE line SET jump = jump + ?", (by,))


def take_jump(tx: Reads, line_id: str) -> int:
    """Return how many numbers the line leaps over now, and forget it."""
    jump = int(tx.execute("SELECT jump FROM line WHERE id = ?", (line_id,)).fetchone()[0])
    if jump:
        tx.execute("UPDATE line SET jump = 0 WHERE id = ?", (line_id,))
    return jump


def next_number(tx: Reads, day: int, line_id: str, jump: int) -> int:
    """Return the line's next number on that hall-day, after leaving out ``jump``: never given before, no hole besides."""
    sql = "INSERT INTO numbering VALUES (?1, ?2, 1 + ?3) ON CONFLICT DO UPDATE SET last = last + 1 + ?3 RETURNING last"
    return int(tx.execute(sql, (day, line_id, jump)).fetchone()[0])


def last_number(db: Reads, day: int, line_id: str) -> int:
    """Return the number that the line gave last on that hall-day; 0 for none."""
    row = db.execute("SELECT last FROM numbering WHERE day = ? AND line = ?", (day, line_id)).fetchone()
    return int(row[0]) if row else 0


def raise_number(tx: Reads, day: int, line_id: str, last: int) -> None:
    """Let the line go on after ``last``, which was given on paper."""
    tx.execute("INSERT INTO numbering VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET last = max(last, ?3)", (day, line_id, last))
