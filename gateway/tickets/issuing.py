"""How a number is given: inside an act that another has opened.

Promises: a number is given only while the card has room, the line is open, its cap is not reached and the hall is
open (staff may always give one); hours are judged only by a clock that can be trusted.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from random import Random
from zoneinfo import ZoneInfo

from gateway.choices.desk import Choices
from gateway.clock import Clock, trusted_now
from gateway.errors import Refusal
from gateway.store import epochs, outbox
from gateway.store.database import Store, Transaction
from gateway.store.room import require_room
from gateway.store.stamp import Stamp
from gateway.tickets import forecast, lines, model, slips, tables, turns, waits, wire
from gateway.tickets.choices import QueueRules
from gateway.tickets.hours import Door
from gateway.tickets.model import PriorityClass

SLIP_ORIGINS = frozenset({"button", "kiosk", "staff"})
"""Where people take a number without a phone in their hand: they get a slip."""
UNASKED_ORIGINS = frozenset({"staff", "carried"})
"""A clerk, and the opening of a day, give numbers whatever hours and caps say."""
TOKEN_BITS = 100
"""A ticket's link is guessed no more easily than that."""
CLAIM_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without what looks alike on a slip: 0 and O, 1, I and L."""
CLAIM_LENGTH = 6


@dataclass(frozen=True, slots=True)
class Issued:
    """The answer to somebody who took a number."""

    number: str
    token: str
    """Unguessable: whoever has it may see the ticket."""
    line: str
    ahead: int
    wait_low_s: int
    wait_high_s: int
    revision: int
    claim: str = ""
    """The short code on the slip, for whoever cannot scan: ``K7M4P2``."""


class Issuing:
    """Gives numbers inside other acts."""

    def __init__(self, store: Store, clock: Clock, randomness: Random, zone: ZoneInfo, choices: Choices) -> None:
        self._store = store
        self._clock = clock
        self._randomness = randomness
        self._zone = zone
        self._choices = choices

    def issue_in(
        self, tx: Transaction, line_id: str, *, priority: str = "", origin: str, was: tables.Ticket | None = None
    ) -> Issued:
        """Give the next number of a line, inside ``tx``; ``was`` is the ticket of a former day that it replaces.

        Raises Refusal ``storage-full``, ``unknown-line``, ``unknown-priority``, ``line-closed``, ``line-full``,
        ``hall-closed``, ``last-ticket-given``, ``phone-tickets-paused``.
        """
        require_room(self._store.directory)
        rules = self._choices.read(tx, QueueRules)
        day = tables.current_day(tx)
        assert day is not None, "a hall that has lines has a hall-day"  # noqa: S101 - an invariant, not a check of input
        line = self._open_line(tx, day.ordinal, line_id, origin, rules)
        if priority not in set(PriorityClass):
            raise Refusal("unknown-priority", priority=priority)
        stamp = Stamp.of(self._clock, self._zone)
        ahead, wait = _place_of_newcomer(
            tx, day.ordinal, line_id, rules, trusted_now(self._clock, self._zone), has_priority=priority != ""
        )
        jumped = _take_jump(tx, line_id)
        number = lines.next_number(tx, day.ordinal, line_id, jumped)
        token, claim = self._new_token(tx), self._new_claim(tx, day.ordinal)
        row: dict[str, object] = {"epoch": epochs.current(tx), "day": day.ordinal, "line": line_id, "numbered_in": line_id}
        row |= {"number": number, "label": model.label(line.letter, number), "token": token, "claim": claim}
        row |= {"priority": priority, "origin": origin, "was": was.label if was is not None else ""}
        ticket = tables.find_ticket(tx, tables.add_ticket(tx, stamp, row))
        if origin in SLIP_ORIGINS:
            slips.slip_wanted(tx, ticket.id, ahead, wait, stamp)
        if was is not None:
            tables.write_ticket(tx, was.id, {"successor": ticket.id})
        outbox.append(tx, stamp, wire.issued(ticket, origin, jumped, was))
        revision = tables.bump_revision(tx)
        return Issued(ticket.label, token, line_id, ahead, wait.low_s, wait.high_s, revision, claim)

    def _open_line(self, tx: Transaction, day: int, line_id: str, origin: str, rules: QueueRules) -> lines.Line:
        line = lines.find_line(tx, line_id) if line_id.isprintable() else None
        if line is None:
            raise Refusal("unknown-line", line=line_id)
        if origin in UNASKED_ORIGINS:
            return line
        if not line.open:
            raise Refusal("line-closed", line=line.name)
        if line.cap and tables.issued_today(tx, day, line_id) >= line.cap:
            raise Refusal("line-full", line=line.name, cap=line.cap)
        if origin == "phone" and not rules.phone_tickets:
            raise Refusal("phone-tickets-paused")
        self._require_open_door(rules)
        return line

    def _require_open_door(self, rules: QueueRules) -> None:
        now = trusted_now(self._clock, self._zone)
        if now is None:
            return
        state = rules.door(now)
        if state.door is not Door.OPEN:
            code = "last-ticket-given" if state.door is Door.LAST_GIVEN else "hall-closed"
            raise Refusal(code, opens=_written(state.opens_at))

    def _new_token(self, tx: Transaction) -> str:
        while True:
            bits = self._randomness.getrandbits(TOKEN_BITS)
            token = base64.b32encode(bits.to_bytes(-(-TOKEN_BITS // 8), "big")).decode().rstrip("=").lower()
            if not tables.token_exists(tx, token):
                return token

    def _new_claim(self, tx: Transaction, day: int) -> str:
        while True:
            claim = "".join(self._randomness.choice(CLAIM_LETTERS) for _ in range(CLAIM_LENGTH))
            if not tables.claim_exists(tx, day, claim):
                return claim


def _written(at: datetime | None) -> str:
    """Return a date and time in figures that every language reads; a dash when it is not known."""
    return at.strftime("%d-%m-%Y %H.%M") if at is not None else "-"


def _place_of_newcomer(
    tx: Transaction, day: int, line_id: str, rules: QueueRules, now: datetime | None, *, has_priority: bool
) -> tuple[int, waits.WaitRange]:
    counts, in_a_row = tables.waiting_counts(tx), rules.priority_in_a_row
    streak = turns.priority_streak(tables.latest_calls_priority(tx, day, [line_id], in_a_row), in_a_row)
    ahead = turns.ahead_of_newcomer(*counts.get(line_id, (0, 0)), streak, in_a_row, has_priority=has_priority)
    others = {line: waits.before_newcomer(*both, in_a_row, has_priority=has_priority) for line, both in counts.items()}
    outlook = forecast.outlook(tx, rules.breaks(now))
    return ahead, waits.estimate(line_id, ahead, others, outlook, has_priority=has_priority)


def _take_jump(tx: Transaction, line_id: str) -> int:
    """Return how many numbers this line leaves out now: after a restore, those that slips may already carry."""
    pending = lines.take_pending_jump(tx)
    if pending:
        lines.set_jumps(tx, pending)
    return lines.take_jump(tx, line_id)
