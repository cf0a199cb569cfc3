"""What the hall decides about its queue: fairness, calls, hours, leftovers and the limits of phone tickets."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from gateway.choices.section import Section
from gateway.errors import Reason
from gateway.tickets import hours
from gateway.tickets.turns import PRIORITY_IN_A_ROW


def _one_week(week: tuple[str, ...]) -> tuple[str, ...]:
    if len(week) not in {0, hours.WEEK_DAYS}:
        raise ValueError(Reason("tujuh hari, Senin sampai Minggu, atau kosong"))
    for day in week:
        hours.spans(day)
    return week


def _holidays(days: tuple[str, ...]) -> tuple[str, ...]:
    for day in days:
        hours.holiday(day)
    return days


class QueueRules(Section):
    """The rules of the queue, as shown to everybody."""

    section: ClassVar[str] = "queue"

    priority_in_a_row: int = Field(default=PRIORITY_IN_A_ROW, ge=1, le=9)
    """So many priority tickets are called in a row while others wait."""
    calls_before_no_show: int = Field(default=3, ge=1, le=9)
    """A ticket must have been called so often before it counts as not present."""
    skip_places: int = Field(default=3, ge=1, le=20)
    """A skipped ticket comes again after so many others."""
    double_press_s: float = Field(default=2.0, ge=0, le=10)
    """A second press within this time is the same press."""
    undo_s: float = Field(default=10.0, ge=0, le=60)
    """So long a clerk can take back an act."""
    leftover: Literal["close", "carry"] = "close"
    """Whoever still waits when the next day opens: sent home, or issued anew first in line."""
    week: Annotated[tuple[str, ...], AfterValidator(_one_week)] = ()
    """Hours of Monday to Sunday, for example ``08.00-12.00, 13.00-15.30``; empty for always open."""
    holidays: Annotated[tuple[str, ...], AfterValidator(_holidays)] = ()
    """Days off, for example ``2026-12-25 Natal``."""
    last_ticket_min: int = Field(default=0, ge=0, le=240)
    """No numbers in the last minutes before closing."""
    phone_tickets: bool = True
    """Whether numbers may be taken on a phone; the button always works."""
    phone_per_address: int = Field(default=3, ge=1, le=9999)
    """Unfinished phone tickets of one address on the Wi-Fi."""
    phone_per_minute: int = Field(default=20, ge=1, le=9999)
    """Phone tickets of the whole hall in a minute."""
    phone_waiting: int = Field(default=60, ge=1, le=9999)
    """Unfinished phone tickets of the whole hall."""

    def breaks(self, now: datetime | None) -> tuple[hours.Break, ...]:
        """Return the breaks that lie ahead today at the local instant ``now``; none when that is not known."""
        return hours.breaks(self.week, self.holidays, now) if now is not None else ()

    def door(self, now: datetime) -> hours.DoorState:
        """Return whether numbers are given at the local instant ``now``."""
        return hours.door(self.week, self.holidays, timedelta(minutes=self.last_ticket_min), now)
