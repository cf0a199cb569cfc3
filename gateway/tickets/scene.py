"""One act at a counter while it happens: what it changes, so that it can be taken back within seconds.

Promises: each change is legal, has its event in the same transaction and leaves an image of what was before; taking
back restores exactly that, and only while nobody else has touched the tickets since.
"""

from __future__ import annotations

import json
from typing import Any

from gateway.errors import Refusal
from gateway.store import outbox
from gateway.store.database import Transaction
from gateway.store.outbox import Event
from gateway.store.stamp import Stamp
from gateway.tickets import lines, tables, wire
from gateway.tickets.choices import QueueRules
from gateway.tickets.model import Act, TicketState, state_after


class Scene:
    """What one officer does at one counter in one transaction."""

    def __init__(self, tx: Transaction, stamp: Stamp, rules: QueueRules, counter: str, officer: str) -> None:
        if not (counter.isprintable() and lines.counter_exists(tx, counter)):
            raise Refusal("unknown-counter", counter=counter)
        self.tx = tx
        self.stamp = stamp
        self.rules = rules
        self.counter = counter
        self.officer = officer
        self._before: list[dict[str, Any]] = []
        self._calls: list[int] = []

    def present(self) -> tables.Ticket | None:
        """Return the counter's present ticket."""
        return tables.present_ticket(self.tx, self.counter)

    def require_present(self) -> tables.Ticket:
        """Return the counter's present ticket. Raises Refusal ``no-current-ticket``."""
        ticket = self.present()
        if ticket is None:
            raise Refusal("no-current-ticket", counter=self.counter)
        return ticket

    def change(self, ticket: tables.Ticket, act: Act, event: Event, **columns: object) -> None:
        """Let ``act`` happen to a ticket, with its event and whatever ``columns`` it changes besides the state."""
        after = require_legal(ticket, act)
        self._before.append({"ticket": ticket.id, "version": ticket.version, "columns": tables.image(self.tx, ticket.id)})
        tables.write_ticket(self.tx, ticket.id, {"state": after.value, **columns})
        outbox.append(self.tx, self.stamp, event)

    def call(self, ticket: tables.Ticket) -> None:
        """Call a ticket to this counter, which works again if it had paused."""
        waited_s = seconds_between(ticket.issued_bootid, ticket.issued_uptime_s, self.stamp) if ticket.calls == 0 else None
        calls = ticket.calls + 1
        columns: dict[str, object] = {"counter": self.counter, "calls": calls, "for_counter": None, "reason": ""}
        columns |= {"called_at": self.stamp.time, "called_bootid": self.stamp.bootid, "called_uptime_s": float(self.stamp.uptime)}
        columns |= {"serving_at": None, "serving_bootid": None, "serving_uptime_s": None, "held_at": None}
        if ticket.calls == 0:
            columns["waited_s"] = waited_s
        lines.set_paused(self.tx, self.counter, None)
        self.change(ticket, Act.CALL, wire.called(ticket, self.counter, waited_s), **columns)
        self.announce(ticket, calls, recall=False)

    def announce(self, ticket: tables.Ticket, calls: int, *, recall: bool) -> None:
        """Let boards and voice know of a call."""
        call = tables.add_call(self.tx, ticket, self.counter, calls, self.officer, self.stamp.time, recall=recall)
        self._calls.append(call)

    def end(self, ticket: tables.Ticket, act: Act, reason: str = "") -> None:
        """Let a ticket end as completed, no-show or cancelled."""
        columns: dict[str, object] = {"ended_at": self.stamp.time, "ended_by": self.officer, "reason": reason}
        if act is Act.COMPLETE:
            service_s = self.service_s(ticket)
            self.change(ticket, act, wire.completed(ticket, service_s), service_s=service_s, **columns)
        elif act is Act.NO_SHOW:
            self.change(ticket, act, wire.no_show(ticket), **columns)
        else:
            self.change(ticket, act, wire.cancelled(ticket, reason), **columns)

    def service_s(self, ticket: tables.Ticket) -> float | None:
        """Return how long the present ticket has been served: since the person came, if that was said, else since the call."""
        if ticket.serving_bootid:
            return seconds_between(ticket.serving_bootid, ticket.serving_uptime_s, self.stamp)
        return seconds_between(ticket.called_bootid, ticket.called_uptime_s, self.stamp)

    def remember(self, act: str, number: str) -> None:
        """Keep what this act has changed, so that it can be taken back; forget the counter's former act."""
        before = json.dumps({"tickets": self._before, "calls": self._calls}, separators=(",", ":"))
        self.tx.execute(
            "INSERT INTO last_act VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO UPDATE SET "
            "act = ?2, number = ?3, bootid = ?4, uptime_s = ?5, before = ?6",
            (self.counter, act, number, self.stamp.bootid, float(self.stamp.uptime), before),
        )

    def take_back(self) -> str:
        """Restore what the counter's last act changed; return the number it was about. Raises Refusal ``undo-too-late``."""
        sql = "SELECT act, number, bootid, uptime_s, before FROM last_act WHERE counter = ?"
        row = self.tx.execute(sql, (self.counter,)).fetchone()
        ago_s = seconds_between(row[2], row[3], self.stamp) if row is not None else None
        if row is None or ago_s is None or ago_s > self.rules.undo_s:
            raise Refusal("undo-too-late")
        act, number, before = row[0], row[1], json.loads(row[4])
        for kept in before["tickets"]:
            if tables.find_ticket(self.tx, kept["ticket"]).version != kept["version"] + 1:
                raise Refusal("undo-too-late")
        # Whoever leaves the counter leaves it before whoever comes back to it: it has room for one.
        at_counter = {TicketState.CALLED.value, TicketState.SERVING.value}
        for kept in sorted(before["tickets"], key=lambda one: one["columns"]["state"] in at_counter):
            ticket = tables.find_ticket(self.tx, kept["ticket"])
            tables.write_ticket(self.tx, ticket.id, kept["columns"])
            outbox.append(self.tx, self.stamp, wire.undone(ticket, act, kept["columns"]["state"]))
        self.tx.executemany("UPDATE call SET undone = 1 WHERE id = ?", [(call,) for call in before["calls"]])
        self.tx.execute("DELETE FROM last_act WHERE counter = ?", (self.counter,))
        return str(number)


def require_legal(ticket: tables.Ticket, act: Act) -> TicketState:
    """Return the ticket's state after ``act``. Raises Refusal ``act-not-now`` when it is not legal."""
    after = state_after(ticket.state, act)
    if after is None:
        raise Refusal("act-not-now", number=ticket.label)
    return after


def seconds_between(bootid: str, uptime_s: float, stamp: Stamp) -> float | None:
    """Return how long ago that was, or None when the machine was started anew since: wall clocks lie."""
    return round(float(stamp.uptime) - uptime_s, 1) if bootid == stamp.bootid else None
