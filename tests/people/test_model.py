"""Rules of PINs and delays."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.people.model import FREE_TRIES, LONGEST_DELAY_S, delay_s, name_is_good, pin_is_good


@pytest.mark.parametrize("pin", ["482913", "246810", "07102022", "900125"])
def test_an_ordinary_pin_is_good(pin: str) -> None:
    """Six digits that are no pattern are enough."""
    assert pin_is_good(pin)


@pytest.mark.parametrize(
    "pin", ["", "48291", "111111", "123456", "654321", "890123", "121212", "123123", "1221221", "48291a", "٤٨٢٩١٣", "1" * 40]
)
def test_a_pin_that_everybody_tries_first_is_refused(pin: str) -> None:
    """Short ones, rows, repeats and anything but plain digits."""
    assert not pin_is_good(pin)


@pytest.mark.parametrize("name", ["Sri", "Bu Sri", "H. Ahmad", "Nur'aini", "Ayu-Lestari 2"])
def test_names_of_people_are_good(name: str) -> None:
    """As people here are called."""
    assert name_is_good(name)


@pytest.mark.parametrize("name", ["", " Sri", "Bu  Sri", "a\nb", "<b>", "x" * 41, "\ud800"])
def test_what_is_no_name_is_refused(name: str) -> None:
    """Nothing that looks different from what it is."""
    assert not name_is_good(name)


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 10_000))
def test_a_delay_grows_and_never_becomes_a_lock(failures: int) -> None:
    """More wrong PINs never wait less, and never longer than a quarter of an hour."""
    assert delay_s(failures) <= delay_s(failures + 1) <= LONGEST_DELAY_S


def test_a_slip_of_the_finger_costs_nothing() -> None:
    """The first wrong PINs are free."""
    assert [delay_s(failures) for failures in range(FREE_TRIES + 1)] == [0.0, 0.0, 0.0, 5.0]
