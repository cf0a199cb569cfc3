"""What stands at the door: whether numbers are given now, in words, for pages on which one is taken.

Promises: hours are told only by a clock that can be trusted; a page that is kept changes its name when these words change.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.clock import ClockState
from gateway.errors import FAULTS
from gateway.portal.i18n import Words
from gateway.portal.site import Site
from gateway.tickets.choices import QueueRules
from gateway.tickets.hours import Door, DoorState


@dataclass(frozen=True, slots=True)
class Doorway:
    """The door in the reader's language."""

    open: bool = True
    """Whether numbers are given here and now."""
    sentence: str = ""
    """Why not, else empty."""
    remedy: str = ""
    hours: str = ""
    """How long numbers are given, when that is known."""


def doorway(rules: QueueRules, site: Site, speak: Words, *, by_phone: bool) -> Doorway:
    """Return what to say at the door now, to a phone or in the hall itself."""
    now = site.now()
    state = rules.door(now) if site.clock.state() is ClockState.TRUSTED else DoorState(Door.OPEN)
    again = _again(state.opens_at, now, speak)
    if state.door is Door.LAST_GIVEN:
        return Doorway(
            open=False,
            sentence=speak("Nomor terakhir hari ini sudah dibagikan."),
            remedy=f"{speak('Yang sudah punya nomor tetap dilayani.')} {again}",
        )
    if state.door is Door.CLOSED:
        closed = (
            speak("Hari ini balai libur: {holiday}.", holiday=state.holiday) if state.holiday else speak("Balai sedang tutup.")
        )
        return Doorway(open=False, sentence=closed, remedy=again)
    if by_phone and not rules.phone_tickets:
        paused = FAULTS["phone-tickets-paused"]
        return Doorway(open=False, sentence=speak(paused.sentence), remedy=speak(paused.remedy))
    until = state.closes_at - timedelta(minutes=rules.last_ticket_min) if state.closes_at else None
    told = speak("Nomor dibagikan sampai pukul {time} {zone}.", time=speak.time(until), zone=speak.zone(until)) if until else ""
    return Doorway(hours=told)


def _again(opens_at: datetime | None, now: datetime, speak: Words) -> str:
    if opens_at is None:
        return speak("Tanyakan kepada petugas kapan balai buka lagi.")
    time = speak.time(opens_at)
    if opens_at.date() == now.date():
        return speak("Nomor dapat diambil hari ini mulai pukul {time}.", time=time)
    if opens_at.date() == now.date() + timedelta(days=1):
        return speak("Nomor dapat diambil lagi besok, {day}, mulai pukul {time}.", day=speak.day(opens_at), time=time)
    return speak("Nomor dapat diambil lagi {day}, mulai pukul {time}.", day=speak.day(opens_at), time=time)
