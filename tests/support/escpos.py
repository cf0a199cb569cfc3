"""ESC/POS printers for tests, at the lowest edge that this machine has: the end of a TCP connection and of a pseudo-terminal.

The terminal stands in for a serial line and for the file that the kernel gives a USB printer. Inside both is ``Machine``, so
what is compared is what the bytes say. One may take its paper, open it, pull it out in mid-slip, or make it mute or mad.
"""

from __future__ import annotations

import os
import select
import socket
import threading
import tty
from pathlib import Path
from typing import Self

from gateway.devices.escpos_machine import Machine

CHUNK = 512


class Body:
    """One printer with a thread of its own. ``connected`` and ``listening`` are what its kind makes of a plug."""

    def __init__(self, width: int = 384) -> None:
        self.machine = Machine(width)
        self.mute = self.mad = self.confirms_nothing = False
        self.text = b""
        """What it says instead of its first answer: it is something else altogether."""
        self.dies_after: int | None = None
        """Pull the plug once so many more bytes are in."""
        self.stalls_after: int | None = None
        """Read nothing any more once so many bytes are in."""
        self.paper_ends_after: int | None = None
        """Run out of paper once so many bytes are in."""
        self.off_during = range(0)
        """Lose these bytes, of all that come, and what was in it: its power is gone for a moment, its cable is not."""
        self.taken = 0
        """Bytes."""
        self.lock = threading.Lock()
        self._wake = os.eventfd(0)
        self._thread: threading.Thread | None = None
        self._stop = False

    def plug(self) -> None:
        """Give it power and its cable."""
        self._stop = False
        os.eventfd_write(self._wake, 1)
        os.eventfd_read(self._wake)  # nothing of the former plug is left to wake it
        self._open()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def unplug(self) -> None:
        """Pull both."""
        self._stop = True
        os.eventfd_write(self._wake, 1)
        if self._thread is not None:
            self._thread.join(10)
            self._thread = None

    def take_paper(self) -> None:
        """Let the paper run out."""
        self._sees(has_paper=False)

    def give_paper(self) -> None:
        """Put in a new roll, upon which it prints what it still has."""
        self._sees(has_paper=True, is_near_end=False)

    def wear_paper(self) -> None:
        """Let the roll come near its end."""
        self._sees(is_near_end=True)

    def open_cover(self) -> None:
        """Open it."""
        self._sees(is_closed=False)

    def close_cover(self) -> None:
        """Close it, upon which it prints what it still has."""
        self._sees(is_closed=True)

    def _sees(self, **sensors: bool) -> None:
        with self.lock:
            for name, value in sensors.items():
                setattr(self.machine, name, value)
            self.machine.take(b"")

    def _open(self) -> None:
        raise NotImplementedError

    def _files(self) -> list[int]:
        raise NotImplementedError

    def _read(self, file: int) -> bytes:
        raise NotImplementedError

    def _say(self, answer: bytes) -> None:
        raise NotImplementedError

    def _shut(self) -> None:
        raise NotImplementedError

    def _serve(self) -> None:
        while not self._stop:
            ready, _, _ = select.select([self._wake, *([] if self._is_past(self.stalls_after) else self._files())], [], [])
            for file in ready:
                if file != self._wake:
                    self._obey(self._read(file))
        os.eventfd_read(self._wake)
        self._shut()
        with self.lock:
            self.machine.switch_on()

    def _is_past(self, bytes_in: int | None) -> bool:
        return bytes_in is not None and self.taken >= bytes_in

    def _obey(self, data: bytes) -> None:
        if self.dies_after is not None:
            data = data[: self.dies_after]
            self.dies_after -= len(data)
        with self.lock:
            came = range(self.taken, self.taken + len(data))
            self.taken += len(data)
            if self.off_during and max(came.start, self.off_during.start) < min(came.stop, self.off_during.stop):
                self.machine.switch_on()
                data = bytes(byte for position, byte in zip(came, data, strict=True) if position not in self.off_during)
            if self._is_past(self.paper_ends_after):
                self.paper_ends_after, self.machine.has_paper = None, False
            answer = self.machine.take(data)
        if self.confirms_nothing:
            answer = answer.replace(b"\x00", b"")
        if self.mad:
            answer = b"\xff" * 100 * len(answer)
        if answer and self.text:
            answer, self.text, self.mute = self.text, b"", True
            self._say(answer)
        elif answer and not self.mute:
            self._say(answer)
        if self.dies_after == 0:
            self.dies_after, self._stop = None, True
            os.eventfd_write(self._wake, 1)

    def __enter__(self) -> Self:
        self.plug()
        return self

    def __exit__(self, *error: object) -> None:
        self.unplug()
        os.close(self._wake)


class TcpPrinter(Body):
    """A printer on the network, at ``port`` of this machine."""

    def __init__(self, width: int = 384) -> None:
        super().__init__(width)
        self.port = 0
        self._door: socket.socket
        self._guest: socket.socket | None = None

    def _open(self) -> None:
        self._door = socket.create_server(("127.0.0.1", self.port))
        self.port = self._door.getsockname()[1]

    def _files(self) -> list[int]:
        return [self._door.fileno(), *([self._guest.fileno()] if self._guest is not None else [])]

    def _read(self, file: int) -> bytes:
        if self._guest is None or file == self._door.fileno():
            self._leave()
            self._guest, _ = self._door.accept()
            return b""
        try:
            data = self._guest.recv(CHUNK)
        except ConnectionError:
            data = b""
        if not data:
            self._leave()
        return data

    def _say(self, answer: bytes) -> None:
        if self._guest is not None:
            self._guest.sendall(answer)

    def _leave(self) -> None:
        if self._guest is not None:
            self._guest.close()
            self._guest = None

    def _shut(self) -> None:
        self._leave()
        self._door.close()


class LinePrinter(Body):
    """A printer behind a device file, at ``path``."""

    def __init__(self, path: Path, width: int = 384) -> None:
        super().__init__(width)
        self.path = path
        self._ends = (0, 0)

    def _open(self) -> None:
        self._ends = os.openpty()
        tty.setraw(self._ends[1])
        self.path.symlink_to(os.ttyname(self._ends[1]))

    def _files(self) -> list[int]:
        return [self._ends[0]]

    def _read(self, file: int) -> bytes:
        return os.read(file, CHUNK)

    def babble(self, said: bytes) -> None:
        """Say something that nobody has asked."""
        self._say(said)

    def _say(self, answer: bytes) -> None:
        os.write(self._ends[0], answer)

    def _shut(self) -> None:
        self.path.unlink()
        for end in self._ends:
            os.close(end)
