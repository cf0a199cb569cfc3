"""The acts of a clerk at a counter: each public method is what one person does, in one transaction.

Promises: two counters that call at once never get the same person; a second press within the double-press time is the
same press; an act meant for one ticket is not done to another that has come since; each act but a recall can be taken
back within seconds; the same idempotency key gives the same answer, also after a restart.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypedDict, Unpack
from zoneinfo import ZoneInfo

from gateway.choices.desk import Choices
from gateway.clock import Clock
from gateway.errors import Refusal
from gateway.store.database import Store, Transaction
from gateway.store.once import once
from gateway.store.stamp import Stamp
from gateway.tickets import lines, tables, turns, wire
from gateway.tickets.choices import QueueRules
from gateway.tickets.model import Act, HoldReason
from gateway.tickets.scene import Scene, require_legal, seconds_between


@dataclass(frozen=True, slots=True)
class Called:
    """The answer to a clerk: the number that the act was about."""

    number: str
    """Empty when a pause or a skip was about nobody."""
    counter: str
    revision: int


class How(TypedDict, total=False):
    """Who acts, and how a repeated or late act is told from a new one."""

    officer: str
    """The officer's id; ``device:`` and the device's id for a keypad, at which nobody signs in."""
    key: str | None
    """The idempotency key of the request."""
    expected: str | None
    """The number that the clerk saw at the counter, "" for none: an act on another is refused. None asks nothing."""


class CountersDesk:
    """Where people are called and served. Safe from any thread.

    Every act may raise Refusal ``unknown-counter``, ``ticket-moved-on``, ``key-reused``, and those of the present ticket
    ``no-current-ticket`` and ``act-not-now``.
    """

    def __init__(self, store: Store, clock: Clock, zone: ZoneInfo, choices: Choices) -> None:
        self._store = store
        self._clock = clock
        self._zone = zone
        self._choices = choices

    def call_next(self, counter_id: str, **how: Unpack[How]) -> Called:
        """Finish with the counter's present ticket and call the next person of its lines.

        Raises Refusal ``nobody-waiting`` (the present ticket stays).
        """
        return self._act("call-next", counter_id, _call_next, how)

    def call(self, counter_id: str, number: str, **how: Unpack[How]) -> Called:
        """Finish with the counter's present ticket and call the one with ``number``, who waits or is held.

        Raises Refusal ``unknown-number``.
        """
        return self._act("call", counter_id, lambda scene: _call(scene, number), how, number)

    def recall(self, counter_id: str, **how: Unpack[How]) -> Called:
        """Call the counter's present ticket again."""
        return self._act("recall", counter_id, _recall, how)

    def serve(self, counter_id: str, **how: Unpack[How]) -> Called:
        """Record that the person has come: the time of service begins."""
        return self._act("serve", counter_id, _serve, how)

    def complete(self, counter_id: str, **how: Unpack[How]) -> Called:
        """Finish with the counter's present ticket."""
        return self._act("complete", counter_id, lambda scene: _end(scene, Act.COMPLETE), how)

    def no_show(self, counter_id: str, **how: Unpack[How]) -> Called:
        """Record that nobody came to the counter. Raises Refusal ``called-too-few``."""
        return self._act("no-show", counter_id, _no_show, how)

    def skip(self, counter_id: str, **how: Unpack[How]) -> Called:
        """Let the present ticket come again after some others, and call the next person if somebody else waits."""
        return self._act("skip", counter_id, _skip, how)

    def hold(self, counter_id: str, reason: str, **how: Unpack[How]) -> Called:
        """Put the present ticket aside for a ``HoldReason``; it comes back without a new number.

        Raises Refusal ``unknown-hold-reason``.
        """
        return self._act("hold", counter_id, lambda scene: _hold(scene, reason), how, reason)

    def transfer(self, counter_id: str, line: str, to_counter: str = "", **how: Unpack[How]) -> Called:
        """Send the present ticket to another line, or to one counter of it, keeping its place by the time of its issue.

        Raises Refusal ``unknown-line``.
        """
        return self._act("transfer", counter_id, lambda scene: _transfer(scene, line, to_counter), how, line, to_counter)

    def bring_back(self, counter_id: str, number: str, **how: Unpack[How]) -> Called:
        """Let a held ticket wait again at its old place. Raises Refusal ``unknown-number``."""
        return self._act("bring-back", counter_id, lambda scene: _bring_back(scene, number), how, number)

    def cancel(self, counter_id: str, number: str, **how: Unpack[How]) -> Called:
        """End a ticket without service, because its holder has said so at the counter. Raises Refusal ``unknown-number``."""
        return self._act("cancel", counter_id, lambda scene: _cancel(scene, number), how, number)

    def pause(self, counter_id: str, **how: Unpack[How]) -> Called:
        """Let the counter rest; its next call ends the rest."""
        return self._act("pause", counter_id, lambda scene: _pause(scene, scene.stamp.time), how)

    def resume(self, counter_id: str, **how: Unpack[How]) -> Called:
        """Let the counter work again."""
        return self._act("resume", counter_id, lambda scene: _pause(scene, None), how)

    def undo(self, counter_id: str, **how: Unpack[How]) -> Called:
        """Take back the counter's last act, while it is young and nobody else has touched its tickets.

        Raises Refusal ``undo-too-late``.
        """
        return self._act("undo", counter_id, Scene.take_back, how)

    def _act(self, name: str, counter_id: str, act: Callable[[Scene], str], how: How, *about: str) -> Called:
        def acted(tx: Transaction) -> Called:
            stamp = Stamp.of(self._clock, self._zone)
            scene = Scene(tx, stamp, self._choices.read(tx, QueueRules), counter_id, how.get("officer", ""))
            _require_expected(scene, how.get("expected"))
            return Called(act(scene), counter_id, tables.bump_revision(tx))

        with self._store.transaction() as tx:
            return once(tx, Called, how.get("key"), [name, counter_id, *about], self._clock.now(), acted)


def _call_next(scene: Scene) -> str:
    present = scene.present()
    if present is not None and _is_double_press(scene, present):
        return present.label
    chosen = _next_for(scene)
    if chosen is None:
        raise Refusal("nobody-waiting")
    if present is not None:
        scene.end(present, Act.COMPLETE)
    ticket = tables.find_ticket(scene.tx, chosen)
    scene.call(ticket)
    scene.remember("call-next", ticket.label)
    return ticket.label


def _call(scene: Scene, number: str) -> str:
    ticket = _of_today(scene, number)
    present = scene.present()
    if present is not None and present.id == ticket.id:
        return ticket.label
    require_legal(ticket, Act.CALL)
    if present is not None:
        scene.end(present, Act.COMPLETE)
    scene.call(ticket)
    scene.remember("call", ticket.label)
    return ticket.label


def _recall(scene: Scene) -> str:
    ticket = scene.require_present()
    calls = ticket.calls + 1
    scene.change(ticket, Act.RECALL, wire.recalled(ticket, scene.counter, calls), calls=calls)
    scene.announce(ticket, calls, recall=True)
    return ticket.label


def _serve(scene: Scene) -> str:
    ticket = scene.require_present()
    columns: dict[str, object] = {"serving_at": scene.stamp.time, "serving_bootid": scene.stamp.bootid}
    scene.change(ticket, Act.SERVE, wire.served(ticket), serving_uptime_s=float(scene.stamp.uptime), **columns)
    scene.remember("serve", ticket.label)
    return ticket.label


def _end(scene: Scene, act: Act) -> str:
    ticket = scene.require_present()
    scene.end(ticket, act)
    scene.remember(act.value.replace("_", "-"), ticket.label)
    return ticket.label


def _no_show(scene: Scene) -> str:
    ticket = scene.require_present()
    require_legal(ticket, Act.NO_SHOW)
    if ticket.calls < scene.rules.calls_before_no_show:
        raise Refusal("called-too-few", number=ticket.label, calls=ticket.calls, needed=scene.rules.calls_before_no_show)
    return _end(scene, Act.NO_SHOW)


def _skip(scene: Scene) -> str:
    ticket = scene.require_present()
    require_legal(ticket, Act.SKIP)
    chosen = _next_for(scene)
    place = turns.place_after(ticket.place, tables.places(scene.tx, ticket.line), scene.rules.skip_places)
    scene.change(ticket, Act.SKIP, wire.skipped(ticket), place=place, counter=None)
    if chosen is not None:
        scene.call(tables.find_ticket(scene.tx, chosen))
    scene.remember("skip", ticket.label)
    return ticket.label


def _hold(scene: Scene, reason: str) -> str:
    if reason not in set(HoldReason):
        raise Refusal("unknown-hold-reason", reason=reason)
    ticket = scene.require_present()
    scene.change(ticket, Act.HOLD, wire.held(ticket, reason), reason=reason, held_at=scene.stamp.time, counter=None)
    scene.remember("hold", ticket.label)
    return ticket.label


def _transfer(scene: Scene, line_id: str, to_counter: str) -> str:
    if not line_id.isprintable() or lines.find_line(scene.tx, line_id) is None:
        raise Refusal("unknown-line", line=line_id)
    if to_counter and not (to_counter.isprintable() and lines.counter_exists(scene.tx, to_counter)):
        raise Refusal("unknown-counter", counter=to_counter)
    ticket = scene.require_present()
    event = wire.transferred(ticket, line_id, to_counter, scene.service_s(ticket))
    scene.change(ticket, Act.TRANSFER, event, line=line_id, for_counter=to_counter or None, counter=None)
    scene.remember("transfer", ticket.label)
    return ticket.label


def _bring_back(scene: Scene, number: str) -> str:
    ticket = _of_today(scene, number)
    scene.change(ticket, Act.BRING_BACK, wire.brought_back(ticket, "staff"), reason="", held_at=None)
    scene.remember("bring-back", ticket.label)
    return ticket.label


def _cancel(scene: Scene, number: str) -> str:
    ticket = _of_today(scene, number)
    if ticket.counter and ticket.counter != scene.counter and tables.present_ticket(scene.tx, ticket.counter) == ticket:
        raise Refusal("act-not-now", number=ticket.label)
    scene.end(ticket, Act.CANCEL, "staff")
    scene.remember("cancel", ticket.label)
    return ticket.label


def _pause(scene: Scene, at: str | None) -> str:
    lines.set_paused(scene.tx, scene.counter, at)
    return ""


def _require_expected(scene: Scene, expected: str | None) -> None:
    if expected is None:
        return
    present = scene.present()
    if expected != (present.label if present else ""):
        raise Refusal("ticket-moved-on")


def _is_double_press(scene: Scene, present: tables.Ticket) -> bool:
    ago_s = seconds_between(present.called_bootid, present.called_uptime_s, scene.stamp)
    return ago_s is not None and 0 <= ago_s < scene.rules.double_press_s


def _of_today(scene: Scene, number: str) -> tables.Ticket:
    day = tables.current_day(scene.tx)
    ticket = tables.find_by_label(scene.tx, day.ordinal, number) if day and number.isprintable() else None
    if ticket is None:
        raise Refusal("unknown-number", number=number)
    return ticket


def _next_for(scene: Scene) -> int | None:
    """Return the ticket that the counter calls next: who was sent to it, else of its preferred lines while somebody waits there."""
    tx, in_a_row = scene.tx, scene.rules.priority_in_a_row
    sent = tables.sent_to(tx, scene.counter)
    if sent is not None:
        return sent
    day = tables.current_day(tx)
    for ranked in lines.lines_by_preference(tx, scene.counter):
        regular = tables.first_waiting(tx, scene.counter, ranked, priority=False)
        priority = tables.first_waiting(tx, scene.counter, ranked, priority=True)
        latest = tables.latest_calls_priority(tx, day.ordinal if day else 0, ranked, in_a_row)
        chosen = turns.choose(regular, priority, turns.priority_streak(latest, in_a_row), in_a_row)
        if chosen is not None:
            return chosen
    return None
