"""``/atur/jam``: when the hall gives numbers, typed as people write hours, and what comes of it in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from gateway.choices.forms import PlainForm, Unsound
from gateway.portal.i18n import Words
from gateway.tickets import hours, hours_typed
from gateway.tickets.choices import QueueRules
from gateway.tickets.desk import TicketsDesk
from gateway.tickets.hours import Door, DoorState

DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
LONGEST_PAUSE_MIN = 240


class HoursForm(PlainForm):
    """Hours of each weekday, holidays, and when the last number is given."""

    path = after = "/atur/jam"
    title = "Jam buka"
    template = "setup_hours.html"
    labels: Mapping[str, str] = {
        **{f"day_{index}": day for index, day in enumerate(DAYS)},
        "holidays": "Hari libur",
        "last_ticket_min": "Nomor terakhir sebelum tutup",
    }

    def __init__(self, desk: TicketsDesk, now: Callable[[], datetime]) -> None:
        self._desk = desk
        self._now = now

    def filled(self, item: str) -> dict[str, str]:
        """Return the hours that are chosen."""
        del item
        rules = self._desk.choices.current(QueueRules)
        week = rules.week or ("",) * hours.WEEK_DAYS
        return {
            **{f"day_{index}": text for index, text in enumerate(week)},
            "holidays": "\n".join(rules.holidays),
            "last_ticket_min": str(rules.last_ticket_min),
        }

    def fill(self, act: str, typed: dict[str, str]) -> dict[str, str] | None:
        """Fill in the usual hours of an office; the rest stays as typed."""
        if act != "usual":
            return None
        return {**typed, **{f"day_{index}": text for index, text in enumerate(hours_typed.USUAL_WEEK)}}

    def shown(self, item: str, typed: Mapping[str, str], speak: Words) -> dict[str, object]:
        """Return what the chosen hours mean today."""
        del item, typed
        rules = self._desk.choices.current(QueueRules)
        state = rules.door(self._now())
        return {"today": today(state, self._now(), speak), "days": len(DAYS), "open_now": state.door is Door.OPEN}

    def choose(self, item: str, act: str, typed: dict[str, str], speak: Words) -> None:
        """Choose the hours as typed."""
        del item, act
        wrong: dict[str, str] = {}
        week: list[str] = []
        for index in range(len(DAYS)):
            try:
                week.append(hours_typed.day_hours(typed[f"day_{index}"]))
            except ValueError as error:
                wrong[f"day_{index}"] = speak(
                    "{part}: tidak terbaca. Tulis seperti 08.00-12.00, 13.00-15.30; yang lebih pagi dulu.", part=str(error)[:60]
                )
        days_off: tuple[str, ...] = ()
        try:
            days_off = hours_typed.holidays(typed["holidays"])
        except ValueError as error:
            wrong["holidays"] = speak(
                "{part}: tidak terbaca. Tulis tanggal lalu nama, seperti 25-12-2026 Natal.", part=str(error)[:60]
            )
        before = typed["last_ticket_min"].strip() or "0"
        if not (before.isdecimal() and int(before) <= LONGEST_PAUSE_MIN):
            wrong["last_ticket_min"] = speak("Tulis angka 0 sampai {high}.", high=LONGEST_PAUSE_MIN)
        if wrong:
            raise Unsound(wrong)
        rules = self._desk.choices.current(QueueRules)
        chosen = {"week": tuple(week) if any(week) else (), "holidays": days_off, "last_ticket_min": int(before)}
        self._desk.furniture.choose(QueueRules.model_validate({**rules.model_dump(), **chosen}))


def today(state: DoorState, now: datetime, speak: Words) -> str:
    """Return in one sentence what the hours mean at this moment."""
    if state.door is Door.OPEN:
        if state.closes_at is None:
            return speak("Belum ada jam buka: nomor dapat diambil kapan saja.")
        return speak("Hari ini buka sampai {time}.", time=speak.time(state.closes_at))
    if state.opens_at is None:
        return speak("Sekarang tutup.")
    day = speak("hari ini") if state.opens_at.date() == now.date() else speak.day(state.opens_at.date())
    facts = {"day": day, "time": speak.time(state.opens_at), "name": state.holiday}
    if state.holiday:
        return speak("Hari ini libur ({name}). Buka lagi {day} pukul {time}.", **facts)
    if state.door is Door.LAST_GIVEN:
        return speak("Nomor terakhir hari ini sudah lewat waktunya. Buka lagi {day} pukul {time}.", **facts)
    return speak("Sekarang tutup. Buka {day} pukul {time}.", **facts)
