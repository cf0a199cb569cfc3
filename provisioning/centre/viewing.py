"""Shows people what the centre has received, as tables in the terminal."""

from __future__ import annotations

import threading

from rich.console import Console
from rich.table import Table

from provisioning.centre.reader import CentreReader

LOOK_S = 0.5
"""How often a following view looks for more."""

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
