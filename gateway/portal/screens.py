"""Which screens give a sign of life: a TV that stands still must not go unnoticed.

A page on a wall posts to ``/papan/denyut`` while it paints, with the screen's name and a number it made for itself.
Promises: kept in memory only, bounded, nothing personal; a page that is closed says so and is not missed; a screen that
was loaded anew is the same screen; any thread may ask.
"""

from __future__ import annotations

import re
import threading

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.clock import Clock
from gateway.errors import Refusal
from gateway.portal.forms import read_form

SILENT_S = 60.0
"""A screen that has given no sign for so long stands still, or is dark."""
FORGOTTEN_S = 14 * 3600.0
"""A screen that was there on another day is not missed."""
SCREEN_LIMIT = 32
"""More pages than any hall has walls: a flood of made-up ones fills no memory."""

NAME = re.compile(r"[a-z0-9-]{1,24}")


class Screens:
    """The screens of the hall that have shown themselves."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._beaten_at_s: dict[tuple[str, str], float] = {}
        """By the screen's name and its page."""

    def beat(self, name: str, page: str) -> None:
        """Note that this page of this screen paints; pages of the screen that have fallen silent are replaced by it."""
        now_s = self._clock.monotonic_s()
        with self._lock:
            silent = [one for one, at_s in self._beaten_at_s.items() if one[0] == name and now_s - at_s > SILENT_S]
            for one in silent:
                del self._beaten_at_s[one]
            self._beaten_at_s.pop((name, page), None)
            self._beaten_at_s[name, page] = now_s
            while len(self._beaten_at_s) > SCREEN_LIMIT:
                del self._beaten_at_s[next(iter(self._beaten_at_s))]

    def leave(self, name: str, page: str) -> None:
        """Forget a page that was closed."""
        with self._lock:
            self._beaten_at_s.pop((name, page), None)

    def silence(self) -> dict[str, float]:
        """Return for each screen of today the seconds since its newest sign of life."""
        now_s = self._clock.monotonic_s()
        with self._lock:
            newest: dict[str, float] = {}
            for (name, _), at_s in self._beaten_at_s.items():
                newest[name] = max(at_s, newest.get(name, at_s))
        return {name: now_s - at_s for name, at_s in newest.items() if now_s - at_s < FORGOTTEN_S}

    def routes(self) -> list[BaseRoute]:
        """Return where screens give their sign."""
        return [Route("/papan/denyut", self._sign, methods=["POST"])]

    async def _sign(self, request: Request) -> Response:
        fields = await read_form(request)
        name, page = fields.get("layar", ""), fields.get("halaman", "")
        if not NAME.fullmatch(name) or not NAME.fullmatch(page):
            raise Refusal("field-invalid", field="layar")
        if fields.get("pulang"):
            self.leave(name, page)
        else:
            self.beat(name, page)
        return Response(status_code=204, headers={"cache-control": "no-store"})
