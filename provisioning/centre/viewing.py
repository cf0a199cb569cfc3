"""Shows people what the centre has received, as tables in the terminal."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from datetime import date, datetime

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from gateway.clock import Clock
from provisioning.centre.reader import CentreReader
from provisioning.centre.watching import by_urgency

LOOK_S = 0.5
"""How often a following view looks for more."""

WATCH_S = 2.0
"""How often the table of halls is shown anew."""

STATES = {"online": "daring", "offline": "luring", "": "?"}
CLOCKS = {"trusted": "benar", "staff": "kata petugas", "restored": "lanjutan", "unset": "salah"}
"""The words of the wire, for people."""

PAGE = 500
"""Rows read at once."""

WIDE = 110
"""From so many letters in a line on, a table shows what else is known; narrower ones show what is to be done."""
UNSEEN_WIDTH = 240
"""What no terminal shows, such as a file or another program, gets each row on one line."""


def terminal() -> Console:
    """Return where tables go."""
    return Console(width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else UNSEEN_WIDTH)


def table(*columns: str, title: str | None = None) -> Table:
    """Return an empty table of which only the last column may break its lines: codes and names stay whole to be copied."""
    made = Table(title=title, box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1), title_justify="left")
    for column in columns[:-1]:
        made.add_column(column, no_wrap=True)
    made.add_column(columns[-1], overflow="fold")
    return made


def follow_events(reader: CentreReader, last: int, stopping: threading.Event | None) -> None:
    """Print the newest ``last`` events, and what comes after them until ``stopping`` is set (None: do not wait)."""
    after = max(0, reader.last_arrival() - last)
    while True:
        for row in reader.events(after, PAGE):
            after, hall, identifier, kind, subject, time, verdict = row
            click.echo(f"{time}  {hall}  {identifier:<26} {kind:<34} {subject}  {verdict}")
        if after < reader.last_arrival():
            continue
        if stopping is None or stopping.wait(LOOK_S):
            return


def watch_halls(
    reader: CentreReader,
    clock: Clock,
    stopping: threading.Event | None,
    away_at: Callable[[datetime], frozenset[str]] = lambda _now: frozenset(),
) -> None:
    """Print the halls, the most urgent first, and print them anew until ``stopping`` is set (None: once). Those away are only counted."""
    console = terminal()

    def look() -> Table:
        now = clock.now()
        return _halls(reader, now, console.width, away_at(now))

    if stopping is None:
        console.print(look())
        return
    with Live(look(), console=console, auto_refresh=False, vertical_overflow="ellipsis") as live:
        while not stopping.wait(WATCH_S):
            live.update(look(), refresh=True)


def _halls(reader: CentreReader, now: datetime, width: int, away: frozenset[str]) -> Table:
    every = reader.watch()
    judged = by_urgency([hall for hall in every if hall.hall not in away], now)
    troubled = sum(1 for _, judgement in judged if judgement.advice)
    revoked = f", {len(every) - len(judged)} dicabut" if len(every) > len(judged) else ""
    title = (
        f"pusat {reader.centre}: {len(judged)} balai{revoked}, {troubled} perlu perhatian, {now.astimezone():%d-%m-%Y %H.%M.%S}"
    )
    more = ("tertua", "celah", "jam", "sertifikat", "versi") if width >= WIDE else ()
    made = table("balai", "keadaan", "terdengar", "tertahan", *more, "yang pertama dilakukan", title=title)
    for hall, judgement in judged:
        known = (
            *(_span(hall.oldest_age_s), _ago(hall.gap_at, now) if hall.gaps else "-", CLOCKS.get(hall.clock, "?")),
            *(_days_left(hall.certificate_until, now), hall.version or "?"),
        )
        made.add_row(
            *(hall.hall, STATES[hall.state], _ago(hall.heard_at, now), str(hall.depth or "-"), *known[: len(more)]),
            judgement.advice or "-",
            style="bold" if judgement.advice else None,
        )
    return made


def show_dead_letters(reader: CentreReader) -> None:
    """Print the newest of what could not be taken."""
    made = table("balai", "apa", "id atau SHA-256", "diterima", "alasan")
    for hall, kind, identifier, reason, received_at in reader.dead_letters(PAGE):
        made.add_row(hall, kind, identifier[:26], received_at[:16], escape(reason))
    terminal().print(made)


def _days_left(last_day: date | None, now: datetime) -> str:
    return "-" if last_day is None else f"{(last_day - now.date()).days} hari"


def _ago(at: datetime | None, now: datetime) -> str:
    return "?" if at is None else _span((now - at).total_seconds())


def _span(seconds: float) -> str:
    """Return how long that is, in the largest unit that says enough."""
    for unit, size_s in (("hari", 86_400), ("jam", 3600), ("menit", 60)):
        if seconds >= 2 * size_s:
            return f"{seconds // size_s:.0f} {unit}"
    return f"{max(0.0, seconds):.0f} detik" if seconds else "-"


def show_lanes(reader: CentreReader) -> None:
    """Print one row for each lane of each hall."""
    made = table("balai", "epoch", "jalur", "sampai", "terbaru", "ditolak", "hilang", "sejak", title=f"pusat {reader.centre}")
    for view in reader.lanes():
        standing = view.standing
        state = f"{view.lane.epoch} tutup" if standing.closed_last is not None else view.lane.epoch
        numbers = (standing.through, view.top, view.rejected, view.absent, standing.gap_at[:16] or "-")
        made.add_row(view.lane.hall, state, view.lane.lane, *map(str, numbers))
    console = terminal()
    console.print(made)
    for alarm in reader.alarms():
        console.print(
            f"ALARM {alarm.kind} balai {alarm.hall} epoch {alarm.subject}: {alarm.times} kali, terakhir {alarm.last_at[:16]}",
            style="bold red",
        )
