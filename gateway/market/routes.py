"""The market on the web: for everybody, for sellers, for the staff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.routing import BaseRoute

from gateway.market.desk import MarketDesk
from gateway.market.moderating import Moderation
from gateway.market.public_routes import PATH, PublicPages
from gateway.market.seller_routes import SellerPages
from gateway.market.staff_routes import PATH as STAFF_PATH
from gateway.market.staff_routes import StaffPages
from gateway.market.view import MarketView
from gateway.people.desk import PeopleDesk
from gateway.portal.feature import Door, SetUpPage
from gateway.portal.live import Broadcaster
from gateway.portal.site import Site

if TYPE_CHECKING:
    from fastapi import APIRouter

PHOTO_FORM_BYTES = 8 * 1024**2
"""A form with a phone's photograph."""
LARGER_BODIES = {PATH: PHOTO_FORM_BYTES}
DOOR = Door(PATH, "Lapak warga", "Makanan, hasil tani, batik, dan jasa dari desa ini", "shop")

STAFF_DOOR = Door(STAFF_PATH, "Lapak warga", "Periksa yang ditawarkan dan yang dilaporkan", "shop")


@dataclass(frozen=True, slots=True)
class MarketPages:
    """The pages of the market."""

    desk: MarketDesk
    view: MarketView
    people: PeopleDesk

    templates = Path(__file__).parent / "templates"
    static = Path(__file__).parent / "static"
    set_up: Sequence[SetUpPage] = (SetUpPage(STAFF_PATH, "Lapak warga", "shop"),)

    def routes(self, site: Site) -> Sequence[BaseRoute]:
        """Return the pages."""
        staff = StaffPages(Moderation(self.desk), self.view, self.people, self.desk.store, self.desk.album, site)
        return [*SellerPages(self.desk, site).routes(), *PublicPages(self.desk, self.view, site).routes(), *staff.routes()]

    def describe(self, api: APIRouter, site: Site) -> None:
        """Add nothing: the market is read on its pages."""

    def streams(self) -> Sequence[Broadcaster]:
        """Return no streams."""
        return ()
