"""Looks at every call of a simulated day with code of its own: none of the queue's rules is asked whether it was right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from gateway.store.outbox import Reads
from tests.bench.day_people import COUNTERS, Person

IN_A_ROW = 2
RANKS = {counter.id: (set(counter.lines), set(counter.helps)) for counter in COUNTERS}
IMAGE = (
    "SELECT id, state, line, place, for_counter, counter, calls, reason, called_at, called_uptime_s, serving_at, serving_uptime_s, "
    "held_at, ended_at, waited_s, service_s FROM ticket WHERE state NOT IN ('no_show', 'cancelled') ORDER BY id"
)


@dataclass(frozen=True)
class Moment:
    """What a counter finds before it calls."""

    counter: str
    waiting: list[tuple[int, str, str, bool, float]]
    """Id, number, line, priority, place, of those that this counter may call."""
    latest: list[tuple[str, bool]]
    """Line and priority of the day's latest calls, the last one first."""


@dataclass
class Watch:
    """Counts what must not be."""

    violations: Counter[str] = field(default_factory=Counter)
    calls: int = 0
    longest_run: int = 0
    """Most priority tickets in a row while somebody else waited in the same lines."""
    undone: int = 0
    _issued: set[str] = field(default_factory=set)

    def issued(self, number: str) -> None:
        """Take note of a number on paper."""
        self.violations["doubled"] += number in self._issued
        self._issued.add(number)

    def before_call(self, db: Reads, counter: str) -> Moment:
        """Remember what there is to be called."""
        sql = (
            "SELECT id, label, line, priority <> '', place FROM ticket WHERE state = 'waiting' "
            "AND (for_counter IS NULL OR for_counter = ?) ORDER BY place, id"
        )
        waiting = [(row[0], row[1], row[2], bool(row[3]), row[4]) for row in db.execute(sql, (counter,))]
        calls = "SELECT line, priority FROM call WHERE day = (SELECT max(ordinal) FROM hall_day) AND recall = 0 AND undone = 0"
        latest = [(row[0], bool(row[1])) for row in db.execute(calls + " ORDER BY id DESC LIMIT 60")]
        return Moment(counter, waiting, latest)

    def priority_first(self, moment: Moment) -> str:
        """Return whom a hall without the rule would call: whoever has priority, then the first."""
        for lines in RANKS[moment.counter]:
            mine = sorted((not priority, place, number) for _, number, line, priority, place in moment.waiting if line in lines)
            if mine:
                return mine[0][2]
        return ""

    def called(self, moment: Moment, number: str) -> None:
        """Judge a call."""
        self.calls += 1
        found = next((one for one in moment.waiting if one[1] == number), None)
        if found is None:
            self.violations["called-elsewhere"] += 1
            return
        _, _, line, priority, place = found
        lines = next((served for served in RANKS[moment.counter] if line in served), {line})
        better = RANKS[moment.counter][0]
        self.violations["helped-too-early"] += lines != better and any(one[2] in better for one in moment.waiting)
        mine = [one for one in moment.waiting if one[2] in lines]
        self.violations["out-of-order"] += any(one[3] == priority and one[4] < place for one in mine)
        if priority and any(not one[3] for one in mine):
            run = 1
            for before in (was for was_line, was in moment.latest if was_line in lines):
                if not before:
                    break
                run += 1
            self.longest_run = max(self.longest_run, run)
            self.violations["unfair"] += run > IN_A_ROW

    def image(self, db: Reads) -> list[Any]:
        """Return every ticket that acts can change, and the calls that count."""
        return [db.execute(IMAGE).fetchall(), db.execute("SELECT id FROM call WHERE undone = 0").fetchall()]

    def taken_back(self, before: list[Any], after: list[Any]) -> None:
        """Judge an act that was taken back."""
        self.undone += 1
        self.violations["undo-differs"] += before != after

    def present(self, db: Reads, counter: str) -> str:
        """Return the number at a counter, or nothing."""
        row = db.execute("SELECT label FROM ticket WHERE counter = ? AND state IN ('called', 'serving')", (counter,)).fetchone()
        return str(row[0]) if row else ""

    def end_of_day(self, db: Reads, people: Sequence[Person]) -> None:
        """Judge a day when everybody has left: no number doubled or left out, nobody forgotten."""
        self._issued.clear()
        day = db.execute("SELECT max(ordinal) FROM hall_day").fetchone()[0]
        rows = db.execute(
            "SELECT numbered_in, number, label, state, calls FROM ticket WHERE day = ? ORDER BY id", (day,)
        ).fetchall()
        by_line: dict[str, list[int]] = {}
        for line, number, _, state, calls in rows:
            by_line.setdefault(line, []).append(number)
            self.violations["forgotten"] += state not in {"completed", "no_show", "cancelled"} or (
                not calls and state != "cancelled"
            )
        self.violations["hole"] += sum(numbers != list(range(1, len(numbers) + 1)) for numbers in by_line.values())
        self.violations["lost"] += sum(1 for _ in people) - len(rows)
        twice = (
            "SELECT count(*) FROM (SELECT ticket FROM call WHERE day = ? AND recall = 0 AND undone = 0 GROUP BY ticket, count "
            "HAVING count(*) > 1)"
        )
        self.violations["called-twice"] += db.execute(twice, (day,)).fetchone()[0]
