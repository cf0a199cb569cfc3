"""What a device has for itself alone: a pin, an SPI chip, a port, a screen's name. Two that claim one thing are at odds before anybody notices. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gateway.devices.ports import Claim
from gateway.errors import Reason


def pin(number: int, together: str = "") -> Claim:
    """Return the claim of a pin by its BCM number."""
    return Claim(f"GPIO {number}", together)


def port(name: str) -> Claim:
    """Return the claim of a USB port."""
    return Claim(Reason("porta {port}", port=name))


def card(name: str) -> Claim:
    """Return the claim of a sound card by ALSA's name of it."""
    return Claim(Reason("kartu suara {device}", device=name))


def screen(name: str) -> Claim:
    """Return the claim of the name that a screen gives with its signs of life."""
    return Claim(Reason("nama layar {screen}", screen=name))


SPI_PINS = {0: (7, 8, 9, 10, 11), 1: (16, 17, 18, 19, 20, 21)}
"""The pins of each SPI by its bus, both or all three chip selects: Linux takes them, whatever hangs there. Other buses differ from model to model."""
SERIAL_PINS = (14, 15)
SERIAL_FILES = ("/dev/ttyAMA0", "/dev/ttyS0", "/dev/serial0")
"""What the serial line at the pins may be called."""
USB_PRINTER = Reason("printer USB tanpa port")


def spi(bus: int, chip: int) -> Iterator[Claim]:
    """Return the claims of a board at an SPI chip: that chip alone, the pins of its bus with other boards."""
    yield Claim(f"SPI {bus}.{chip}")
    for number in SPI_PINS.get(bus, ()):
        yield pin(number, f"SPI {bus}")


def usb_printer(path: str, at: str) -> Iterator[Claim]:
    """Return the claims of a USB printer; one that names neither ``path`` nor the port ``at`` which it is takes whichever it finds, so it can have no neighbour."""
    yield Claim(USB_PRINTER, "told apart" if path or at else "")
    if path or at:
        yield Claim(path) if path else port(at)


def serial(path: str) -> Iterator[Claim]:
    """Return the claims of a printer on a serial line."""
    yield Claim(path)
    if path in SERIAL_FILES:
        for number in SERIAL_PINS:
            yield pin(number)


def clashes(claims: Iterable[tuple[str, Iterable[Claim]]]) -> list[tuple[str, list[str]]]:
    """Return each thing that more than one wants, with the ids of those who want it, given each id with its claims.

    A device that wants a thing twice is at odds with itself.
    """
    wanted: dict[str, list[tuple[str, str]]] = {}
    for id, things in claims:
        for claim in things:
            wanted.setdefault(claim.thing, []).append((claim.together, id))
    return [
        (thing, list(dict.fromkeys(id for _, id in takers)))
        for thing, takers in wanted.items()
        if len(takers) > 1 and (not takers[0][0] or len({together for together, _ in takers}) > 1)
    ]
