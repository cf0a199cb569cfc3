"""The budget on the web: ``/anggaran`` for everybody, ``/atur/anggaran`` for whoever sets up the hall."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.budget.desk import BudgetDesk, BudgetView
from gateway.budget.model import PARTS, Budget, share
from gateway.budget.reading import COLUMNS, EXAMPLE
from gateway.budget.setup_form import PATH as SET_UP_PATH
from gateway.budget.setup_form import BudgetForm
from gateway.choices.desk import Choices
from gateway.choices.form_routes import FormPage
from gateway.errors import Refusal
from gateway.people.desk import PeopleDesk
from gateway.people.model import Right
from gateway.people.routes import session_of
from gateway.portal.feature import Door, SetUpPage
from gateway.portal.hot import HotPages, etag_of, hot_response
from gateway.portal.live import Broadcaster
from gateway.portal.site import Site

if TYPE_CHECKING:
    from fastapi import APIRouter

PATH = "/anggaran"
FORM_BYTES = 128 * 1024
"""A file as a form sends it, where every third letter may take three."""
MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""Tells Excel that a file is UTF-8."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class BudgetPages:
    """The pages of budgets."""

    desk: BudgetDesk
    view: BudgetView
    people: PeopleDesk
    choices: Choices

    templates = Path(__file__).parent / "templates"
    static = Path(__file__).parent / "static"
    set_up: Sequence[SetUpPage] = (SetUpPage(SET_UP_PATH, "Anggaran desa", "chart", largest_body_bytes=FORM_BYTES),)

    def routes(self, site: Site) -> Sequence[BaseRoute]:
        """Return the pages."""
        return [
            Route(f"{SET_UP_PATH}/contoh.csv", self._example, methods=["GET"]),
            *FormPage(BudgetForm(self.desk), self.choices, self.people, site).routes(),
            *PublicPages(self.view, site).routes(),
        ]

    def describe(self, api: APIRouter, site: Site) -> None:
        """Add nothing: a budget is a page and a file."""

    def streams(self) -> Sequence[Broadcaster]:
        """Return no streams."""
        return ()

    async def _example(self, request: Request) -> Response:
        await session_of(request, self.people, Right.SET_UP)
        headers = {"content-disposition": 'attachment; filename="contoh-apbdes.csv"', "cache-control": "no-store"}
        return Response(MARK + EXAMPLE, headers=headers, media_type="text/csv; charset=utf-8")


def door(view: BudgetView) -> Door:
    """Return the way in, which is shown once there is a budget."""
    return Door(PATH, "Anggaran desa", "Dari mana uang desa dan untuk apa", "chart", is_open=lambda: bool(view.current()))


class PublicPages:
    """Budgets for everybody."""

    def __init__(self, view: BudgetView, site: Site) -> None:
        self._view = view
        self._site = site
        self._drawn = HotPages(site.edition)

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes."""
        return [
            Route(PATH, self._show, methods=["GET"]),
            Route(PATH + "/{year:int}", self._show, methods=["GET"]),
            Route(PATH + "/{year:int}.csv", self._file, methods=["GET"]),
        ]

    async def _show(self, request: Request) -> Response:
        """Show one year, by default the newest."""
        budgets, etag = await run_in_threadpool(self._view.looked_at)
        year = request.path_params.get("year") or next(iter(budgets), 0)
        if year and year not in budgets:
            raise Refusal("not-found")
        language, budget = self._site.language_of(request), budgets.get(year)

        def draw() -> str:
            path = f"{PATH}/{year}" if year else PATH
            return self._site.page(
                "budget.html", language, path, budget=budget, years=list(budgets), parts=PARTS, share=share, longest=longest
            )

        return hot_response(request, self._drawn.get(etag_of(language, year, etag), ("budget", language, str(year)), draw))

    async def _file(self, request: Request) -> Response:
        """Send one year as a table that spreadsheets open."""
        budget = (await run_in_threadpool(self._view.current)).get(request.path_params["year"])
        if budget is None:
            raise Refusal("not-found")
        name = f"apbdes-{self._site.hall_id}-{budget.year}.csv"
        headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-cache"}
        return Response(_sheet(budget), headers=headers, media_type="text/csv; charset=utf-8")


def longest(budget: Budget, part: str) -> int:
    """Return the largest amount among the bars of a part."""
    return max((max(row.planned_rp, row.realised_rp or 0) for row in budget.chief(part)), default=0)


def _sheet(budget: Budget) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in budget.rows:
        name = f"'{row.name}" if row.name.startswith(FORMULA) else row.name
        realised = "" if row.realised_rp is None else row.realised_rp
        writer.writerow([budget.year, PARTS[row.part], row.code, name, row.planned_rp, realised])
    return MARK + text.getvalue()
