"""The three ways to a printer, each as one open file: a TCP connection, a serial line, the kernel's own USB printer port.

Promises: no call outlasts the time that it is given, and another thread may end it at once; whatever the kernel says comes out
as a DeviceFault in words.
"""

from __future__ import annotations

import errno
import os
import select
import socket
import termios
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from gateway.devices.ports import DeviceFault
from gateway.devices.printer_words import BUSY, CLOSED, FORBIDDEN, NONSENSE, OUT_OF_PAPER, SILENT, STALLED, UNPLUGGED, UNREACHABLE

CONNECT_S = 1.0
"""Longer no printer of the hall's own network takes to say that it is there."""
LARGEST_CHATTER = 64
"""Bytes that make no sense before a printer counts as babbling."""
SMALL_TALK = 8
"""Bytes that a printer may say unasked, or too late: two states of four bytes."""
USB_PRINTERS, USB_FILES = Path("/sys/class/usbmisc"), Path("/dev/usb")
ANY_PORT = "any"
"""The only printer there is, or else the first."""
SPEEDS = {baud: getattr(termios, f"B{baud}") for baud in (9600, 19200, 38400, 57600, 115200)}
WORDS = {
    errno.EACCES: FORBIDDEN,
    errno.EPERM: FORBIDDEN,
    errno.EBUSY: BUSY,
    errno.ENOSPC: OUT_OF_PAPER,  # so the kernel's USB port says what the printer told it
}


class Port:
    """One open printer. ``wake`` is a file that becomes readable when all is to end."""

    def __init__(self, file: int, gone: str, wake: int) -> None:
        """``gone`` says in words that nobody is at the other end any more."""
        self._file = file
        self._gone = gone
        self._wake = wake

    def drain(self) -> None:
        """Forget what came unasked or too late: an answer of yesterday confirms no slip of today."""
        while self._wait(select.POLLIN, 0):
            try:
                if not os.read(self._file, LARGEST_CHATTER):
                    return
            except OSError:
                return

    def send(self, data: bytes, *, stall_s: float, in_time: Callable[[], bool]) -> None:
        """Hand ``data`` over, until the kernel has no more of a USB port's; nothing taken for ``stall_s`` is a fault."""
        left = memoryview(data)
        while left:
            if not in_time() or not self._wait(select.POLLOUT, stall_s):
                raise DeviceFault(STALLED)
            try:
                left = left[os.write(self._file, left) :]
            except BlockingIOError:
                continue
            except OSError as error:
                raise DeviceFault(WORDS.get(error.errno or 0, self._gone)) from error
        self._wait(select.POLLOUT, stall_s)

    def answer(self, means: Callable[[int], bool], limit_s: float) -> int:
        """Return the first byte that ``means`` what was asked. What else comes is left aside; if it is much, it was no printer's."""
        for aside in range(LARGEST_CHATTER):
            if not self._wait(select.POLLIN, limit_s):
                raise DeviceFault(NONSENSE if aside > SMALL_TALK else SILENT)
            try:
                said = os.read(self._file, 1)
            except BlockingIOError:
                continue
            except OSError as error:
                raise DeviceFault(self._gone) from error
            if not said:
                raise DeviceFault(NONSENSE if aside > SMALL_TALK else self._gone)
            if means(said[0]):
                return said[0]
        raise DeviceFault(NONSENSE)

    def babbles(self) -> bool:
        """Return whether more lies there, now that all is answered, than a printer says unasked."""
        try:
            return bool(self._wait(select.POLLIN, 0)) and len(os.read(self._file, LARGEST_CHATTER)) > SMALL_TALK
        except OSError:
            return False

    def _wait(self, wanted: int, limit_s: float) -> bool:
        poll = select.poll()
        poll.register(self._file, wanted)
        poll.register(self._wake, select.POLLIN)
        ready = dict(poll.poll(limit_s * 1000))
        if self._wake in ready:
            raise DeviceFault(CLOSED)
        return bool(ready)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        if error is not None and os.isatty(self._file):
            # Closing would wait for a line that takes nothing any more.
            termios.tcflush(self._file, termios.TCOFLUSH)
        os.close(self._file)


def open_network(host: str, port: int, wake: int) -> Port:
    """Connect to a printer; ``host`` is an address, so that no name server is waited for."""
    try:
        connection = socket.create_connection((host, port), CONNECT_S)
    except OSError as error:
        raise DeviceFault(UNREACHABLE) from error
    connection.settimeout(0)
    return Port(connection.detach(), UNREACHABLE, wake)


def open_usb(path: str, wake: int) -> Port:
    """Open the file that the kernel's ``usblp`` gives every USB printer."""
    return Port(_open(path), UNPLUGGED, wake)


def usb_path(port: str, *, system: Path = USB_PRINTERS, files: Path = USB_FILES) -> str:
    """Return the file of the printer at a USB ``port``, for example ``1-1.2``, whatever number the kernel gave it.

    Raises DeviceFault when none is there.
    """
    for printer in sorted(system.glob("lp*"), key=lambda printer: (len(printer.name), printer.name)):
        if port in {ANY_PORT, (printer / "device").resolve().parent.name}:
            return str(files / printer.name)
    raise DeviceFault(UNPLUGGED)


def open_serial(path: str, baud: int, wake: int) -> Port:
    """Open a serial line: 8 bits, no parity, the printer may say XOFF."""
    file = _open(path)
    try:
        _, _, control, _, _, _, signs = termios.tcgetattr(file)
        control = control & ~(termios.CSIZE | termios.PARENB | termios.CSTOPB) | termios.CS8 | termios.CLOCAL | termios.CREAD
        speed = SPEEDS[baud]
        termios.tcsetattr(file, termios.TCSANOW, [termios.IXON, 0, control, 0, speed, speed, signs])
    except termios.error as error:
        os.close(file)
        raise DeviceFault(UNPLUGGED) from error
    return Port(file, UNPLUGGED, wake)


def _open(path: str) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError as error:
        raise DeviceFault(WORDS.get(error.errno or 0, UNPLUGGED)) from error
