"""How the hall is: ``/kesehatan`` for people, ``/healthz`` for programs. The same findings as ``gateway check``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from gateway.portal.hot import etag_of, has_already
from gateway.portal.i18n import words
from gateway.portal.site import Site


class _Verdict(Protocol):
    @property
    def sentence(self) -> str: ...
    @property
    def remedy(self) -> str: ...


class HealthFinding(Protocol):
    """What is needed of ``checks.finding.Finding``."""

    @property
    def check(self) -> str:
        """The name of the check."""

    @property
    def level(self) -> int:
        """0 good, 1 warning, 2 broken."""

    @property
    def verdict(self) -> _Verdict:
        """Its sentence and remedy, with ``{facts}``."""

    @property
    def facts(self) -> Mapping[str, object]:
        """What fills the ``{braces}``."""


class Healthy(Protocol):
    """What is needed of ``health.Health``."""

    def findings(self) -> Sequence[HealthFinding]:
        """Return what every check found, the worst first. May take a moment: asked in a worker thread."""

    def alive(self) -> bool:
        """Whether everything essential lives."""


class HealthPages:
    """The pages about the hall itself."""

    def __init__(self, health: Healthy, site: Site) -> None:
        self._health = health
        self._site = site

    def routes(self) -> list[BaseRoute]:
        """Return both routes."""
        return [Route("/kesehatan", self._page), Route("/healthz", self._ready)]

    async def _page(self, request: Request) -> Response:
        findings = await run_in_threadpool(self._health.findings)
        language = self._site.language_of(request)
        speak = words(language)
        told = [
            {
                "level": int(finding.level),
                "sentence": speak.tell(finding.verdict.sentence, finding.facts),
                "remedy": speak.tell(finding.verdict.remedy, finding.facts),
            }
            for finding in findings
        ]
        worst = max((int(finding.level) for finding in findings), default=0)
        etag = etag_of(self._site.edition(), language, told)
        headers = {"etag": etag, "cache-control": "private, no-cache", "vary": "cookie"}
        if has_already(request, etag):
            return Response(status_code=304, headers=headers)
        page = self._site.page("health.html", language, "/kesehatan", findings=told, worst=worst)
        return Response(page, headers=headers, media_type="text/html; charset=utf-8")

    async def _ready(self, _request: Request) -> Response:
        alive = await run_in_threadpool(self._health.alive)
        return PlainTextResponse("ok\n" if alive else "not ready\n", 200 if alive else 503, {"cache-control": "no-store"})
