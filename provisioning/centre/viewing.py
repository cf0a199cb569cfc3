"""Shows people what the centre has received, as tables in the terminal."""

from __future__ import annotations

import threading
from datetime import date, datetime

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


def follow_events(reader: CentreReader, last: int, stopping: threading.Event | None) -> None:
    """Print the newest ``last`` events, and what comes after them until ``stopping`` is set (None: do not wait)."""
    console = Console()
    after = max(0, reader.last_arrival() - last)
    while True:
        for row in reader.events(after, PAGE):
            after, hall, identifier, kind, subject, time, verdict = row
            console.print(f"{time}  {hall}  {identifier:<26} {kind:<34} {subject}  {verdict}", highlight=False, markup=False)
        if after < reader.last_arrival():
            continue
        if stopping is None or stopping.wait(LOOK_S):
            return


def watch_halls(reader: CentreReader, clock: Clock, stopping: threading.Event | None) -> None:
    """Print the halls, the most urgent first, and print them anew until ``stopping`` is set (None: once)."""
    if stopping is None:
        Console().print(_halls(reader, clock.now()))
        return
    with Live(_halls(reader, clock.now()), auto_refresh=False, vertical_overflow="ellipsis") as live:
        while not stopping.wait(WATCH_S):
            live.update(_halls(reader, clock.now()), refresh=True)


def _halls(reader: CentreReader, now: datetime) -> Table:
    judged = by_urgency(reader.watch(), now)
    troubled = sum(1 for _, judgement in judged if judgement.advice)
    title = f"pusat {reader.centre}: {len(judged)} balai, {troubled} perlu perhatian, {now.astimezone():%d-%m-%Y %H.%M.%S}"
    columns = ("balai", "keadaan", "terdengar", "tertahan", "tertua", "celah", "jam", "sertifikat", "versi")
    table = Table(*columns, "yang pertama dilakukan", title=title)
    for hall, judgement in judged:
        table.add_row(
            *(hall.hall, STATES[hall.state], _ago(hall.heard_at, now), str(hall.depth or "-"), _span(hall.oldest_age_s)),
            *(_ago(hall.gap_at, now) if hall.gaps else "-", CLOCKS.get(hall.clock, "?")),
            *(_days_left(hall.certificate_until, now), hall.version or "?"),
            judgement.advice or "-",
            style="bold" if judgement.advice else None,
        )
    return table


def show_dead_letters(reader: CentreReader) -> None:
    """Print the newest of what could not be taken."""
    table = Table("hall", "what", "id or SHA-256", "reason", "received")
    for hall, kind, identifier, reason, received_at in reader.dead_letters(PAGE):
        table.add_row(hall, kind, identifier[:26], escape(reason), received_at[:19])
    Console().print(table)


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
    columns = ("hall", "epoch", "lane", "through", "newest", "waiting since", "rejected", "absent")
    table = Table(*columns, title=f"centre {reader.centre}")
    for view in reader.lanes():
        standing = view.standing
        state = f"{view.lane.epoch} closed" if standing.closed_last is not None else view.lane.epoch
        numbers = (standing.through, view.top, standing.gap_at or "-", view.rejected, view.absent)
        table.add_row(view.lane.hall, state, view.lane.lane, *map(str, numbers))
    console = Console()
    console.print(table)
    for alarm in reader.alarms():
        console.print(
            f"ALARM {alarm.kind} hall {alarm.hall} epoch {alarm.subject}: {alarm.times} times, last {alarm.last_at}",
            style="bold red",
        )
