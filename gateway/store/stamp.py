"""When a fact was made, and how far that time can be believed. Written once, never re-dated."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

from gateway.clock import Clock


@dataclass(frozen=True, slots=True)
class Stamp:
    """The time of one fact as the hall knew it."""

    time: str
    """The wall clock with its offset, in milliseconds: ``2026-11-23T09:14:03.120+07:00``."""
    clock: str
    """The clock's state: trusted, restored, staff or unset."""
    bootid: str
    """This run of the machine, so that the centre can correct the time later."""
    uptime: str
    """Seconds since the machine started, in milliseconds: ``812345.120``."""

    @classmethod
    def of(cls, clock: Clock, zone: tzinfo) -> Stamp:
        """Return the present moment by ``clock``, written in ``zone``."""
        time = clock.now().astimezone(zone).isoformat(timespec="milliseconds")
        return cls(time, str(clock.state()), clock.bootid, f"{clock.uptime_s():.3f}")

    @classmethod
    def of_day(cls, clock: Clock, zone: tzinfo) -> Stamp:
        """Return the present day, and nothing finer: for facts that must not tell when in it somebody was there."""
        midnight = clock.now().astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
        return cls(midnight.isoformat(timespec="milliseconds"), str(clock.state()), clock.bootid, "0.000")
