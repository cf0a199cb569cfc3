"""The village square: what villagers offer, learn and read besides the queue and their papers.

Part of the composition root: ``gateway.village`` makes it and hands on its pages, jobs and checks. Its features do not know one another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from gateway.budget.desk import BudgetDesk, BudgetView
from gateway.budget.routes import BudgetPages
from gateway.budget.routes import door as budget_door
from gateway.checks.finding import Finding
from gateway.checks.library import check_library
from gateway.choices.desk import Choices
from gateway.clock import Clock
from gateway.guestbook.desk import GuestBookDesk
from gateway.guestbook.routes import DOOR as GUESTBOOK_DOOR
from gateway.guestbook.routes import STAFF_DOOR as GUESTBOOK_STAFF_DOOR
from gateway.guestbook.routes import GuestBookPages
from gateway.health import Answer
from gateway.healthposts.desk import HealthPostDesk, OpenLine
from gateway.healthposts.routes import HealthPostPages
from gateway.healthposts.routes import door as healthposts_door
from gateway.healthposts.setup_forms import Lines
from gateway.healthposts.view import HealthPostView
from gateway.library.kiwix import Kiwix
from gateway.library.routes import LibraryPages
from gateway.library.routes import door as library_door
from gateway.library.shelf import Shelf
from gateway.market.desk import MarketDesk
from gateway.market.moderating import Moderation
from gateway.market.records import sellers_of
from gateway.market.routes import DOOR as MARKET_DOOR
from gateway.market.routes import LARGER_BODIES as MARKET_BODIES
from gateway.market.routes import STAFF_DOOR as MARKET_STAFF_DOOR
from gateway.market.routes import MarketPages
from gateway.market.view import MarketView
from gateway.people.desk import PeopleDesk
from gateway.portal.feature import Door, Feature
from gateway.privacy.kinds import RecordKind
from gateway.privacy.vault import Vault
from gateway.settings import Settings
from gateway.store.database import Store
from gateway.timetable import Job

READING = "bacaan"
"""The folder of the reading corner, beside the database; a technician puts files there, or has a stick mounted."""


class Square:
    """Market, and what stands around it."""

    def __init__(self, settings: Settings, store: Store, clock: Clock, vault: Vault, choices: Choices) -> None:
        self._choices = choices
        self._clock = clock
        self._zone = settings.hall.zone
        self.market = MarketDesk(store, vault, clock, self._zone)
        self.market.album.sweep()
        self.on_sale = MarketView(self.market)
        self.healthposts = HealthPostDesk(store, clock, self._zone)
        self.calendar = HealthPostView(self.healthposts)
        self.budget = BudgetDesk(store, clock, self._zone)
        self.budgets = BudgetView(self.budget)
        self.guestbook = GuestBookDesk(store, vault, clock, self._zone, choices)
        self.shelf = Shelf(settings.data.directory / READING, clock)
        self.shelf.make()
        self.kiwix = Kiwix(self.shelf, clock)

    def stale(self) -> None:
        """Let every view look again: something has changed."""
        self.on_sale.stale()
        self.calendar.stale()
        self.budgets.stale()

    def features(self, people: PeopleDesk, lines: Lines) -> Sequence[Feature]:
        """Return the pages, in the order in which ``/atur`` lists them."""
        return (
            HealthPostPages(self.healthposts, self.calendar, people, self._choices, lines),
            MarketPages(self.market, self.on_sale, people),
            BudgetPages(self.budget, self.budgets, people, self._choices),
            GuestBookPages(self.guestbook, people, self._choices),
            LibraryPages(self.shelf, self.kiwix),
        )

    def doors(self) -> Sequence[Door]:
        """Return what ``/desa`` leads to."""
        return (
            healthposts_door(self.calendar), MARKET_DOOR, library_door(self.shelf, self.kiwix), budget_door(self.budgets), GUESTBOOK_DOOR,
        )  # fmt: skip

    def staff_doors(self) -> Sequence[Door]:
        """Return what ``/petugas`` leads to."""
        return (MARKET_STAFF_DOOR, GUESTBOOK_STAFF_DOOR)

    def reminders(self, language: str) -> tuple[str, ...]:
        """Return what the front page and the board say of today and tomorrow, before the announcements."""
        return self.calendar.reminders(language)

    def larger_bodies(self) -> Mapping[str, int]:
        """Return how many bytes forms may have, by address."""
        return MARKET_BODIES

    def records(self) -> Sequence[RecordKind]:
        """Return what personal records are kept here."""
        return (sellers_of(self.market), self.guestbook.records())

    def jobs(self, open_line: OpenLine) -> Sequence[Job]:
        """Return what the calendar asks, each written so that it catches up; ``open_line`` opens a line of the queue, or closes it."""
        return (
            Job("healthpost-lines", lambda: self.healthposts.mind_lines(open_line), minute="*/5"),
            Job("date-guests", self.guestbook.date_undated, minute="20"),
            Job("forget-market", lambda: Moderation(self.market).forget(self._today()), hour="3"),
        )

    def checks(self) -> Sequence[Callable[[], Answer]]:
        """Return the questions, in the order in which they are shown."""
        return (self._check_library,)

    def _check_library(self) -> Finding:
        content = self.shelf.content()
        return check_library(
            files=len(content.items), archives=len(content.archives) + content.broken, readable=len(self.kiwix.archives), left_out=content.left_out,
            program=self.kiwix.is_installed,
        )  # fmt: skip

    def _today(self) -> date:
        """Return the date; only for jobs, which run by a trusted clock."""
        return self._clock.now().astimezone(self._zone).date()
