"""The portal's own thread: uvicorn around the app, with a heart that can be heard.

Promises: a taken port is refused before anything starts; ``stop`` ends open streams first, so that it is
done in time; ``beats`` tells whether the event loop still turns.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import threading
from collections.abc import Callable

import uvicorn

from gateway.clock import Clock
from gateway.errors import Refusal
from gateway.portal.app import Portal

log = logging.getLogger(__name__)

BEAT_S = 1.0
SILENT_S = 10.0
"""An event loop that has not turned for so long is dead for whoever waits at it."""

BACKLOG = 1024
KEEP_ALIVE_S = 15
START_LIMIT_S = 20.0


class PortalServer:
    """Serves ``app`` on ``host``:``port`` in a named thread; port 0 takes a free one."""

    def __init__(self, app: Portal, host: str, port: int, clock: Clock) -> None:
        self._app = app
        self._host = host
        self._port = port
        self._clock = clock
        self._socket: socket.socket | None = None
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self._beat_at_s: float | None = None
        self._started = threading.Event()

    @property
    def port(self) -> int:
        """The port it listens on; the one asked for until it has started."""
        return self._port

    @property
    def beats(self) -> bool:
        """Whether the event loop has turned within the last ``SILENT_S``."""
        alive = self._thread is not None and self._thread.is_alive()
        return alive and self._beat_at_s is not None and self._clock.monotonic_s() - self._beat_at_s < SILENT_S

    def start(self) -> None:
        """Listen, then serve. Raises Refusal ``port-taken`` or ``port-refused`` before anything has begun."""
        self._socket = _listen(self._host, self._port)
        self._port = int(self._socket.getsockname()[1])
        configuration = uvicorn.Config(
            self._app, loop="asyncio", http="httptools", ws="none", lifespan="on", interface="asgi3",
            log_config=None, access_log=False, server_header=False, proxy_headers=False,
            backlog=BACKLOG, timeout_keep_alive=KEEP_ALIVE_S, timeout_graceful_shutdown=2,
        )  # fmt: skip
        self._server = _Server(configuration, self._begin_beating)
        self._thread = threading.Thread(target=self._run, args=(self._server, self._socket), name="portal", daemon=True)
        self._thread.start()
        if not self._started.wait(START_LIMIT_S) or not self._thread.is_alive():
            raise Refusal("internal")

    def stop(self, timeout_s: float = 4.0) -> bool:
        """End streams and requests; return whether all ended within ``timeout_s``."""
        if self._thread is None or self._server is None:
            return True
        self._app.end_streams()
        self._server.should_exit = True
        self._thread.join(timeout_s)
        if self._thread.is_alive():
            log.warning("event=portal-left-behind")
            return False
        return True

    def _run(self, server: uvicorn.Server, listener: socket.socket) -> None:
        try:
            server.run(sockets=[listener])
        finally:
            listener.close()
            self._started.set()

    def _begin_beating(self) -> None:
        loop = asyncio.get_running_loop()

        def beat() -> None:
            self._beat_at_s = self._clock.monotonic_s()
            loop.call_later(BEAT_S, beat)

        beat()
        self._started.set()


class _Server(uvicorn.Server):
    """Uvicorn's server that tells when it serves."""

    def __init__(self, configuration: uvicorn.Config, begun: Callable[[], None]) -> None:
        super().__init__(configuration)
        self._begun = begun

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start serving, then tell."""
        await super().startup(sockets)
        if self.started:
            self._begun()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol by name: asyncio sets TCP_NODELAY only on sockets that say it, and without it an answer waits 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_CLOEXEC, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        # Listening already here: a second hall that shares the address by SO_REUSEADDR is refused now, not later.
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise Refusal("port-taken", port=port) from error
        raise Refusal("port-refused", port=port, reason=error.strerror) from error
    listener.setblocking(False)  # noqa: FBT003 - the socket module knows no other way
    return listener
