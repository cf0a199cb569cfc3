"""Where the catalogue is put together and changed.

Promises: what regency or village write is judged whole before it counts; a layer that no longer fits what lies below it is left
out and shown, and never takes a service away; every change that a reader could see makes a version, which stays for ever.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from datetime import tzinfo

from gateway.clock import Clock
from gateway.errors import Refusal
from gateway.services import tables, wire
from gateway.services.document import INDONESIAN, LANGUAGES, NAME, Service
from gateway.services.faults import Unfit
from gateway.services.model import REGENCY, SHIPPED, VILLAGE
from gateway.services.reading import Source, service_of
from gateway.services.shipped import Shipped, read_shipped
from gateway.services.tables import Now
from gateway.store import epochs, outbox
from gateway.store.database import Store, Transaction
from gateway.store.outbox import Reads
from gateway.store.stamp import Stamp

log = logging.getLogger(__name__)

NEW = "baru"
"""No service is called so: it is the address of the page that makes one."""
WRITTEN_LIMIT = 200
"""Services about which a regency and a village write; more would be no catalogue."""
FILES = {REGENCY: "{}.toml (kabupaten)", VILLAGE: "{}.toml (desa)"}
"""How faults call the layers that are no files of ours."""


class ServicesDesk:
    """Where services are described. Safe from any thread."""

    def __init__(self, store: Store, clock: Clock, zone: tzinfo, shipped: Shipped | None = None) -> None:
        self._store = store
        self._clock = clock
        self._zone = zone
        self.shipped = shipped or read_shipped()

    def furnish(self) -> None:
        """Take in the shipped services, when they are others than at the last start."""
        with self._store.reader() as db:
            if tables.noted(db, tables.SHIPPED_DIGEST) == self.shipped.digest:
                return
            every = sorted({*self.shipped.services, *tables.layered(db), *(one.service for one in tables.now(db))})
        with self._store.transaction() as tx:
            for service in every:
                self._settle(tx, service)
            tables.note(tx, tables.SHIPPED_DIGEST, self.shipped.digest)

    def layers(self, db: Reads, service: str, **instead: str) -> dict[str, Source]:
        """Return the files of a service by layer, the first first, with ``instead`` of what is written in some."""
        written = tables.layers(db, service) | instead
        found = {SHIPPED: self.shipped.services[service]} if service in self.shipped.services else {}
        for layer in (REGENCY, VILLAGE):
            if written.get(layer, "").strip():
                found[layer] = Source(FILES[layer].format(service), written[layer])
        return found

    def written(self, service: str) -> str:
        """Return what the village has written about a service; empty for nothing."""
        with self._store.reader() as db:
            return tables.layers(db, service).get(VILLAGE, "")

    def files_below(self, service: str) -> list[Source]:
        """Return the files of a service without what the village has written, the first first."""
        with self._store.reader() as db:
            return [file for layer, file in self.layers(db, service).items() if layer != VILLAGE]

    def below(self, service: str) -> Service | None:
        """Return a service as it would be without the village; None where there would be none."""
        files = self.files_below(service)
        for kept in range(len(files), 0, -1):
            try:
                return self._judged(files[:kept])
            except Unfit:
                continue
        return None

    def trouble(self, service: str) -> Unfit | None:
        """Return why not every layer of a service counts."""
        with self._store.reader() as db:
            found = self.layers(db, service)
        try:
            self._judged(list(found.values()))
        except Unfit as unfit:
            return unfit
        return None

    def version(self, service: str, number: int) -> Service:
        """Return a service as it was in one version. Raises Refusal ``service-unknown``."""
        with self._store.reader() as db:
            found = tables.version(db, service, number)
        if found is None:
            raise Refusal("service-unknown")
        return found

    def judge(self, service: str, text: str) -> Service:
        """Return the service as it would be if the village wrote ``text``.

        Raises Unfit, Refusal ``service-name``, and ``service-unknown`` where nothing would be left.
        """
        _require_name(service)
        with self._store.reader() as db:
            found = self.layers(db, service, **{VILLAGE: text})
        if not found:
            raise Refusal("service-unknown")
        return self._judged(list(found.values()))

    def change(self, service: str, text: str, *, confirm: bool | None = None) -> None:
        """Let the village say ``text`` of a service, old or new, or nothing; ``confirm`` that it was read and holds, or take that back.

        Raises Unfit, Refusal ``service-name``, ``catalogue-full`` and those of the store.
        """
        self.judge(service, text)
        with self._store.transaction() as tx:
            if text.strip():
                self._write(tx, service, VILLAGE, text)
            else:
                tables.remove_layer(tx, service, VILLAGE)
            self._told(tx, service, confirm=confirm)

    def give_back(self, service: str) -> None:
        """Let the village say nothing of a service: what is shipped or the regency's holds again."""
        with self._store.transaction() as tx:
            tables.remove_layer(tx, service, VILLAGE)
            self._told(tx, service, confirm=None)

    def put_for_regency(self, tx: Transaction, service: str, data: Mapping[str, object]) -> dict[str, object]:
        """Let the regency say of a service what ``data["toml"]`` says, inside ``tx``; return what to tell it.

        Raises Refusal ``field-invalid``, ``service-name``, ``service-unfit`` or ``catalogue-full``.
        """
        text = data.get("toml")
        if not isinstance(text, str) or not text.strip():
            raise Refusal("field-invalid", field="toml")
        _require_name(service)
        below = self.layers(tx, service, **{REGENCY: text, VILLAGE: ""})
        try:
            self._judged(list(below.values()))
        except Unfit as unfit:
            raise Refusal("service-unfit", service=service, reason=unfit.faults[0].told) from unfit
        self._write(tx, service, REGENCY, text)
        now = self._settle(tx, service)
        return {"version": now.version, "whole": now.whole}

    def withdraw_for_regency(self, tx: Transaction, service: str) -> None:
        """Let the regency say nothing of a service, inside ``tx``."""
        tables.remove_layer(tx, service, REGENCY)
        self._settle(tx, service)

    def _write(self, tx: Transaction, service: str, layer: str, text: str) -> None:
        written = tables.layered(tx)
        if service not in written and len(written) >= WRITTEN_LIMIT:
            raise Refusal("catalogue-full", limit=WRITTEN_LIMIT)
        tables.write_layer(tx, service, layer, text, self._stamp().time)

    def _told(self, tx: Transaction, service: str, *, confirm: bool | None) -> None:
        """Settle a service after an act of the village, and tell the centre."""
        before = _standing(tx, service)
        self._settle(tx, service)
        if confirm is not None:
            tables.confirm(tx, service, confirm)
        now = _standing(tx, service)
        if now != before:
            described = tables.version(tx, service, now.version)
            outbox.append(tx, self._stamp(), wire.changed(now, described, epochs.current(tx)))

    def _settle(self, tx: Transaction, service: str) -> Now:
        """Put the layers of a service together and let that hold; a layer that does not fit is left out."""
        found = self.layers(tx, service)
        described, kept = None, len(found)
        while kept and described is None:
            try:
                described = self._judged(list(found.values())[:kept])
            except Unfit as unfit:
                log.warning("event=service-layer-unfit service=%s layer=%s", service, list(found)[kept - 1])
                log.info("event=service-fault service=%s fault=%r", service, str(unfit.faults[0].told))
                kept -= 1
        if not found:
            tables.remove_now(tx, service)
            now = Now(service, 0, (), whole=True, essence="", confirmed=False)
        else:
            number = tables.version_for(tx, service, described, self._stamp().time) if described else 0
            now = Now(service, number, tuple(found), kept == len(found), essence_of(described), confirmed=False)
            tables.write_now(tx, now)
        self._revise(tx)
        return now

    def _judged(self, layers: Sequence[Source]) -> Service:
        return service_of(tuple(layers), self.shipped.shared)

    def _revise(self, tx: Transaction) -> None:
        tables.note(tx, tables.REVISION, str(int(tables.noted(tx, tables.REVISION) or 0) + 1))

    def _stamp(self) -> Stamp:
        return Stamp.of(self._clock, self._zone)


def essence_of(service: Service | None) -> str:
    """Return what a village confirms, in short: all that Indonesian readers see; empty for no service."""
    if service is None:
        return ""
    said = _in_indonesian(service.model_dump(mode="json", exclude={"words", "events"}, exclude_defaults=True))
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:20]


def _in_indonesian(value: object) -> object:
    """Leave of every text only the Indonesian one: a better translation asks no village to read anew."""
    if isinstance(value, dict):
        if value and value.keys() <= set(LANGUAGES):
            return value.get(INDONESIAN)
        return {key: _in_indonesian(one) for key, one in value.items()}
    return [_in_indonesian(one) for one in value] if isinstance(value, list | tuple) else value


def _standing(tx: Transaction, service: str) -> Now:
    gone = Now(service, 0, (), whole=True, essence="", confirmed=False)
    return next((one for one in tables.now(tx) if one.service == service), gone)


def _require_name(service: str) -> None:
    if service == NEW or not NAME.fullmatch(service):
        raise Refusal("service-name")
