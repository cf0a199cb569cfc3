"""The page ``/statistik`` and its table ``/statistik/tabel.csv``, for officers.

Promises: figures are of lines, counters and hours, never of an officer or a person; the database is read by a reader, in a
thread, so that no phone waits for a year's figures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.people.desk import PeopleDesk
from gateway.people.routes import session_of
from gateway.portal.feature import SetUpPage
from gateway.portal.i18n import Words, words
from gateway.portal.live import Broadcaster
from gateway.portal.site import Site
from gateway.store.database import Store
from gateway.tickets.report import chart, model, reading, sheet
from gateway.tickets.report.model import Figures, Period, Visit

if TYPE_CHECKING:
    from fastapi import APIRouter

LONGEST_TABLE_DAYS = 62
"""Beyond, days are told as weeks."""
ORIGINS = ("button", "phone", "kiosk")


class ReportPages:
    """The statistics of the queue. A feature of the portal."""

    templates = Path(__file__).parents[1] / "templates"
    static = None
    set_up: Sequence[SetUpPage] = ()

    def __init__(self, store: Store, people: PeopleDesk) -> None:
        self._store = store
        self._people = people

    def routes(self, site: Site) -> Sequence[BaseRoute]:
        """Return the routes."""

        async def page(request: Request) -> Response:
            session = await session_of(request, self._people)
            language = site.language_of(request)
            context = await run_in_threadpool(self._context, site, request, words(language))
            drawn = site.page("statistics.html", language, "/statistik", officer=session.name, **context)
            return Response(drawn, headers={"cache-control": "no-store"}, media_type="text/html; charset=utf-8")

        async def table(request: Request) -> Response:
            await session_of(request, self._people)
            wanted, text = await run_in_threadpool(self._sheet, site, request)
            name = f"antrean-{site.hall_id}-{wanted.first}-{wanted.last}.csv"
            headers = {"cache-control": "no-store", "content-disposition": f'attachment; filename="{name}"'}
            return Response(text, headers=headers, media_type="text/csv; charset=utf-8")

        return [Route("/statistik", page, methods=["GET"]), Route("/statistik/tabel.csv", table, methods=["GET"])]

    def describe(self, api: APIRouter, site: Site) -> None:
        """Add nothing."""

    def streams(self) -> Sequence[Broadcaster]:
        """Return no streams."""
        return ()

    def _sheet(self, site: Site, request: Request) -> tuple[Period, str]:
        with self._store.reader() as db:
            wanted = _wanted(request, reading.today(db) or site.now().date())
            return wanted, sheet.sheet(reading.visits(db, wanted), reading.names(db).lines)

    def _context(self, site: Site, request: Request, speak: Words) -> dict[str, Any]:
        with self._store.reader() as db:
            today = reading.today(db) or site.now().date()
            wanted = _wanted(request, today)
            visits, names = reading.visits(db, wanted), reading.names(db)
        origins = Counter(map(attrgetter("origin"), visits))
        scores = model.shown_scores(model.grouped(visits, lambda visit: visit.line))
        whole = model.shown_scores({"": visits})
        return {
            "today": today, "period": wanted, "presets": model.presets(today), "all": model.figures(visits),
            "lines": _in_order(model.by(visits, lambda visit: visit.line), names.lines),
            "counters": _in_order(model.by((one for one in visits if one.counter), lambda visit: visit.counter), names.counters),
            **_hours(visits, speak), **_days(visits, wanted, speak),
            "origins": {origin: origins[origin] for origin in ORIGINS},
            "scores": whole.get("", ()), "line_scores": [(name, scores[line]) for line, name in names.lines.items() if line in scores],
            "ratings": sum(1 for visit in visits if visit.score), "fewest": model.FEWEST_RATINGS,
        }  # fmt: skip


def _wanted(request: Request, today: date) -> Period:
    asked = request.query_params
    return model.period(asked.get("dari", "")[:10], asked.get("sampai", "")[:10], today)


def _in_order(figures: Mapping[str, Figures], names: Mapping[str, str]) -> list[tuple[str, Figures]]:
    """Return the figures with their names, in the hall's own order."""
    return [(name, figures[one]) for one, name in names.items() if one in figures]


def _hours(visits: Sequence[Visit], speak: Words) -> dict[str, Any]:
    known = model.by((visit for visit in visits if visit.hour >= 0), lambda visit: visit.hour)
    hours = [(hour, known.get(hour, Figures())) for hour in range(min(known), max(known) + 1)] if known else []
    sign = speak.time_mark
    labels = [f"{hour:02d}" for hour, _ in hours]
    return {
        "hours": [(f"{hour:02d}{sign}00\N{EN DASH}{hour + 1:02d}{sign}00", figures) for hour, figures in hours],
        "people_by_hour": chart.bars([figures.people for _, figures in hours], labels),
        "wait_by_hour": chart.bars([(figures.wait_median_s or 0) / 60 for _, figures in hours], labels),
    }


def _days(visits: Sequence[Visit], wanted: Period, speak: Words) -> dict[str, Any]:
    """Return days, or weeks when there are too many to be read; days on which nobody came are left out of the table."""
    if wanted.days == 1:
        return {"days": [], "weekly": False, "people_by_day": None, "wait_by_day": None}
    weekly = wanted.days > LONGEST_TABLE_DAYS
    step = 7 if weekly else 1
    place = {day: (date.fromisoformat(day) - wanted.first).days // step for day in {visit.day for visit in visits}}
    known = model.by(visits, lambda visit: place[visit.day])
    count = -(-wanted.days // step)
    starts = [wanted.first + timedelta(days=step * index) for index in range(count)]
    figures = [known.get(index) for index in range(count)]
    labels = [start.strftime("%d/%m") for start in starts]
    return {
        "days": [(speak.day(start), found) for start, found in zip(starts, figures, strict=True) if found is not None],
        "weekly": weekly,
        "people_by_day": chart.lines([found.people if found else None for found in figures], labels),
        "wait_by_day": chart.lines(
            [found.wait_median_s / 60 if found and found.wait_median_s is not None else None for found in figures], labels
        ),
    }
