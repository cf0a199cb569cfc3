"""What is typed on a numpad before Enter."""

from __future__ import annotations

import pytest

from gateway.devices.typed_number import BACKSPACE, CLEAR, FORGET_S, LONGEST, TypedNumber


def typed(*codes: int, every_s: float = 0.2, wait_s: float = 0.2) -> str:
    """What is typed by these keys, Enter coming ``wait_s`` after the last."""
    number, at_s = TypedNumber(), 100.0
    for code in codes:
        number.key(code, at_s)
        at_s += every_s
    return number.take(at_s - every_s + wait_s)


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ((79, 80), "12"),
        ((2, 3), "12"),
        ((80, 83, 79, 80), "2.12"),
        ((48, 79, 80), "B12"),
        ((71, 72, 73, 75, 76, 77, 79, 80), "78945612"),
        ((81, 82, 11), "300"),
        ((79, 81, BACKSPACE, 80), "12"),
        ((79, 81, CLEAR[0], 80), "2"),
        ((79, 81, CLEAR[1], 80), "2"),
        ((BACKSPACE, 79), "1"),
        ((69, 79, 69, 80), "12"),
        ((59, 105), ""),
        ((79,) * 3 * LONGEST, "1" * LONGEST),
    ],
)
def test_digits_letters_and_corrections_are_understood(codes: tuple[int, ...], expected: str) -> None:
    """Numpad and keyboard alike, whatever NumLock does in between; nonsense writes nothing and fills nothing."""
    assert typed(*codes) == expected


def test_two_quick_presses_of_one_digit_are_two_digits() -> None:
    """011 is typed faster than a finger may press a button."""
    assert typed(82, 79, 79, every_s=0.05) == "011"


def test_what_is_half_typed_is_forgotten_after_ten_seconds() -> None:
    """Nobody's Enter calls what another has begun."""
    assert typed(79, 80, wait_s=FORGET_S) == ""
    assert typed(79, 80, wait_s=FORGET_S - 0.1) == "12"


def test_a_number_is_taken_once() -> None:
    """The next Enter is a plain one."""
    number = TypedNumber()
    number.key(79, 1.0)
    assert (number.take(2.0), number.take(2.0)) == ("1", "")
