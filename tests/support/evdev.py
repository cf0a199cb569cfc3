"""Linux's input devices for tests, at the lowest edge that this machine has: a pipe in place of ``/dev/input/event3``.

What it says are the kernel's own 24-byte events, made by the test or replayed from a file that ``evemu-record`` wrote.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from gateway.clock import Clock
from gateway.devices.debounce import ContactRules
from gateway.devices.usb_keypad import ENDING, EVENT, USUAL, Kernel, UsbKeypad
from tests.support.clock import FakeClock

LINE = re.compile(r"E: (\d+)\.(\d+) ([0-9a-f]{4}) ([0-9a-f]{4}) (-?\d+)")


class FakeKernel(Kernel):
    """Grants what is asked, until it is told otherwise."""

    def __init__(self) -> None:
        self.refuses: OSError | None = None
        self.down: set[int] = set()
        """The codes of the keys that are held."""

    def grab(self, descriptor: int) -> None:
        """Grant it, or refuse."""
        del descriptor
        if self.refuses is not None:
            raise self.refuses

    def held(self, descriptor: int) -> set[int]:
        """Return what is down."""
        del descriptor
        return self.down


class Numpad:
    """A numpad that can be plugged into ``port`` below ``ports``, and pulled out."""

    def __init__(self, ports: Path, port: str = "usb-1") -> None:
        self._path = ports / (port + ENDING)
        self._wire: int | None = None

    def plug(self) -> None:
        """Plug it in: its device appears."""
        os.mkfifo(self._path)
        self._wire = os.open(self._path, os.O_RDWR)

    def unplug(self) -> None:
        """Pull it out: its device is gone, whoever has it open hears the end."""
        if self._wire is not None:
            self._path.unlink()
            os.close(self._wire)
            self._wire = None

    def say(self, *events: tuple[int, int, int]) -> None:
        """Send events and the end of their report, as the kernel does: type, code, value."""
        self.send(b"".join(EVENT.pack(0, 0, *event) for event in (*events, (0, 0, 0))))

    def key(self, code: int, value: int) -> None:
        """Let a key go down (1), repeat (2) or up (0)."""
        self.say((4, 4, 0x70000 + code), (1, code, value))

    def send(self, said: bytes) -> None:
        """Send bytes."""
        assert self._wire is not None, "it is not plugged in"
        os.write(self._wire, said)


def keypad_at(
    ports: Path,
    clock: Clock,
    *,
    port: str = "usb-1",
    counter: str = "1",
    kernel: Kernel | None = None,
    follow: Callable[[Callable[[], bool]], object] = lambda _listen: None,
) -> UsbKeypad:
    """The hall's side of a numpad; unless it may ``follow`` in a thread, the test listens."""
    id, kernel = f"keypad-{counter}", kernel or FakeKernel()
    return UsbKeypad(id, counter, port, USUAL, clock, rules=ContactRules(), ports=ports, kernel=kernel, follow=follow)


@dataclass(frozen=True)
class Report:
    """The events between two reports of a recording."""

    at_s: float
    said: bytes
    down: set[int] | None
    """What the kernel answers from now on about the keys that are held, where the recording says so."""


@dataclass(frozen=True)
class Recording:
    """What a device said, and which acts its clerk meant."""

    acts: list[str]
    reports: list[Report]

    def replay(self, numpad: Numpad, kernel: FakeKernel, clock: FakeClock, listen: Callable[[], bool]) -> None:
        """Let the device say it all, each report at its time."""
        at_s = 0.0
        for report in self.reports:
            clock.advance(report.at_s - at_s)
            at_s = report.at_s
            kernel.down = kernel.down if report.down is None else report.down
            numpad.send(report.said)
            listen()


def recorded(path: Path) -> Recording:
    """Read a file of ``evemu-record`` to which a line ``# acts: call-next recall`` was added."""
    text = path.read_text()
    [acts] = re.findall(r"^# acts:(.*)$", text, re.MULTILINE)
    return Recording(acts.split(), list(_reports(text)))


def _reports(text: str) -> Iterator[Report]:
    said, down = b"", None
    for line in text.splitlines():
        if line.startswith("# held:"):
            down = {int(code) for code in line.removeprefix("# held:").split()}
        elif found := LINE.match(line):
            second, micro, kind, code, value = found.groups()
            said += EVENT.pack(int(second), int(micro), int(kind, 16), int(code, 16), int(value))
            if int(kind, 16) == 0 and int(code, 16) == 0:
                yield Report(float(f"{second}.{micro}"), said, down)
                said, down = b"", None
