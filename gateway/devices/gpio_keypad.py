"""The keypad of a counter: three buttons between pins of the Pi and ground, with or without a lamp (``gpio_contacts``)."""

from __future__ import annotations

from typing import Unpack

from gateway.clock import Clock
from gateway.devices.gpio_contacts import GpioContacts, Wiring
from gateway.devices.ports import Press

ACTS = ("call-next", "recall", "complete")
"""What the three buttons do: panggil, panggil ulang, selesai."""


class GpioKeypad(GpioContacts):
    """Three buttons that do the acts of one counter; ``pins`` are their BCM numbers in the order of ``ACTS``."""

    kind = "gpio-keypad"

    def __init__(self, id: str, counter: str, pins: tuple[int, int, int], clock: Clock, **wiring: Unpack[Wiring]) -> None:
        meanings = (Press(id, "", 0.0, counter, act=act) for act in ACTS)
        super().__init__(id, dict(zip(meanings, pins, strict=True)), clock, **wiring)
