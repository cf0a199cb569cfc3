"""How many numbers phones may take."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Refusal
from gateway.portal.tries import GUESSES_OF_DEVICE, GUESSES_OF_HALL, WINDOW_S, guesses
from gateway.tickets.choices import QueueRules
from gateway.tickets.desk import Issued
from gateway.tickets.limits import Taken, wait_s
from tests.support.clock import FakeClock
from tests.support.tickets import Queue, open_queue

RULES = QueueRules(double_press_s=0.0, calls_before_no_show=1, phone_per_address=2, phone_per_minute=4, phone_waiting=5)


def take(queue: Queue, device: str, key: str, line: str = "surat") -> Issued | str:
    """Ask for a number as a phone; return it, or the code of the refusal."""
    try:
        return asyncio.run(queue.desk.take_by_phone(line, device=device, key=f"phone-key-{key}"))
    except Refusal as refusal:
        return refusal.code


def given_numbers(answers: list[Issued | str]) -> list[str]:
    """Return number or refusal of each."""
    return [answer if isinstance(answer, str) else answer.number for answer in answers]


def test_one_address_gets_up_to_its_limit(tmp_path: Path) -> None:
    """Two people behind one address get a number each, the third is told; another address is served."""
    with open_queue(tmp_path, rules=RULES) as queue:
        answers = [
            take(queue, "10.0.0.1", "a"),
            take(queue, "10.0.0.1", "b"),
            take(queue, "10.0.0.1", "c"),
            take(queue, "10.0.0.2", "d"),
        ]
    assert given_numbers(answers) == ["A-001", "A-002", "phone-limit", "A-003"]


def test_a_repeated_request_is_no_second_one(tmp_path: Path) -> None:
    """The same key gives the same number, also when the address is at its limit and when the hall was restarted since."""
    with open_queue(tmp_path, rules=RULES) as queue:
        first = take(queue, "10.0.0.1", "a")
        assert [take(queue, "10.0.0.1", "a") for _ in range(5)] == [first] * 5
        assert given_numbers([take(queue, "10.0.0.1", "b"), take(queue, "10.0.0.1", "c")]) == ["A-002", "phone-limit"]
        assert take(queue, "10.0.0.1", "a") == first
    with open_queue(tmp_path, rules=RULES) as queue:
        assert take(queue, "10.0.0.1", "a") == first


def test_a_finished_ticket_frees_its_place(tmp_path: Path) -> None:
    """Whoever gives a number back, or has been served, may take another."""
    with open_queue(tmp_path, rules=RULES) as queue:
        first, second = take(queue, "10.0.0.1", "a"), take(queue, "10.0.0.1", "b")
        assert isinstance(first, Issued)
        assert isinstance(second, Issued)
        queue.desk.give_back(first.token)
        assert given_numbers([take(queue, "10.0.0.1", "c"), take(queue, "10.0.0.1", "d")]) == ["A-003", "phone-limit"]
        queue.desk.call_next("1")
        queue.desk.complete("1")
        assert given_numbers([take(queue, "10.0.0.1", "e")]) == ["A-004"]


def test_a_refused_wish_takes_no_place(tmp_path: Path) -> None:
    """Asking for a line that is not there counts for nothing."""
    with open_queue(tmp_path, rules=RULES) as queue:
        assert [take(queue, "10.0.0.1", f"x{one}", "nonsense") for one in range(9)] == ["unknown-line"] * 9
        assert given_numbers([take(queue, "10.0.0.1", "a"), take(queue, "10.0.0.1", "b")]) == ["A-001", "A-002"]


def test_the_hall_has_a_limit_for_a_minute_and_one_for_all(tmp_path: Path) -> None:
    """Made-up addresses gain nothing: four in a minute, five unfinished; the button goes on giving numbers."""
    with open_queue(tmp_path, rules=RULES) as queue:
        answers = [take(queue, f"10.0.1.{one}", f"a{one}") for one in range(6)]
        assert given_numbers(answers)[3:] == ["A-004", "phone-limit", "phone-limit"]
        queue.clock.advance(61)
        assert given_numbers([take(queue, f"10.0.2.{one}", f"b{one}") for one in range(3)]) == [
            "A-005",
            "phone-limit",
            "phone-limit",
        ]
        queue.clock.advance(3600)
        assert take(queue, "10.0.3.1", "c") == "phone-limit"
        assert [queue.desk.issue("surat", origin=origin).number for origin in ("button", "kiosk", "staff")] == [
            "A-006",
            "A-007",
            "A-008",
        ]


def test_a_hall_that_was_restarted_still_counts_all_phones(tmp_path: Path) -> None:
    """Addresses are forgotten, tickets are not."""
    with open_queue(tmp_path, rules=RULES) as queue:
        for one in range(4):
            take(queue, f"10.0.1.{one}", f"a{one}")
    with open_queue(tmp_path, rules=RULES) as queue:
        assert given_numbers([take(queue, "10.0.1.0", "b"), take(queue, "10.0.1.0", "c")]) == ["A-005", "phone-limit"]


def test_no_address_is_written_down(tmp_path: Path) -> None:
    """Neither database nor its journal has ever seen one."""
    with open_queue(tmp_path, rules=RULES) as queue:
        for one in range(3):
            take(queue, "203.0.113.77", f"a{one}")
        files = [file for file in tmp_path.rglob("*") if file.is_file()]
        assert [file.name for file in files if b"203.0.113.77" in file.read_bytes()] == []


@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9), st.floats(0, 60))
def test_one_more_is_given_only_below_every_limit(of_address: int, of_hall: int, in_minute: int, ends_s: float) -> None:
    """The rule says how long to wait, at least a second and at most a minute."""
    again_s = wait_s(Taken(of_address, of_hall, in_minute, ends_s), RULES)
    below = of_address < 2 and of_hall < 5 and in_minute < 4
    assert (again_s is None) == below
    assert again_s is None or 1 <= again_s <= 61


def test_codes_cannot_be_guessed_by_trying() -> None:
    """A device has eight wrong codes in ten minutes, all devices together sixty; then time lets them try again."""
    clock = FakeClock()
    wrong = guesses(clock)
    for _ in range(GUESSES_OF_DEVICE):
        wrong.require_room("10.0.0.1")
        wrong.note("10.0.0.1")
    with pytest.raises(Refusal, match="Terlalu banyak kode"):
        wrong.require_room("10.0.0.1")
    for one in range(GUESSES_OF_HALL - GUESSES_OF_DEVICE):
        wrong.require_room(f"10.0.1.{one}")
        wrong.note(f"10.0.1.{one}")
    with pytest.raises(Refusal, match="Terlalu banyak kode"):
        wrong.require_room("10.0.2.1")
    clock.advance(WINDOW_S)
    wrong.require_room("10.0.0.1")
