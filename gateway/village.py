"""The village's own features, and what is personal in them: made here, shown, timed and commanded.

Part of the composition root: ``gateway.hall`` hands over the foundations and takes pages, jobs, checks and effects. Features do not know
one another; where an act of one needs another's, it is introduced here. A new feature is its folder and its lines here and in ``schema.py``.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from gateway.bulletin.desk import BulletinDesk
from gateway.bulletin.news_routes import door as news_door
from gateway.bulletin.routes import BulletinPages
from gateway.bulletin.view import BulletinView
from gateway.choices.desk import Choices
from gateway.clock import Clock
from gateway.concerns import Concerns
from gateway.devices.ports import Printer
from gateway.health import Answer
from gateway.healthposts.desk import OpenLine
from gateway.people.desk import PeopleDesk
from gateway.portal.feature import Door, Feature
from gateway.portal.i18n import words
from gateway.portal.news import News
from gateway.privacy.kinds import RecordKind
from gateway.relay.effects import Effect
from gateway.residents.desk import ResidentsDesk
from gateway.residents.routes import ResidentPages, sheet_of
from gateway.safekeeping import Safekeeping
from gateway.services.desk import ServicesDesk
from gateway.services.letters import key as letter_key
from gateway.services.letters.clerk_routes import DOOR as LETTER_DOOR
from gateway.services.letters.desk import LettersDesk, Today
from gateway.services.letters.documents import Address, Documents
from gateway.services.letters.records import kinds_of as letter_kinds
from gateway.services.letters.requested import RequestedLetters
from gateway.services.letters.routes import LetterPages
from gateway.services.letters.verify_routes import door as letter_door
from gateway.services.letters.view import LettersView
from gateway.services.queue_lines import LinesSource
from gateway.services.requests import routes as requests_routes
from gateway.services.requests.desk import RequestsDesk
from gateway.services.requests.drafts import DraftsDesk
from gateway.services.requests.outputs import RegistrationSlips, SlipFace
from gateway.services.requests.records import kinds_of
from gateway.services.requests.rooms import Rooms
from gateway.services.requests.searching import Search
from gateway.services.requests.view import RequestsView
from gateway.services.routes import ServicePages
from gateway.services.view import CatalogueView
from gateway.settings import Settings
from gateway.square import Square
from gateway.store.database import Store, Transaction
from gateway.store.inbox import Command
from gateway.tickets.collecting import Collecting
from gateway.tickets.desk import TicketsDesk
from gateway.tickets.view import QueueView
from gateway.timetable import Job


class Village:
    """What the hall does for its village besides the queue."""

    def __init__(
        self, settings: Settings, store: Store, clock: Clock, choices: Choices, randomness: random.Random, today: Today, address: Address
    ) -> None:  # fmt: skip
        """``today`` is the date that somebody answers for, ``address`` where phones find the hall."""
        self._settings = settings
        self._choices = choices
        self._randomness = randomness
        self._store, self._clock = store, clock
        hall = settings.hall
        self.safekeeping = Safekeeping(settings, store, clock)
        self.vault = self.safekeeping.vault
        self.bulletin = BulletinDesk(store, clock, hall.zone)
        self.bulletin.album.sweep()
        self.news = BulletinView(store, choices, clock, hall.zone)
        self.services = ServicesDesk(store, clock, hall.zone)
        self.services.furnish()
        self.catalogue = CatalogueView(store)
        self.residents = ResidentsDesk(store, self.vault, clock, hall.zone)
        self.square = Square(settings, store, clock, self.vault, choices)
        self.concerns = Concerns(settings, store, clock, choices, self.vault)
        self.drafts = DraftsDesk(store, clock)
        self.requests = RequestsDesk(store, clock, randomness, hall.zone, self.vault, self.drafts)
        self.requests.neighbours.known = self.residents.answers
        self.requested = RequestsView(store, clock, hall.zone, choices)
        key = letter_key.make_or_load(settings.data.directory / "identity")
        self.letters = LettersDesk(store, clock, hall.zone, choices, self.vault, key.public_key(), today)
        self.documents = Documents(store, clock, hall.zone, hall.id, choices, self.vault, key, address)
        self.written = LettersView(store, hall.id)
        requested = RequestedLetters(store, self.letters, choices)
        neighbours = self.requests.neighbours
        neighbours.letter, neighbours.letter_follows, neighbours.letters_of = requested.issue, requested.follow, requested.of
        self.letters.request_follows = self.requests.follow_letter

    def stale(self) -> None:
        """Let every view look again: something has changed."""
        self.news.stale()
        self.catalogue.stale()
        self.square.stale()
        self.requested.stale()

    def features(self, people: PeopleDesk, lines: LinesSource) -> Sequence[Feature]:
        """Return the pages, in the order in which ``/atur`` lists them."""
        return (
            ServicePages(self.services, self.catalogue, people, self._choices, lines),
            requests_routes.RequestPages(
                Rooms(self.requests, self.drafts, self.catalogue, people, self._choices),
                self.requested,
                Search(self._store, self.vault, self.requested),
            ),
            LetterPages(self.letters, self.documents, self.written, self.catalogue, people, self._choices),
            BulletinPages(
                *(self.bulletin, self.news, people, self._choices),
                lambda: [(line.id, line.name) for line in lines()],
            ),
            *self.square.features(people, lambda: [(line.id, line.name) for line in lines()]),
            *self.concerns.features(people),
            ResidentPages(self.residents, people),
            self.safekeeping.pages(people, self._randomness, self.records),
        )

    def doors(self) -> Sequence[Door]:
        """Return what ``/desa`` leads to, in its order."""
        return (
            news_door(self.news),
            requests_routes.DOOR,
            *self.concerns.doors(),
            letter_door(self._choices),
            *self.square.doors(),
        )

    def staff_doors(self) -> Sequence[Door]:
        """Return what ``/petugas`` leads to besides the queue, for who serves."""
        return (
            replace(requests_routes.STAFF_DOOR, late=self.requested.late),
            LETTER_DOOR,
            *self.concerns.staff_doors(),
            *self.square.staff_doors(),
        )

    def larger_bodies(self) -> Mapping[str, int]:
        """Return how many bytes forms for everybody may have, by address."""
        return {**requests_routes.LARGER_BODIES, **self.square.larger_bodies(), **self.concerns.larger_bodies()}

    def told(self, language: str) -> News:
        """Return what boards and the front page tell everybody: what is ready, what is today and tomorrow, then what is announced."""
        news, ready = self.news.news(language), self.requested.ready()
        collect = [words(language)("Siap diambil, nomor registrasi {numbers}", numbers=", ".join(ready))] if ready else []
        return replace(news, texts=(*collect, *self.square.reminders(language), *news.texts))

    def slips(self, printers: Sequence[Printer], face: Callable[[], SlipFace]) -> RegistrationSlips:
        """Return what prints the slips of requests."""
        return RegistrationSlips(self._store, printers, self._clock, words=words, zone=self._settings.hall.zone, face=face)

    def meet_the_queue(self, desk: TicketsDesk, view: QueueView) -> None:
        """Introduce the queue to who needs it: whoever collects what is ready gets a number that goes ahead."""
        self.requests.neighbours.tickets = Collecting(desk, view)
        self.requests.neighbours.workdays = self.concerns.calendar.now

    def jobs(self, open_line: OpenLine) -> Sequence[Job]:
        """Return what the calendar asks of the features, each written so that it catches up; ``open_line`` is the queue's."""
        return (
            Job("forget-drafts", self.drafts.sweep, minute="40"),
            *self.safekeeping.jobs(self.records()),
            Job("tidy-residents", self.residents.tidy, minute="20"),
            *self.square.jobs(open_line),
            *self.concerns.jobs(),
        )

    def records(self) -> Sequence[RecordKind]:
        """Return what personal records the features keep: how long, and how one is found."""
        own = (*kinds_of(self.requests), *letter_kinds(self.letters))
        return (*own, *self.square.records(), *self.concerns.records(), self.residents.kind(sheet_of))

    def checks(self) -> Sequence[Callable[[], Answer]]:
        """Return the questions about the features, in the order in which they are shown."""
        return (*self.safekeeping.checks(), *self.square.checks())

    def effects(self) -> dict[str, Effect]:
        """Return what the centre may command of the features, by kind. A kind that is in no table is kept in the inbox."""
        return _announcements(self.bulletin) | _catalogue(self.services) | self.safekeeping.effects() | self.concerns.effects()


def _announcements(bulletin: BulletinDesk) -> dict[str, Effect]:
    def put(tx: Transaction, command: Command) -> None:
        bulletin.put_for_regency(tx, command.subject, command.data)

    def withdraw(tx: Transaction, command: Command) -> None:
        bulletin.withdraw_for_regency(tx, command.subject)

    return {"announcement.put": Effect(put), "announcement.withdraw": Effect(withdraw, withdraws=True)}


def _catalogue(services: ServicesDesk) -> dict[str, Effect]:
    def put(tx: Transaction, command: Command) -> Mapping[str, Any]:
        return services.put_for_regency(tx, _name(command), command.data)

    def withdraw(tx: Transaction, command: Command) -> None:
        services.withdraw_for_regency(tx, _name(command))

    return {"catalogue.put": Effect(put), "catalogue.withdraw": Effect(withdraw, withdraws=True)}


def _name(command: Command) -> str:
    return command.subject.removeprefix("catalogue/")
