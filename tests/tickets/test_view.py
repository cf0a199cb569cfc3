"""Snapshots of the queue: one for each revision, complete, and the same as a look from scratch."""

from __future__ import annotations

import asyncio
import json
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.choices.desk import Choices
from gateway.clock import SystemClock
from gateway.errors import Refusal
from gateway.loops import Loop
from gateway.tickets.view import QueueView
from tests.support.clock import MORNING, FakeClock
from tests.support.store import open_test_store
from tests.support.tickets import COUNTERS, LINES, WIB, open_queue


def test_an_empty_hall_has_a_snapshot(tmp_path: Path) -> None:
    """Pages work before anybody has come."""
    with open_queue(tmp_path) as queue:
        now = QueueView(queue.store, queue.desk.choices).current
    assert (now.day.ordinal, now.day.date, now.calls, [line.waiting for line in now.lines]) == (1, "2026-11-23", (), [0, 0])


def test_a_snapshot_tells_who_waits_and_who_is_called(tmp_path: Path) -> None:
    """Lines, counters, calls and tickets of one moment fit together."""
    with open_queue(tmp_path) as queue:
        view = QueueView(queue.store, queue.desk.choices)
        first, second = (queue.desk.issue("surat", origin="phone") for _ in range(2))
        queue.desk.call_next("1")
        queue.desk.recall("1")
        view.refresh()
        now = view.current
    assert [counter.ticket for counter in now.counters] == ["A-001", None]
    assert [(call.number, call.counter, call.counter_name, call.count) for call in now.calls] == [("A-001", "1", "Loket 1", 2)]
    assert (now.tickets[first.token].state, now.tickets[first.token].counter, now.tickets[first.token].calls) == (
        "called",
        "1",
        2,
    )
    assert (now.tickets[second.token].state, now.tickets[second.token].ahead) == ("waiting", 0)
    assert [one.number for one in now.waiting["surat"]] == ["A-002"]


def test_the_ticket_page_agrees_with_the_answer_at_the_button(tmp_path: Path) -> None:
    """Place and wait are the same in the first answer and on the page a moment later."""
    with open_queue(tmp_path) as queue:
        view = QueueView(queue.store, queue.desk.choices)
        for _ in range(3):
            queue.desk.issue("surat", origin="phone")
        queue.desk.call_next("2")
        issued = queue.desk.issue("surat", origin="phone")
        view.refresh()
        shown = view.current.tickets[issued.token]
    assert (shown.ahead, shown.wait_low_s, shown.wait_high_s) == (issued.ahead, issued.wait_low_s, issued.wait_high_s)


def test_calls_are_newest_first_and_at_most_six(tmp_path: Path) -> None:
    """The board shows the last calls, and a recall brings a number to the front again."""
    with open_queue(tmp_path) as queue:
        view = QueueView(queue.store, queue.desk.choices)
        for _ in range(9):
            queue.desk.issue("surat", origin="phone")
        queue.desk.call_next("2")
        for _ in range(7):
            queue.desk.call_next("1")
        queue.desk.recall("2")
        view.refresh()
        assert [call.number for call in view.current.calls] == ["A-001", "A-008", "A-007", "A-006", "A-005", "A-004"]


def test_nothing_changes_without_a_new_revision(tmp_path: Path) -> None:
    """Looking again costs nothing and wakes nobody."""
    told: list[int] = []
    with open_queue(tmp_path) as queue:
        view = QueueView(queue.store, queue.desk.choices)
        view.watch(lambda: told.append(view.current.revision))
        before = view.current
        view.refresh()
        assert view.current is before
        queue.desk.issue("surat", origin="phone")
        view.refresh()
    assert told == [before.revision + 1]


def test_a_person_sees_their_own_act(tmp_path: Path) -> None:
    """Whoever has acted waits for the snapshot that shows it, and for no longer than told."""
    with open_queue(tmp_path) as queue:
        view = QueueView(queue.store, queue.desk.choices)
        issued = queue.desk.issue("surat", origin="phone")
        assert view.at_least(issued.revision, timeout_s=0.0).revision == issued.revision - 1
        loop = threading.Thread(target=view.refresh)
        loop.start()
        assert issued.token in view.at_least(issued.revision, timeout_s=10.0).tickets
        loop.join(10)


def test_yesterdays_ticket_says_that_its_day_is_over(tmp_path: Path) -> None:
    """Somebody who opens an old link learns what became of it; older ones are forgotten."""
    with open_queue(tmp_path) as queue:
        view = QueueView(queue.store, queue.desk.choices)
        token = queue.desk.issue("surat", origin="phone").token
        queue.desk.open_day((MORNING + timedelta(days=1)).date(), "7")
        view.refresh()
        assert (view.current.tickets[token].state, view.current.tickets[token].reason) == ("cancelled", "day-closed")
        queue.desk.open_day((MORNING + timedelta(days=2)).date(), "7")
        queue.desk.issue("surat", origin="phone")
        view.refresh()
        assert token not in view.current.tickets


def test_the_json_has_no_token(tmp_path: Path) -> None:
    """Whoever reads the public queue cannot open somebody's ticket."""
    with open_queue(tmp_path) as queue:
        token = queue.desk.issue("surat", origin="phone").token
        queue.desk.call_next("1")
        now = QueueView(queue.store, queue.desk.choices).current
    body = now.as_json()
    assert token not in json.dumps(body)
    assert (body["revision"], body["counters"][0]["ticket"], body["lines"][0]["waiting"]) == (now.revision, "A-001", 0)


def test_another_day_is_another_etag(tmp_path: Path) -> None:
    """No browser shows yesterday's page as fresh."""
    with open_queue(tmp_path) as queue:
        view = QueueView(queue.store, queue.desk.choices)
        before = view.current.etag
        queue.desk.open_day((MORNING + timedelta(days=1)).date(), "7")
        view.refresh()
        assert view.current.etag != before


ACTS = ("issue", "issue-priority", "call-1", "call-2", "recall", "complete", "no-show", "day", "look")


@settings(deadline=None, max_examples=25)
@given(st.lists(st.sampled_from(ACTS), max_size=30))
def test_a_view_that_followed_shows_the_same_as_one_that_starts_now(
    tmp_path_factory: pytest.TempPathFactory, acts: list[str]
) -> None:
    """Reading only what changed leaves nothing out, whenever it looks."""
    directory = tmp_path_factory.mktemp("queue")
    with open_queue(directory) as queue:
        following = QueueView(queue.store, queue.desk.choices)
        day = MORNING.date()
        for act in acts:
            try:
                if act.startswith("issue"):
                    queue.desk.issue("surat", priority="lansia" if act.endswith("priority") else "", origin="phone")
                elif act.startswith("call"):
                    queue.desk.call_next(act[-1])
                elif act == "day":
                    day += timedelta(days=1)
                    queue.desk.open_day(day, "7")
                elif act == "look":
                    following.refresh()
                else:
                    {"recall": queue.desk.recall, "complete": queue.desk.complete, "no-show": queue.desk.no_show}[act]("1")
            except Refusal:
                continue
        following.refresh()
        assert following.current == QueueView(queue.store, queue.desk.choices).current


def test_a_view_of_an_unfurnished_hall_is_empty(tmp_path: Path) -> None:
    """A hall without lines still answers."""
    store = open_test_store(tmp_path)
    view = QueueView(store, Choices(store, FakeClock(), WIB))
    assert (view.current.day.ordinal, view.current.lines, view.current.counters) == (0, (), ())
    store.close()


def test_lines_and_counters_stand_in_the_order_of_the_hall(tmp_path: Path) -> None:
    """Pages show what the hall has set up, in its order."""
    with open_queue(tmp_path) as queue:
        now = QueueView(queue.store, queue.desk.choices).current
    assert [line.id for line in now.lines] == [line.id for line in LINES]
    assert [counter.lines for counter in now.counters] == [("bantuan", "surat"), (*COUNTERS[1].lines, *COUNTERS[1].helps)]


def test_a_crowd_at_the_event_loop_gets_numbers_and_sees_them(tmp_path: Path) -> None:
    """Fifty phones submit from one event loop: each gets its own number in few commits, and the snapshot shows it."""
    with open_queue(tmp_path) as queue:
        view = QueueView(queue.store, queue.desk.choices)
        reader = Loop("view", view.refresh, SystemClock())
        queue.store.announce = reader.wake
        reader.start()

        async def phone(key: str) -> str:
            issued = await queue.desk.issue_soon("surat", origin="phone", key=key)
            return (await view.seen(issued.revision)).tickets[issued.token].number

        async def crowd() -> list[str]:
            return await asyncio.gather(*(phone(f"phone-{number:04}") for number in range(50)))

        before = queue.store.commits
        numbers = asyncio.run(crowd())
        commits = queue.store.commits - before
        assert asyncio.run(phone("phone-0007")) == numbers[7]
        assert reader.stop()
    assert sorted(numbers) == [f"A-{number:03}" for number in range(1, 51)]
    assert commits <= 5


def test_whoever_asks_for_a_revision_that_does_not_come_is_not_kept(tmp_path: Path) -> None:
    """A reader that hangs delays the answer by a bounded time only."""
    with open_queue(tmp_path) as queue:
        view = QueueView(queue.store, queue.desk.choices)
        assert asyncio.run(view.seen(999, timeout_s=0.01)) == view.current
