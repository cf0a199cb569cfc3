"""Which hall needs somebody first, and for what. Pure: it judges what the reader has found."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

AWAY = timedelta(hours=1)
"""Outages are normal; after so long somebody should ask."""
STUCK = timedelta(hours=2)
"""A hall that is online has sent everything older than this, or something is wrong."""
GAP = timedelta(minutes=30)
"""Numbers that are missing so long have been lost on the way more than once."""
ALARMING = timedelta(days=7)
"""A second card that has not spoken for so long is no news any more."""
ENDING = timedelta(days=14)
"""A certificate renews itself at two thirds of its life: so near its end it should not be."""
SILENT = timedelta(hours=26)
"""Each hall says hello daily."""


@dataclass(frozen=True, slots=True)
class HallView:
    """A hall as the centre knows it. Times are aware instants, or None when nothing is known."""

    hall: str
    state: str = ""
    """``online``, ``offline``, or empty when it has never said so."""
    version: str = ""
    clock: str = ""
    depth: int = 0
    oldest_age_s: int = 0
    presence_at: datetime | None = None
    heard_at: datetime | None = None
    """When anything of it was last heard."""
    gap_at: datetime | None = None
    """Since when its oldest gap is there."""
    gaps: int = 0
    """Lanes with missing numbers."""
    dead: int = 0
    """Payloads and events that could not be taken."""
    certificate_until: date | None = None
    """The last day of its certificate."""
    alarm_at: datetime | None = None
    """When two of its cards were last found alive."""
    audit_at: datetime | None = None
    """When its audit log was last found not to go on from where it had been."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is to be done about a hall; ``urgency`` 0 is the most urgent, and ``advice`` is empty when all is well."""

    urgency: int
    advice: str


Judge = Callable[[HallView, datetime], bool]

RULES: tuple[tuple[Judge, str], ...] = (
    (lambda hall, now: hall.alarm_at is not None and now - hall.alarm_at <= ALARMING, "Dua kartu balai ini hidup: cari dan cabut salinannya."),
    (
        lambda hall, now: hall.audit_at is not None and now - hall.audit_at <= ALARMING,
        "Catatan auditnya tidak bersambung: bila tidak baru dipulihkan dari cadangan, periksa siapa yang mengubahnya.",
    ),
    (lambda hall, now: _past(hall.heard_at, now, SILENT), "Tidak terdengar lebih dari sehari: telepon balai, periksa listrik dan modem."),
    (lambda hall, now: hall.state == "offline" and _past(hall.presence_at, now, AWAY), "Luring: telepon balai, periksa listrik dan modem."),
    (lambda hall, _: _is_stuck(hall), "Daring tetapi kirimannya tertahan: periksa penerima dan broker, lalu halaman Keadaan balai itu."),
    (lambda hall, now: _ends(hall.certificate_until, now), "Sertifikatnya hampir habis dan belum diperbarui sendiri: lihat halaman Keadaan balai itu."),
    (lambda hall, now: _past(hall.gap_at, now, GAP), "Ada nomor yang belum datang: lihat provision centre lanes; balai mengirim ulang sendiri."),
    (lambda hall, _: hall.clock in {"unset", "restored"}, "Jam balai belum bisa dipercaya: periksa internet atau baterai jamnya."),
    (lambda hall, _: hall.dead > 0, "Ada kiriman yang tidak terbaca: perbarui penerima, lalu provision centre replay."),
    (lambda hall, _: hall.state == "", "Belum pernah menyatakan diri: periksa broker dan versi balai."),
)  # fmt: skip
"""What can be wrong, the most urgent first, and what to do about it."""


def judge(hall: HallView, now: datetime) -> Judgement:
    """Return what is most urgent about a hall."""
    for urgency, (applies, advice) in enumerate(RULES):
        if applies(hall, now):
            return Judgement(urgency, advice)
    return Judgement(len(RULES), "")


def by_urgency(halls: Iterable[HallView], now: datetime) -> list[tuple[HallView, Judgement]]:
    """Return the halls with what to do, the most urgent first; among equals the one with the oldest backlog."""
    judged = [(hall, judge(hall, now)) for hall in halls]
    return sorted(judged, key=lambda pair: (pair[1].urgency, -pair[0].oldest_age_s, pair[0].hall))


def _past(since: datetime | None, now: datetime, limit: timedelta) -> bool:
    return since is not None and now - since > limit


def _ends(last_day: date | None, now: datetime) -> bool:
    return last_day is not None and last_day - now.date() < ENDING


def _is_stuck(hall: HallView) -> bool:
    return hall.state == "online" and hall.oldest_age_s > STUCK.total_seconds()
