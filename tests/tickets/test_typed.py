"""Whom a clerk means who types a number without its letter."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.errors import Refusal
from gateway.tickets.snapshot import QueueSnapshot
from gateway.tickets.typed import number_meant
from gateway.tickets.view import QueueView
from tests.support.tickets import Queue, open_queue


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[Queue]:
    """A furnished queue in which A-001, A-002 and B-001 wait."""
    with open_queue(tmp_path) as opened:
        for line in ("surat", "surat", "bantuan"):
            opened.desk.issue(line, origin="phone")
        yield opened


def seen(queue: Queue) -> QueueSnapshot:
    """The queue as it is now."""
    view = QueueView(queue.store, queue.desk.choices)
    view.refresh()
    return view.current


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2", "A-002"),
        ("002", "A-002"),
        ("1.1", "A-001"),
        ("2.1", "B-001"),
        ("2.001", "B-001"),
        ("b1", "B-001"),
        ("B.1", "B-001"),
        ("26.3", "Z-003"),
    ],
)
def test_digits_are_enough_where_they_mean_one_person(queue: Queue, typed: str, meant: str) -> None:
    """Zeros may be left out; the letter is typed, or its place in the alphabet; whether it may be called the desk decides."""
    assert number_meant(typed, seen(queue), "1") == meant


def test_who_was_put_aside_can_be_called_by_number(queue: Queue) -> None:
    """Back with the copies, A-001 is called by its number."""
    queue.desk.call_next("1")
    queue.desk.counters.hold("1", "papers")
    assert number_meant("1.1", seen(queue), "1") == "A-001"


def test_two_people_with_one_number_are_not_guessed(queue: Queue) -> None:
    """Nobody is called, and the clerk is told how to type it."""
    with pytest.raises(Refusal) as refused:
        number_meant("1", seen(queue), "1")
    assert refused.value.code == "number-ambiguous"
    assert (refused.value.sentence, refused.value.remedy) == (
        "Dua orang menunggu dengan nomor itu: A-001, B-001.",
        "Ketik 2.1 untuk B-001, atau panggil di halaman loket.",
    )


@pytest.mark.parametrize("typed", ["3", "0", "", ".", "1.", "..1", "0.1", "27.1", "1.1.1", "99999", "é1", "12345678"])
def test_nonsense_is_nobody(queue: Queue, typed: str) -> None:
    """A number that does not wait, or is none, calls nobody."""
    with pytest.raises(Refusal) as refused:
        number_meant(typed, seen(queue), "1")
    assert refused.value.code == "unknown-number"


def test_a_counter_that_is_gone_has_nobody(queue: Queue) -> None:
    """The keypad of a counter that the hall has given up calls nobody."""
    with pytest.raises(Refusal):
        number_meant("2", seen(queue), "9")
