"""What the pages of requests share: the desks behind them, who can hear what is typed, and how a refusal is told."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.choices.desk import Choices
from gateway.errors import Refusal
from gateway.people.desk import PeopleDesk
from gateway.portal import problems
from gateway.portal.i18n import Words, words
from gateway.portal.site import Site
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
KIOSK = "/anjungan"
"""Where the hall's touch screens begin."""
KIOSK_BACK_S = 180
"""So long without a touch, and a touch screen begins anew: what was sent is kept, and nobody sees another's."""
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


class Sheet:
    """Where a page is drawn: a phone's or a clerk's browser, or one of the hall's touch screens, from which no link leads away.

    A touch screen takes its language from the address alone, so that nobody leaves one to the next person.
    """

    def __init__(self, site: Site, request: Request, origin: Origin) -> None:
        self._site = site
        self.is_kiosk = origin is Origin.KIOSK and visitor_of(request).is_kiosk
        self.language = site.language_asked(request) if self.is_kiosk else site.language_of(request)

    def page(self, template: str, path: str, refusal: Refusal | None = None, status: int = 200, **context: object) -> Response:
        """Draw a page that no browser keeps, with what was refused, if anything."""
        frame = "kiosk_frame.html" if self.is_kiosk else "base.html"
        page = self._site.page(
            template, self.language, path, frame=frame, kiosk=self.is_kiosk, start=KIOSK, back_s=KIOSK_BACK_S, **told_of(refusal, words(self.language)),
            **context,
        )  # fmt: skip
        return Response(page, refusal.fault.status if refusal else status, NO_STORE, HTML)

    def to(self, path: str, **query: str) -> Response:
        """Lead to another page of the hall in the same language."""
        link = self._site.link(path, self.language)
        for name, value in query.items():
            link += f"{'&' if '?' in link else '?'}{name}={value}"
        return RedirectResponse(link, 303, NO_STORE)


def may_hear(request: Request, rules: RequestRules, origin: Origin) -> bool:
    """Return whether NIK and KK may be asked here: what is typed reaches nobody else."""
    visitor = visitor_of(request)
    return origin is Origin.STAFF or visitor.by_https or visitor.at_the_hall or rules.private_numbers_over_http


def told_of(refusal: Refusal | None, speak: Words) -> dict[str, str]:
    """Return ``sentence`` and ``remedy`` for a page; both are empty when nothing was refused."""
    if refusal is None:
        return {"sentence": "", "remedy": ""}
    return {"sentence": problems.sentence(refusal, speak), "remedy": problems.remedy(refusal, speak)}
