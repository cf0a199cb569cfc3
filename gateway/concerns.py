"""What people report to the hall: complaints, and neighbours in need. Two features, made and introduced to the hall together.

Part of the composition root, as ``gateway.village``, which takes pages, doors, jobs and effects from here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from gateway.choices.desk import Choices
from gateway.clock import Clock
from gateway.complaints import routes as complaint_routes
from gateway.complaints import staff_routes as complaint_staff
from gateway.complaints.desk import ComplaintsDesk
from gateway.complaints.records import records_of as complaint_records
from gateway.complaints.routes import ComplaintPages
from gateway.complaints.threads import Threads
from gateway.complaints.view import ComplaintsView
from gateway.needs import routes as need_routes
from gateway.needs import staff_routes as need_staff
from gateway.needs.aid import AidDesk
from gateway.needs.desk import NeedsDesk
from gateway.needs.records import records_of as need_records
from gateway.needs.routes import NeedPages
from gateway.needs.view import NeedsView
from gateway.people.desk import PeopleDesk
from gateway.portal.feature import Door, Feature
from gateway.privacy.kinds import RecordKind
from gateway.privacy.vault import Vault
from gateway.relay.effects import Effect
from gateway.settings import Settings
from gateway.store.database import Store, Transaction
from gateway.store.inbox import Command
from gateway.tickets import hours
from gateway.tickets.choices import QueueRules
from gateway.timetable import Job
from gateway.workdays.model import USUAL_REST
from gateway.workdays.national import Calendar


class Concerns:
    """Complaints and needs of one hall."""

    def __init__(self, settings: Settings, store: Store, clock: Clock, choices: Choices, vault: Vault) -> None:
        self._choices = choices
        zone = settings.hall.zone
        self.calendar = Calendar(settings.data.directory, self._own_days)
        threads = Threads(clock, zone, vault, choices, self.calendar)
        self.complaints = ComplaintsDesk(store, threads)
        self.complaints_view = ComplaintsView(store, threads)
        self.needs = NeedsDesk(store, clock, zone, vault, choices, self.calendar)
        self.needs_view = NeedsView(store, self.needs)
        self.aid = AidDesk(store, clock, zone, vault)

    def features(self, people: PeopleDesk) -> Sequence[Feature]:
        """Return the pages."""
        return (
            ComplaintPages(self.complaints, self.complaints_view, people, self._choices),
            NeedPages(self.needs, self.needs_view, self.aid, people, self._choices),
        )  # fmt: skip

    def doors(self) -> Sequence[Door]:
        """Return what everybody is shown."""
        return (complaint_routes.DOOR, *need_routes.DOORS)

    def staff_doors(self) -> Sequence[Door]:
        """Return what who serves is shown, each with how many wait for longer than was promised."""
        return (
            replace(STAFF_DOORS[0], late=self.complaints_view.late),
            replace(STAFF_DOORS[1], late=self.needs_view.late),
        )

    def jobs(self) -> Sequence[Job]:
        """Return what the calendar asks: each is written so that it catches up."""
        return (
            Job("settle-complaints", self.complaints.settle, minute="10"),
            Job("settle-needs", self.needs.settle, minute="12"),
        )  # fmt: skip

    def records(self) -> Sequence[RecordKind]:
        """Return what personal records are kept here."""
        return (*complaint_records(self.complaints), *need_records(self.needs))

    def larger_bodies(self) -> Mapping[str, int]:
        """Return how many bytes forms may have, by address, where they are read in memory whole."""
        return {**complaint_routes.LARGER_BODIES, **need_routes.LARGER_BODIES}

    def effects(self) -> dict[str, Effect]:
        """Return what the centre may command of them, by kind."""

        def answer_complaint(tx: Transaction, command: Command) -> Mapping[str, Any]:
            return self.complaints.answer_of_regency(tx, _name(command), command.data, command.id)

        def answer_need(tx: Transaction, command: Command) -> Mapping[str, Any]:
            return self.needs.answer_of_regency(tx, _name(command), command.data, command.id)

        def put_aid(tx: Transaction, command: Command) -> None:
            self.aid.put_for_regency(tx, _name(command), command.data)

        def withdraw_aid(tx: Transaction, command: Command) -> None:
            self.aid.withdraw_for_regency(tx, _name(command))

        return {
            "complaint.answered": Effect(answer_complaint),
            "need.answered": Effect(answer_need),
            "aid.put": Effect(put_aid),
            "aid.withdraw": Effect(withdraw_aid, withdraws=True),
        }

    def _own_days(self) -> tuple[list[date], frozenset[int]]:
        """Return the days off and the weekdays of rest that the hall has chosen on ``/atur/jam``."""
        rules = self._choices.current(QueueRules)
        rest = frozenset(day for day, text in enumerate(rules.week) if not text) if any(rules.week) else USUAL_REST
        return [hours.holiday(text)[0] for text in rules.holidays], rest


STAFF_DOORS = (
    Door(complaint_staff.PATH, "Pengaduan", "Teruskan dan jawab", "speech"),
    Door(need_staff.PATH, "Warga butuh bantuan", "Kunjungan dan program", "hands"),
)


def _name(command: Command) -> str:
    """Return what a command is about: the last part of ``complaint/7f3a90c2/k7mx2q4p``, as of ``complaint/k7mx2q4p``."""
    return command.subject.rpartition("/")[2]
