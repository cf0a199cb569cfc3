"""A button and a keypad on the hall's own network: ESP chips that count presses (``lan_presses`` says which counts).

The device lights its lamp itself when it feels a press; the hall tells it then whether the press counts.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping

from gateway.clock import Clock
from gateway.devices.debounce import ContactRules
from gateway.devices.gpio_contacts import STUCK
from gateway.devices.lan_device import LanDevice
from gateway.devices.lan_messages import read_key, write_heard
from gateway.devices.lan_presses import PressReckoning
from gateway.devices.ports import DeviceState, Press

log = logging.getLogger(__name__)

ACTS = {"call": "call-next", "recall": "recall", "done": "complete"}
"""What each key of a keypad does."""


class LanKeys(LanDevice):
    """Keys, each by its name on the wire and what its press means."""

    def __init__(self, id: str, meanings: Mapping[str, Press], clock: Clock, *, rules: ContactRules, secret: str = "") -> None:
        super().__init__(id, clock, secret)
        self.missed = 0
        """Presses that were felt and of which nobody got anything: their messages were lost, or came too late."""
        self._reckoning = PressReckoning(meanings, rules)
        self._turn = threading.Lock()
        self._press: Callable[[Press], None] | None = None

    def when_pressed(self, press: Callable[[Press], None]) -> None:
        """Call ``press`` for every intended press, from the loop ``lan``."""
        self._press = press

    def state(self) -> DeviceState:
        """Return how the keys are: faulty while one is stuck."""
        state = super().state()
        return DeviceState.FAULTY if state is DeviceState.READY and self._is_stuck() else state

    def reason(self) -> str:
        """Return why it is not ready."""
        return super().reason() or (STUCK if self._is_stuck() else "")

    def _hear(self, what: str, payload: bytes, at_s: float, *, is_retained: bool) -> None:
        if what != "key":
            super()._hear(what, payload, at_s, is_retained=is_retained)
            return
        said = read_key(payload)
        if is_retained or self._closed:
            return  # nobody knows how old a retained count is
        with self._turn:
            outcome = self._reckoning.heard(said, at_s)
        press = self._press
        if outcome.has_news:  # before the press is worked on: the lamp must not wait for the card's turn at this processor
            self._tell("heard", write_heard(said, counted=outcome.press is not None))
        if outcome.press is not None and press is not None:
            press(outcome.press)
        if outcome.missed:
            self.missed += outcome.missed
            log.warning("device=%s event=presses-missed count=%d", self.id, outcome.missed)

    def _is_stuck(self) -> bool:
        with self._turn:
            return self._reckoning.stuck(self._clock.monotonic_s())


class LanButton(LanKeys):
    """One button that gives numbers for one line."""

    kind = "lan-button"

    def __init__(self, id: str, line: str, clock: Clock, *, rules: ContactRules, secret: str = "") -> None:
        self.line = line
        super().__init__(id, {"press": Press(id, line, 0.0)}, clock, rules=rules, secret=secret)


class LanKeypad(LanKeys):
    """The three keys of one counter: panggil, panggil ulang, selesai."""

    kind = "lan-keypad"

    def __init__(self, id: str, counter: str, clock: Clock, *, rules: ContactRules, secret: str = "") -> None:
        self.counter = counter
        meanings = {key: Press(id, "", 0.0, counter, act=act) for key, act in ACTS.items()}
        super().__init__(id, meanings, clock, rules=rules, secret=secret)
