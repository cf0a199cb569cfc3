"""The village square: what villagers offer, learn and read besides the queue and their papers.

Part of the composition root: ``gateway.village`` makes it and hands on its pages, jobs and checks. Its features do not know one another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from gateway.clock import Clock
from gateway.health import Answer
from gateway.market.desk import MarketDesk
from gateway.market.moderating import Moderation
from gateway.market.records import sellers_of
from gateway.market.routes import DOOR as MARKET_DOOR
from gateway.market.routes import LARGER_BODIES as MARKET_BODIES
from gateway.market.routes import MarketPages
from gateway.market.view import MarketView
from gateway.people.desk import PeopleDesk
from gateway.portal.feature import Door, Feature
from gateway.privacy.kinds import RecordKind
from gateway.privacy.vault import Vault
from gateway.settings import Settings
from gateway.store.database import Store
from gateway.timetable import Job


class Square:
    """Market, and what stands around it."""

    def __init__(self, settings: Settings, store: Store, clock: Clock, vault: Vault) -> None:
        self._clock = clock
        self._zone = settings.hall.zone
        self.market = MarketDesk(store, vault, clock, self._zone)
        self.market.album.sweep()
        self.on_sale = MarketView(self.market)

    def stale(self) -> None:
        """Let every view look again: something has changed."""
        self.on_sale.stale()

    def features(self, people: PeopleDesk) -> Sequence[Feature]:
        """Return the pages, in the order in which ``/atur`` lists them."""
        return (MarketPages(self.market, self.on_sale, people),)

    def doors(self) -> Sequence[Door]:
        """Return what ``/desa`` leads to."""
        return (MARKET_DOOR,)

    def larger_bodies(self) -> Mapping[str, int]:
        """Return how many bytes forms may have, by address."""
        return MARKET_BODIES

    def records(self) -> Sequence[RecordKind]:
        """Return what personal records are kept here."""
        return (sellers_of(self.market),)

    def jobs(self) -> Sequence[Job]:
        """Return what the calendar asks, each written so that it catches up."""
        return (Job("forget-market", lambda: Moderation(self.market).forget(self._today()), hour="3"),)

    def checks(self) -> Sequence[Callable[[], Answer]]:
        """Return the questions, in the order in which they are shown."""
        return ()

    def _today(self) -> date:
        """Return the date; only for jobs, which run by a trusted clock."""
        return self._clock.now().astimezone(self._zone).date()
