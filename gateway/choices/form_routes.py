"""A page below ``/atur``: one form, from what is chosen now to what is chosen anew.

Promises: what was typed stays when something in it is wrong, and each fault stands beside its field; a form made from
what has changed since is refused and shows what is so now; a form sent twice chooses once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from gateway.choices.desk import Choices
from gateway.choices.forms import Form, Unsound
from gateway.errors import Refusal
from gateway.people.desk import PeopleDesk, Session
from gateway.people.model import Right
from gateway.people.routes import session_of, staff_page
from gateway.portal.forms import check_csrf, read_form_with_file
from gateway.portal.i18n import Words, words
from gateway.portal.site import Site

FIELDS_LIMIT = 200
"""A hall of forty lines fits in one form."""
LONGEST_FIELD = 32 * 1024
"""No body is longer, so nothing that was sent is cut."""


@dataclass(slots=True)
class State:
    """How a page is shown."""

    typed: dict[str, str]
    made_from: str
    wrong: dict[str, str] = field(default_factory=dict)
    refusal: Refusal | None = None
    former: list[tuple[str, str]] = field(default_factory=list)
    """What somebody typed into a stale form, by label: so that it can be typed again."""
    unsaved: bool = False
    done: bool = False


class FormPage:
    """One form on the web, for whoever may set up the hall."""

    def __init__(self, form: Form, choices: Choices, people: PeopleDesk, site: Site) -> None:
        self._form = form
        self._choices = choices
        self._people = people
        self._site = site

    def routes(self) -> Sequence[BaseRoute]:
        """Return the page."""
        return [
            Route(self._form.path, self._show, methods=["GET"]),
            Route(self._form.path, self._take, methods=["POST"]),
        ]

    async def _show(self, request: Request) -> Response:
        session = await session_of(request, self._people, Right.SET_UP)
        item = _item(request)
        state = await run_in_threadpool(self._fresh, item)
        state.done = request.query_params.get("sudah", "") == "simpan"
        return await self._page(request, session, item, state)

    async def _take(self, request: Request) -> Response:
        session = await session_of(request, self._people, Right.SET_UP)
        item, speak = _item(request), words(self._site.language_of(request))
        fields = await read_form_with_file(request, FIELDS_LIMIT)
        check_csrf(fields, session.token)
        state = await run_in_threadpool(self._choose, session.officer, item, fields, speak)
        if state is not None:
            return await self._page(request, session, item, state)
        path = self._site.link(self._form.after, speak.language)
        path += f"{'&' if '?' in path else '?'}sudah=simpan"
        return RedirectResponse(path, 303, {"cache-control": "no-store"})

    def _fresh(self, item: str) -> State:
        return State(self._form.filled(item), _digest(self._form.basis(item)))

    def _choose(self, who: str, item: str, fields: dict[str, str], speak: Words) -> State | None:
        """Choose, or return how the page is shown again. One form at a time: no two overwrite each other unseen."""
        act = fields.get("act", "")[:80]
        with self._choices.one_at_a_time:
            now = self._fresh(item)
            typed = {name: fields.get(name, "")[:LONGEST_FIELD].replace("\r\n", "\n") for name in now.typed}
            filled = self._form.fill(act, typed)
            if filled is not None:
                return State(filled, fields.get("made_from", "")[:40], unsaved=True)
            if fields.get("made_from", "") != now.made_from:
                if typed == now.typed and act == "save":
                    return None  # the same form once more
                now.refusal = Refusal("choices-changed")
                now.former = self._differing(typed, now.typed, speak)
                return now
            try:
                self._form.choose_as(who, item, act, typed, speak)
            except Unsound as unsound:
                return State(typed, now.made_from, wrong=unsound.wrong)
            except Refusal as refusal:
                return State(typed, now.made_from, refusal=refusal)
        return None

    def _differing(self, typed: dict[str, str], now: dict[str, str], speak: Words) -> list[tuple[str, str]]:
        labels = self._form.labels
        return [(speak(labels[name]), text) for name, text in typed.items() if name in labels and text and text != now[name]]

    async def _page(self, request: Request, session: Session, item: str, state: State) -> Response:
        speak = words(self._site.language_of(request))
        shown = await run_in_threadpool(self._form.shown, item, state.typed, speak)
        response = staff_page(
            self._site, request, session, self._form.template, request.url.path, state.refusal, title=self._form.title,
            labels=self._form.labels, typed=state.typed, wrong=state.wrong, made_from=state.made_from, former=state.former,
            unsaved=state.unsaved, done=state.done, item=item, **shown,
        )  # fmt: skip
        if state.wrong:
            response.status_code = 422
        return response


def _item(request: Request) -> str:
    return str(request.path_params.get("item", ""))[:40]


def _digest(basis: object) -> str:
    return hashlib.sha256(json.dumps(basis, sort_keys=True, default=str).encode()).hexdigest()[:20]
