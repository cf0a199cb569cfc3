"""The way of every press from its device to the desk: noted, and held back only while somebody tries that very button.

The rule of trying (docs/decisions/0019-a-tried-button-swallows-one-press.md): one button of the hall at a time, for a minute at the most, and for one
press: the first that comes is shown on the page and gives no number; the next one counts again, whoever presses it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from gateway.clock import Clock
from gateway.devices.ledger import Ledger
from gateway.devices.ports import Press

HELD_S = 60.0
"""So long a button is tried at the most."""
SHOWN_S = 120.0
"""So long the page tells of a press that was felt."""


@dataclass(frozen=True, slots=True)
class Held:
    """The button that is being tried."""

    device: str
    left_s: float


@dataclass(frozen=True, slots=True)
class _Trial:
    device: str
    since_s: float


class PressGate:
    """Where presses pass. ``press`` may be called from any thread, never blocks and never raises."""

    def __init__(self, onward: Callable[[Press], None], ledger: Ledger, clock: Clock) -> None:
        """``onward`` takes the presses that count."""
        self._onward = onward
        self._ledger = ledger
        self._clock = clock
        self._lock = threading.Lock()
        self._trial: _Trial | None = None
        self._felt: dict[str, tuple[float, str]] = {}

    def press(self, press: Press) -> None:
        """Let a press on, unless its button is being tried."""
        if self._is_held_back(press):
            return
        self._ledger.pressed(press.device, press.act)
        self._onward(press)

    def hold(self, device: str) -> None:
        """Try a button from now on; whichever was tried before counts again."""
        with self._lock:
            self._trial = _Trial(device, self._clock.monotonic_s())
            self._felt.pop(device, None)

    def let_go(self, device: str) -> None:
        """End the trial of a button, if it is under way."""
        with self._lock:
            if self._trial is not None and self._trial.device == device:
                self._trial = None

    def held(self) -> Held | None:
        """Return the button that is being tried at this moment."""
        trial = self._trial
        if trial is None:
            return None
        left_s = HELD_S - (self._clock.monotonic_s() - trial.since_s)
        return Held(trial.device, left_s) if left_s > 0 else None

    def felt(self, device: str) -> str | None:
        """Return the key that was pressed when the button was tried a moment ago, empty for a button's only one; None for none."""
        found = self._felt.get(device)
        return found[1] if found is not None and self._clock.monotonic_s() - found[0] < SHOWN_S else None

    def _is_held_back(self, press: Press) -> bool:
        with self._lock:
            trial = self._trial
            if trial is None or trial.device != press.device or not 0 <= press.pressed_at_s - trial.since_s < HELD_S:
                return False
            self._trial = None
            self._felt[press.device] = (press.pressed_at_s, press.act)
            return True
