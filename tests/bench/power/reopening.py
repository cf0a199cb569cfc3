"""Starts the hall from what a cut left behind, with the product's own start-up, and looks for anything untrue.

``examine`` returns sentences; an empty list means: nothing acknowledged is lost, nothing is half-done, nothing is
corrupt, and the next number follows the last one.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from gateway.clock import Clock
from gateway.errors import Refusal
from gateway.store import backup
from gateway.store.database import Store
from gateway.store.opening import open_store
from gateway.tickets.desk import TicketsDesk
from gateway.tickets.furnishing import COUNTERS, LINES
from gateway.tickets.issuing import SLIP_ORIGINS
from tests.bench.power import requested
from tests.bench.power.facts import Fact
from tests.support.clock import FakeClock

DATA = "data"
"""The hall's folder inside the recorded one."""
ZONE = ZoneInfo("Asia/Jakarta")
Facts = Mapping[Fact, int]
"""Every fact told so far and how often."""
Rows = list[tuple[Any, ...]]


def examine(folder: Path, facts: Facts) -> list[str]:
    """Start the hall kept in ``folder`` and return every violation, as ``kind: detail``."""
    clock = FakeClock()
    try:
        store = open_store(folder / DATA, lambda: None, clock, zone=ZONE, randomness=Random(1))
    except Exception as error:  # whatever keeps a hall from starting is what is looked for
        lost = ["lost: everything that was told, with the hall that does not start"] if facts else []
        return [f"does-not-start: {type(error).__name__}: {error}", *lost]
    try:
        faults = list(_recovered(store))
        with store.reader() as db:
            state = State(db.execute)
            faults += [
                *_corrupt(db.execute),
                *_lost(state, folder, facts),
                *_half_done(state),
                *_misnumbered(state),
                *requested.half_done(state),
                *requested.sealed_for_ever(store, clock, ZONE, state),
            ]
        return faults + list(_goes_on(store, clock, state))
    except (sqlite3.Error, AssertionError, LookupError, Refusal) as error:
        return [f"does-not-work: {type(error).__name__}: {error}"]
    finally:
        store.close()


class State:
    """All that the hall knows, read once."""

    def __init__(self, execute: Callable[..., Any]) -> None:
        def read(sql: str) -> Rows:
            rows: Rows = execute(sql).fetchall()
            return rows

        self.tickets = read("SELECT label, token, epoch, day, numbered_in, number, state, calls, origin, id, version FROM ticket")
        self.calls = Counter(read("SELECT ticket, counter FROM call"))
        self.calls_that_count: dict[int, int] = dict(read("SELECT ticket, count(*) FROM call WHERE undone = 0 GROUP BY ticket"))
        self.numbering = read("SELECT day, line, last FROM numbering")
        self.events = {
            (epoch, lane, seq): (kind, subject, time)
            for epoch, lane, seq, kind, subject, time in read("SELECT epoch, lane, seq, type, subject, time FROM events")
        }
        self.acts: dict[str, list[tuple[str, str]]] = {}
        """By ticket's subject: what its events tell, in their order, with the state that the taking back of an act names."""
        for kind, subject, again in read(
            "SELECT type, subject, coalesce(data ->> 'state', '') FROM events WHERE type LIKE 'id.balai.ticket.%' ORDER BY epoch, seq"
        ):
            self.acts.setdefault(subject, []).append((kind.removeprefix("id.balai.ticket.").removesuffix(".v1"), again))
        self.lanes = read("SELECT epoch.epoch, lane, last, confirmed, oldest FROM lane JOIN epoch USING (number)")
        self.slips: dict[int, int] = dict(read("SELECT ticket, attempts FROM slip"))
        self.days = read("SELECT ordinal FROM hall_day")
        self.answers = [json.loads(text) for (text,) in read("SELECT answer FROM answers")]
        self.sessions = {token for (token,) in read("SELECT token FROM session")}
        self.officers = {name for (name,) in read("SELECT name FROM officer")}
        self.orders = read("SELECT id, state, type, subject FROM inbox ORDER BY rev")
        self.regencys = {name for (name,) in read("SELECT regency FROM announcement WHERE regency <> ''")}
        self.requests = read("SELECT token, number, state, epoch || '-' || number, sealed FROM request")
        self.request_steps: dict[int, int] = dict(read("SELECT request, count(*) FROM request_step GROUP BY request"))
        self.request_numbers = read("SELECT coalesce(max(last), 0) FROM request_numbering")[0][0]
        self.drafts: dict[str, tuple[bytes, int]] = {
            address: (body, filed) for address, body, filed in read("SELECT address, body, filed FROM request_draft")
        }
        self.sealed = set(read("SELECT kind, record, version FROM sealed_record"))
        self.revision = read("SELECT revision FROM queue")[0][0]

    def numbered(self, origin: str = "") -> Iterable[tuple[str, str]]:
        """Yield number and token of all tickets, or of those that were taken in one way."""
        return ((ticket[0], ticket[1]) for ticket in self.tickets if not origin or ticket[8] == origin)


def _recovered(store: Store) -> Iterable[str]:
    if store.recovery:
        yield f"recovered: a cut alone made the store go back to a snapshot: {store.recovery}"


TOLD_AS = {
    "serve": "served", "complete": "completed", "no-show": "no-show", "skip": "skipped", "hold": "held", "transfer": "transferred",
    "undo": "undone",
}  # fmt: skip
"""By the act's name in the API: how the centre is told of it."""
APPLIED, REJECTED = "id.balai.command.applied.v1", "id.balai.command.rejected.v1"
STATE_AFTER = {
    "issued": "waiting", "called": "called", "recalled": "called", "served": "serving", "skipped": "waiting", "held": "held",
    "returned": "waiting", "transferred": "waiting", "completed": "completed", "no-show": "no_show", "cancelled": "cancelled",
}  # fmt: skip
"""How a ticket stands after the last thing told of it."""


def subject_of(ticket: tuple[Any, ...]) -> str:
    """Return the subject of a ticket's events."""
    return f"ticket/{ticket[2]}/{ticket[3]}/{ticket[0]}"


def _corrupt(execute: Callable[..., Any]) -> Iterable[str]:
    for (answer,) in execute("PRAGMA integrity_check"):
        if answer != "ok":
            yield f"corrupt: {answer}"
    for row in execute("PRAGMA foreign_key_check"):
        yield f"corrupt: foreign key {row}"


def _lost(state: State, folder: Path, facts: Facts) -> Iterable[str]:
    tickets = {ticket[0]: ticket for ticket in state.tickets}
    sent: dict[tuple[str, str], int] = {}
    for fact, count in facts.items():
        if fact.kind == "published":
            epoch, lane, seq, *event = fact.values
            sent[epoch, lane] = max(sent.get((epoch, lane), 0), seq)
            holds = state.events.get((epoch, lane, seq)) == tuple(event)
        elif fact.kind == "backup":
            holds = _backup_is_good(folder / fact.values[0])
        elif fact.kind in ("session", "officer"):
            holds = _person_is_known(state, fact)
        elif fact.kind in requested.KINDS:
            holds = requested.holds(state, fact)
        else:
            holds = _ticket_is_true(state, tickets.get(fact.values[0]), fact, count)
        if not holds:
            yield f"lost: {fact.kind} {fact.values}"
    for epoch, lane, _last, confirmed, _oldest in state.lanes:
        if confirmed > sent.get((epoch, lane), 0):
            yield f"lost: {lane} is confirmed up to {confirmed}, which the centre was never sent"


def _person_is_known(state: State, fact: Fact) -> bool:
    if fact.kind == "officer":
        return fact.values[0] in state.officers
    return hashlib.sha256(fact.values[0].encode()).hexdigest() in state.sessions


def _ticket_is_true(state: State, ticket: tuple[Any, ...] | None, fact: Fact, count: int) -> bool:
    """Return whether what was told of a ticket, ``count`` times, is so."""
    if ticket is None:
        return False
    token, id = ticket[1], ticket[9]
    if fact.kind == "ticket":
        return bool(token == fact.values[1])
    if fact.kind == "newest":
        return True
    if fact.kind == "paper":
        return state.slips.get(id, 0) >= 1  # an attempt is on record before the paper moves
    if fact.kind in TOLD_AS:
        # Whatever came later, such as its being taken back: the act itself is in the hall's history for ever.
        return sum(act == TOLD_AS[fact.kind] for act, _ in state.acts[subject_of(ticket)]) >= count
    return state.calls[id, fact.values[1]] >= (1 + count if fact.kind == "recall" else 1)


_good_backups: set[str] = set()


def _backup_is_good(path: Path) -> bool:
    """Return whether the backup is there and whole; the same bytes are checked once in each process."""
    if not path.is_file():
        return False
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest not in _good_backups:
        try:
            backup.check(path)
        except Exception:  # a backup that cannot be checked is no backup
            return False
        _good_backups.add(digest)
    return True


def _half_done(state: State) -> Iterable[str]:
    for ticket in state.tickets:
        label, how, calls, origin, id, version = ticket[0], *ticket[6:11]
        acts = state.acts.get(subject_of(ticket), [])
        if [act for act, _ in acts].count("issued") != 1 or acts[0][0] != "issued":
            yield f"half-done: {label} was given and told as {acts}"
        elif len(acts) - 1 != version:
            yield f"half-done: {label} was changed {version} times and told {len(acts) - 1} times"
        elif (told := acts[-1][1] or STATE_AFTER[acts[-1][0]]) != how:
            yield f"half-done: {label} is {how} and was told as {told}"
        if state.calls_that_count.get(id, 0) != calls:
            yield f"half-done: {label} says {calls} calls and {state.calls_that_count.get(id, 0)} are kept"
        if (id in state.slips) != (origin in SLIP_ORIGINS):
            yield f"half-done: {label} of origin {origin} and its slip"
    if strangers := state.acts.keys() - {subject_of(ticket) for ticket in state.tickets}:
        yield f"half-done: told of tickets that are not there: {sorted(strangers)}"
    yield from _half_told(state)
    yield from _half_obeyed(state)


def _half_told(state: State) -> Iterable[str]:
    opened = sum(kind == "id.balai.day.opened.v1" for kind, _, _ in state.events.values())
    if opened != len(state.days):
        yield f"half-done: {len(state.days)} hall-days and {opened} told"
    given = {(answer["number"], answer["token"]) for answer in state.answers if "token" in answer and "revision" in answer}
    if not given <= set(state.numbered()) or not set(state.numbered("phone")) <= given:
        yield "half-done: tickets and the kept answers differ"
    if any(answer.get("revision", 0) > state.revision for answer in state.answers):
        yield "half-done: an answer is newer than the queue"


def _half_obeyed(state: State) -> Iterable[str]:
    """What the centre has asked for, its mark and its answer are all there or none of them."""
    answers = Counter((subject, kind) for kind, subject, _ in state.events.values() if subject.startswith("command/"))
    standing: dict[str, bool] = {}
    for id, how, kind, subject in state.orders:
        told = (answers[f"command/{id}", APPLIED], answers[f"command/{id}", REJECTED])
        if told != (how == "applied", how in ("rejected", "superseded")):
            yield f"half-done: order {id} is {how} and was told as {told}"
        if how == "applied" and kind.startswith("id.balai.announcement."):
            standing[subject] = kind == "id.balai.announcement.put.v1"
    if state.regencys != {subject for subject, stands in standing.items() if stands}:
        yield f"half-done: the regency's announcements are {state.regencys} after {standing}"


def _misnumbered(state: State) -> Iterable[str]:
    for epoch, lane, last, _confirmed, oldest in state.lanes:
        seqs = sorted(seq for e, name, seq in state.events if (e, name) == (epoch, lane))
        if seqs != list(range(oldest, last + 1)):
            yield f"hole: lane {lane} of {epoch} is not {oldest}..{last}"
    numbers: dict[tuple[int, str], list[int]] = {}
    for ticket in state.tickets:
        numbers.setdefault((ticket[3], ticket[4]), []).append(ticket[5])
    if {(day, line) for day, line, _ in state.numbering} != set(numbers):
        yield "hole: numbering and tickets know different lines"
    for day, line, last in state.numbering:
        if sorted(numbers.get((day, line), ())) != list(range(1, last + 1)):
            yield f"hole: numbers of {line} on day {day} are not 1..{last}"


def _goes_on(store: Store, clock: Clock, state: State) -> Iterable[str]:
    """Furnish the hall if the cut came before that, and give one more number: it must follow the last one."""
    desk = TicketsDesk(store, clock, Random(2), ZONE)
    desk.furnish(LINES, COUNTERS)
    with store.reader() as db:
        [(line, day)] = db.execute("SELECT min(id), (SELECT max(ordinal) FROM hall_day) FROM line").fetchall()
    last = max(
        (ticket[5] for ticket in state.tickets if (ticket[3], ticket[4]) == (day, line)),
        default=0,
    )
    issued = desk.issue(line, origin="phone")
    if not issued.number.endswith(f"-{last + 1:03d}"):
        yield f"twice: after {last} came {issued.number} in {line}"
