"""A page may take larger bodies than others, by its own limit, and only a few at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from gateway.errors import Refusal
from gateway.portal.access import BODY_LIMIT_BYTES, LARGE_BODIES_AT_ONCE, Access
from gateway.portal.visitor import Networks

LARGE_BYTES = 100_000


async def _count(scope: Scope, receive: Receive, send: Send) -> None:
    body = await Request(scope, receive).body()
    await PlainTextResponse(str(len(body)))(scope, receive, send)


def _told(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return PlainTextResponse(error.code, error.fault.status)


def _guarded() -> Access:
    return Access(_count, ("hall",), "http://hall", Networks(), _told, {"/atur/suara": LARGE_BYTES})


def _post(path: str, *bodies: bytes | AsyncIterator[bytes]) -> list[str]:
    """Send all bodies at once; return what is answered to each."""

    async def send_all() -> list[str]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(_guarded()), base_url="http://hall") as client:
            answers = await asyncio.gather(*(client.post(path, content=body) for body in bodies))
        return [answer.text for answer in answers]

    return asyncio.run(send_all())


@pytest.mark.parametrize(
    ("path", "size", "said"),
    [
        ("/atur/suara", LARGE_BYTES, str(LARGE_BYTES)),
        ("/atur/suara/jv", LARGE_BYTES, str(LARGE_BYTES)),
        ("/atur/suara", LARGE_BYTES + 1, "body-too-large"),
        ("/atur/suaramu", BODY_LIMIT_BYTES + 1, "body-too-large"),
        ("/atur", BODY_LIMIT_BYTES + 1, "body-too-large"),
        ("/atur", BODY_LIMIT_BYTES, str(BODY_LIMIT_BYTES)),
    ],
)
def test_a_page_has_its_own_limit(path: str, size: int, said: str) -> None:
    """It counts for the page and those below it, to the byte, and for no other."""
    assert _post(path, bytes(size)) == [said]


def test_a_body_that_does_not_say_its_size_gets_the_usual_limit() -> None:
    """Browsers say how large a form is; whoever does not is not believed to need more."""

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(5):
            yield bytes(16_384)

    assert _post("/atur/suara", chunks()) == ["body-too-large"]


def test_only_a_few_large_bodies_are_kept_at_once() -> None:
    """A crowd of uploads cannot fill the memory; small forms pass beside them, and the next upload after them."""

    async def crowd() -> list[str]:
        arrived, go_on = asyncio.Semaphore(0), asyncio.Event()

        async def slow() -> AsyncIterator[bytes]:
            arrived.release()
            await go_on.wait()
            yield bytes(LARGE_BYTES)

        async with httpx.AsyncClient(transport=httpx.ASGITransport(_guarded()), base_url="http://hall") as client:
            size = {"content-length": str(LARGE_BYTES)}
            kept = [
                asyncio.ensure_future(client.post("/atur/suara", content=slow(), headers=size))
                for _ in range(LARGE_BODIES_AT_ONCE)
            ]
            for _ in kept:
                await arrived.acquire()
            refused = await client.post("/atur/suara", content=bytes(LARGE_BYTES))
            small = await client.post("/atur/suara", content=b"on=1")
            go_on.set()
            answers = [await one for one in kept]
            after = await client.post("/atur/suara", content=bytes(LARGE_BYTES))
        return [refused.text, small.text, *(one.text for one in answers), after.text]

    large = str(LARGE_BYTES)
    assert asyncio.run(crowd()) == ["uploads-full", "4", *[large] * LARGE_BODIES_AT_ONCE, large]


async def _count_pieces(scope: Scope, receive: Receive, send: Send) -> None:
    sizes = [len(piece) async for piece in Request(scope, receive).stream() if piece]
    await PlainTextResponse(f"{sum(sizes)} in {len(sizes)}")(scope, receive, send)


@pytest.mark.parametrize(
    ("path", "kind", "pieces", "said"),
    [
        ("/atur/film", "multipart/form-data; boundary=x", 5, "81920 in 5"),
        ("/atur/film", "multipart/form-data; boundary=x", 7, "body-too-large"),
        ("/atur/film", "application/x-www-form-urlencoded", 5, "body-too-large"),
        ("/atur/filmku", "multipart/form-data; boundary=x", 5, "body-too-large"),
    ],
)
def test_a_form_with_a_file_is_passed_on_in_pieces(path: str, kind: str, pieces: int, said: str) -> None:
    """Never whole in memory, and no further than the limit, also when its size was not told; other bodies stay small there."""

    async def send() -> str:
        async def film() -> AsyncIterator[bytes]:
            for _ in range(pieces):
                yield bytes(16_384)

        guarded = Access(_count_pieces, ("hall",), "http://hall", Networks(), _told, files={"/atur/film": LARGE_BYTES})
        async with httpx.AsyncClient(transport=httpx.ASGITransport(guarded), base_url="http://hall") as client:
            return (await client.post(path, content=film(), headers={"content-type": kind})).text

    assert asyncio.run(send()) == said
