"""The rules of the guest book: what is asked of a guest, and no more."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

PURPOSES: Mapping[str, str] = {
    "office": "Urusan dinas",
    "visit": "Kunjungan atau belajar",
    "meeting": "Rapat atau undangan",
    "business": "Usaha atau penawaran",
    "research": "Penelitian atau praktik kerja",
    "other": "Lainnya",
}
"""Why somebody comes, by key."""
NAME_LIMIT, INSTITUTION_LIMIT, WORDS_LIMIT = 80, 100, 200
DAYS_SHOWN = 366


@dataclass(frozen=True, slots=True)
class Guest:
    """What a guest writes."""

    name: str
    institution: str
    """May be empty."""
    purpose: str
    """A key of ``PURPOSES``."""
    words: str
    """What for, in the guest's own words; may be empty."""


def fingerprint_of(guest: Guest) -> str:
    """Return 16 bits that tell one entry from another: enough to see a changed form, too few to guess a name from."""
    told = [guest.name, guest.institution, guest.purpose, guest.words]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:4]
