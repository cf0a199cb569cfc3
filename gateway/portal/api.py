"""The JSON API below ``/api/v1``: FastAPI, built when the first request for it comes.

Promises: FastAPI's import (a third of a second, 20 MB) delays no page; every error is RFC 9457 problem JSON from
``errors.py``; ``openapi.json`` describes everything, also what is served outside FastAPI for speed.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway import __version__
from gateway.errors import Refusal
from gateway.portal import problems
from gateway.portal.feature import Feature
from gateway.portal.site import Site

if TYPE_CHECKING:
    from fastapi import FastAPI
    from fastapi.exceptions import RequestValidationError

KEY_HEADER = "idempotency-key"
KEY_PATTERN = r"^[A-Za-z0-9_-]{8,80}$"

NEEDS_KEY: dict[str, Any] = {
    "parameters": [
        {"name": "Idempotency-Key", "in": "header", "required": True, "schema": {"type": "string", "pattern": KEY_PATTERN}}
    ]
}
"""Tells in ``openapi.json`` what ``key_of`` asks of every POST; given to a route as ``openapi_extra``."""

PROBLEM: dict[str, Any] = {
    "description": "What went wrong and what to do (RFC 9457); the codes are in docs/errors.md.",
    "content": {
        "application/problem+json": {
            "schema": {
                "title": "Problem",
                "type": "object",
                "required": ["type", "title", "status", "detail", "code", "remedy"],
                "properties": {
                    **{name: {"type": "string"} for name in ("title", "detail", "code", "remedy")},
                    "type": {"type": "string", "pattern": "^urn:balai:problem:"},
                    "status": {"type": "integer", "minimum": 400, "maximum": 599},
                },
            }
        }
    },
}
"""Tells in ``openapi.json`` what ``problems.answer`` says, whatever the route."""


class ApiDoor:
    """The ASGI application below ``/api/v1``; builds the API behind it once."""

    def __init__(self, site: Site, features: Sequence[Feature]) -> None:
        self._site = site
        self._features = features
        self._api: ASGIApp | None = None
        self._building = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        await (await self.open())(scope, receive, send)

    async def open(self) -> ASGIApp:
        """Return the API, building it in a worker thread if nobody has yet."""
        async with self._building:
            if self._api is None:
                self._api = await run_in_threadpool(build, self._site, self._features)
        return self._api


def build(site: Site, features: Sequence[Feature]) -> FastAPI:
    """Make the FastAPI application of all features."""
    from fastapi import APIRouter, FastAPI  # noqa: PLC0415 - its import delays no page, so it waits for the API's first request
    from fastapi.exceptions import RequestValidationError  # noqa: PLC0415 - as above
    from fastapi.routing import APIRoute  # noqa: PLC0415 - as above

    class ProblemRoute(APIRoute):
        """A route whose every error is answered here, so that none is logged twice or answered bare."""

        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            """Return the route's own work with the answer to errors around it."""
            work = super().get_route_handler()

            async def answered(request: Request) -> Response:
                try:
                    return await work(request)
                except RequestValidationError as error:
                    return problems.answer(site, request, _invalid(error))
                except Exception as error:  # noqa: BLE001 - the edge: it is answered and logged once, here
                    return problems.answer(site, request, error)

            return answered

    api = FastAPI(
        title=f"Balai Gateway: {site.hall_name}", version=__version__, docs_url=None, redoc_url=None,
        openapi_url="/openapi.json", servers=[{"url": "/api/v1"}], root_path_in_servers=False,
    )  # fmt: skip
    router = APIRouter(route_class=ProblemRoute, responses={"default": PROBLEM})
    for feature in features:
        feature.describe(router, site)
    api.include_router(router)

    @api.exception_handler(HTTPException)
    async def _routing_failed(request: Request, error: HTTPException) -> Response:
        return problems.answer(site, request, error)

    return api


def key_of(request: Request) -> str:
    """Return the request's idempotency key. Raises Refusal ``key-missing`` when there is none or it has another form."""
    key = request.headers.get(KEY_HEADER, "")
    if not re.fullmatch(KEY_PATTERN, key):
        raise Refusal("key-missing")
    return key


def _invalid(error: RequestValidationError) -> Refusal:
    """Name the first field that is wrong; an address that leads nowhere and a body that is no JSON have refusals of their own."""
    first = error.errors()[0]
    place = [str(part) for part in first["loc"]]
    if place[0] == "path":
        return Refusal("not-found")
    if first["type"] == "json_invalid" or place == ["body"]:
        return Refusal("body-unreadable")
    return Refusal("field-invalid", field=place[-1][:40])
