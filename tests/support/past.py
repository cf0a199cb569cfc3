"""A hall with a past: visits of former days, written as the desks would have left them, in seconds instead of months."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from gateway.store import epochs
from gateway.store.database import Store, Transaction
from tests.support.tickets import COUNTERS, LINES

HOURS = (8, 8, 8, 9, 9, 9, 10, 10, 11, 12, 13, 13, 14)
ORIGINS = ("button", "button", "button", "phone", "phone", "kiosk", "staff")
OUTCOMES = ("completed",) * 17 + ("no_show", "cancelled", "closed")
TICKET = (
    "INSERT INTO ticket (id, epoch, day, numbered_in, number, label, token, claim, priority, origin, state, line, place, counter, calls, reason, "
    "issued_at, issued_clock, issued_bootid, issued_uptime_s, called_at, waited_s, service_s) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'trusted', 'b0', 0, ?, ?, ?)"
)


def write_past(store: Store, last: date, *, days: int, people: int, seed: int = 1, rated: float = 0.3) -> None:
    """Let the working days before and on ``last`` be over: ``days`` of them with ``people`` each."""
    randomness, on = Random(seed), last
    worked: list[date] = []
    while len(worked) < days:
        if on.isoweekday() <= 5:
            worked.append(on)
        on -= timedelta(days=1)
    with store.transaction() as tx:
        tx.execute("DELETE FROM hall_day")
        for ordinal, on in enumerate(reversed(worked), start=1):
            tx.execute("INSERT INTO hall_day VALUES (?, ?, 'trusted', 'calendar', '')", (ordinal, on.isoformat()))
            _write_day(tx, randomness, ordinal, on, people, rated)
        tx.execute("UPDATE queue SET revision = revision + 1")


def _write_day(tx: Transaction, randomness: Random, day: int, on: date, people: int, rated: float) -> None:
    epoch, numbers = epochs.current(tx), dict.fromkeys((line.id for line in LINES), 0)
    first = tx.execute("SELECT coalesce(max(id), 0) + 1 FROM ticket").fetchone()[0]
    for ticket in range(first, first + people):
        line, counter = randomness.choice(LINES), randomness.choice(COUNTERS)
        numbers[line.id] += 1
        outcome, hour = randomness.choice(OUTCOMES), randomness.choice(HOURS)
        issued_at = f"{on.isoformat()}T{hour:02d}:{randomness.randrange(60):02d}:00.000+07:00"
        called = outcome in {"completed", "no_show"}
        measured = randomness.random() > 0.01
        state = "cancelled" if outcome == "closed" else outcome
        reason = {"cancelled": "holder", "closed": "day-closed"}.get(outcome, "")
        tx.execute(
            TICKET,
            (
                *(
                    ticket,
                    epoch,
                    day,
                    line.id,
                    numbers[line.id],
                    f"{line.letter}-{numbers[line.id]:03d}",
                    f"t{ticket}",
                    f"c{ticket}",
                ),
                *("lansia" if randomness.random() < 0.15 else "", randomness.choice(ORIGINS), state, line.id, ticket),
                *(counter.id if called else None, int(called), reason, issued_at, issued_at if called else None),
                randomness.lognormvariate(6.3, 0.8) if called and measured else None,
                randomness.lognormvariate(5.5, 0.5) if outcome == "completed" and measured else None,
            ),
        )
        if outcome == "completed" and randomness.random() < rated:
            tx.execute(
                "INSERT INTO rating (ticket, score, origin) VALUES (?, ?, 'phone')",
                (ticket, randomness.choice((1, 2, 3, 3, 4, 4, 4))),
            )
