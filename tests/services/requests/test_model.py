"""The rules of requests: states, names that people type, days that are promised."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.services.requests import model
from gateway.services.requests.model import LEGAL, Act, State


def test_every_state_can_be_reached_and_only_closed_ones_are_ends() -> None:
    """Nobody's request is stuck; what is cancelled alone never comes back."""
    reached = {State.INCOMPLETE, State.REVIEW} | set(LEGAL.values())
    assert reached == set(State)
    assert {state for state in State if not model.acts_in(state)} == {State.CANCELLED}


def test_where_nothing_is_signed_what_is_approved_is_ready() -> None:
    """Else it waits for whoever signs."""
    assert model.state_after(State.REVIEW, Act.APPROVE, signs=True) is State.SIGNATURE
    assert model.state_after(State.REVIEW, Act.APPROVE, signs=False) is State.READY
    assert model.state_after(State.COLLECTED, Act.APPROVE, signs=True) is None


@given(st.integers(1, 10**8))
def test_a_number_is_read_as_it_is_written(number: int) -> None:
    """Whole, bare, or in small letters."""
    assert {model.number_in(typed) for typed in (model.label(number), str(number), f" reg {number} ")} == {number}


@pytest.mark.parametrize("typed", ["", "REG-", "A-012", "0", "12a", "1" * 12, "١٢"])
def test_what_is_no_number_is_none(typed: str) -> None:
    """A queue's number is none either."""
    assert model.number_in(typed) is None


@given(st.text(model.CODE_LETTERS, min_size=8, max_size=8))
def test_a_code_is_read_as_it_is_told(code: str) -> None:
    """With its hyphen, in small letters, with spaces."""
    spaced = model.spaced_code(code)
    assert {model.plain_code(typed) for typed in (spaced, spaced.lower(), f" {code[:4]} {code[4:]}")} == {code}
    assert model.is_code(code)
    assert not model.is_code(code[:7] + "O")


@pytest.mark.parametrize(
    ("complete_on", "days", "promised"),
    [("2026-11-23", 1, "2026-11-24"), ("2026-11-27", 1, "2026-11-30"), ("2026-11-28", 2, "2026-12-01"), ("2026-12-24", 1, "2026-12-28"), ("2026-11-23", 0, "2026-11-23")],
)  # fmt: skip
def test_promised_days_are_working_days(complete_on: str, days: int, promised: str) -> None:
    """Weekends and the hall's holidays do not count; 0 is while one waits."""
    holidays = {date(2026, 12, 25)}
    found = model.promised_on(date.fromisoformat(complete_on), days, lambda on: on not in holidays)
    assert found == date.fromisoformat(promised)


def test_a_calendar_without_a_working_day_is_not_followed_for_ever() -> None:
    """A wrong calendar makes a wrong promise, and no hall that stands still."""
    assert model.promised_on(date(2026, 11, 23), 3, lambda _on: False) == date(2027, 1, 22)


def test_what_was_photographed_stays_so_when_a_clerk_sees_it() -> None:
    """And a tick that is taken away leaves the photograph."""
    assert model.shown_after({"ktp": "photo", "kk": "seen"}, ["ktp", "akta"]) == {"ktp": "both", "akta": "seen"}
    assert model.shown_after({"ktp": "both"}, []) == {"ktp": "photo"}
