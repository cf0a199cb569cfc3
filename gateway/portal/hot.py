"""Pages that a hundred phones ask for: drawn once per content and language, then only handed out.

Promises: a page with a new ETag is never served from an old drawing; what differs per visitor (a form's key)
is spliced into the finished bytes; a visitor who has the page already gets 304 and no body.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

KEY_MARK = "balai-key-is-spliced-in-here"
"""Stands in a drawn page where the visitor's own key goes: as long as a key, never seen by anybody."""

DRAWN_LIMIT = 2000
"""So many drawn pages are kept: a busy day's tickets in five languages."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A finished page, cut where the visitor's key goes."""

    etag: str
    pieces: tuple[bytes, ...]

    def with_key(self, key: str) -> bytes:
        """Return the whole page for one visitor."""
        return key.encode().join(self.pieces)


class HotPages:
    """The drawn pages of one kind, by language and whatever else tells them apart. For the event loop's thread only.

    ``edition`` is ``Site.edition``: version and face of the hall are part of every ETag.
    """

    def __init__(self, edition: Callable[[], str]) -> None:
        self._edition = edition
        self._drawn: dict[tuple[str, ...], tuple[tuple[str, str], Drawing]] = {}

    def get(self, etag: str, identity: tuple[str, ...], draw: Callable[[], str]) -> Drawing:
        """Return the page ``identity`` as of ``etag``, drawing it only when nobody has asked for it before."""
        made_from = (self._edition(), etag)
        known = self._drawn.get(identity)
        if known is not None and known[0] == made_from:
            return known[1]
        if len(self._drawn) >= DRAWN_LIMIT:
            self._drawn.clear()
        drawing = Drawing(etag_of(*made_from), tuple(draw().encode().split(KEY_MARK.encode())))
        self._drawn[identity] = (made_from, drawing)
        return drawing


def etag_of(*parts: object) -> str:
    """Return a strong ETag that names ``parts``."""
    return '"' + hashlib.sha256("\0".join(str(part) for part in parts).encode()).hexdigest()[:20] + '"'


def has_already(request: Request, etag: str) -> bool:
    """Tell whether the visitor's copy is the one named ``etag``."""
    known = request.headers.get("if-none-match")
    return known is not None and (known == "*" or etag in (part.strip().removeprefix("W/") for part in known.split(",")))


def hot_response(request: Request, drawing: Drawing, key: str = "") -> Response:
    """Answer with the drawing, or with 304 when the visitor has it."""
    headers = {"etag": drawing.etag, "cache-control": "private, no-cache", "vary": "cookie"}
    if has_already(request, drawing.etag):
        return Response(status_code=304, headers=headers)
    return Response(drawing.with_key(key), headers=headers, media_type="text/html; charset=utf-8")
