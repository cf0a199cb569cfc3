"""Slips that wait for paper."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from gateway.store.stamp import Stamp
from gateway.tickets import slips
from tests.support.clock import MORNING
from tests.support.tickets import WIB, Queue, open_queue


def waiting(queue: Queue) -> list[tuple[str, int]]:
    """Return number and attempts of the slips to be printed."""
    with queue.store.reader() as db:
        return [(slip.number, slip.attempts) for slip in slips.slips_waiting(db)]


def test_only_who_has_no_phone_in_hand_gets_a_slip(tmp_path: Path) -> None:
    """A press gives paper, a phone gives its page."""
    with open_queue(tmp_path) as queue:
        for origin in ("button", "phone", "kiosk", "staff"):
            queue.desk.issue("surat", origin=origin)
        assert waiting(queue) == [("A-001", 0), ("A-003", 0), ("A-004", 0)]


def test_a_slip_says_what_was_true_when_the_number_was_taken(tmp_path: Path) -> None:
    """Paper that comes late tells the place of then."""
    with open_queue(tmp_path) as queue:
        queue.desk.issue("surat", origin="phone")
        issued = queue.desk.issue("surat", origin="button")
        queue.desk.call_next("1")
        with queue.store.reader() as db:
            [slip] = slips.slips_waiting(db)
    assert (slip.number, slip.line_name, slip.token, slip.ahead) == ("A-002", "Surat", issued.token, 1)
    assert (slip.wait_low_s, slip.wait_high_s, slip.bootid) == (issued.wait_low_s, issued.wait_high_s, "b0010001")


def test_an_attempt_is_remembered_until_the_paper_is_out(tmp_path: Path) -> None:
    """A slip that may be a second copy can say so, and a printed one is not printed again by itself."""
    with open_queue(tmp_path) as queue:
        queue.desk.issue("surat", origin="button")
        with queue.store.transaction() as tx:
            slips.slip_attempted(tx, 1)
        assert waiting(queue) == [("A-001", 1)]
        with queue.store.transaction() as tx:
            slips.slip_printed(tx, 1, "2026-11-23T08:00:01.000+07:00")
        assert waiting(queue) == []
        with queue.store.transaction() as tx:
            slips.slip_wanted_again(tx, 1, Stamp.of(queue.clock, WIB))
        assert waiting(queue) == [("A-001", 1)]


def test_nobody_waits_for_a_slip_of_a_former_day(tmp_path: Path) -> None:
    """New paper in the morning does not begin with yesterday's slips."""
    with open_queue(tmp_path) as queue:
        queue.desk.issue("surat", origin="button")
        queue.desk.open_day((MORNING + timedelta(days=1)).date(), "7")
        assert waiting(queue) == []
