"""The page ``/sim``: the hall's devices on a laptop, to be seen and pressed, and what the centre has of it all.

Works without JavaScript (forms, and a page that reloads itself); the script only makes it livelier. For the
demo only: whoever opens it may press, call and pull plugs. It reads the centre's database and never writes it.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from gateway.demo.centre_reading import CentreReading, read_centre
from gateway.demo.faults import KEYS, rows
from gateway.demo.lan import DemoLan
from gateway.demo.speech import Speech, language_of
from gateway.devices.plugged import Devices
from gateway.devices.ports import LampSign
from gateway.devices.simulated_board import SimulatedBoard
from gateway.devices.simulated_button import SimulatedButton, SimulatedKeypad, SimulatedRatingButton
from gateway.devices.simulated_lamp import SimulatedLamp
from gateway.devices.simulated_led import SimulatedMatrix, SimulatedSegments
from gateway.devices.simulated_printer import SimulatedPrinter
from gateway.devices.simulated_speaker import SimulatedSpeaker
from gateway.errors import FAULTS, Refusal
from gateway.portal.site import TEMPLATES as PORTAL_TEMPLATES
from gateway.portal.site import ink_on, plain_colour
from gateway.tickets.inputs import PressDesk
from gateway.tickets.snapshot import QueueSnapshot

FOLDER = Path(__file__).parent
LAMP = {
    LampSign.WELL: "Lampu menyala: semua baik.",
    LampSign.AWAY: "Lampu kedip lambat: kabupaten tidak terjangkau.",
    LampSign.PERSON: "Lampu kedip cepat: perlu orang.",
    None: "Lampu gelap.",
}
"""What a lamp says, for those who see none."""
BOARDS = {SimulatedBoard.kind: "papan", SimulatedMatrix.kind: "papan matriks", SimulatedSegments.kind: "papan angka"}
SCORES = ("", "Tidak puas", "Cukup puas", "Puas", "Sangat puas")
"""What stands on the faces."""
STATIC_TYPES = {"sim.css": "text/css; charset=utf-8", "sim.js": "text/javascript; charset=utf-8"}


class Uplink(Protocol):
    """The cable to the regency, which the page can pull; ``gateway.demo.regency.Regency`` is one."""

    pulled: bool

    def pull_uplink(self) -> None:
        """Let the hall lose its regency."""

    def plug_uplink(self) -> None:
        """Give it back."""


@dataclass(frozen=True, slots=True)
class SimParts:
    """What the page shows and moves."""

    hall_name: str
    zone: ZoneInfo
    devices: Devices
    queue: Callable[[], QueueSnapshot]
    presses: PressDesk
    """What became of the latest ones."""
    waiting_events: Callable[[], int]
    """How many events the centre has not confirmed."""
    centre: Path | None
    """The centre's database, or None when it is elsewhere."""
    uplink: Uplink | None
    """The cable, or None when there is no regency."""
    lan: DemoLan | None = None
    """The devices on Wi-Fi, or None without Mosquitto."""


def sim_routes(parts: SimParts) -> list[BaseRoute]:
    """Return the routes of ``/sim`` and all below it."""
    page = _SimPage(parts)
    return [
        Route("/sim", page.whole),
        Route("/sim/live", page.live),
        Route("/sim/lan/board.svg", page.lan_board),
        Route("/sim/lan/press", page.lan_press, methods=["POST"]),
        Route("/sim/board/{id}.svg", page.board),
        Route("/sim/slip/{id}/coming.png", page.coming),
        Route("/sim/slip/{id}/{position}.png", page.slip),
        Route("/sim/sound/{id}/{position}.wav", page.sound),
        Route("/sim/press/{id}", page.press, methods=["POST"]),
        Route("/sim/press/{id}/{act}", page.press, methods=["POST"]),
        Route("/sim/switch/{id}/{act}", page.switch, methods=["POST"]),
        *(Route(f"/sim/{name}", page.static) for name in STATIC_TYPES),
    ]


class _SimPage:
    """The page's routes. They are synchronous: the portal runs them beside its event loop."""

    def __init__(self, parts: SimParts) -> None:
        self._parts = parts
        self._templates = Environment(
            loader=FileSystemLoader([FOLDER / "templates", PORTAL_TEMPLATES]), autoescape=True, trim_blocks=True,
            lstrip_blocks=True, undefined=StrictUndefined,
        )  # fmt: skip
        self._templates.globals.update(ink_on=ink_on, plain_colour=plain_colour)
        self._buttons: dict[str, SimulatedButton] = {one.id: one for one in parts.devices.of_kind(SimulatedButton.kind)}
        self._faces: dict[str, SimulatedRatingButton] = {one.id: one for one in parts.devices.of_kind(SimulatedRatingButton.kind)}
        self._keypads: dict[str, SimulatedKeypad] = {one.id: one for one in parts.devices.of_kind(SimulatedKeypad.kind)}
        self._boards: dict[str, SimulatedBoard | SimulatedMatrix | SimulatedSegments] = {
            one.id: one
            for kind in (SimulatedBoard, SimulatedMatrix, SimulatedSegments)
            for one in parts.devices.of_kind(kind.kind)
        }
        self._printers: dict[str, SimulatedPrinter] = {one.id: one for one in parts.devices.of_kind(SimulatedPrinter.kind)}
        self._speakers: dict[str, SimulatedSpeaker] = {one.id: one for one in parts.devices.of_kind(SimulatedSpeaker.kind)}

    def whole(self, request: Request) -> Response:
        """Draw the whole page."""
        return HTMLResponse(self._draw("sim.html", language_of(request)), headers={"cache-control": "no-store"})

    def live(self, request: Request) -> Response:
        """Draw what changes, or answer 304 when it has not."""
        body = self._draw("sim_live.html", language_of(request)).encode()
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        headers = {"etag": etag, "cache-control": "no-cache"}
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers=headers)
        return HTMLResponse(body, headers=headers)

    def board(self, request: Request) -> Response:
        """Draw the board as it is lit now."""
        board = _known(self._boards, request)
        return Response(board.picture(), media_type="image/svg+xml", headers={"cache-control": "no-cache"})

    def lan_board(self, _request: Request) -> Response:
        """Draw the board on Wi-Fi."""
        return Response(self._lan().picture(), media_type="image/svg+xml", headers={"cache-control": "no-cache"})

    def lan_press(self, _request: Request) -> Response:
        """Press the button on Wi-Fi."""
        self._lan().press()
        return self._back()

    def _lan(self) -> DemoLan:
        if self._parts.lan is None:
            raise Refusal("not-found")
        return self._parts.lan

    def slip(self, request: Request) -> Response:
        """Show one slip of the roll."""
        printer = _known(self._printers, request)
        for printed in printer.roll:
            if str(printed.position) == request.path_params["position"]:
                return Response(printed.picture, media_type="image/png", headers={"cache-control": "no-cache"})
        raise Refusal("not-found")

    def coming(self, request: Request) -> Response:
        """Show the piece of paper that hangs out of a printer."""
        picture = _known(self._printers, request).unfinished
        if not picture:
            raise Refusal("not-found")
        return Response(picture, media_type="image/png", headers={"cache-control": "no-store"})

    def sound(self, request: Request) -> Response:
        """Let what a speaker has said be heard on this laptop."""
        for heard in _known(self._speakers, request).heard:
            if str(heard.position) == request.path_params["position"]:
                return Response(heard.wav, media_type="audio/wav", headers={"cache-control": "no-cache"})
        raise Refusal("not-found")

    def press(self, request: Request) -> Response:
        """Press a button, or the key of a keypad, once."""
        device, act = _known({**self._buttons, **self._faces, **self._keypads}, request), request.path_params.get("act", "")
        if act not in device.acts:
            raise Refusal("not-found")
        device.press(act)
        return self._back()

    def switch(self, request: Request) -> Response:
        """Break or mend a device or the uplink. A switch that has been thrown meanwhile does nothing more."""
        switches, id = self._switches(), request.path_params["id"]
        if id not in {known for known, _ in switches}:
            raise Refusal("not-found")
        switches.get((id, request.path_params["act"]), lambda: None)()
        return self._back()

    def static(self, request: Request) -> Response:
        """Serve the page's style and script."""
        name = request.url.path.rsplit("/", 1)[-1]
        return Response(
            (FOLDER / "static" / name).read_bytes(), media_type=STATIC_TYPES[name], headers={"cache-control": "no-cache"}
        )

    def _back(self) -> Response:
        return RedirectResponse("/sim", status_code=303)

    def _switches(self) -> dict[tuple[str, str], Callable[[], object]]:
        acts: dict[tuple[str, str], Callable[[], object]] = {
            (row.device.id, switch.act): switch.do for row in rows(self._parts.devices) for switch in row.switches
        }
        if self._parts.uplink is not None:
            acts |= {("uplink", "pull"): self._parts.uplink.pull_uplink, ("uplink", "plug"): self._parts.uplink.plug_uplink}
        return acts | (self._parts.lan.switches() if self._parts.lan is not None else {})

    def _draw(self, template: str, language: str) -> str:
        parts, speak = self._parts, Speech(language)
        queue, act = parts.queue(), parts.presses.latest_act
        return self._templates.get_template(template).render(
            _=speak,
            told=speak.told,
            language=language,
            hall_name=parts.hall_name,
            queue=queue,
            buttons=[(button, queue.line(button.line)) for button in self._buttons.values()],
            faces=list(self._faces.values()),
            boards=[(board, _hash(board.picture().encode())) for board in self._boards.values()],
            printers=[(printer, _hash(coming) if (coming := printer.unfinished) else "") for printer in self._printers.values()],
            speakers=list(self._speakers.values()),
            latest=parts.presses.latest,
            rated=parts.presses.latest_rating,
            scores=SCORES,
            latest_act=act,
            keypads=[(pad, queue.counter(pad.counter)) for pad in self._keypads.values()],
            keys=KEYS,
            faults=rows(parts.devices),
            names=BOARDS,
            lamps=[(lamp, LAMP[lamp.sign]) for lamp in parts.devices.of_kind(SimulatedLamp.kind)],
            waiting_events=parts.waiting_events(),
            centre=self._centre(),
            uplink=parts.uplink,
            lan=parts.lan,
            lan_print=_hash(parts.lan.picture().encode()) if parts.lan is not None else "",
            refusal=FAULTS[act.refusal].sentence if act and act.refusal in FAULTS else "",
            time_of=lambda stamp: datetime.fromisoformat(stamp).astimezone(parts.zone).strftime("%H.%M.%S"),
            kind_of=_kind_of,
        )

    def _centre(self) -> CentreReading | None:
        if self._parts.centre is None:
            return None
        try:
            return read_centre(self._parts.centre)
        except sqlite3.Error:
            return CentreReading(0, ())


def _known(devices: dict[str, Any], request: Request) -> Any:  # noqa: ANN401 - one of four kinds
    device = devices.get(request.path_params["id"])
    if device is None:
        raise Refusal("not-found")
    return device


def _hash(data: bytes) -> str:
    """Return what makes a browser fetch a picture again when it has changed."""
    return hashlib.sha256(data).hexdigest()[:8]


def _kind_of(type: str) -> str:
    """Return the telling part of an event's type: ``ticket.called``."""
    return re.sub(r"^id\.balai\.|\.v\d+$", "", type)
