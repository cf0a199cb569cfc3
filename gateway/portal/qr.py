"""An address as a QR code that stands in a page: an SVG path, so that it costs no request and no script."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import segno

QUIET = 4
"""Modules of white around a code, as readers need it."""


@dataclass(frozen=True, slots=True)
class QrCode:
    """A square code."""

    side: int
    """Modules to a side, with the white around."""
    path: str
    """The ``d`` of an SVG path that fills the dark modules."""


@lru_cache(maxsize=512)
def qr_code(address: str) -> QrCode:
    """Return ``address`` as a code with medium redundancy."""
    matrix = segno.make(address, error="m", micro=False).matrix
    runs = []
    for y, row in enumerate(matrix):
        x = 0
        while x < len(row):
            length = 1
            while x + length < len(row) and row[x + length] == row[x]:
                length += 1
            if row[x]:
                runs.append(f"M{x + QUIET} {y + QUIET}h{length}v1h-{length}z")
            x += length
    return QrCode(len(matrix) + 2 * QUIET, "".join(runs))
