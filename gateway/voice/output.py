"""The loop that speaks calls, one after another: level-triggered, so that a speaker that was away says what is still of use.

Promises: every call is spoken once, a recall again; none overlaps or overwrites another, however many come together; one
that is older than a minute, or whose age nobody knows, is never spoken, so that a hall that wakes does not babble.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from gateway.clock import Clock, ClockState
from gateway.devices.ledger import Ledger
from gateway.devices.ports import DeviceFault, DeviceState, Speaker
from gateway.devices.trials import Trials
from gateway.errors import Reason
from gateway.voice.announcing import Announcement, Announcer, Readiness, Signs
from gateway.voice.choices import VoiceChoices

log = logging.getLogger(__name__)

LOOK_S = 1.0
"""How often a speaker is looked at when nothing changes."""
STALE_S = 60.0
"""Whoever was called a minute ago has read it on the board."""
MUTE = Reason("belum ada suara untuk bahasa yang dipilih")
REMEMBERED = 64
"""So many latest calls are known; the queue shows fewer."""


class CallLike(Protocol):
    """The latest call of a ticket, as the queue's snapshot has it."""

    @property
    def id(self) -> int:
        """Grows with every call and recall."""

    @property
    def number(self) -> str:
        """``A-012``."""

    @property
    def counter_name(self) -> str:
        """``Loket 2``."""

    @property
    def called_at(self) -> str:
        """ISO, with offset."""

    @property
    def count(self) -> int:
        """1 for a first call, more for recalls."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A call that is to be spoken."""

    id: int
    number: str
    counter: str
    since_s: float
    """On the clock of the machine's uptime."""


class Voice:
    """Speaks on the first speaker that is ready. ``step`` belongs to one loop and speaks one call; the rest is safe from any thread."""

    def __init__(
        self,
        calls: Callable[[], Sequence[CallLike]],
        speakers: Sequence[Speaker],
        announcer: Announcer,
        chosen: Callable[[], VoiceChoices],
        signs: Callable[[], Signs],
        clock: Clock,
        trials: Trials | None = None,
        ledger: Ledger | None = None,
    ) -> None:
        """``calls`` gives the latest call of each of the tickets called last, in any order; ``signs`` what calls can name."""
        self.announcer = announcer
        self.speakers = tuple(speakers)
        self._calls = calls
        self._chosen = chosen
        self._signs = signs
        self._clock = clock
        self._trials = trials or Trials(clock)
        self._ledger = ledger or Ledger(clock)
        self._lock = threading.Lock()
        self._wake: Callable[[], None] = lambda: None
        self._known: dict[int, CallLike] | None = None
        self._newest = 0
        self._waiting: list[Waiting] = []
        self._sample: Announcement | None = None
        self._saying = ""
        self._tell: Callable[[], None] = lambda: None
        self._failing = False

    @property
    def saying(self) -> str:
        """The sentence that is being spoken at this moment, else empty."""
        return self._saying

    def tells(self, tell: Callable[[], None]) -> None:
        """Call ``tell``, which never blocks, when ``saying`` has changed."""
        self._tell = tell

    def wakes(self, wake: Callable[[], None]) -> None:
        """Call ``wake``, which never blocks, when there is something new to say."""
        self._wake = wake

    def notice(self) -> None:
        """Look at the calls: for whoever watches the queue, so that none is missed while another is spoken. Quick, never raises."""
        self._look()
        self._wake()

    def readiness(self, language: str) -> Readiness:
        """Return how well this hall can speak a language."""
        return self.announcer.readiness(language, self._chosen(), self._signs())

    def example(self) -> tuple[str, str]:
        """Return the number and the counter of a call as this hall could make it."""
        signs = self._signs()
        return f"{(*signs.letters, 'A')[0]}-012", (*signs.counters, "Loket 1")[0]

    def signs(self) -> dict[str, Any]:
        """Return what ``gateway voice list`` asks: what calls can name, and how numbers are spoken."""
        signs = self._signs()
        return {"letters": [*signs.letters], "counters": [*signs.counters], "numbers": self._chosen().numbers.value}

    def facts(self) -> dict[str, Any]:
        """Return what ``gateway.checks.voice`` asks."""
        chosen = self._chosen()
        ready = [self.readiness(language) for language in chosen.languages]
        return {
            "speakers": len(self.speakers),
            "on": chosen.on,
            "program": self.announcer.espeak.installed or not any(one.tongue.espeak for one in ready if not one.speaks),
            "spoken": [one.tongue.name for one in ready if one.speaks],
            "left_out": [one.tongue.name for one in ready if not one.speaks],
        }

    def try_out(self, announcement: Announcement) -> None:
        """Say something once, as soon as nothing else is being said; without a ready speaker it is dropped."""
        with self._lock:
            self._sample = announcement
        self._wake()

    def step(self) -> float:
        """Speak the oldest call that is still of use; return the seconds to rest."""
        self._look()
        if self._try_speakers():
            return 0.0
        with self._lock:
            if not self._waiting and self._sample is None:
                return LOOK_S
        chosen = self._chosen()
        speaker = next((one for one in self.speakers if one.state() is DeviceState.READY), None)
        with self._lock:
            if not chosen.on:
                self._waiting.clear()
            sample, self._sample = self._sample, None
            call = self._waiting[0] if self._waiting else None
        if speaker is None or (sample is None and call is None):
            return LOOK_S
        if sample is not None:
            self._play(speaker, sample)
            return 0.0
        assert call is not None  # noqa: S101 - an invariant for the reader of types
        if not self._play(speaker, self.announcer.announce(call.number, call.counter, chosen)):
            return LOOK_S
        with self._lock:
            self._waiting = [one for one in self._waiting if one != call]
        return 0.0

    def _look(self) -> None:
        now_s = self._clock.uptime_s()
        with self._lock:
            calls = sorted(self._calls(), key=lambda call: call.id)
            if self._known is None:
                fresh = [(call, age_s) for call in calls if (age_s := self._age_s(call)) is not None]
            else:
                fresh = [(call, 0.0) for call in calls if self._is_new(call, self._known)]
            self._known = dict([*(self._known or {}).items(), *((call.id, call) for call in calls)][-REMEMBERED:])
            self._newest = calls[-1].id if calls else 0
            self._waiting += [Waiting(call.id, call.number, call.counter_name, now_s - age_s) for call, age_s in fresh]
            self._waiting = [one for one in self._waiting if _still_holds(one, calls) and now_s - one.since_s <= STALE_S]

    def _try_speakers(self) -> bool:
        """Let each speaker that somebody tries out be heard, once it is ready; return whether there was one."""
        for speaker in self.speakers:
            act = self._trials.wanted(speaker.id)
            if act and speaker.state() is DeviceState.READY:
                self._trials.over(speaker.id)
                said = self.announcer.tone() if act == "beep" else self.announcer.announce(*self.example(), self._chosen())
                if act == "say" and not said.spoken:
                    self._trials.done(speaker.id, MUTE)
                else:
                    self._play(speaker, said, tried=True)
                return True
        return False

    def _play(self, speaker: Speaker, announcement: Announcement, *, tried: bool = False) -> bool:
        """Play and show ``announcement``; return whether it was heard, or there was nothing to hear."""
        if not announcement.wav:
            return True
        self._saying = announcement.text
        self._tell()
        try:
            speaker.play(announcement.wav, announcement.text)
        except DeviceFault as fault:
            if not self._failing:
                log.warning("device=%s event=play-failed reason=%s", speaker.id, str(fault).replace(" ", "-"))
            self._failing = True
            if tried:
                self._trials.done(speaker.id, str(fault))
            return False
        finally:
            self._saying = ""
            self._tell()
        self._failing = False
        if tried:
            self._trials.done(speaker.id)
        else:
            self._ledger.called(speaker.id, announcement.text)
        return True

    def _is_new(self, call: CallLike, known: dict[int, CallLike]) -> bool:
        """Return whether ``call`` has not been seen; an id may come again when its first bearer was undone."""
        if call.id in known:
            return known[call.id].number != call.number or known[call.id].called_at != call.called_at
        return call.id > self._newest

    def _age_s(self, call: CallLike) -> float | None:
        """Return how old a call is that was there before us, or None when it is too old or nobody can tell."""
        if self._clock.state() is not ClockState.TRUSTED:
            return None
        age = self._clock.now() - datetime.fromisoformat(call.called_at)
        return age.total_seconds() if timedelta(0) <= age <= timedelta(seconds=STALE_S) else None


def _still_holds(waiting: Waiting, calls: Sequence[CallLike]) -> bool:
    """Return whether a call has neither been undone nor followed by a later one of the same number.

    ``calls`` are the newest, oldest first: what is older than all of them was pushed out by them and still holds.
    """
    if any(call.id == waiting.id and call.number == waiting.number for call in calls):
        return True
    return bool(calls) and waiting.id < calls[0].id and all(call.number != waiting.number for call in calls)
