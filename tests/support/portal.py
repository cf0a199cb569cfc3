"""The real portal on a free loopback port, over a real store: what phones, boards and clerks meet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import httpx

from gateway.changes import Changes
from gateway.checks.finding import Finding, Level, Verdict
from gateway.choices.face import CurrentFace
from gateway.choices.routes import ChoicePages, CopyPages
from gateway.clock import SystemClock
from gateway.loops import Loop
from gateway.people.desk import PeopleDesk
from gateway.people.model import Role
from gateway.people.routes import PeoplePages
from gateway.portal.app import PortalParts, create_app
from gateway.portal.face import Face
from gateway.portal.news import NewsSource, Speaker, no_news
from gateway.portal.screens import Screens
from gateway.portal.server import PortalServer
from gateway.portal.visitor import Networks
from gateway.sections import copies_of
from gateway.tickets.desk import TicketsDesk
from gateway.tickets.report.routes import ReportPages
from gateway.tickets.routes import TicketPages
from gateway.tickets.slips import Paper, no_printer
from gateway.tickets.view import QueueView
from tests.support.clock import FakeClock
from tests.support.rules import choose_rules
from tests.support.store import open_test_store
from tests.support.tickets import COUNTERS, LINES, WIB

PIN = "739164"


@dataclass
class SaidHealth:
    """Health as the test says."""

    said: list[Finding] = field(default_factory=lambda: [Finding("disk", Verdict(Level.GOOD, "Data balai utuh."))])
    lives: bool = True

    def findings(self) -> Sequence[Finding]:
        """Return what the test said."""
        return self.said

    def alive(self) -> bool:
        """Return what the test said."""
        return self.lives


@dataclass(frozen=True)
class RunningPortal:
    """A portal that serves."""

    address: str
    server: PortalServer
    desk: TicketsDesk
    view: QueueView
    people: PeopleDesk
    clock: FakeClock
    health: SaidHealth
    screens: Screens

    def client(self, **options: Any) -> httpx.Client:
        """Return a browser without scripts: it keeps cookies."""
        return httpx.Client(base_url=self.address, timeout=20, trust_env=False, **options)

    def issue(self, line: str = "surat", priority: str = "") -> str:
        """Take a number, wait until everybody sees it, and return its token."""
        issued = self.desk.issue(line, priority=priority, origin="phone")
        self.view.at_least(issued.revision)
        return issued.token

    def call(self, counter: str = "1") -> str:
        """Call the next person, wait until everybody sees it, and return the number."""
        called = self.desk.call_next(counter)
        self.view.at_least(called.revision)
        return called.number


@contextmanager
def running_portal(
    directory: Path,
    news: NewsSource = no_news,
    *,
    networks: Networks | None = None,
    claimed: bool = True,
    clock: FakeClock | None = None,
    pages: type[TicketPages] = TicketPages,
    speaker: Speaker | None = None,
    paper: Paper = no_printer,
    reports: type[ReportPages] = ReportPages,
) -> Iterator[RunningPortal]:
    """Serve a furnished hall kept in ``directory``, with one officer, Siti, its head, unless it is not ``claimed``."""
    clock, changes = clock or FakeClock(), Changes()
    store = open_test_store(directory, clock, changes.announce)
    desk, people = TicketsDesk(store, clock, Random(1), WIB), PeopleDesk(store, clock, Random(2))
    choose_rules(store)
    if desk.furnish(LINES, COUNTERS) and claimed:
        people.add_officer("Siti", PIN, Role.HEAD)
    view = QueueView(store, desk.choices)
    loop = Loop("view", view.refresh, clock)
    changes.watch(loop.wake)
    loop.start()
    health, screens = SaidHealth(), Screens(clock)
    face = CurrentFace(desk.choices, Face("Balai Desa Contoh", address="http://balai.lan"))
    changes.watch(face.notice)
    parts = PortalParts(
        hall_id="3510012001", hall_name="Balai Desa Contoh", language="id", zone=WIB, names=("balai.lan",), address="http://balai.lan",
        health=health, clock=clock, randomness=Random(3),
        features=(
            PeoplePages(people, "http://balai.lan"), ChoicePages(desk.choices, face, people, ("balai.lan",)), pages(desk, view, people, news, speaker, paper),
            reports(store, people), CopyPages(desk.choices, copies_of(desk.choices, desk.furniture, ("balai.lan",)), people),
        ),
        face=face, screens=screens, networks=networks or Networks(),
    )  # fmt: skip
    server = PortalServer(create_app(parts), "127.0.0.1", 0, SystemClock())
    server.start()
    try:
        yield RunningPortal(f"http://127.0.0.1:{server.port}", server, desk, view, people, clock, health, screens)
    finally:
        server.stop()
        loop.stop()
        store.close()
