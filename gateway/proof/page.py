"""The page that checks letters anywhere, without a server: one HTML file, and beside it the keys of the halls.

The keys stand in a script, so that the page works from a web server as from a stick. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files

PAGE, KEYS = "index.html", "kunci.js"
"""What the two files are called."""


@dataclass(frozen=True, slots=True)
class HallKey:
    """One key with which a hall signs letters."""

    hall: str
    """Ten digits."""
    key: str
    """As ``proof.key_name`` calls it."""
    public: str
    """32 bytes as ``proof.spelled`` writes them."""
    village: str
    """What the hall calls itself."""
    revoked: bool = False
    """Whether somebody else may hold it: what it signs is no longer believed."""


def verifier_page() -> str:
    """Return the HTML file."""
    return files("gateway.proof").joinpath("verifier.html").read_text(encoding="utf-8")


def verifier_keys(keys: Sequence[HallKey], withdrawn: Mapping[str, Mapping[str, str]]) -> str:
    """Return the script beside it; ``withdrawn`` gives by hall and number what took a letter's place, empty for nothing."""
    told = {"keys": [asdict(key) for key in keys], "withdrawn": withdrawn}
    return f"const BALAI = {json.dumps(told, ensure_ascii=True, sort_keys=True, indent=1)};\n"
