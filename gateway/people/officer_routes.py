"""``/atur/petugas``: the head adds officers, gives new PINs and roles, signs out, and ends access.

Promises: each act that lets somebody in or keeps somebody out asks for the head's own PIN, so that a browser left
alone makes no officer; a form sent twice adds one officer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.errors import Refusal
from gateway.people.desk import PeopleDesk, Session
from gateway.people.model import Right, Role
from gateway.people.session_routes import new_pin, redirect, session_of, staff_page
from gateway.people.setup_routes import PATH_OF_OFFICERS
from gateway.portal.forms import check_csrf, form_key, read_form
from gateway.portal.site import Site

DONE = frozenset({"add", "pin", "role", "sign-out", "end"})
"""What the page can say was done."""


class OfficerPages:
    """The page of officers."""

    def __init__(self, people: PeopleDesk, site: Site) -> None:
        self._people = people
        self._site = site
        self._acts: dict[str, Callable[[dict[str, str]], None]] = {
            "add": self._add,
            "pin": lambda fields: people.give_pin(fields.get("officer", ""), new_pin(fields)),
            "role": lambda fields: people.give_role(fields.get("officer", ""), _role(fields)),
            "sign-out": lambda fields: people.sign_out_everywhere(fields.get("officer", "")),
            "end": lambda fields: people.end_access(fields.get("officer", "")),
        }

    def routes(self) -> Sequence[BaseRoute]:
        """Return the page."""
        return [
            Route(PATH_OF_OFFICERS, self._show, methods=["GET"]),
            Route(PATH_OF_OFFICERS, self._act, methods=["POST"]),
        ]

    async def _show(self, request: Request) -> Response:
        return await self._page(request, await session_of(request, self._people, Right.OFFICERS))

    async def _act(self, request: Request) -> Response:
        session = await session_of(request, self._people, Right.OFFICERS)
        fields = await read_form(request)
        check_csrf(fields, session.token)
        try:
            await run_in_threadpool(self._carry_out, session, fields)
        except Refusal as refusal:
            return await self._page(request, session, refusal, fields)
        response = redirect(self._site, request, PATH_OF_OFFICERS)
        response.headers["location"] += f"{'&' if '?' in response.headers['location'] else '?'}sudah={fields['act']}"
        return response

    def _carry_out(self, session: Session, fields: dict[str, str]) -> None:
        act = self._acts.get(fields.get("act", ""))
        if act is None:
            raise Refusal("field-invalid", field="act")
        if fields["act"] != "sign-out":
            self._people.confirm(session, fields.get("own", ""))
        act(fields)

    def _add(self, fields: dict[str, str]) -> None:
        name = " ".join(fields.get("name", "").split())
        self._people.add_officer(name, new_pin(fields), _role(fields), key=form_key(fields))

    async def _page(
        self, request: Request, session: Session, refusal: Refusal | None = None, fields: dict[str, str] | None = None
    ) -> Response:
        officers = await run_in_threadpool(self._people.officers)
        fields, done = fields or {}, request.query_params.get("sudah", "")
        return staff_page(
            self._site, request, session, "officers.html", PATH_OF_OFFICERS, refusal, officers=officers, roles=list(Role),
            key=self._site.new_key(), done=done if done in DONE and refusal is None else "", tried=fields.get("act", ""),
            tried_for=fields.get("officer", ""), name=fields.get("name", "")[:40],
        )  # fmt: skip


def _role(fields: dict[str, str]) -> Role:
    try:
        return Role(fields.get("role", ""))
    except ValueError as error:
        raise Refusal("field-invalid", field="role") from error
