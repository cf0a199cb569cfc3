"""The lines, counters and rules of the hall, changed without a restart; and a day on paper.

Promises: a letter belongs to one line, every counter serves only lines that exist, and a change is told to the centre in the
transaction that makes it. A line or counter that is taken away is retired: its people are still called.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict
from zoneinfo import ZoneInfo

from gateway.choices.desk import Choices
from gateway.choices.section import Section
from gateway.clock import Clock
from gateway.errors import Refusal
from gateway.store import epochs, outbox
from gateway.store.database import Store, Transaction
from gateway.store.stamp import Stamp
from gateway.tickets import lines, model, tables, wire
from gateway.tickets.model import CounterSetup, LineSetup

IDENTIFIER = re.compile(r"[a-z0-9-]{1,32}")
NO_COUNTERS = frozenset({"alat", "hari", "permohonan"})
"""Pages below ``/loket`` that no counter may hide behind."""
LETTER = re.compile(r"[A-Z]{1,2}")
LONGEST_NAME = 40
LARGEST_NUMBER = 9999


class Furniture:
    """Where a hall is furnished. Safe from any thread."""

    def __init__(self, store: Store, clock: Clock, zone: ZoneInfo, choices: Choices) -> None:
        self._store = store
        self._clock = clock
        self._zone = zone
        self._choices = choices

    def read(self) -> tuple[tuple[LineSetup, ...], tuple[CounterSetup, ...]]:
        """Return lines and counters as they are."""
        with self._store.reader() as db:
            return lines.read_lines(db), lines.read_counters(db)

    def arrange(self, line_setups: Sequence[LineSetup], counter_setups: Sequence[CounterSetup], *sections: Section) -> int:
        """Let exactly these be the lines and counters, with whatever ``sections`` are chosen anew; return the revision.

        Raises Refusal ``line-setup`` or ``counter-setup`` with what is wrong, ``line-in-use`` or ``counter-in-use`` when
        somebody is still in what is to go, and ``letter-used`` when a letter has named another line's numbers today.
        """
        require_sound(line_setups, counter_setups)
        with self._store.transaction() as tx:
            _require_unused(tx, line_setups, counter_setups)
            lines.write_lines(tx, line_setups)
            lines.write_counters(tx, counter_setups)
            self._choices.change_in(tx, sections)
            data = {"lines": [asdict(line) for line in line_setups], "counters": [asdict(one) for one in counter_setups]}
            outbox.append(tx, self._stamp(), wire.arranged(epochs.current(tx), data))
            return tables.bump_revision(tx)

    def choose(self, section: Section) -> int:
        """Choose the rules of the queue anew; return the revision that shows it."""
        with self._store.transaction() as tx:
            self._choices.change_in(tx, [section])
            return tables.bump_revision(tx)

    def open_line(self, line_id: str, *, is_open: bool) -> int:
        """Open a line for new numbers, or close it; return the revision. Raises Refusal ``unknown-line``."""
        with self._store.transaction() as tx:
            self._require_line(tx, line_id)
            lines.set_open(tx, line_id, is_open=is_open)
            outbox.append(tx, self._stamp(), wire.line_opened(epochs.current(tx), line_id, is_open=is_open))
            return tables.bump_revision(tx)

    def continue_from(self, line_id: str, number: int) -> int:
        """Let the line go on after ``number``, the last one given on paper today; return the revision.

        Raises Refusal ``unknown-line``, ``number-too-low``.
        """
        with self._store.transaction() as tx:
            line = self._require_line(tx, line_id)
            day = tables.current_day(tx)
            assert day is not None, "a hall that has lines has a hall-day"  # noqa: S101 - an invariant, not a check of input
            last = lines.last_number(tx, day.ordinal, line_id)
            if not last < number <= LARGEST_NUMBER:
                raise Refusal("number-too-low", number=model.label(line.letter, last))
            lines.raise_number(tx, day.ordinal, line_id, number)
            outbox.append(tx, self._stamp(), wire.line_continued(epochs.current(tx), day.ordinal, line_id, last, number))
            return tables.bump_revision(tx)

    def _require_line(self, tx: Transaction, line_id: str) -> lines.Line:
        line = lines.find_line(tx, line_id) if line_id.isprintable() else None
        if line is None:
            raise Refusal("unknown-line", line=line_id)
        return line

    def _stamp(self) -> Stamp:
        return Stamp.of(self._clock, self._zone)


def require_sound(line_setups: Sequence[LineSetup], counter_setups: Sequence[CounterSetup]) -> None:
    """Raise Refusal ``line-setup`` or ``counter-setup`` unless the hall can work with these."""
    for line in line_setups:
        if not (IDENTIFIER.fullmatch(line.id) and LETTER.fullmatch(line.letter) and _named(line.name) and line.cap >= 0):
            raise Refusal("line-setup", line=line.name or line.id)
    if not line_setups or len({line.letter for line in line_setups}) < len(line_setups) or _doubled(line_setups):
        raise Refusal("line-setup", line=", ".join(line.letter for line in line_setups))
    known = {line.id for line in line_setups}
    for counter in counter_setups:
        served = (*counter.lines, *counter.helps)
        usable = IDENTIFIER.fullmatch(counter.id) and counter.id not in NO_COUNTERS
        if not (usable and _named(counter.name) and counter.lines) or not set(served) <= known:
            raise Refusal("counter-setup", counter=counter.name or counter.id)
        if len(set(served)) < len(served):
            raise Refusal("counter-setup", counter=counter.name)
    if not counter_setups or _doubled(counter_setups):
        raise Refusal("counter-setup", counter=", ".join(counter.name for counter in counter_setups))


def _require_unused(tx: Transaction, line_setups: Sequence[LineSetup], counter_setups: Sequence[CounterSetup]) -> None:
    """Raise a Refusal when somebody would be left in a line or at a counter that goes, or one number would be given twice."""
    kept_lines, kept_counters = {line.id for line in line_setups}, {counter.id for counter in counter_setups}
    lines_with_people, counters_with_people = lines.where_people_are(tx)
    for line in lines.read_lines(tx):
        if line.id not in kept_lines and line.id in lines_with_people:
            raise Refusal("line-in-use", line=line.name)
    for counter in lines.read_counters(tx):
        if counter.id not in kept_counters and counter.id in counters_with_people:
            raise Refusal("counter-in-use", counter=counter.name)
    day = tables.current_day(tx)
    for line in line_setups:
        if day is not None and lines.letter_names_others(tx, day.ordinal, line.id, line.letter):
            raise Refusal("letter-used", letter=line.letter)


def _named(name: str) -> bool:
    return 0 < len(name) <= LONGEST_NAME and name.isprintable() and name == name.strip()


def _doubled(setups: Sequence[LineSetup] | Sequence[CounterSetup]) -> bool:
    return len({one.id for one in setups}) < len(setups)
