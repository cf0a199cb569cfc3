"""What the calendar asks of the hall: opening the hall-day, forgetting what need not be kept.

Every job is written as catch-up, so that running it late, twice or not at all for a week does the same
in the end. Jobs run only while the clock is trusted, and are laid out anew when the wall clock steps
against the monotonic one: APScheduler would otherwise list every run missed since 1970, or sleep
until a time that has already been comes again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

from gateway.clock import Clock, ClockState

log = logging.getLogger(__name__)

STEP_S = 5.0
"""A larger disagreement of wall and monotonic clock means that the wall clock was set."""
LOOK_S = 2.0
"""How often the clock is looked at."""


@dataclass(frozen=True, slots=True)
class Job:
    """Something the calendar asks for: ``act`` is safe to run at any time, any number of times."""

    name: str
    act: Callable[[], object]
    hour: str = "*"
    """As cron writes it."""
    minute: str = "0"


class Timetable:
    """Runs jobs by the hall's calendar while the clock is trusted: its ``step`` belongs to a loop."""

    def __init__(self, jobs: Sequence[Job], clock: Clock, zone: ZoneInfo) -> None:
        self._jobs = jobs
        self._clock = clock
        self._zone = zone
        self._scheduler: BackgroundScheduler | None = None
        self._offset_s = 0.0

    @property
    def running(self) -> bool:
        """Whether calendar jobs are laid out."""
        return self._scheduler is not None

    def step(self) -> float:
        """Start, stop or lay out the jobs anew as the clock allows; return the seconds to the next look."""
        offset_s = self._clock.now().timestamp() - self._clock.monotonic_s()
        stepped = abs(offset_s - self._offset_s) > STEP_S
        trusted = self._clock.state() is ClockState.TRUSTED
        if self.running and (stepped or not trusted):
            self.stop()
        if trusted and not self.running:
            log.info("event=timetable-started jobs=%d", len(self._jobs))
            self._offset_s = offset_s
            self._start()
        return LOOK_S

    def stop(self) -> None:
        """Stop the jobs; one under way ends in its own time."""
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=False)
            self._scheduler = None

    def _start(self) -> None:
        for job in self._jobs:  # catch up at once with whatever was due while the hall was dark
            self._run(job)
        self._scheduler = BackgroundScheduler(timezone=self._zone)
        for job in self._jobs:
            trigger = CronTrigger(hour=job.hour, minute=job.minute, timezone=self._zone)
            self._scheduler.add_job(self._run, trigger, args=(job,), id=job.name, coalesce=True, misfire_grace_time=None)
        self._scheduler.start()

    def _run(self, job: Job) -> None:
        try:
            job.act()
        except Exception:
            log.exception("job=%s event=job-failed", job.name)
