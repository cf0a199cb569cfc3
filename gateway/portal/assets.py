"""Style, scripts and pictures: read once, compressed once, cached by browsers for ever.

A file's address carries the hash of its content, so a new version has a new address and an old one is
never shown by mistake.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from gateway.errors import Refusal

TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}

COLOURED = "portal.css"
"""The style sheet that a theme's colours end: one request for both."""

FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is served."""

    content: bytes
    compressed: bytes
    media_type: str


class Assets:
    """All static files of the portal and its features, by the address under which they are served.

    ``theme`` is the folder of the regency's own pictures, and of its ``colours.css``.
    """

    def __init__(self, folders: Iterable[Path], theme: Path) -> None:
        self._by_address: dict[str, Asset] = {}
        self._address_by_name: dict[str, str] = {}
        self._colours = (theme / "colours.css").read_bytes()
        for picture in sorted(theme.glob("*.svg")):
            self._add(picture)
        for folder in folders:
            # Style sheets come last: they name pictures, whose addresses must be known by then.
            for file in sorted(folder.glob("*.*"), key=lambda one: (one.suffix == ".css", one.name)):
                if file.suffix in TYPES:
                    self._add(file)

    def address(self, name: str) -> str:
        """Return where the file ``name`` is served, for example ``/static/portal.1f2e3d4c.css``. Raises KeyError."""
        return self._address_by_name[name]

    def has(self, address: str) -> bool:
        """Return whether a file is served there."""
        return address in self._by_address

    def _add(self, file: Path) -> None:
        content = file.read_bytes()
        if file.name == COLOURED:
            content += self._colours
        if file.suffix == ".css":
            for name, known in self._address_by_name.items():
                content = content.replace(f"url(/static/{name})".encode(), f"url({known})".encode())
        digest = hashlib.sha256(content).hexdigest()[:10]
        address = f"/static/{file.stem}.{digest}{file.suffix}"
        # mtime=0: the same file is the same bytes on every hall.
        self._by_address[address] = Asset(content, gzip.compress(content, 9, mtime=0), TYPES[file.suffix])
        self._address_by_name[file.name] = address

    def serve(self, request: Request) -> Response:
        """Answer with the file asked for. Raises Refusal ``not-found``."""
        asset = self._by_address.get(request.url.path)
        if asset is None:
            raise Refusal("not-found")
        headers = {"cache-control": FOR_EVER, "vary": "accept-encoding"}
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(asset.compressed, headers={**headers, "content-encoding": "gzip"}, media_type=asset.media_type)
        return Response(asset.content, headers=headers, media_type=asset.media_type)
