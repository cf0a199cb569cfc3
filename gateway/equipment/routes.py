"""``/perangkat``: every device of the hall with its state and what to do, ways to try it, its own page with its history, and replacing it.

Promises: whoever opens the page touches no device and writes nothing; a trial gives no number; everything works without JavaScript.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.devices.lan_words import SILENT
from gateway.devices.ports import Blinks
from gateway.devices.trials import Trials
from gateway.equipment.desk import EquipmentDesk
from gateway.equipment.inputs import PressGate
from gateway.equipment.pairing import Pairing
from gateway.equipment.pairing_routes import PATH, PairingPages
from gateway.equipment.view import EquipmentView, Shown
from gateway.errors import Refusal
from gateway.people.desk import PeopleDesk, Session
from gateway.people.model import Right
from gateway.people.session_routes import redirect, session_of, staff_page
from gateway.portal.feature import SetUpPage
from gateway.portal.forms import check_csrf, read_form
from gateway.portal.i18n import words
from gateway.portal.live import Broadcaster
from gateway.portal.site import Site

if TYPE_CHECKING:
    from fastapi import APIRouter


@dataclass(frozen=True, slots=True)
class EquipmentRoom:
    """What the pages work with; ``wake`` lets the loops of devices look at once."""

    desk: EquipmentDesk
    view: EquipmentView
    gate: PressGate
    trials: Trials
    pairing: Pairing
    people: PeopleDesk
    wake: Callable[[], None]


class EquipmentPages:
    """The pages of devices."""

    templates = Path(__file__).parent / "templates"
    static = Path(__file__).parent / "static"
    set_up: Sequence[SetUpPage] = (SetUpPage(PATH, "Coba semua perangkat", "printer"),)

    def __init__(self, room: EquipmentRoom) -> None:
        self._room = room

    def routes(self, site: Site) -> Sequence[BaseRoute]:
        """Return the pages."""
        pages, room = _Pages(self._room, site), self._room
        return [
            *PairingPages(room.pairing, room.view.names, room.people, site).routes(),
            Route("/atur/uji", pages.moved, methods=["GET"]),
            Route(PATH, pages.every, methods=["GET"]),
            Route(f"{PATH}/{{id}}", pages.one, methods=["GET"]),
            Route(f"{PATH}/{{id}}/coba", pages.try_out, methods=["POST"]),
            Route(f"{PATH}/{{id}}/ganti", pages.replace, methods=["POST"]),
        ]

    def describe(self, api: APIRouter, site: Site) -> None:
        """Add nothing: devices are looked after by people."""

    def streams(self) -> Sequence[Broadcaster]:
        """Return no streams: the page asks again every two seconds."""
        return ()


class _Pages:
    def __init__(self, room: EquipmentRoom, site: Site) -> None:
        self._desk = room.desk
        self._view = room.view
        self._gate = room.gate
        self._trials = room.trials
        self._people = room.people
        self._wake = room.wake
        self._site = site

    async def moved(self, request: Request) -> Response:
        """Lead from where boards and printers were tried in former versions."""
        await self._technician(request)
        return redirect(self._site, request, PATH)

    async def every(self, request: Request) -> Response:
        """Show all devices."""
        session = await self._technician(request)
        devices = await run_in_threadpool(self._view.every)
        return self._page(request, session, "equipment.html", PATH, devices=devices, tv=f"{self._site.address}/papan")

    async def one(self, request: Request) -> Response:
        """Show one device with its history, also of one that is no longer there."""
        session = await self._technician(request)
        id = request.path_params["id"]
        shown = self._view.one(id)
        history = await run_in_threadpool(self._desk.history, id)
        days = await run_in_threadpool(self._desk.days, id)
        if shown is None and not history:
            raise Refusal("device-unknown", device=id[:32])
        return self._page(
            request, session, "equipment_one.html", f"{PATH}/{id}", id=id, device=shown, history=history, days=days,
            key=self._site.new_key(), done=request.query_params.get("sudah", ""),
        )  # fmt: skip

    async def try_out(self, request: Request) -> Response:
        """Ask a device for something, or let its next press be felt without a number, or end that."""
        session = await self._technician(request)
        fields = await read_form(request)
        check_csrf(fields, session.token)
        shown, act = self._known(request), fields.get("act", "")
        if act == "count":
            self._gate.let_go(shown.id)
        elif act not in shown.trials:
            raise Refusal("field-invalid", field="act")
        elif act == "press":
            self._try_press(shown)
        elif act == "blink":
            self._try_blink(shown)
        else:
            self._trials.ask(shown.id, act)
        self._wake()
        # Back to where the button was pressed: the list, or the device's own page.
        return redirect(self._site, request, f"{PATH}/{shown.id}" if fields.get("from") == "one" else PATH)

    async def replace(self, request: Request) -> Response:
        """Keep that another device stands in the place of this one."""
        session = await self._technician(request)
        fields = await read_form(request)
        check_csrf(fields, session.token)
        shown = self._known(request)
        await run_in_threadpool(self._desk.replaced, shown.id)
        return redirect(self._site, request, f"{PATH}/{shown.id}")

    def _try_press(self, shown: Shown) -> None:
        if shown.is_ill:  # nobody would feel it
            self._gate.let_go(shown.id)
            self._trials.refuse(shown.id, "press", shown.reason or SILENT)
            return
        self._trials.forget(shown.id)
        self._gate.hold(shown.id)
        self._blinks(shown)

    def _try_blink(self, shown: Shown) -> None:
        if self._blinks(shown):
            self._trials.ask(shown.id, "blink")
            self._trials.done(shown.id)
        else:
            self._trials.refuse(shown.id, "blink", shown.reason or SILENT)

    def _blinks(self, shown: Shown) -> bool:
        found = self._desk.find(shown.id)
        return found is not None and isinstance(found.device, Blinks) and found.device.blink()

    def _known(self, request: Request) -> Shown:
        shown = self._view.one(request.path_params["id"])
        if shown is None:
            raise Refusal("device-unknown", device=request.path_params["id"][:32])
        return shown

    async def _technician(self, request: Request) -> Session:
        return await session_of(request, self._people, Right.DEVICES)

    def _page(self, request: Request, session: Session, template: str, path: str, **context: object) -> Response:
        speak = words(self._site.language_of(request))
        now = self._site.now()

        def moment(at: datetime | str) -> str:
            """Return when something was: the time of today, or date and time."""
            instant = (datetime.fromisoformat(at) if isinstance(at, str) else at).astimezone(self._site.zone)
            return speak.time(instant) if instant.date() == now.date() else f"{speak.day(instant.date())}, {speak.time(instant)}"

        def told(reason: str) -> str:
            """Return what a device says of itself, in the reader's language."""
            return speak.tell("{reason}", {"reason": reason})

        context |= {"moment": moment, "told": told, "date_of": date.fromisoformat}
        return staff_page(self._site, request, session, template, path, None, **context)
