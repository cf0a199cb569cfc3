"""A refusal as the reader needs it: a page with a sentence and a remedy, or RFC 9457 problem JSON.

Nothing else answers errors, so a status, its code and its words always agree.
"""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from urllib.parse import quote, urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.errors import Refusal
from gateway.portal.i18n import Words, words
from gateway.portal.site import Site

log = logging.getLogger(__name__)

RETRY_AFTER_S = 5
"""When to come again after a 503."""

API = "/api/"


def refusal_of(error: Exception) -> Refusal:
    """Return the refusal that tells of ``error``; ``internal`` for what nobody foresaw."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, HTTPException):
        known = {404: "not-found", 405: "method-not-allowed", 400: "body-unreadable"}
        return Refusal(known.get(error.status_code, "body-unreadable"))
    return Refusal("internal")


def answer(site: Site, request: Request, error: Exception) -> Response:
    """Answer ``request`` with what went wrong: as JSON below ``/api/``, else as a page, or with the way to sign in."""
    refusal = refusal_of(error)
    if refusal.fault.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("event=request-failed code=%s path=%s", refusal.code, _route_of(request), exc_info=error)
    headers = {"cache-control": "no-store", **retry_after(refusal)}
    if isinstance(error, HTTPException) and error.headers:
        headers |= {name.lower(): text for name, text in error.headers.items()}
    speak = words(site.language_of(request))
    if request.url.path.startswith(API):
        if refusal.fault.status == HTTPStatus.UNAUTHORIZED:
            headers["www-authenticate"] = "Bearer"
        return Response(problem(refusal, speak), refusal.fault.status, headers, "application/problem+json")
    if refusal.code == "sign-in-needed":
        return _to_sign_in(site, request, headers)
    page = site.page(
        "problem.html", speak.language, "/", sentence=sentence(refusal, speak), remedy=remedy(refusal, speak), back=_back(request)
    )
    return Response(page, refusal.fault.status, headers, "text/html; charset=utf-8")


def _back(request: Request) -> str:
    """Return the path of the hall's own page whose form or link was refused, so that nobody has to begin anew; empty for none."""
    try:
        page = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return ""
    is_ours = page.netloc.lower() == request.headers.get("host", "").lower() and page.path.startswith("/")
    is_itself = page.path == request.url.path and request.method in {"GET", "HEAD"}
    return page.path if is_ours and not is_itself and not page.path.startswith("//") else ""


def _to_sign_in(site: Site, request: Request, headers: dict[str, str]) -> Response:
    """Lead to where one signs in and from there back; that page judges whether the way back is one of the hall's."""
    path = site.link("/masuk", site.language_of(request))
    back = quote(request.url.path)
    return RedirectResponse(f"{path}{'&' if '?' in path else '?'}lanjut={back}", HTTPStatus.SEE_OTHER, headers)


def problem(refusal: Refusal, speak: Words) -> bytes:
    """Return the body of an RFC 9457 answer."""
    return json.dumps(
        {
            "type": f"urn:balai:problem:{refusal.code}",
            "title": sentence(refusal, speak),
            "status": refusal.fault.status,
            "detail": f"{sentence(refusal, speak)} {remedy(refusal, speak)}",
            "code": refusal.code,
            "remedy": remedy(refusal, speak),
        },
        ensure_ascii=False,
    ).encode()


def sentence(refusal: Refusal, speak: Words) -> str:
    """Return what happened, in the reader's language."""
    return speak.tell(refusal.fault.sentence, refusal.facts)


def remedy(refusal: Refusal, speak: Words) -> str:
    """Return what to do, in the reader's language."""
    return speak.tell(refusal.fault.remedy, refusal.facts)


def retry_after(refusal: Refusal) -> dict[str, str]:
    """Return the header that tells when to come again, for delays and full storage."""
    if refusal.fault.status == HTTPStatus.TOO_MANY_REQUESTS:
        return {"retry-after": str(refusal.facts.get("wait_s", RETRY_AFTER_S))}
    return {"retry-after": str(RETRY_AFTER_S)} if refusal.fault.status == HTTPStatus.SERVICE_UNAVAILABLE else {}


def _route_of(request: Request) -> str:
    """Return the pattern of the address, never the address: it may hold a ticket's token."""
    return getattr(request.scope.get("route"), "path", "unknown")
