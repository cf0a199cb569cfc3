"""All devices of one hall together, also while some come and go.

Promises: a device that cannot be looked at keeps nobody from looking at the others (``guard``); what stands in the settings and what was paired later are the same to everybody; who has to know of a device that comes
or goes is told in the thread that brings or takes it; looking, asking and bringing are safe from any thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Any, Self, cast

from gateway.devices.guard import guarded
from gateway.devices.options import Entry
from gateway.devices.ports import Board, Button, Device, DeviceState, Lamp, Printer, Screen, Speaker
from gateway.errors import Refusal

LOOK_S = 1.0
"""How often the hardware is looked at."""


def _no_kind(entry: Entry) -> Device:
    raise Refusal("device-unknown-kind", kind=entry.kind, kinds="")


class Devices:
    """All devices of one hall. Use as a context manager: the end lets go of all hardware.

    ``make`` makes the device of an entry that comes while the hall runs.
    """

    def __init__(self, devices: Iterable[Device], make: Callable[[Entry], Device] = _no_kind) -> None:
        self._devices = tuple(guarded(device) for device in devices)
        self._make = make
        self._turn = threading.RLock()
        self._followers: tuple[tuple[Callable[[Device], None], Callable[[Device], None]], ...] = ()

    @property
    def buttons(self) -> tuple[Button, ...]:
        """What is pressed."""
        return cast("tuple[Button, ...]", self._having("when_pressed"))

    @property
    def boards(self) -> tuple[Board, ...]:
        """What shows the number that is called."""
        return cast("tuple[Board, ...]", self._having("show"))

    @property
    def printers(self) -> tuple[Printer, ...]:
        """What prints slips."""
        return cast("tuple[Printer, ...]", self._having("print_slip"))

    @property
    def speakers(self) -> tuple[Speaker, ...]:
        """What speaks."""
        return cast("tuple[Speaker, ...]", self._having("play"))

    @property
    def lamps(self) -> tuple[Lamp, ...]:
        """What tells how the hall is."""
        return cast("tuple[Lamp, ...]", self._having("shine"))

    @property
    def screens(self) -> tuple[Screen, ...]:
        """What shows a page."""
        return cast("tuple[Screen, ...]", self._having("hear"))

    def _having(self, act: str) -> tuple[Any, ...]:
        return tuple(device for device in self._devices if hasattr(device, act))

    def follow(self, arrived: Callable[[Device], None], left: Callable[[Device], None]) -> None:
        """Call ``arrived`` for every device, those that are here first, and ``left`` for each that goes, before it is closed."""
        with self._turn:
            self._followers = (*self._followers, (arrived, left))
            for device in self._devices:
                arrived(device)

    def adopt(self, entry: Entry) -> Device:
        """Bring a button or a board of any kind into the running hall. Printers and speakers are taken at its next start.

        Raises Refusal ``device-id-taken``, ``device-unknown-kind`` or ``device-option``; then nothing has changed.
        """
        with self._turn:
            if any(device.id == entry.id for device in self._devices):
                raise Refusal("device-id-taken", device=entry.id)
            device = guarded(self._make(entry))
            device.look()
            self._devices = (*self._devices, device)
            for arrived, _ in self._followers:
                arrived(device)
            return device

    def dismiss(self, id: str) -> None:
        """Take a device out of the running hall and let go of it. Dismissing twice is harmless."""
        with self._turn:
            for device in [device for device in self._devices if device.id == id]:
                self._devices = tuple(other for other in self._devices if other is not device)
                for _, left in self._followers:
                    left(device)
                device.close()

    def replace(self, entry: Entry) -> Device:
        """Put a device in the place of the one with its id, as when a broken one is changed or its options are.

        Raises Refusal as ``adopt`` does; then the former one stays.
        """
        with self._turn:
            self._make(entry).close()
            self.dismiss(entry.id)
            return self.adopt(entry)

    def paper(self) -> str | None:
        """Return None without a printer, "" when one is ready, else the first one's reason. Never blocks."""
        printers = self.printers
        if not printers:
            return None
        if any(printer.state() is DeviceState.READY for printer in printers):
            return ""
        return printers[0].reason()

    def __iter__(self) -> Iterator[Device]:
        return iter(self._devices)

    def __len__(self) -> int:
        return len(self._devices)

    def of_kind(self, kind: str) -> tuple[Any, ...]:
        """Return the devices of one kind, in the order of the settings."""
        return tuple(device for device in self._devices if device.kind == kind)

    def step(self) -> float:
        """Look at all hardware again; belongs to the loop ``devices``."""
        for device in self._devices:
            device.look()
        return LOOK_S

    def ailing(self) -> dict[str, str]:
        """Return why each device that is not ready is not, by its id."""
        return {device.id: device.reason() for device in self._devices if device.state() is not DeviceState.READY}

    def close(self) -> None:
        """Let go of all hardware, the last first. Closing twice is harmless."""
        for device in reversed(self._devices):
            device.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self.close()
