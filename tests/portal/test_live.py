"""Live streams: readers that leave, readers that take nothing, and an end in time."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gateway.errors import Refusal
from gateway.portal.live import Broadcaster

SOON_S = 5.0


class Reader:
    """An ASGI visitor of a stream, who reads, stops reading or leaves as the test says."""

    def __init__(self) -> None:
        self.read: list[bytes] = []
        self.news = asyncio.Event()
        self.left = asyncio.Event()
        self.reading = asyncio.Event()
        self.reading.set()

    async def receive(self) -> dict[str, Any]:
        """Tell nothing until the reader leaves."""
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        """Take what is sent, when the reader reads."""
        await self.reading.wait()
        self.read.append(message.get("body", b""))
        self.news.set()

    async def reads(self, text: bytes) -> None:
        """Return when ``text`` was read."""
        async with asyncio.timeout(SOON_S):
            while text not in b"".join(self.read):
                self.news.clear()
                await self.news.wait()


def visit(stream: Broadcaster, reader: Reader) -> asyncio.Task[None]:
    """Let a reader open the stream."""
    return asyncio.create_task(stream({"type": "http"}, reader.receive, reader.send))


def test_every_reader_gets_the_newest_and_whoever_leaves_makes_room() -> None:
    """The stream of a reader who is gone ends without an error, and another may come."""

    async def walk() -> None:
        said = [b"satu"]
        stream = Broadcaster(lambda: said[0], limit=1)
        stream.begin()
        reader = Reader()
        visited = visit(stream, reader)
        await reader.reads(b"satu")
        with pytest.raises(Refusal):
            await stream({"type": "http"}, reader.receive, reader.send)
        said[0] = b"dua"
        stream.tell()
        await reader.reads(b"dua")
        reader.left.set()
        async with asyncio.timeout(SOON_S):
            await visited
        assert stream.open == 0
        stream.end()

    asyncio.run(walk())


def test_a_reader_that_takes_nothing_is_gone_at_a_ping() -> None:
    """A phone that fell into the river holds no stream for ever."""

    async def walk() -> None:
        stream = Broadcaster(lambda: b"satu", ping_s=0.01, send_limit_s=0.0)
        stream.begin()
        reader = Reader()
        reader.reading.clear()
        async with asyncio.timeout(SOON_S):
            await visit(stream, reader)
        assert stream.open == 0
        stream.end()

    asyncio.run(walk())


def test_the_end_of_the_hall_ends_every_stream_in_order() -> None:
    """Each reader gets the last, empty piece, and new ones are refused kindly."""

    async def walk() -> None:
        stream = Broadcaster(lambda: b"satu")
        stream.begin()
        readers = [Reader() for _ in range(3)]
        visits = [visit(stream, reader) for reader in readers]
        for reader in readers:
            await reader.reads(b"satu")
        stream.end()
        async with asyncio.timeout(SOON_S):
            await asyncio.gather(*visits)
        assert [reader.read[-1] for reader in readers] == [b"", b"", b""]
        with pytest.raises(Refusal):
            await stream({"type": "http"}, readers[0].receive, readers[0].send)

    asyncio.run(walk())


def test_a_cancelled_stream_stays_cancelled() -> None:
    """Only a reader who is gone is no error: the server's own cancelling is not swallowed."""

    async def walk() -> None:
        stream = Broadcaster(lambda: b"satu")
        stream.begin()
        reader = Reader()
        visited = visit(stream, reader)
        await reader.reads(b"satu")
        visited.cancel()
        with pytest.raises(asyncio.CancelledError):
            await visited
        stream.end()

    asyncio.run(walk())
