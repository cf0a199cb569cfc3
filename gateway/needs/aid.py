"""Programmes that help, and whether somebody at the counter is in one.

Promises: a check answers alike for a number that nobody has and for one that is in no programme; it is in the audit log before it is
answered; no number is written anywhere, and what is written instead can be compared only with a key that is in the vault.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path

from gateway.choices.kinds import Told, shipped, told
from gateway.clock import Clock
from gateway.errors import Refusal
from gateway.needs import aid_tables
from gateway.needs.aid_tables import REGENCY, VILLAGE
from gateway.privacy.vault import Vault
from gateway.store.database import Store, Transaction
from gateway.store.outbox import Reads
from gateway.store.stamp import Stamp

FILE = Path(__file__).parent / "programmes.toml"
ID = re.compile(r"[a-z][a-z0-9-]{0,39}")
OWN_KEY = "aid"
"""The hall's own secret under which numbers are marked."""
WHY = "UU 13/2011"
PROGRAMMES_LIMIT = 60
TEXT_LIMIT = 400
PERIOD_LIMIT = 40
RECIPIENTS_LIMIT = 20_000
NIK_DIGITS = 16
LANGUAGE_LETTERS = 5
PARTS = ("name", "about", "ask")


@dataclass(frozen=True, slots=True)
class Programme:
    """One programme, put together from what is shipped, the regency's and the village's."""

    id: str
    parts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """``name``, ``about`` and ``ask``, each by language."""
    offered: bool = True

    def said(self, part: str, language: str) -> Told:
        """Return a part for readers of a language, else in Indonesian."""
        return told(self.parts.get(part, {}), language)


class AidDesk:
    """Where programmes are listed and looked up. Safe from any thread."""

    def __init__(self, store: Store, clock: Clock, zone: tzinfo, vault: Vault) -> None:
        self._store = store
        self._clock = clock
        self._zone = zone
        self._vault = vault

    def every(self) -> list[Programme]:
        """Return all programmes, hidden ones too."""
        with self._store.reader() as db:
            return self._every(db)

    def offered(self) -> list[Programme]:
        """Return what people are shown."""
        return [one for one in self.every() if one.offered]

    def put_for_regency(self, tx: Transaction, id_: str, data: Mapping[str, object]) -> None:
        """Let the regency tell of a programme, inside ``tx``. Raises Refusal ``field-invalid`` or ``programmes-full``."""
        self._put(tx, id_, REGENCY, data)

    def withdraw_for_regency(self, tx: Transaction, id_: str) -> None:
        """Let the regency tell nothing of a programme, inside ``tx``."""
        aid_tables.remove(tx, id_, REGENCY)

    def put(self, id_: str, data: Mapping[str, object]) -> None:
        """Let the village tell this of a programme, besides what it told before. Raises as ``put_for_regency``."""
        with self._store.transaction() as tx:
            before = json.loads(aid_tables.layers(tx).get(id_, {}).get(VILLAGE, "{}"))
            self._put(tx, id_, VILLAGE, before | dict(data))

    def give_back(self, id_: str) -> None:
        """Let the village tell nothing of a programme: what is shipped or the regency's holds again."""
        with self._store.transaction() as tx:
            aid_tables.remove(tx, id_, VILLAGE)

    def recipients(self) -> dict[str, tuple[int, str]]:
        """Return how many are in each programme, and for which period."""
        with self._store.reader() as db:
            return aid_tables.recipients(db)

    def replace_recipients(self, programme: str, period: str, numbers: str, *, officer: str) -> int:
        """Let whose numbers stand in a list, and nobody else, be in a programme; return how many. Other words of the list are left out.

        Raises Refusal ``field-invalid``.
        """
        found = set(re.findall(r"(?<!\d)\d{16}(?!\d)", numbers))
        period = " ".join(period.split())
        if len(period) > PERIOD_LIMIT or not period.isprintable():
            raise Refusal("field-invalid", field="masa")
        if len(found) > RECIPIENTS_LIMIT or (numbers.strip() and not found):
            raise Refusal("field-invalid", field="daftar NIK")
        with self._store.transaction() as tx:
            if programme not in {one.id for one in self._every(tx)}:
                raise Refusal("field-invalid", field="program")
            key = self._vault.own_key(tx, OWN_KEY, afresh=True)
            aid_tables.replace_recipients(tx, programme, period, (_mark(key, nik) for nik in sorted(found)))
            self._vault.note(tx, "import", "aid", programme, 0, who=officer, why=WHY)
        return len(found)

    def check(self, typed: str, *, officer: str) -> list[tuple[str, str]]:
        """Return the programmes, each with its period, of somebody who stands at the counter with a card.

        The same answer, an empty list, is given for a number that nobody has. Raises Refusal ``field-invalid``.
        """
        nik = re.sub(r"[\s.-]", "", typed)
        if not (nik.isascii() and nik.isdigit() and len(nik) == NIK_DIGITS):
            raise Refusal("field-invalid", field="NIK")
        with self._store.transaction() as tx:
            mark = _mark(self._vault.own_key(tx, OWN_KEY), nik)
            self._vault.note(tx, "check", "aid", mark[:32], 0, who=officer, why=WHY)
            return aid_tables.programmes_of(tx, mark)

    def _every(self, db: Reads) -> list[Programme]:
        written = aid_tables.layers(db)
        known = {kind.id: {"name": kind.name, **kind.more} for kind in shipped(FILE, "programme")}
        programmes = []
        for id_ in (*known, *(id_ for id_ in written if id_ not in known)):
            layered = [known.get(id_, {}), *(json.loads(written.get(id_, {}).get(layer, "{}")) for layer in (REGENCY, VILLAGE))]
            parts = {
                part: {language: text for layer in layered for language, text in layer.get(part, {}).items()} for part in PARTS
            }
            offered = next((bool(layer["offered"]) for layer in reversed(layered) if "offered" in layer), True)
            if parts["name"].get("id"):
                programmes.append(Programme(id_, parts, offered))
        return programmes

    def _put(self, tx: Transaction, id_: str, layer: str, data: Mapping[str, object]) -> None:
        if not ID.fullmatch(id_):
            raise Refusal("field-invalid", field="nama pendek")
        body = {part: _texts(data[part], part) for part in PARTS if part in data}
        offered = data.get("offered", True)
        if not isinstance(offered, bool) or set(data) - {*PARTS, "offered"}:
            raise Refusal("field-invalid", field="offered")
        written = aid_tables.layers(tx)
        if id_ not in written and len(written) >= PROGRAMMES_LIMIT:
            raise Refusal("programmes-full", limit=PROGRAMMES_LIMIT)
        if not any(one.id == id_ for one in self._every(tx)) and not body.get("name", {}).get("id"):
            raise Refusal("field-invalid", field="name")
        text = json.dumps({**body, "offered": offered}, ensure_ascii=False)
        aid_tables.write(tx, id_, layer, text, Stamp.of(self._clock, self._zone).time)


def _mark(key: bytes, nik: str) -> str:
    return hmac.new(key, nik.encode(), hashlib.sha256).hexdigest()


def _texts(given: object, part: str) -> dict[str, str]:
    if not isinstance(given, dict):
        raise Refusal("field-invalid", field=part)
    texts = {
        language: " ".join(text.split())
        for language, text in given.items()
        if isinstance(language, str) and isinstance(text, str)
    }
    if len(texts) != len(given) or any(
        len(text) > TEXT_LIMIT or len(language) > LANGUAGE_LETTERS for language, text in texts.items()
    ):
        raise Refusal("field-invalid", field=part)
    return {language: text for language, text in texts.items() if text}
