"""Pairing devices of the hall's own network: each gets a name, a place and a password, which is shown once and kept by nobody.

Promises: a paired device lives in the database, so it is there after a restart and in every backup; the password can be read nowhere, only what
proves it is kept; a device that cannot be plugged in any more never stops the start.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from gateway.devices.lan_accounts import password_for, secret_of
from gateway.devices.lan_flash import CHIPS, FACES, FlashText, flash_text
from gateway.devices.names import is_name
from gateway.devices.plugged import Devices
from gateway.equipment import tables
from gateway.equipment.desk import EquipmentDesk
from gateway.equipment.model import Note, Placed
from gateway.equipment.tables import Paired
from gateway.errors import Refusal
from gateway.store import answers
from gateway.store.database import Store

log = logging.getLogger(__name__)

WHERE_IT_BELONGS: Mapping[str, str] = {"lan-button": "line", "lan-keypad": "counter", "lan-board": ""}
"""The kinds that can be paired, and what each must be told of its place."""


@dataclass(frozen=True, slots=True)
class LanPlace:
    """Where devices find the hall's own broker."""

    address: str
    port: int


@dataclass(frozen=True, slots=True)
class Wish:
    """One sending of a form: its ``key``, a ``secret`` of whoever sent it, and the time of the hall, aware."""

    key: str
    secret: str
    at: datetime


class Pairing:
    """Lets devices come to the hall and go. Safe from any thread; ``lan`` is None in a hall without a network of its own."""

    def __init__(self, store: Store, desk: EquipmentDesk, devices: Devices, lan: LanPlace | None) -> None:
        self._store = store
        self._desk = desk
        self._devices = devices
        self.lan = lan
        self._turn = threading.Lock()
        """One pairing after the other: a form that is sent twice at once is one wish."""

    def plug_in(self) -> None:
        """Bring every device that was paired before; one that cannot be made any more is left out, and said."""
        with self._store.reader() as db:
            found = tables.paired(db)
        for one in found:
            self._desk.place(_place(one))
            try:
                self._devices.adopt(one)
            except Refusal as refusal:
                log.warning("device=%s event=left-out code=%s", one.id, refusal.code)

    def find(self, id: str) -> Paired | None:
        """Return a device that was paired."""
        with self._store.reader() as db:
            return next((one for one in tables.paired(db) if one.id == id), None)

    def pair(self, fields: Mapping[str, str], hall: str, names: Mapping[str, str], wish: Wish) -> FlashText | None:
        """Pair the device that a form tells of; return what is to be flashed, which nobody can be shown again.

        ``names`` are those of lines and counters by id. The same wish again changes nothing and returns the same; None when the device
        has a newer password by now, or was let go. Raises Refusal ``field-invalid``, ``device-id-taken``, ``key-reused`` and those of the store.
        """
        with self._turn:
            return self._pair(_read(fields, names), hall, names, wish)

    def _pair(self, one: Paired, hall: str, names: Mapping[str, str], wish: Wish) -> FlashText | None:
        password = password_for(f"{one.id}\0{wish.key}", wish.secret)
        one = _proven_by(one, password)
        with self._store.transaction() as tx:
            is_again = answers.replay(tx, wish.key, f"pair {one.id}") is not None
        if is_again:
            former = self.find(one.id)
            return self._text(one, password, hall, names) if former is not None and former.options == one.options else None
        if any(device.id == one.id for device in self._devices):
            raise Refusal("device-id-taken", device=one.id)
        self._desk.place(_place(one))
        self._devices.adopt(one)
        try:
            with self._store.transaction() as tx:
                answers.keep(tx, wish.key, f"pair {one.id}", {}, wish.at)
                tables.put_paired(tx, one, self._desk.note(tx, _place(one), Note.PAIRED))
        except BaseException:
            self._devices.dismiss(one.id)
            raise
        return self._text(one, password, hall, names)

    def replace(self, id: str, hall: str, names: Mapping[str, str], wish: Wish) -> FlashText | None:
        """Give a paired device another password: the former device is let in no more. Return what is to be flashed.

        The same wish again changes nothing and returns the same; None when there is a newer password by now.
        Raises Refusal ``device-unknown``, ``key-reused`` and those of the store.
        """
        former = self.find(id)
        if former is None:
            raise Refusal("device-unknown", device=id)
        password = password_for(f"{id}\0{wish.key}", wish.secret)
        one = _proven_by(former, password)
        with self._store.transaction() as tx:
            is_new = answers.replay(tx, wish.key, f"flash {id}") is None
            if is_new:
                answers.keep(tx, wish.key, f"flash {id}", {}, wish.at)
                tables.put_paired(tx, one, self._desk.note(tx, _place(one), Note.REPLACED))
        if is_new:
            self._devices.replace(one)
        elif one.options != former.options:
            return None
        return self._text(one, password, hall, names)

    def unpair(self, id: str) -> None:
        """Let a paired device go: it is let in no more, its history stays. Raises Refusal ``device-unknown``."""
        one = self.find(id)
        if one is None:
            raise Refusal("device-unknown", device=id)
        with self._store.transaction() as tx:
            tables.remove_paired(tx, id)
            self._desk.note(tx, _place(one), Note.UNPAIRED)
        self._devices.dismiss(id)

    def _text(self, one: Paired, password: str, hall: str, names: Mapping[str, str]) -> FlashText:
        lan = self.lan or LanPlace("balai.lan", 1884)
        place = str(one.options.get("line") or one.options.get("counter") or "")
        return flash_text(
            one.kind, one.id, hall=hall, label=names.get(place, place) or one.id, broker=lan.address, port=lan.port,
            password=password, **one.flash,
        )  # fmt: skip


def _proven_by(one: Paired, password: str) -> Paired:
    return replace(one, options={**one.options, "secret": secret_of(one.id, password)})


def _place(one: Paired) -> Placed:
    return Placed(one.id, one.kind, one.options, paired=True)


def _read(fields: Mapping[str, str], names: Mapping[str, str]) -> Paired:
    """Return the device that a form tells of. Raises Refusal ``field-invalid`` with the word beside the field."""
    kind, id, chip = fields.get("kind", ""), fields.get("id", "").strip(), fields.get("chip", CHIPS[0])
    face = fields.get("face", FACES[0])
    if kind not in WHERE_IT_BELONGS:
        raise Refusal("field-invalid", field="jenis")
    if not is_name(id):
        raise Refusal("field-invalid", field="nama")
    if chip not in CHIPS or face not in FACES:
        raise Refusal("field-invalid", field="papan")
    key = WHERE_IT_BELONGS[kind]
    place = fields.get("place", "")
    if key and place not in names:
        raise Refusal("field-invalid", field="tempat")
    return Paired(id, kind, {key: place} if key else {}, {"chip": chip, "face": face})
