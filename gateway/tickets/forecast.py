"""What estimates of waiting are made of, read from the database: paces, counters at work, how many have priority.

Promises: a few rows for each line, however long the hall has been in use; a counter that rests, or that has not called
for long while others did, does not count. No clock is asked: the hall's own calls tell the hour.
"""

from __future__ import annotations

from gateway.store.outbox import Reads
from gateway.tickets.waits import MEASURED_LIMIT, AtWork, Measured, Outlook, pace

CALLS_LOOKED_AT = 5
"""A counter is at work while one of so many calls for each counter of the hall was its own."""
PRIOR_CALLS, PRIOR_PRIORITY = 20, 2
"""Before there are calls one in ten people is taken to have priority."""
TIMES = (
    "SELECT id, service_s + CASE WHEN serving_bootid = called_bootid THEN serving_uptime_s - called_uptime_s ELSE 0 END, "
    "day FROM ticket WHERE line = ?1 AND service_s IS NOT NULL "
)
LATEST_TIMES = TIMES + "ORDER BY id DESC LIMIT ?2"
TIMES_OF_HOUR = TIMES + "AND substr(called_at, 12, 2) = ?3 ORDER BY id DESC LIMIT ?2"
CALLS = "SELECT counter, priority, day, called_at FROM call WHERE undone = 0 AND recall = 0 ORDER BY id DESC LIMIT ?"


def outlook(db: Reads, breaks: tuple[tuple[float, float], ...] = ()) -> Outlook:
    """Return what the hall looks like to whoever waits in it; ``breaks`` of its hours lie ahead."""
    days = db.execute("SELECT max(ordinal) FROM hall_day").fetchone()
    day = int(days[0] or 0)
    ranks = _lines_of_counters(db)
    calls = db.execute(CALLS, (CALLS_LOOKED_AT * max(1, len(ranks)),)).fetchall()
    hour = calls[0][3][11:13] if calls else ""
    priority = sum(bool(call[1]) for call in calls)
    lines = [row[0] for row in db.execute("SELECT id FROM line")]
    return Outlook(
        {line: pace(_measured(db, line, day, hour)) for line in lines},
        _at_work(db, ranks, _callers(calls, day, len(ranks))),
        (priority + PRIOR_PRIORITY) / (len(calls) + PRIOR_CALLS),
        begun=any(call[2] == day for call in calls),
        breaks=breaks,
    )


def _measured(db: Reads, line: str, day: int, hour: str) -> list[Measured]:
    found = {row[0]: row for row in db.execute(LATEST_TIMES, (line, MEASURED_LIMIT))}
    if len(found) == MEASURED_LIMIT:
        found |= {row[0]: row for row in db.execute(TIMES_OF_HOUR, (line, MEASURED_LIMIT, hour))}
    return [Measured(time_s, day - of_day) for _, time_s, of_day in found.values()]


def _lines_of_counters(db: Reads) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """Return what each counter that does not rest serves first, and what it helps."""
    ranks: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
    sql = "SELECT counter, line, rank FROM counter_line JOIN counter ON counter.id = counter WHERE paused_at IS NULL AND retired = 0"
    for counter, line, rank in db.execute(sql):
        first, helped = ranks.get(counter, (frozenset(), frozenset()))
        ranks[counter] = (first, helped | {line}) if rank else (first | {line}, helped)
    return ranks


def _callers(calls: list[tuple[str, int, int, str]], day: int, counters: int) -> set[str]:
    """Return who has called lately: today, once today has begun in earnest, else when the hall was last at work."""
    today = [call[0] for call in calls if call[2] == day]
    return set(today) if len(today) > 2 * counters else {call[0] for call in calls}


def _at_work(db: Reads, ranks: dict[str, tuple[frozenset[str], frozenset[str]]], callers: set[str]) -> tuple[AtWork, ...]:
    busy = {row[0] for row in db.execute("SELECT counter FROM ticket WHERE state IN ('called', 'serving')")}
    waited_for = {row[0] for row in db.execute("SELECT DISTINCT line FROM ticket WHERE state = 'waiting'")}
    # Before the first call of a new hall, every counter is expected to open.
    working = [counter for counter in ranks if counter in callers] if callers else list(ranks)
    return tuple(
        AtWork(first if first & waited_for else first | helped, counter in busy)
        for counter in working
        for first, helped in (ranks[counter],)
    )
