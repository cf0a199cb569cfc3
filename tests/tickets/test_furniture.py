"""Lines, counters and rules change without a restart, and nothing that people hold is lost by it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.errors import Refusal
from gateway.tickets.choices import QueueRules
from gateway.tickets.model import CounterSetup, LineSetup
from tests.support.tickets import open_queue


def code_of(act: Callable[[], object]) -> str:
    """Return the code with which an act refuses."""
    with pytest.raises(Refusal) as caught:
        act()
    return caught.value.code


def test_a_line_added_gives_numbers_at_once(tmp_path: Path) -> None:
    """No restart, and a letter can move from one line to another."""
    with open_queue(tmp_path) as queue:
        lines, counters = queue.desk.furniture.read()
        new = (LineSetup("posyandu", "A", "Posyandu"), replace(lines[0], letter="C"), lines[1])
        queue.desk.furniture.arrange(new, counters)
        assert queue.desk.furniture.read() == (new, counters)
        numbers = [queue.desk.issue(line, origin="button").number for line in ("posyandu", "surat")]
        assert numbers == ["A-001", "C-001"]


def test_a_line_in_which_people_wait_is_not_taken_away(tmp_path: Path) -> None:
    """They are called and served first; then it goes, and its old numbers stay known."""
    with open_queue(tmp_path) as queue:
        lines, counters = queue.desk.furniture.read()
        left = [replace(counter, lines=("bantuan",), helps=()) for counter in counters]
        queue.desk.issue("surat", origin="button")
        assert code_of(lambda: queue.desk.furniture.arrange(lines[1:], left)) == "line-in-use"
        queue.desk.call_next("1")
        assert code_of(lambda: queue.desk.furniture.arrange(lines[1:], left)) == "line-in-use"
        assert queue.desk.complete("1").number == "A-001"
        queue.desk.furniture.arrange(lines[1:], left)
        assert code_of(lambda: queue.desk.issue("surat", origin="staff")) == "unknown-line"
        queue.desk.furniture.arrange(lines, counters)
        assert queue.desk.issue("surat", origin="button").number == "A-002"


@pytest.mark.parametrize(
    ("lines", "counters", "code"),
    [
        ((), (CounterSetup("1", "Loket 1", ("surat",)),), "line-setup"),
        (
            (LineSetup("surat", "A", "Surat"), LineSetup("dua", "A", "Dua")),
            (CounterSetup("1", "Loket 1", ("surat",)),),
            "line-setup",
        ),
        ((LineSetup("surat", "a", "Surat"),), (CounterSetup("1", "Loket 1", ("surat",)),), "line-setup"),
        ((LineSetup("surat", "A", " "),), (CounterSetup("1", "Loket 1", ("surat",)),), "line-setup"),
        ((LineSetup("surat", "A", "Surat"),), (), "counter-setup"),
        ((LineSetup("surat", "A", "Surat"),), (CounterSetup("1", "Loket 1", ()),), "counter-setup"),
        ((LineSetup("surat", "A", "Surat"),), (CounterSetup("alat", "Alat", ("surat",)),), "counter-setup"),
        ((LineSetup("surat", "A", "Surat"),), (CounterSetup("1", "Loket 1", ("hilang",)),), "counter-setup"),
        ((LineSetup("surat", "A", "Surat"),), (CounterSetup("1", "Loket 1", ("surat",), ("surat",)),), "counter-setup"),
    ],
)
def test_what_cannot_work_is_refused_whole(
    tmp_path: Path, lines: tuple[LineSetup, ...], counters: tuple[CounterSetup, ...], code: str
) -> None:
    """And what was stays."""
    with open_queue(tmp_path) as queue:
        before = queue.desk.furniture.read()
        assert code_of(lambda: queue.desk.furniture.arrange(lines, counters)) == code
        assert queue.desk.furniture.read() == before


def test_after_a_day_on_paper_the_line_goes_on(tmp_path: Path) -> None:
    """From the number that staff enter; never backwards, and the centre knows which numbers were on paper."""
    with open_queue(tmp_path) as queue:
        queue.desk.issue("surat", origin="button")
        queue.desk.furniture.continue_from("surat", 40)
        assert queue.desk.issue("surat", origin="button").number == "A-041"
        assert code_of(lambda: queue.desk.furniture.continue_from("surat", 41)) == "number-too-low"
        [(_, _, data)] = queue.events("id.balai.line.continued.v1")
        assert data == '{"day":1,"after":1,"through":40}'


def test_rules_count_from_the_next_act(tmp_path: Path) -> None:
    """Priority three in a row, at once."""
    with open_queue(tmp_path) as queue:
        queue.desk.furniture.choose(QueueRules(double_press_s=0.0, priority_in_a_row=3))
        for priority in ("", "lansia", "lansia", "lansia", "lansia"):
            queue.desk.issue("surat", priority=priority, origin="button")
        assert [queue.desk.call_next("1").number for _ in range(4)] == ["A-002", "A-003", "A-004", "A-001"]
