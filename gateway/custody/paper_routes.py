"""``/atur/pelindungan-data``: how what is personal is kept, and the paper with the village head's recovery key.

Promises: the key is shown once, for the own PIN only, and counts only when parts of it were typed back; over a connection that others
can listen to it is shown only to who has said that they know.
"""

from __future__ import annotations

from datetime import datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from gateway.custody.desk import CustodyDesk
from gateway.custody.papers import Papers
from gateway.errors import Refusal
from gateway.people.desk import PeopleDesk, Session
from gateway.people.model import Right
from gateway.people.session_routes import session_of, staff_page
from gateway.portal.forms import check_csrf, read_form
from gateway.portal.i18n import words
from gateway.portal.site import Site
from gateway.portal.visitor import visitor_of
from gateway.privacy.vault import Vault

PATH = "/atur/pelindungan-data"


class PaperPages:
    """The pages of keys."""

    def __init__(self, desk: CustodyDesk, vault: Vault, papers: Papers, people: PeopleDesk, site: Site) -> None:
        self._desk = desk
        self._vault = vault
        self._papers = papers
        self._people = people
        self._site = site

    async def overview(self, request: Request) -> Response:
        """Tell what is kept, how, and for how long."""
        session = await session_of(request, self._people, Right.RECORDS)
        state = await run_in_threadpool(self._desk.state)
        speak = words(self._site.language_of(request))
        paper_on = speak.day(datetime.fromisoformat(state.paper_at).date()) if state.paper_at else ""
        return staff_page(
            self._site, request, session, "custody.html", PATH, state=state, paper_on=paper_on, kinds=self._desk.kinds()
        )

    async def ask(self, request: Request) -> Response:
        """Ask for the own PIN before a key is shown."""
        return self._page(request, await session_of(request, self._people, Right.RECORDS))

    async def act(self, request: Request) -> Response:
        """Show a new key, or take what was typed back from its paper."""
        session = await session_of(request, self._people, Right.RECORDS)
        form = await read_form(request)
        check_csrf(form, session.token)
        try:
            if form.get("act") == "prove":
                public = await run_in_threadpool(self._papers.prove, session.token, form.get("typed", "")[:100])
                await run_in_threadpool(lambda: self._vault.keep_paper(public, who=session.name))
                return self._page(request, session, done=True)
            await run_in_threadpool(self._people.confirm, session, form.get("own", ""))
        except Refusal as refusal:
            return self._page(request, session, refusal, asked=self._papers.asked(session.token))
        if self._is_in_clear(request) and form.get("accept") != "1":
            return self._page(request, session, Refusal("paper-in-clear"))
        spelled, asked = self._papers.make(session.token)
        return self._page(request, session, groups=spelled.split(), asked=asked)

    def _page(
        self,
        request: Request,
        session: Session,
        refusal: Refusal | None = None,
        *,
        groups: list[str] | None = None,
        asked: tuple[int, ...] = (),
        done: bool = False,
    ) -> Response:
        return staff_page(
            self._site, request, session, "custody_paper.html", f"{PATH}/kunci", refusal, groups=groups or [], done=done,
            asked=", ".join(map(str, asked)), in_clear=self._is_in_clear(request),
        )  # fmt: skip

    def _is_in_clear(self, request: Request) -> bool:
        visitor = visitor_of(request)
        return not (visitor.by_https or visitor.at_the_hall)
