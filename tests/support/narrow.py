"""A narrow wire between a hall and its broker: so many bits a second each way, and every byte counted.

A relay on loopback between two sockets. Its own buffers are small, so that what the hall has handed over and the wire has not
carried stays in the hall's socket, as it does on a slow modem. What is counted is what TCP carries: MQTT with all its headers.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

PIECE_BYTES = 1448
"""One segment of TCP on Ethernet."""
BUFFER_BYTES = 4096


class NarrowWire:
    """Listens on loopback and carries to ``port``, at ``bits_per_s`` each way; None: as fast as it can, only counting."""

    def __init__(self, port: int, bits_per_s: int | None = None) -> None:
        self.up_bytes = 0
        self.down_bytes = 0
        self._port = port
        self._bytes_per_s = bits_per_s / 8 if bits_per_s else None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
        self._closing = threading.Event()
        self.address = f"mqtt://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def bytes(self) -> int:
        """What was carried so far, both ways."""
        return self.up_bytes + self.down_bytes

    def close(self) -> None:
        """Listen and carry no more."""
        self._closing.set()
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._port))
                for one in (near, far):
                    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                far.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
                threading.Thread(target=self._carry, args=(near, far, "up_bytes"), daemon=True).start()
                threading.Thread(target=self._carry, args=(far, near, "down_bytes"), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket, counter: str) -> None:
        free_at_s = time.monotonic()
        with suppress(OSError):
            while (piece := source.recv(PIECE_BYTES)) and not self._closing.is_set():
                setattr(self, counter, getattr(self, counter) + len(piece))
                if self._bytes_per_s:
                    free_at_s = max(free_at_s, time.monotonic()) + len(piece) / self._bytes_per_s
                    self._closing.wait(max(0.0, free_at_s - time.monotonic()))
                sink.sendall(piece)
        for one in (source, sink):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


@contextmanager
def narrow_wire(port: int, bits_per_s: int | None = None) -> Iterator[NarrowWire]:
    """Lay a wire to ``port`` and take it away in the end."""
    wire = NarrowWire(port, bits_per_s)
    try:
        yield wire
    finally:
        wire.close()
