"""Live streams (server-sent events): one writer, the same bytes for everybody.

Promises: every open stream gets the newest message; a slow reader skips older ones and costs no memory (a message
is the whole state, so nothing is missed); a stream that is full or stopping says so and the page polls instead;
all streams end within a moment of ``end``, so that a hall with streams open still stops in time.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from starlette.types import Message, Receive, Scope, Send

from gateway.errors import Refusal

log = logging.getLogger(__name__)

PING_S = 15.0
"""A silent stream says so often that it is alive."""

STREAM_LIMIT = 800
"""More streams than any hall has screens; beyond, pages fall back to polling."""

SEND_LIMIT_S = 30.0
"""A reader that takes nothing for so long is gone; seen at the next ping."""

HEAD: Message = {
    "type": "http.response.start",
    "status": 200,
    "headers": [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
    ],
}

PING = b": masih di sini\n\n"

GONE = "the reader is gone"
"""Why a stream's task is cancelled, told from every other cancelling."""


class _Stream:
    """One open stream: the task that serves it, and since when it waits for its reader to take something."""

    __slots__ = ("sending_since_s", "task")

    def __init__(self, now_s: float) -> None:
        self.task = asyncio.current_task()
        self.sending_since_s: float | None = now_s

    def abandon(self) -> None:
        """End the serving of a reader who is gone."""
        if self.task is not None:
            self.task.cancel(GONE)


class Broadcaster:
    """Tells all open streams what ``compose`` says, each time ``tell`` is called.

    ``compose`` runs in the event loop and returns one finished server-sent event.
    """

    def __init__(
        self,
        compose: Callable[[], bytes],
        *,
        ping_s: float = PING_S,
        limit: int = STREAM_LIMIT,
        send_limit_s: float = SEND_LIMIT_S,
    ) -> None:
        self._compose = compose
        self._ping_s = ping_s
        self._limit = limit
        self._send_limit_s = send_limit_s
        self._loop: asyncio.AbstractEventLoop | None = None
        self._told = asyncio.Event()
        self._newest = b""
        self._pinging: asyncio.TimerHandle | None = None
        self._ended = False
        self._streams: set[_Stream] = set()

    @property
    def open(self) -> int:
        """How many streams are open now."""
        return len(self._streams)

    def begin(self) -> None:
        """Take the running event loop as the one writer's."""
        self._loop = asyncio.get_running_loop()
        self._newest = self._compose()
        self._pinging = self._loop.call_later(self._ping_s, self._ping)

    def tell(self) -> None:
        """Let every stream have the newest state. Safe from any thread; never blocks."""
        loop = self._loop
        if loop is not None and not self._ended:
            try:
                loop.call_soon_threadsafe(self._publish)
            except RuntimeError:
                log.debug("event=told-after-end")

    def end(self) -> None:
        """End every stream and refuse new ones. Safe from any thread."""
        self._ended = True
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._last_word)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one stream until its reader leaves or the hall stops (an ASGI application)."""
        del scope
        if self._ended:
            raise Refusal("hall-stopping")
        if self.open >= self._limit:
            raise Refusal("streams-full")
        stream = _Stream(self._now_s())
        self._streams.add(stream)
        leaving = asyncio.ensure_future(_until_gone(receive))
        leaving.add_done_callback(lambda _: stream.abandon())
        try:
            await send(HEAD)
            await self._stream(send, stream)
        except asyncio.CancelledError as gone:
            if GONE not in gone.args or stream.task is None:
                raise
            stream.task.uncancel()
        finally:
            self._streams.discard(stream)
            stream.task = None
            leaving.cancel()

    async def _stream(self, send: Send, stream: _Stream) -> None:
        part = b"retry: 2000\n\n" + self._newest
        seen = self._newest
        while True:
            stream.sending_since_s = self._now_s()
            await send({"type": "http.response.body", "body": part, "more_body": True})
            stream.sending_since_s = None
            if seen is self._newest and not self._ended:
                await self._told.wait()
            if self._ended:
                break
            part = PING if seen is self._newest else self._newest
            seen = self._newest
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _publish(self) -> None:
        newest = self._compose()
        if newest != self._newest:
            self._newest = newest
            self._wake()

    def _ping(self) -> None:
        for stream in tuple(self._streams):
            if stream.sending_since_s is not None and self._now_s() - stream.sending_since_s > self._send_limit_s:
                stream.abandon()
        self._wake()
        if self._loop is not None and not self._ended:
            self._pinging = self._loop.call_later(self._ping_s, self._ping)

    def _now_s(self) -> float:
        return self._loop.time() if self._loop is not None else 0.0

    def _wake(self) -> None:
        told, self._told = self._told, asyncio.Event()
        told.set()

    def _last_word(self) -> None:
        if self._pinging is not None:
            self._pinging.cancel()
        self._wake()


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def event(name: str, identity: str, data: str) -> bytes:
    """Return one server-sent event; ``data`` holds no line break (JSON)."""
    return f"event: {name}\nid: {identity}\ndata: {data}\n\n".encode()
