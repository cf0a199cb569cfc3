"""What time it is, and how far that can be believed.

A Pi without a battery clock wakes up in the past, so nothing here orders facts by time: sequence
numbers do that. Time is written beside a fact together with the clock's state, and loops count on
``monotonic_s`` alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from pathlib import Path
from typing import Protocol


class ClockState(StrEnum):
    """How far the wall clock can be believed."""

    TRUSTED = "trusted"
    """Set by the network or a battery clock since start."""
    RESTORED = "restored"
    """Continued from the last saved time after a cut: hours behind, perhaps."""
    STAFF = "staff"
    """A clerk confirmed the date."""
    UNSET = "unset"
    """Earlier than this software: certainly wrong."""


class Clock(Protocol):
    """Time, given to everything that needs it, so that a test can make it go wrong."""

    bootid: str
    """Names this run of the machine, so that the centre can correct its times later."""

    def now(self) -> datetime:
        """Return the wall clock's instant, aware, in UTC."""

    def monotonic_s(self) -> float:
        """Return seconds that never jump and never go back."""

    def uptime_s(self) -> float:
        """Return seconds since the machine started."""

    def state(self) -> ClockState:
        """Return how far ``now`` can be believed at this moment."""

    def confirm_by_staff(self) -> None:
        """Record that a clerk has looked at the date and found it right."""


BUILT_AT = datetime(2026, 11, 1, tzinfo=UTC)
"""No honest clock shows an earlier instant than this software's own."""

SYNCHRONISED = Path("/run/systemd/timesync/synchronized")
"""systemd-timesyncd touches this file when the network has set the clock."""


class SystemClock:
    """The machine's own clock.

    ``is_set`` tells whether something outside has set it; by default systemd-timesyncd's mark.
    """

    def __init__(self, is_set: Callable[[], bool] = SYNCHRONISED.exists) -> None:
        self.bootid = Path("/proc/sys/kernel/random/boot_id").read_text().strip()[:8]
        self._is_set = is_set
        self._staff_confirmed = False

    def now(self) -> datetime:
        """Return the wall clock's instant, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic_s(self) -> float:
        """Return seconds that never jump and never go back."""
        return time.monotonic()

    def uptime_s(self) -> float:
        """Return seconds since the machine started."""
        return time.clock_gettime(time.CLOCK_BOOTTIME)

    def state(self) -> ClockState:
        """Return how far ``now`` can be believed at this moment."""
        if self._is_set():
            return ClockState.TRUSTED
        if self._staff_confirmed:
            return ClockState.STAFF
        return ClockState.RESTORED if self.now() >= BUILT_AT else ClockState.UNSET

    def confirm_by_staff(self) -> None:
        """Record that a clerk has looked at the date and found it right."""
        self._staff_confirmed = True


def trusted_now(clock: Clock, zone: tzinfo) -> datetime | None:
    """Return the local time, or None while the clock cannot be trusted."""
    return clock.now().astimezone(zone) if clock.state() is ClockState.TRUSTED else None
