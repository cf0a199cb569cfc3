"""Prints registration slips: number and tracking code, with a code that leads to the request's page; never a name.

Level-triggered, as the queue's slips are: each step looks at what is wanted. Promises: an attempt is on the card before the paper moves; a slip
older than five minutes, or of a former run of the machine, is printed only when a clerk asks.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from typing import Protocol

from gateway.clock import Clock
from gateway.devices.ports import DeviceFault, DeviceState, Printer, Slip
from gateway.services.requests import model, slips
from gateway.services.requests.slips import Wanted
from gateway.store.database import Store

log = logging.getLogger(__name__)

LOOK_S = 1.0
STALE_S = 300.0
"""Whoever waited longer has written the code down, or asks."""
LONGEST_PAUSE_S = 30.0
"""Between two attempts at a printer that says it is ready and fails."""
PATH = "/permohonan"


class SlipWords(Protocol):
    """The hall's language, as slips need it; ``gateway.portal.i18n.Words`` is one."""

    def __call__(self, sentence: str, /, **facts: object) -> str:
        """Translate a sentence."""

    def day(self, on: datetime) -> str:
        """Say a date."""

    def time(self, at: datetime) -> str:
        """Say a time of day."""


class SlipFace(Protocol):
    """How the hall shows itself; ``gateway.portal.face.Face`` is one."""

    @property
    def name(self) -> str:
        """The hall's name."""

    @property
    def language(self) -> str:
        """The language of slips."""

    @property
    def address(self) -> str:
        """What begins the link of the QR code."""


class RegistrationSlips:
    """Prints what is wanted on the first printer that is ready. ``step`` belongs to one loop and prints one slip."""

    def __init__(
        self, store: Store, printers: Sequence[Printer], clock: Clock, *, words: Callable[[str], SlipWords], zone: tzinfo,
        face: Callable[[], SlipFace],
    ) -> None:  # fmt: skip
        self._store = store
        self._printers = tuple(printers)
        self._clock = clock
        self._words = words
        self._zone = zone
        self._face = face
        self._failures = 0
        self._not_before_s = float("-inf")

    def step(self) -> float:
        """Print the oldest slip that is still of use; return the seconds to rest."""
        with self._store.reader() as db:
            waiting = slips.waiting(db, self._clock.bootid)
        fresh = [one for one in waiting if self._clock.uptime_s() - one.uptime_s <= STALE_S]
        printer = next((one for one in self._printers if one.state() is DeviceState.READY), None)
        if printer is None:
            self._failures, self._not_before_s = 0, float("-inf")
            return LOOK_S
        if not fresh or self._clock.monotonic_s() < self._not_before_s:
            return LOOK_S
        self._print(printer, fresh[0])
        return 0.0 if len(fresh) > 1 else LOOK_S

    def _print(self, printer: Printer, wanted: Wanted) -> None:
        with self._store.transaction() as tx:
            slips.attempted(tx, wanted.request)
        try:
            printer.print_slip(self._slip(wanted))
        except DeviceFault as fault:
            self._failures += 1
            self._not_before_s = self._clock.monotonic_s() + min(LONGEST_PAUSE_S, 2.0**self._failures)
            log.warning("device=%s event=print-failed reason=%s", printer.id, str(fault).replace(" ", "-"))
            return
        self._failures = 0
        with self._store.transaction() as tx:
            slips.printed(tx, wanted.request, self._clock.now().astimezone(self._zone).isoformat(timespec="milliseconds"))

    def _slip(self, wanted: Wanted) -> Slip:
        face = self._face()
        words, address = self._words(face.language), face.address.rstrip("/")
        filed = datetime.fromisoformat(wanted.filed_at).astimezone(self._zone)
        return Slip(
            number=model.label(wanted.request),
            hall=face.name,
            line=words("Nomor registrasi"),
            ahead="",
            wait="",
            issued=f"{words.day(filed)}, {words.time(filed)}",
            note=words("Pindai kode ini untuk melihat sampai di mana permohonan Anda."),
            address=f"{address}{PATH}/{wanted.token}",
            reprint=words("cetak ulang") if wanted.attempts else "",
            claim=model.spaced_code(wanted.code),
            claim_note=words("Tanpa pemindai: buka {address} dan ketik kode", address=f"{address.removeprefix('http://')}{PATH}"),
        )
