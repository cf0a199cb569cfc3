"""A wire between a browser and the portal that loses answers: what was asked arrives, and the connection dies before the answer.

Promises: only answers to POSTs are lost, as many as the test says; the rest passes, each request on a connection of its own.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

PIECE = 65536


class LossyWire:
    """Listens on loopback and passes on to ``port``. ``lose`` may be set at any time."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._to_lose = 0
        self.lost = 0
        """So many answers have been lost."""
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def lose(self, answers: int) -> None:
        """Lose the answers of the next so many POSTs."""
        with self._lock:
            self._to_lose = answers

    def close(self) -> None:
        """Listen no more."""
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._port))
                doomed = threading.Event()
                threading.Thread(target=self._forth, args=(near, far, doomed), daemon=True).start()
                threading.Thread(target=self._back, args=(far, near, doomed), daemon=True).start()

    def _forth(self, near: socket.socket, far: socket.socket, doomed: threading.Event) -> None:
        with suppress(OSError):
            while piece := near.recv(PIECE):
                with self._lock:
                    if piece.startswith(b"POST ") and self._to_lose:
                        self._to_lose -= 1
                        doomed.set()
                # A browser asks again by itself where a connection that it had kept dies: so it may keep none.
                far.sendall(piece.replace(b"Connection: keep-alive\r\n", b"Connection: close\r\n", 1))
        _hang_up(far)

    def _back(self, far: socket.socket, near: socket.socket, doomed: threading.Event) -> None:
        with suppress(OSError):
            while (piece := far.recv(PIECE)) and not doomed.is_set():
                near.sendall(piece)
        if doomed.is_set():
            self.lost += 1
        _hang_up(near)
        _hang_up(far)


def _hang_up(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()


@contextmanager
def lossy_wire(port: int) -> Iterator[LossyWire]:
    """Lay a wire to ``port`` and take it away in the end."""
    wire = LossyWire(port)
    try:
        yield wire
    finally:
        wire.close()
