"""The hall: THE composition root. Every part is made, started and stopped here, in one visible order.

Journey tests, the laptop's demo and the Pi run this same class. Nothing happens at import.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Sequence
from datetime import timedelta
from types import TracebackType
from typing import Self

from starlette.routing import BaseRoute

from gateway.changes import Changes
from gateway.checks.access import check_access
from gateway.checks.clock import check_clock
from gateway.checks.database import check_database
from gateway.checks.devices import check_devices
from gateway.checks.disk import check_disk
from gateway.checks.finding import Finding
from gateway.checks.loops import check_loops
from gateway.checks.screen import check_screens
from gateway.checks.settings import check_settings
from gateway.checks.voice import check_voice
from gateway.choices.desk import Choices
from gateway.choices.face import CurrentFace
from gateway.choices.routes import ChoicePages, CopyPages
from gateway.clock import Clock, trusted_now
from gateway.commands import acts, system_clock
from gateway.control import ControlDoor
from gateway.devices.catalog import plug_in
from gateway.devices.lan_network import LanNetwork
from gateway.devices.ledger import Ledger
from gateway.devices.plugged import Devices
from gateway.devices.ports import Board
from gateway.devices.trials import Trials
from gateway.equipment.desk import EquipmentDesk
from gateway.equipment.inputs import PressGate
from gateway.equipment.model import Placed, astray
from gateway.equipment.pairing import LanPlace, Pairing
from gateway.equipment.routes import EquipmentPages, EquipmentRoom
from gateway.equipment.view import EquipmentView
from gateway.health import Answer, Health
from gateway.lamp import LampOutput
from gateway.lan_broker import LanBroker
from gateway.machine import identity
from gateway.people.desk import PeopleDesk
from gateway.people.routes import PeoplePages
from gateway.plugging import Plugging
from gateway.portal.app import PortalParts, create_app
from gateway.portal.face import Face
from gateway.portal.i18n import words
from gateway.portal.screens import Screens
from gateway.portal.server import PortalServer
from gateway.portal.visitor import Networks
from gateway.regency import Regency
from gateway.relay.backups import BACKUP_LIMIT_S
from gateway.running import Running
from gateway.sections import copies_of
from gateway.settings import Settings
from gateway.store import answers
from gateway.store.correction import Correction
from gateway.store.database import Store
from gateway.store.opening import open_store
from gateway.store.snapshots import Snapshots
from gateway.store.thinning import Thinning, thinned
from gateway.tickets import furnishing
from gateway.tickets.desk import TicketsDesk
from gateway.tickets.inputs import PressDesk
from gateway.tickets.outputs import PRINT_LIMIT_S, BoardOutput, SlipOutput
from gateway.tickets.report.routes import ReportPages
from gateway.tickets.routes import TicketPages
from gateway.tickets.view import QueueView
from gateway.timetable import Job, Timetable
from gateway.village import Village
from gateway.voice.announcing import Announcer, Signs
from gateway.voice.choices import VoiceChoices
from gateway.voice.espeak import Espeak
from gateway.voice.output import Voice
from gateway.voice.routes import VoicePages
from gateway.voice.shelf import Shelf
from gateway.watchdog import Watchdog

log = logging.getLogger(__name__)

STORE_BEAT_S = 5.0
"""How often the store shows that it takes turns."""
DATABASE_READ_S = 3600.0
"""How long the answer holds that the whole database is well."""
ANSWERS_KEPT = timedelta(days=1)
"""So long the same idempotency key gets the same answer."""


class Hall:
    """One village hall. ``with Hall(settings) as hall:`` starts it, and stops it in reverse.

    ``clock``, ``randomness`` and ``machine`` are injected so that a test can repeat a day; ``extra_routes`` are pages
    besides the product's own, such as the demo's ``/sim``, made when the hall is there to show.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock | None = None,
        randomness: random.Random | None = None,
        machine: str | None = None,
        extra_routes: Callable[[Hall], Sequence[BaseRoute]] = lambda _hall: (),
    ) -> None:
        self.settings = settings
        self.clock = clock or system_clock(settings)
        self.changes = Changes()
        self.running = Running(self.clock)
        self.loops = self.running.loops
        self._randomness = randomness or random.SystemRandom()
        self._machine = identity() if machine is None else machine
        self._extra_routes = extra_routes
        self._database_finding: Finding | None = None
        self._database_read_at_s = 0.0
        self.screens = Screens(self.clock)
        self.store: Store
        self.choices: Choices
        self.face: CurrentFace
        self.tickets: TicketsDesk
        self.people: PeopleDesk
        self.village: Village
        self.view: QueueView
        self.devices: Devices
        self.voice: Voice
        self.regency: Regency
        self.presses: PressDesk
        self.health: Health
        self.portal: PortalServer

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.running.abandon()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Start every part, the store first and the buttons last; each knows only those before it."""
        self._open_store()
        self._furnish()
        self._show_the_queue()
        self._plug_in_devices()
        self._join_the_lan()
        self._speak()
        self._connect_to_the_regency()
        self._watch_over_health()
        self._follow_the_calendar()
        self._open_the_doors()
        self._take_presses()
        self._feed_the_watchdog()
        log.info("event=hall-started hall=%s", self.settings.hall.id)

    def stop(self) -> None:
        """Stop every part in reverse, within the 5 s that a service has. Stopping twice is harmless."""
        self.running.stop()
        log.info("event=hall-stopped hall=%s", self.settings.hall.id)

    @property
    def address(self) -> str:
        """Where this machine's browser finds the portal."""
        host = "127.0.0.1" if self.settings.portal.host in {"0.0.0.0", "::"} else self.settings.portal.host  # noqa: S104 - compared, not bound
        return f"http://{host}:{self.portal.port}"

    def _open_store(self) -> None:
        folder, zone = self.settings.data.directory, self.settings.hall.zone
        self.store = open_store(
            *(folder, self.changes.announce, self.clock), zone=zone, randomness=self._randomness, machine=self._machine
        )
        self.running.at_stop(self.store.close, 4.0)
        self.running.begin("store", self._store_beats, essential=True)
        self.running.begin("thinning", Thinning(self.store, self.clock, zone).step)
        self.running.begin("clock", Correction(self.store, self.clock, zone).step)

    def _store_beats(self) -> float:
        self.store.beat()
        return STORE_BEAT_S

    def _furnish(self) -> None:
        self.choices = Choices(self.store, self.clock, self.settings.hall.zone)
        hall, address = self.settings.hall, self.settings.portal.address
        self.face = CurrentFace(self.choices, Face(hall.name, hall.language, theme=hall.theme, address=address))
        self.running.callback(self.changes.watch(self.face.notice))
        self.tickets = TicketsDesk(self.store, self.clock, self._randomness, self.settings.hall.zone, self.choices)
        self.copies = copies_of(self.choices, self.tickets.furniture, self.settings.portal.names)
        self.tickets.furnish(furnishing.LINES, furnishing.COUNTERS)
        self.people = PeopleDesk(self.store, self.clock, self._randomness)
        parts = (self.settings, self.store, self.clock, self.choices, self._randomness)
        self.village = Village(*parts, self.tickets.confirmed_on, lambda: self.face().address)
        self.running.callback(self.changes.watch(self.village.stale))
        self.running.begin("vault", self.village.safekeeping.keeping.step, limit_s=600.0)
        self.running.at_stop(self.village.square.kiwix.stop, 2.0)  # after its loop, which would start it again
        self.running.begin("library", self.village.square.kiwix.step)

    def _show_the_queue(self) -> None:
        self.running.callback(self.changes.watch(self.loops.wake))
        self.view = QueueView(self.store, self.choices, lambda: trusted_now(self.clock, self.settings.hall.zone))
        self.running.begin("view", self.view.refresh, essential=True)
        self.village.meet_the_queue(self.tickets, self.view)

    def _plug_in_devices(self) -> None:
        self.devices = plug_in(self.settings.devices, self.clock)
        self.running.callback(self.devices.close)
        self.ledger, self.trials, zone = Ledger(self.clock), Trials(self.clock), self.settings.hall.zone
        self.presses = PressDesk(self.tickets, self.clock, lambda: self.view.current, self.ledger)
        self.gate = PressGate(self.presses.press, self.ledger, self.clock)
        self.running.begin("devices", self.devices.step)
        # From now on a press waits for its number, which comes once the hall has started.
        Plugging(self.devices, self.gate.press, self._show_on, self.loops.finish, self.screens.silence)
        places = [Placed(entry.id, entry.kind, entry.options) for entry in self.settings.devices]
        self.equipment = EquipmentDesk(self.store, self.clock, zone, self.ledger, lambda: self.view.current.day, places)
        lan = self.settings.lan
        self.pairing = Pairing(
            *(self.store, self.equipment, self.devices),
            LanPlace(lan.address, lan.port) if lan.host else None,
        )
        self.pairing.plug_in()
        self.devices.follow(self.equipment.watch, self.equipment.forget)
        self.running.callback(self.equipment.stop)  # after its loop
        self.running.begin("equipment", self.equipment.step)
        if self.devices.printers:
            slips = SlipOutput(
                self.store, self.devices.printers, self.clock, words=words, zone=self.settings.hall.zone, face=self.face,
                trials=self.trials, ledger=self.ledger,
            )  # fmt: skip
            self.running.begin("print", slips.step, limit_s=PRINT_LIMIT_S)
            registrations = self.village.slips(self.devices.printers, self.face)
            self.running.begin("print-requests", registrations.step, limit_s=PRINT_LIMIT_S)

    def _join_the_lan(self) -> None:
        """Find the devices of the hall's own network, where there is one."""
        if not self.settings.lan.host:
            return
        broker = LanBroker(self.settings.lan, self.settings.data.directory, self._randomness)
        connection = broker.connection()
        lan = LanNetwork(connection, self.clock, broker.write)
        self.devices.follow(lan.arrived, lan.left)
        self.running.at_stop(connection.stop, 1.0)
        self.running.begin("lan", lan.step, connection.watch)

    def _show_on(self, board: Board) -> None:
        self.running.begin(
            f"board-{board.id}", BoardOutput(self.view, board, self.clock, self.trials, self.ledger).step, self.view.watch
        )

    def _speak(self) -> None:
        folder, speakers = self.settings.data.directory / "voice", self.devices.speakers
        announcer = Announcer(Shelf(folder), Espeak(folder / "cache"))
        self.voice = Voice(
            *(lambda: self.view.current.calls, speakers, announcer),
            *(lambda: self.choices.current(VoiceChoices), self._signs, self.clock),
            trials=self.trials,
            ledger=self.ledger,
        )
        if speakers:
            self.running.callback(self.view.watch(self.voice.notice))
            self.running.begin(
                "voice", self.voice.step, self.voice.wakes, limit_s=180.0
            )  # a call in three languages, three times
            for speaker in speakers:
                self.running.callback(speaker.close)  # before its loop, which waits for the end of a sentence

    def _signs(self) -> Signs:
        queue = self.view.current
        return Signs([line.letter for line in queue.lines], [counter.name for counter in queue.counters])

    def _connect_to_the_regency(self) -> None:
        self.regency = Regency(
            *(self.settings, self.store, self.clock, self.choices, self._randomness),
            effects=self.village.effects(),
            queue_now=self._queue_now,
            audit=self.village.vault.head,
        )
        wire = self.regency.wire
        if wire is None:
            return
        self.running.at_stop(wire.connection.stop, 2.0)
        self.running.callback(wire.renewal.stop)
        self.running.callback(wire.presence.say_goodbye)
        self.running.begin("presence", wire.presence.step, wire.connection.watch)
        self.running.begin("uplink", wire.uplink.step, wire.connection.watch)
        self.running.begin(
            "downlink", wire.downlink.step, wire.downlink.watch, limit_s=60.0
        )  # an attempt to connect may hang for 12 s
        self.running.begin("backups", wire.backups.step, limit_s=BACKUP_LIMIT_S)

    def _queue_now(self) -> dict[str, object]:
        return self.view.current.as_json()

    def _watch_over_health(self) -> None:
        checks: tuple[Callable[[], Answer], ...] = (
            lambda: check_settings(self.settings),
            lambda: check_access(self.settings.portal),
            lambda: check_loops(self.loops.alive(), self.loops.essential(), self.loops.restarted),
            self._check_database,
            lambda: check_disk(self.settings.data.directory, thinned(self.store)),
            lambda: check_clock(self.clock),
            self._check_devices,
            lambda: check_voice(**self.voice.facts()),
            lambda: check_screens(self.screens.silence(), {screen.screen for screen in self.devices.screens}),
            *self.village.checks(),
            *self.regency.checks(),
        )
        self.health = Health(checks, self.loops, lambda: self.portal.beats, self.clock)
        if self.devices.lamps:
            self.running.begin("lamp", LampOutput(self.health.findings, self.devices.lamps, self.clock, self.trials).step)

    def _follow_the_calendar(self) -> None:
        wire = self.regency.wire
        jobs = (
            Job("open-day", self.tickets.open_day_if_due, minute="*/5"),
            Job("forget-answers", self._forget_answers, minute="30"),
            *self.village.jobs(self.tickets.furniture.open_line),
            *((Job("renew-certificate", wire.renewal.step, minute="45"),) if wire else ()),
        )
        timetable = Timetable(jobs, self.clock, self.settings.hall.zone)
        self.running.callback(timetable.stop)  # after its loop, which might start it again
        self.running.begin("timetable", timetable.step, limit_s=600.0)
        # No calendar job: a hall whose clock is never trusted needs its snapshots too.
        self.running.begin("snapshots", Snapshots(self.store, self.clock).step, limit_s=600.0)

    def _open_the_doors(self) -> None:
        asked = (
            acts(self.store, self.people, self.copies, self.health.findings)
            | self.village.safekeeping.acts()
            | {"voice-signs": lambda _nothing, _progress: self.voice.signs()}
        )
        door = ControlDoor(self.settings.data.directory / "hall.sock", asked)
        self.running.at_stop(door.stop, 2.0)
        door.start()
        hall, portal = self.settings.hall, self.settings.portal
        voice = VoicePages(self.voice, self.choices, self.people)
        shown = EquipmentView(*(self.equipment, self.gate, self.trials, self.ledger, self._names, self.clock, hall.zone))
        equipment = EquipmentRoom(
            *(self.equipment, shown, self.gate, self.trials, self.pairing, self.people, self.loops.wake),
        )
        parts = PortalParts(
            hall_id=hall.id,
            hall_name=hall.name,
            language=hall.language,
            theme=hall.theme,
            zone=hall.zone,
            names=portal.names,
            address=portal.address,
            health=self.health,
            clock=self.clock,
            screens=self.screens,
            face=self.face,
            randomness=self._randomness,
            features=(
                PeoplePages(self.people, portal.address, self.village.staff_doors()),
                ChoicePages(self.choices, self.face, self.people, portal.names),
                TicketPages(
                    *(self.tickets, self.view, self.people, self.village.told),
                    speaker=self.voice if self.voice.speakers else None,
                    paper=self.devices.paper,
                    devices=lambda: self._check_devices()[0],
                    keypads=self.presses,
                ),
                ReportPages(self.store, self.people),
                *self.village.features(self.people, lambda: self.view.current.lines),
                voice,
                CopyPages(self.choices, self.copies, self.people),
                EquipmentPages(equipment),
            ),
            doors=self.village.doors(),
            larger_bodies=self.village.larger_bodies(),
            networks=Networks(portal.staff_networks, portal.trusted_proxies, portal.kiosks),
            extra_routes=self._extra_routes(self),
        )
        self.portal = PortalServer(create_app(parts), portal.host, portal.port, self.clock)
        self.running.at_stop(self.portal.stop, 4.0)
        self.portal.start()

    def _take_presses(self) -> None:
        self.running.begin("presses", self.presses.step, self.presses.wakes, essential=True)

    def _names(self) -> tuple[dict[str, str], dict[str, str]]:
        queue = self.view.current
        return {line.id: line.name for line in queue.lines}, {counter.id: counter.name for counter in queue.counters}

    def _check_devices(self) -> tuple[Finding, ...]:
        held, (lines, counters) = self.gate.held(), self._names()
        lost = astray((one.placed for one in self.equipment.watched), lines, counters) if lines else {}
        return check_devices(self.devices, held.device if held else "", held.left_s if held else 0.0, lost)

    def _feed_the_watchdog(self) -> None:
        watchdog = Watchdog(self.health.alive)
        self.running.callback(watchdog.stopping)

        def look_after() -> float:
            self.loops.look_after()
            return watchdog.step()

        self.running.begin("watchdog", look_after)
        watchdog.ready()

    def _check_database(self) -> Finding:
        """Read the whole database at most once an hour while it is well: a page that is reloaded must not wear the card."""
        now_s = self.clock.monotonic_s()
        if self._database_finding is None or self._database_finding.level or now_s - self._database_read_at_s > DATABASE_READ_S:
            with self.store.reader() as db:
                self._database_finding = check_database(db, self.store.recovery)
            self._database_read_at_s = now_s
        return self._database_finding

    def _forget_answers(self) -> None:
        with self.store.transaction() as tx:
            answers.prune(tx, self.clock.now() - ANSWERS_KEPT)
        self.regency.forget()
