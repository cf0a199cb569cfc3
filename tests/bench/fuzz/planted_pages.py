"""The controls of the pages: a form and an API call with a fault each, which the fuzzing must find."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

import httpx
import uvicorn
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse

from tests.bench.fuzz import api, forms
from tests.bench.fuzz.parser import Ran

INPUTS = 300
START_LIMIT_S = 20.0
PAGE = '<form method="post" action="/jumlah"><input name="jumlah" value="3"><button name="kirim">Kirim</button></form>'


def planted_pages(chosen: int) -> dict[str, Ran]:
    """Return what the fuzzing finds in a form that trusts its field, and in an API that trusts a number."""
    randomness, found = Random(chosen), Ran()
    with _served(_trusting()) as address:
        with httpx.Client(base_url=address, timeout=forms.ANSWER_LIMIT_S, trust_env=False) as client:
            places = forms.walked(client, ["/"])
            for _ in range(INPUTS):
                forms._send(client, randomness.choice(places), randomness, found, Counter())
        called = api.run(address, chosen, "none", examples=20, most_s=20)
    return {"trusting-form": found, "trusting-api": called}


def _trusting() -> FastAPI:
    app = FastAPI()

    async def show() -> HTMLResponse:
        return HTMLResponse(PAGE)

    async def count(request: Request) -> HTMLResponse:
        fields = dict(one.split(b"=", 1) for one in (await request.body()).split(b"&"))
        return HTMLResponse(str(int(fields[b"jumlah"])))

    async def share(parts: int) -> dict[str, int]:
        """Share a hundred among so many."""
        return {"each": 100 // parts}

    app.add_api_route("/", show, include_in_schema=False)
    app.add_api_route("/jumlah", count, methods=["POST"], include_in_schema=False)
    app.add_api_route("/bagi", share)
    return app


@contextmanager
def _served(app: FastAPI) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until_s = time.monotonic() + START_LIMIT_S
    while not server.started and time.monotonic() < until_s:
        threading.Event().wait(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(START_LIMIT_S)
