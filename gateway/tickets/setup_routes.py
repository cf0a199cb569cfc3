"""The queue's pages below ``/atur``: lines, counters, hours and rules, in the order of a first setting up."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.routing import BaseRoute

from gateway.choices.form_routes import FormPage
from gateway.choices.forms import Form
from gateway.people.desk import PeopleDesk
from gateway.portal.feature import SetUpPage
from gateway.portal.site import Site
from gateway.tickets.desk import TicketsDesk
from gateway.tickets.setup_counters import COUNTERS, CounterForm, CounterList
from gateway.tickets.setup_hours import HoursForm
from gateway.tickets.setup_lines import LINES, LineForm, LineList
from gateway.tickets.setup_rules import RulesForm

PAGES: Sequence[SetUpPage] = (
    SetUpPage(LINES, LineList.title, "document"),
    SetUpPage(COUNTERS, CounterList.title, "counter"),
    SetUpPage(HoursForm.path, HoursForm.title, "clock"),
    SetUpPage(RulesForm.path, RulesForm.title, "people"),
)


def routes(desk: TicketsDesk, people: PeopleDesk, site: Site) -> Sequence[BaseRoute]:
    """Return the pages."""
    forms: Sequence[Form] = (
        LineList(desk), LineForm(desk), CounterList(desk), CounterForm(desk), HoursForm(desk, site.now), RulesForm(desk)
    )  # fmt: skip
    return [route for form in forms for route in FormPage(form, desk.choices, people, site).routes()]
