"""What the pages of requests share: the desks behind them, who can hear what is typed, and how a refusal is told."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from gateway.choices.desk import Choices
from gateway.errors import Refusal
from gateway.people.desk import PeopleDesk
from gateway.portal import problems
from gateway.portal.i18n import Words
from gateway.portal.visitor import visitor_of
from gateway.services.requests.choices import RequestRules
from gateway.services.requests.desk import RequestsDesk
from gateway.services.requests.drafts import DraftsDesk
from gateway.services.requests.model import Origin
from gateway.services.view import CatalogueView

PATH = "/ajukan"
"""Where drafts are."""
NO_STORE = {"cache-control": "no-store"}
HTML = "text/html; charset=utf-8"
WHOLE = "semua"
"""The step at which all questions stand on one page."""


@dataclass(frozen=True, slots=True)
class Rooms:
    """What the pages of requests need."""

    desk: RequestsDesk
    drafts: DraftsDesk
    catalogue: CatalogueView
    people: PeopleDesk
    choices: Choices


def may_hear(request: Request, rules: RequestRules, origin: Origin) -> bool:
    """Return whether NIK and KK may be asked here: what is typed reaches nobody else."""
    visitor = visitor_of(request)
    return origin is Origin.STAFF or visitor.by_https or visitor.at_the_hall or rules.private_numbers_over_http


def told_of(refusal: Refusal | None, speak: Words) -> dict[str, str]:
    """Return ``sentence`` and ``remedy`` for a page; both are empty when nothing was refused."""
    if refusal is None:
        return {"sentence": "", "remedy": ""}
    return {"sentence": problems.sentence(refusal, speak), "remedy": problems.remedy(refusal, speak)}
