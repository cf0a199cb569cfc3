"""The laptop's hall: the real Hall with simulated devices, a regency of its own, and the page ``/sim``."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from starlette.routing import BaseRoute

from gateway.clock import SystemClock
from gateway.demo.children import find_mosquitto
from gateway.demo.lan import DemoLan
from gateway.demo.regency import Regency
from gateway.demo.sim import SimParts, sim_routes
from gateway.errors import Refusal
from gateway.hall import Hall
from gateway.loops import Loop
from gateway.people.model import Role, pin_is_good
from gateway.services.letters.choices import LetterChoices
from gateway.services.letters.numbering import USUAL_CODE
from gateway.settings import (
    ClockSettings,
    DataSettings,
    DeviceSettings,
    HallSettings,
    LanSettings,
    PortalSettings,
    RelaySettings,
    Settings,
)
from gateway.store import outbox
from gateway.tickets import furnishing

OFFICER = "Siti"


@contextmanager
def open_demo(folder: Path, *, host: str, port: int, broker: str, pin: str) -> Iterator[str]:
    """Run the whole hall below ``folder`` and give a welcome that says where to look.

    ``broker`` is ``embedded``, ``none`` or the address of one that runs; ``pin`` is the officer's.
    """
    if not pin_is_good(pin):
        raise Refusal("pin-too-weak")
    folder = folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    regency = None if broker == "none" else Regency(folder / "regency", broker=broker, mosquitto=find_mosquitto())
    lan = _lan(folder / "lan")
    settings = _settings(folder / "hall", host, port, regency, lan)
    supervision = None if regency is None else Loop("regency", regency.step, SystemClock())
    hall = Hall(settings, extra_routes=lambda hall: _sim(hall, regency, lan))
    try:
        if regency is not None:
            regency.start()
        with hall:
            if supervision is not None:
                supervision.start()
            if lan is not None:
                lan.start()
            _welcome_officer(hall, pin)
            _set_up_letters(hall)
            yield _welcome(hall, regency, pin)
    finally:
        if lan is not None:
            lan.stop()
        if regency is not None and supervision is not None:
            supervision.stop()
            regency.stop()


def _lan(folder: Path) -> DemoLan | None:
    mosquitto = find_mosquitto()
    if mosquitto is None:
        return None
    return DemoLan(folder, furnishing.LINES[0].id, mosquitto=mosquitto, clock=SystemClock(), randomness=random.SystemRandom())


def _settings(folder: Path, host: str, port: int, regency: Regency | None, lan: DemoLan | None) -> Settings:
    buttons = [
        DeviceSettings.model_validate({"id": f"tombol-{line.letter.lower()}", "kind": "simulated-button", "line": line.id})
        for line in furnishing.LINES
    ]
    ratings = [
        DeviceSettings.model_validate(
            {"id": f"nilai-{score}", "kind": "simulated-rating-button", "counter": furnishing.COUNTERS[0].id, "score": score}
        )
        for score in (4, 3, 2, 1)
    ]
    keypads = [
        DeviceSettings.model_validate({"id": f"keypad-{counter.id}", "kind": "simulated-keypad", "counter": counter.id})
        for counter in furnishing.COUNTERS
    ]
    boards = [DeviceSettings(id="matriks", kind="simulated-matrix"), DeviceSettings(id="angka", kind="simulated-segments")]
    if not find_spec("luma"):  # of the extra `demo`: without it no driver makes bytes, and a board is drawn from its face
        boards = [DeviceSettings(id="papan", kind="simulated-board")]
    printer = DeviceSettings(id="printer", kind="simulated-printer")
    speaker = DeviceSettings(id="suara", kind="simulated-speaker")
    lamp = DeviceSettings(id="lampu", kind="simulated-lamp")
    relay = RelaySettings()
    if regency is not None:
        relay = RelaySettings(broker=regency.address, protocol=regency.protocol, centre_key=regency.centre_key())
    return Settings(
        hall=HallSettings(id="3510012001", name="Balai Desa Contoh"),
        data=DataSettings(directory=folder),
        portal=PortalSettings(host=host, port=port, address=f"http://{host}:{port}"),
        relay=relay,
        lan=lan.settings if lan is not None else LanSettings(),
        clock=ClockSettings(trust="always"),
        devices=(*buttons, *ratings, *keypads, *boards, printer, speaker, lamp, *(lan.entries if lan is not None else ())),
    )


def _sim(hall: Hall, regency: Regency | None, lan: DemoLan | None) -> list[BaseRoute]:
    def waiting_events() -> int:
        with hall.store.reader() as db:
            return outbox.backlog(db).depth

    return sim_routes(
        SimParts(
            hall_name=hall.face().name,
            zone=hall.settings.hall.zone,
            devices=hall.devices,
            queue=lambda: hall.view.current,
            presses=hall.presses,
            waiting_events=waiting_events,
            centre=regency.database if regency is not None else None,
            uplink=regency,
            lan=lan,
        )
    )


def _welcome_officer(hall: Hall, pin: str) -> None:
    try:
        hall.people.add_officer(OFFICER, pin, Role.HEAD)
    except Refusal as refusal:
        if refusal.code != "officer-exists":
            raise


def _set_up_letters(hall: Hall) -> None:
    """Let the demo's village give out letters at once, where the date is known: a head, somebody who signs, and a book that begins."""
    if hall.choices.current(LetterChoices) != LetterChoices() or hall.village.letters.today() is None:
        return
    hall.choices.change(
        LetterChoices(
            village_code="429.510", regency="Kabupaten Contoh", district="Contoh", village="Desa Contoh", address="Jalan Raya Contoh 1",
            signers=("Ahmad Fauzi | Kepala Desa Contoh", "Dewi Lestari | a.n. Kepala Desa / Sekretaris Desa"),
        )
    )  # fmt: skip
    hall.village.letters.say_last(USUAL_CODE, 0, who="")


def _welcome(hall: Hall, regency: Regency | None, pin: str) -> str:
    lines = [
        f"{hall.face().name}",
        f"  {hall.address}/sim        tombol, papan, printer, suara, dan data di kabupaten (buttons, board, printer, voice, centre)",
        f"  {hall.address}/           ambil nomor (take a number)",
        f"  {hall.address}/papan      papan TV (the board)",
        f"  {hall.address}/loket      petugas {OFFICER}, PIN {pin} (staff)",
        f"  {hall.address}/kesehatan  kesehatan balai (health)",
    ]
    if regency is not None and regency.demo_only:
        lines.append(
            "  Mosquitto is not installed: amqtt serves, for the demo only (it loses messages; the centre's receipts do not)."
        )
    return "\n".join([*lines, "  Ctrl-C: berhenti (stop)"])
