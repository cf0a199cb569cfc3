"""What a counter shows is what can be done there."""

from __future__ import annotations

from pathlib import Path

from gateway.tickets import console
from gateway.tickets.console import Console
from gateway.tickets.view import QueueView
from gateway.tickets.wishes import as_printed, from_form
from tests.support.tickets import Queue, open_queue


def _at(queue: Queue, view: QueueView, counter: str = "1") -> Console:
    view.refresh()
    found = view.current.counter(counter)
    assert found is not None
    return console.compose(view.current, found, queue.clock)


def test_whoever_was_sent_to_one_counter_is_listed_there_alone(tmp_path: Path) -> None:
    """Also when the counter does not serve the line; the others do not see somebody whom they may not call."""
    with open_queue(tmp_path) as queue:
        view = QueueView(queue.store, queue.desk.choices)
        queue.desk.issue("surat", origin="button")
        queue.desk.counters.call_next("1")
        queue.desk.counters.transfer("1", "surat", "2")
        assert (_at(queue, view).total, _at(queue, view, "2").total) == (0, 1)
        assert _at(queue, view, "2").lines[0][1][0].only_here


def test_the_space_bar_finishes_when_nobody_waits(tmp_path: Path) -> None:
    """And calls as soon as somebody does; whoever rests calls nobody by it."""
    with open_queue(tmp_path) as queue:
        view, counters = QueueView(queue.store, queue.desk.choices), queue.desk.counters
        said = [_at(queue, view).main]
        queue.desk.issue("surat", origin="button")
        counters.call_next("1")
        said.append(_at(queue, view).main)
        queue.desk.issue("surat", origin="button")
        said.append(_at(queue, view).main)
        counters.pause("1")
        said.append(_at(queue, view).main)
        counters.complete("1")
        said.append(_at(queue, view).main)
    assert said == ["call-next", "complete", "call-next", "complete", "resume"]


def test_no_way_leads_where_the_ticket_is(tmp_path: Path) -> None:
    """The other lines, then the other counters, each with a line that it serves: the present one if it can."""
    with open_queue(tmp_path) as queue:
        view = QueueView(queue.store, queue.desk.choices)
        queue.desk.issue("surat", origin="button")
        assert _at(queue, view).ways == ()
        queue.desk.counters.call_next("1")
        ways = [(way.line.id, way.counter.id if way.counter else "") for way in _at(queue, view).ways]
    assert ways == [("bantuan", ""), ("surat", "2")]


def test_undo_is_counted_by_the_uptime_of_this_boot(tmp_path: Path) -> None:
    """A wall clock that jumps changes nothing; after another boot nobody knows how long ago it was."""
    with open_queue(tmp_path) as queue:
        view = QueueView(queue.store, queue.desk.choices)
        queue.desk.issue("surat", origin="button")
        queue.desk.counters.call_next("1")
        queue.clock.advance(3)
        assert _at(queue, view).undo_s == 7
        queue.clock.advance(7)
        assert (_at(queue, view).undo_s, _at(queue, view).undo) == (0, None)
        queue.desk.counters.recall("1")
        queue.desk.counters.serve("1")
        queue.clock.reboot("b0010009")
        assert _at(queue, view).undo is None


def test_a_time_is_shown_only_when_it_makes_sense(tmp_path: Path) -> None:
    """Minutes and seconds since; nothing when the clock has gone back behind the call."""
    with open_queue(tmp_path) as queue:
        view, morning = QueueView(queue.store, queue.desk.choices), queue.clock.now()
        for _ in range(2):
            queue.desk.issue("surat", origin="button")
        queue.clock.advance(200)
        queue.desk.counters.call_next("1")
        queue.clock.advance(5)
        shown = _at(queue, view)
        assert (shown.since_s, shown.lines[0][1][0].minutes) == (5, 3)
        queue.clock.set_wall(morning.replace(year=2025))
        shown = _at(queue, view)
        assert (shown.since_s, shown.lines[0][1][0].minutes) == (None, None)


def test_a_number_is_understood_however_it_is_typed() -> None:
    """Small letters, no noughts, blanks or dots; what is no number stays as it is."""
    typed = ("a13", " A-013 ", "a.13", "AB 7", "A-1000", "tiga", "", "A-")
    assert [as_printed(one) for one in typed] == ["A-013", "A-013", "A-013", "AB-007", "A-1000", "tiga", "", "A-"]


def test_a_wish_is_read_from_one_button() -> None:
    """The act and what it is about; two wishes of one page have two names, however the number was written."""
    buttons = ("recall", "hold:papers", "transfer:bantuan", "transfer:bantuan:2", "call:A-013")
    assert [from_form({"act": one}).name for one in buttons] == list(buttons)
    assert from_form({"act": "call", "number": "a13"}).name == "call:A-013"
