"""Trying a button: one press is felt without a number, never two, never longer than a minute, never another button."""

from __future__ import annotations

import pytest

from gateway.devices.ledger import Ledger, Tally
from gateway.devices.ports import Press
from gateway.equipment.inputs import HELD_S, SHOWN_S, Held, PressGate
from tests.support.clock import FakeClock


class Gate:
    """A gate, and what has passed it."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.ledger = Ledger(self.clock)
        self.passed: list[Press] = []
        self.gate = PressGate(self.passed.append, self.ledger, self.clock)

    def press(self, device: str, act: str = "", ago_s: float = 0) -> int:
        """Press a button that was pressed ``ago_s`` ago; return how many presses have passed until now."""
        self.gate.press(Press(device, "surat", self.clock.monotonic_s() - ago_s, act=act))
        return len(self.passed)


@pytest.fixture
def one() -> Gate:
    """Return a gate."""
    return Gate()


def test_a_press_passes_and_is_counted(one: Gate) -> None:
    """As long as nobody tries the button."""
    assert (one.press("a"), one.ledger.counted("a"), one.gate.felt("a")) == (1, Tally(presses=1), None)


def test_a_tried_button_is_felt_once_and_counts_again(one: Gate) -> None:
    """Somebody who walks up and presses a second time has a number."""
    one.gate.hold("a")
    assert (one.press("a"), one.gate.felt("a"), one.gate.held()) == (0, "", None)
    one.clock.advance(2)
    assert (one.press("a"), one.ledger.counted("a")) == (1, Tally(presses=1))


def test_which_key_was_felt_is_told(one: Gate) -> None:
    """Of a keypad with three."""
    one.gate.hold("keypad-1")
    one.press("keypad-1", act="recall")
    assert one.gate.felt("keypad-1") == "recall"
    one.clock.advance(SHOWN_S)
    assert one.gate.felt("keypad-1") is None


def test_it_ends_by_itself(one: Gate) -> None:
    """A technician who walks away costs nobody a number after a minute, whether any loop runs or not."""
    one.gate.hold("a")
    assert one.gate.held() == Held("a", HELD_S)
    one.clock.advance(HELD_S)
    assert (one.gate.held(), one.press("a"), one.gate.felt("a")) == (None, 1, None)


def test_only_that_button_is_tried(one: Gate) -> None:
    """The others give numbers meanwhile, and whoever tries a second has ended the first."""
    one.gate.hold("a")
    assert one.press("b") == 1
    one.gate.hold("b")
    assert (one.press("a"), one.press("b")) == (2, 2)


def test_a_press_of_before_counts(one: Gate) -> None:
    """Whoever pressed before the trial began waits for a number, even if the press comes through later."""
    one.gate.hold("a")
    assert one.press("a", ago_s=0.2) == 1


def test_it_can_be_ended(one: Gate) -> None:
    """By the one who began it; ending the trial of another button does nothing."""
    one.gate.hold("a")
    one.gate.let_go("b")
    assert one.gate.held() is not None
    one.gate.let_go("a")
    assert (one.gate.held(), one.press("a")) == (None, 1)
