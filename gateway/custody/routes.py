"""The pages of data protection: what is kept of a person at ``/petugas/data``, keys, audit log and breaches below ``/atur/pelindungan-data``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from starlette.routing import BaseRoute, Route

from gateway.clock import Clock
from gateway.custody.counter_routes import PATH as COUNTER_PATH
from gateway.custody.counter_routes import CounterPages
from gateway.custody.desk import CustodyDesk
from gateway.custody.log_routes import LogPages
from gateway.custody.paper_routes import PaperPages
from gateway.custody.papers import Papers
from gateway.people.desk import PeopleDesk
from gateway.portal.feature import SetUpPage
from gateway.portal.live import Broadcaster
from gateway.portal.site import Site
from gateway.privacy.vault import Vault

if TYPE_CHECKING:
    from fastapi import APIRouter

PATH = "/atur/pelindungan-data"

Breach = Callable[[str, str, str], str]
"""From ISO 8601, until ISO 8601 and what happened -> the notice."""


@dataclass(frozen=True, slots=True)
class CustodyPages:
    """The pages of data protection."""

    desk: CustodyDesk
    vault: Vault
    people: PeopleDesk
    clock: Clock
    randomness: Random
    breach: Breach

    templates = Path(__file__).parent / "templates"
    static = None
    set_up: Sequence[SetUpPage] = (SetUpPage(PATH, "Pelindungan data", "lock"),)

    def routes(self, site: Site) -> Sequence[BaseRoute]:
        """Return the pages."""
        counter = CounterPages(self.desk, self.people, site)
        paper = PaperPages(self.desk, self.vault, Papers(self.clock, self.randomness), self.people, site)
        log = LogPages(self.desk, self.people, self.breach, site)
        return [
            Route(COUNTER_PATH, counter.ask, methods=["GET"]),
            Route(COUNTER_PATH, counter.find, methods=["POST"]),
            Route(COUNTER_PATH + "/{kind}/{record}", counter.show, methods=["GET"]),
            Route(COUNTER_PATH + "/{kind}/{record}", counter.act, methods=["POST"]),
            Route(PATH, paper.overview, methods=["GET"]),
            Route(f"{PATH}/kunci", paper.ask, methods=["GET"]),
            Route(f"{PATH}/kunci", paper.act, methods=["POST"]),
            Route(f"{PATH}/catatan", log.show, methods=["GET"]),
            Route(f"{PATH}/catatan", log.act, methods=["POST"]),
            Route(f"{PATH}/kebocoran", log.ask_breach, methods=["GET"]),
            Route(f"{PATH}/kebocoran", log.report_breach, methods=["POST"]),
        ]

    def describe(self, api: APIRouter, site: Site) -> None:
        """Add nothing: what is personal is in no API."""

    def streams(self) -> Sequence[Broadcaster]:
        """Return no streams."""
        return ()
