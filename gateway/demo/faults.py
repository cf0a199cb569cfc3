"""What can go wrong with the devices on ``/sim``, and be mended: one switch for each, named by device and act.

A switch that is thrown shows its opposite. What a device says of its fault is its own, as with a real one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from gateway.devices.ports import Device, DeviceState, Foresees
from gateway.devices.simulated_board import SimulatedBoard
from gateway.devices.simulated_button import SimulatedButton, SimulatedContacts, SimulatedKeypad
from gateway.devices.simulated_lamp import SimulatedLamp
from gateway.devices.simulated_led import Plug, SimulatedMatrix, SimulatedSegments
from gateway.devices.simulated_printer import SimulatedPrinter
from gateway.devices.simulated_speaker import SimulatedSpeaker
from gateway.errors import Reason

KEYS = {"call-next": "Panggil", "recall": "Panggil ulang", "complete": "Selesai", "no-show": "Tidak hadir", "undo": "Urungkan"}
"""What stands on the keys of a keypad."""


class Switch(NamedTuple):
    """One thing to do to a device."""

    act: str
    words: str
    do: Callable[[], object]
    mends: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One device with its switches, those that make sense now."""

    device: Device
    name: str
    told: str
    """What the device says: its trouble, else what it warns of, else empty."""
    ill: bool
    note: str
    switches: tuple[Switch, ...]


def rows(devices: Iterable[Device]) -> list[Row]:
    """Return a row for every device that has switches, in the order of the settings."""
    found = []
    for device in devices:
        note, switches = _of(device)
        if switches:
            warning = device.warning() if isinstance(device, Foresees) else ""
            ill = device.state() is not DeviceState.READY
            found.append(Row(device, device.id.replace("-", " ").capitalize(), device.reason() or warning, ill, note, switches))
    return found


def _of(device: Device) -> tuple[str, tuple[Switch, ...]]:
    if isinstance(device, SimulatedPrinter):
        return "", tuple(_of_a_printer(device))
    if isinstance(device, SimulatedBoard | SimulatedMatrix | SimulatedSegments | SimulatedLamp):
        note = Reason("tanpa daya: balai tidak tahu") if isinstance(device, Plug) and not device.plugged else ""
        return note, (_plug(device, "Cabut lampu" if isinstance(device, SimulatedLamp) else "Cabut papan"),)
    if isinstance(device, SimulatedSpeaker):
        card = Switch("give-card", "Kembalikan kartu suara", device.give_card, mends=True)
        take = Switch("take-card", "Hilangkan kartu suara", device.take_card)
        return "", (_plug(device, "Cabut pengeras"), take if device.has_card else card)
    if isinstance(device, SimulatedButton | SimulatedKeypad):
        touched = ""
        if device.closings:
            touched = Reason("{closings} sentuhan, {counted} dihitung", closings=device.closings, counted=device.counted)
        return touched, tuple(_of_contacts(device))
    return "", ()


def _of_a_printer(printer: SimulatedPrinter) -> Iterator[Switch]:
    yield _plug(printer, "Cabut printer")
    if printer.plugged and not printer.is_armed:
        yield Switch("pull-in-mid-slip", "Cabut di tengah struk berikutnya", printer.pull_in_mid_slip)
    if not printer.has_paper or printer.is_near_end:
        yield Switch("give-paper", "Isi kertas", printer.give_paper, mends=True)
    if printer.has_paper:
        if not printer.is_near_end:
            yield Switch("wear-paper", "Kertas hampir habis", printer.wear_paper)
        yield Switch("take-paper", "Habiskan kertas", printer.take_paper)
    if printer.is_open:
        yield Switch("close-cover", "Tutup penutupnya", printer.close_cover, mends=True)
    else:
        yield Switch("open-cover", "Buka penutupnya", printer.open_cover)
    if printer.is_slow:
        yield Switch("speed-up", "Cepat lagi", printer.speed_up, mends=True)
    else:
        yield Switch("slow-down", "Lambatkan", printer.slow_down)


def _of_contacts(device: SimulatedContacts) -> Iterator[Switch]:
    """Yield those of its first key: the others are alike."""
    act = next(key for key in ("", *KEYS) if key in device.acts)
    if act in device.held:
        yield Switch("release", "Lepaskan panggil" if act else "Lepaskan", partial(device.release, act), mends=True)
    else:
        yield Switch("bounce", "Tekan panggil, kontaknya aus" if act else "Tekan, kontaknya aus", partial(device.bounce, act))
        yield Switch("hold", "Ganjal panggil" if act else "Ganjal", partial(device.hold, act))


def _plug(device: SimulatedPrinter | SimulatedBoard | SimulatedSpeaker | SimulatedLamp | Plug, pull: str) -> Switch:
    return Switch("unplug", pull, device.unplug) if device.plugged else Switch("plug", "Pasang lagi", device.plug, mends=True)
