"""Moments and uptimes as the hall writes them, by the thousand: texts to milliseconds, and back to the very same texts. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import repeat

_MS = timedelta(milliseconds=1)
_HOUR_S = 3600
_UPTIME = r"(?:0|[1-9][0-9]*)\.[0-9]{3}"
_UPTIMES = re.compile(rf"{_UPTIME}(?:\n{_UPTIME})*", re.ASCII)
_THREE_DIGITS = [f"{number:03}" for number in range(1000)]
_SECONDS_OF_HOUR = [f"{minute:02}:{second:02}." for minute in range(60) for second in range(60)]
_MS_OF_DIGITS = {digits: ms for ms, digits in enumerate(_THREE_DIGITS)}
_MS_OF_SECONDS = {text: second * 1000 for second, text in enumerate(_SECONDS_OF_HOUR)}


def read_times(texts: Sequence[str]) -> list[int]:
    """Return the milliseconds from the first to each of ``texts`` (at least one), such as ``2026-11-23T09:14:03.120+07:00``.

    Raises ValueError or LookupError for one that ``write_times`` would not give back as it is: of another form, or of another offset than the first.
    """
    offset, hours_ms = texts[0][23:], _HoursMs(texts[0][:14])
    if {text[23:] for text in texts} != {offset} or datetime.fromisoformat(texts[0]).isoformat(timespec="milliseconds") != texts[
        0
    ]:
        raise ValueError("not all of one offset")
    moments_ms = [hours_ms[text[:14]] + _MS_OF_SECONDS[text[14:20]] + _MS_OF_DIGITS[text[20:23]] for text in texts]
    first_ms = moments_ms[0]
    return [moment_ms - first_ms for moment_ms in moments_ms]


def write_times(first: str, moments_ms: Sequence[int]) -> list[str]:
    """Return the texts of moments so long after ``first``. Raises ValueError or OverflowError for what has none."""
    began = datetime.fromisoformat(first)
    hour = began.replace(minute=0, second=0, microsecond=0, tzinfo=None)
    start_ms = (began.replace(tzinfo=None) - hour) // _MS
    offset = began.isoformat(timespec="milliseconds")[23:]
    hours = _Hours(hour)
    return [
        f"{hours[seconds // _HOUR_S]}{_SECONDS_OF_HOUR[seconds % _HOUR_S]}{_THREE_DIGITS[rest_ms]}{offset}"
        for seconds, rest_ms in map(divmod, [start_ms + moment_ms for moment_ms in moments_ms], repeat(1000))
    ]


def read_uptimes(texts: Sequence[str]) -> list[int]:
    """Return the milliseconds of ``texts`` such as ``812345.120``. Raises ValueError for one that ``write_uptimes`` would not give back as it is."""
    lines = "\n".join(texts)
    if not _UPTIMES.fullmatch(lines):
        raise ValueError("not all in the hall's form")
    return list(map(int, lines.replace(".", "").split("\n")))


def write_uptimes(uptimes_ms: Iterable[int]) -> list[str]:
    """Return the texts of uptimes."""
    return [f"{seconds}.{_THREE_DIGITS[rest_ms]}" for seconds, rest_ms in map(divmod, uptimes_ms, repeat(1000))]


class _Hours(dict[int, str]):
    """The texts of the hours since one of them: ``2026-11-23T09:``."""

    def __init__(self, first: datetime) -> None:
        super().__init__()
        self._first = first

    def __missing__(self, hours: int) -> str:
        text = self[hours] = (self._first + timedelta(hours=hours)).isoformat(timespec="hours") + ":"
        return text


class _HoursMs(dict[str, int]):
    """The milliseconds from an hour to others, by their texts."""

    def __init__(self, first: str) -> None:
        super().__init__()
        self._first = datetime.fromisoformat(f"{first}00")

    def __missing__(self, text: str) -> int:
        hour = datetime.fromisoformat(f"{text}00")
        if f"{hour.isoformat(timespec='hours')}:" != text:
            raise ValueError("not an hour in the hall's form")
        ms = self[text] = (hour - self._first) // _MS
        return ms
