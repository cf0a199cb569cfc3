"""Opening hours and holidays as people type them, turned into the one way in which they are kept.

Promises: what is kept is always read back as it is; what cannot be understood is refused with that part of it, never guessed.
"""

from __future__ import annotations

import re
from datetime import date

from gateway.tickets import hours

USUAL_WEEK = ("08.00-12.00, 13.00-15.30",) * 4 + ("08.00-11.30, 13.00-15.30", "", "")
"""Monday to Sunday of most village halls."""

OFF = frozenset({"", "-", "tutup", "libur", "closed", "off"})
CLOCK = r"(\d{1,2})(?:[.:](\d{2}))?"
SPAN = re.compile(rf"{CLOCK}\s*(?:-|\N{{EN DASH}}|\N{{EM DASH}}|sampai|s/d|s\.d\.|sd|hingga|to)\s*{CLOCK}")
BETWEEN = re.compile(r"\s*(?:,|;|\bdan\b|\band\b|&)\s*")
TOUCHING = re.compile(r"(?<=\d)\s+(?=\d)")
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januari january jan", "februari february pebruari feb", "maret march mar", "april apr", "mei may", "juni june jun",
            "juli july jul", "agustus august agu aug", "september sept sep", "oktober october okt oct", "november nopember nov",
            "desember december des dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})")
USUAL = re.compile(r"(?P<day>\d{1,2})(?:[-/. ])(?P<month>\d{1,2}|[a-z]+)(?:[-/. ])(?P<year>\d{4})")


def day_hours(text: str) -> str:
    """Return the hours of one day, for example ``8-12 dan 13:00 s/d 15.30`` as ``08.00-12.00, 13.00-15.30``.

    Raises ValueError with the part that makes no sense.
    """
    plain = " ".join(text.lower().replace("wib", " ").replace("pukul", " ").replace("jam", " ").split())
    if plain in OFF:
        return ""
    kept: list[str] = []
    for part in filter(None, BETWEEN.split(TOUCHING.sub(", ", plain))):
        found = SPAN.fullmatch(part)
        if found is None:
            raise ValueError(part)
        from_hour, from_minute, until_hour, until_minute = (int(group or 0) for group in found.groups())
        kept.append(f"{from_hour:02d}.{from_minute:02d}-{until_hour:02d}.{until_minute:02d}")
    canonical = ", ".join(kept)
    try:
        hours.spans(canonical)
    except ValueError as error:
        raise ValueError(plain) from error
    return canonical


def holidays(text: str) -> tuple[str, ...]:
    """Return one holiday for each line, for example ``25 Desember 2026 Natal`` as ``2026-12-25 Natal``, the earliest first.

    Raises ValueError with the line that makes no sense.
    """
    kept = {_holiday(line) for line in (" ".join(one.split()) for one in text.splitlines()) if line}
    return tuple(sorted(kept))


def _holiday(line: str) -> str:
    found = ISO.match(line) or USUAL.match(line.lower())
    if found is None:
        raise ValueError(line)
    month = found["month"]
    number = int(month) if month.isdigit() else MONTHS.get(month, 0)
    try:
        on = date(int(found["year"]), number, int(found["day"]))
    except ValueError as error:
        raise ValueError(line) from error
    name = line[found.end() :].strip(" ,:;-\N{EN DASH}")
    if not name.isprintable():
        raise ValueError(line)
    return f"{on.isoformat()} {name}".strip()
