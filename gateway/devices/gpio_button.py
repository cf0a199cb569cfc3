"""A button wired between a pin of the Pi and ground, with or without a lamp (``gpio_contacts``)."""

from __future__ import annotations

from typing import Unpack

from gateway.clock import Clock
from gateway.devices.gpio_contacts import GpioContacts, Wiring
from gateway.devices.ports import Press


class GpioButton(GpioContacts):
    """One button that gives numbers for one line; ``pin`` is the BCM number."""

    kind = "gpio-button"

    def __init__(self, id: str, line: str, pin: int, clock: Clock, **wiring: Unpack[Wiring]) -> None:
        super().__init__(id, {Press(id, line, 0.0): pin}, clock, **wiring)


class GpioRatingButton(GpioContacts):
    """One of the buttons at a counter with which people say how it was, 1 (not content) to 4 (very)."""

    kind = "gpio-rating-button"

    def __init__(self, id: str, counter: str, score: int, pin: int, clock: Clock, **wiring: Unpack[Wiring]) -> None:
        super().__init__(id, {Press(id, "", 0.0, counter, score): pin}, clock, **wiring)
