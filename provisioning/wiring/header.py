"""The 40 pins of a Raspberry Pi, the same on every model with a 40-pin header, and its sockets."""

from __future__ import annotations

import re

PINS: tuple[str, ...] = tuple(
    """
    3V3    5V
    GPIO2  5V
    GPIO3  GND
    GPIO4  GPIO14
    GND    GPIO15
    GPIO17 GPIO18
    GPIO27 GND
    GPIO22 GPIO23
    3V3    GPIO24
    GPIO10 GND
    GPIO9  GPIO25
    GPIO11 GPIO8
    GND    GPIO7
    ID_SD  ID_SC
    GPIO5  GND
    GPIO6  GPIO12
    GPIO13 GND
    GPIO19 GPIO16
    GPIO26 GPIO20
    GND    GPIO21
    """.split()  # noqa: SIM905 - two columns, as they stand on the Pi
)
"""What each pin is; ``PINS[0]`` is pin 1. Odd pins are the inner row, even ones stand at the edge of the Pi."""

SOCKETS = ("usb", "lan", "hdmi", "audio", "rtc", "button")
"""What else can be plugged into a Pi; ``rtc`` and ``button`` are the battery and power-button contacts of a Pi 5."""

POWER = {"5V", "3V3"}
GROUND = "GND"
RESERVED = {"ID_SD", "ID_SC"}
"""GPIO 0 and 1: the Pi reads a HAT's memory there at each start."""

SPECIAL = {
    "GPIO2": "SDA", "GPIO3": "SCL", "GPIO14": "TXD", "GPIO15": "RXD", "GPIO10": "MOSI", "GPIO9": "MISO", "GPIO11": "SCLK", "GPIO8": "CE0", "GPIO7": "CE1",
}  # fmt: skip
"""What a pin is called by a part that speaks I2C, serial or SPI."""


def pin_of(gpio: int) -> int:
    """Return the header pin of a BCM number. Raises KeyError for one that may not be wired, 0 and 1 among them."""
    try:
        return PINS.index(f"GPIO{gpio}") + 1
    except ValueError:
        raise KeyError(gpio) from None


def name_of(terminal: str) -> str:
    """Return what stands at a terminal of the Pi: ``GPIO17``, ``GND``, ``5V``, or the socket's own name.

    Raises KeyError for a pin that does not exist or a socket that a Pi has not.
    """
    if terminal in SOCKETS:
        return terminal
    if not re.fullmatch(r"[1-9]|[123][0-9]|40", terminal):
        raise KeyError(terminal)
    return PINS[int(terminal) - 1]


BUS = {"GPIO2", "GPIO3", "GPIO9", "GPIO10", "GPIO11"}
"""The pins that several devices may share: I2C and SPI tell them apart by address or by CE."""
