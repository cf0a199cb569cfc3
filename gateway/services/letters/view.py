"""Letters as clerks and verifiers look them up, beside any act and without opening one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from gateway.proof.proof import Proof
from gateway.services.letters import tables
from gateway.services.letters.tables import COLLECTED, OUTSIDE, REPLACED, SIGNED, UNSIGNED, VOID, Book, Letter
from gateway.store import epochs
from gateway.store.database import Store

PAGE = 50
GROUPS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "": ("Belum selesai", (UNSIGNED, SIGNED)),
    UNSIGNED: ("Menunggu tanda tangan", (UNSIGNED,)),
    SIGNED: ("Siap diambil", (SIGNED,)),
    COLLECTED: ("Sudah diserahkan", (COLLECTED,)),
    "buku": ("Seluruh buku", (UNSIGNED, SIGNED, COLLECTED, VOID, REPLACED, OUTSIDE)),
}
"""By the word in the address: what a list is called, a key of the catalogues, and the states that it shows."""
STATES: Mapping[str, tuple[str, str]] = {
    UNSIGNED: ("Menunggu tanda tangan", "pencil"),
    SIGNED: ("Siap diambil", "check"),
    COLLECTED: ("Sudah diserahkan", "check"),
    VOID: ("Batal", "cross"),
    REPLACED: ("Sudah diganti", "transfer"),
    OUTSIDE: ("Dipakai di luar", "document"),
}
"""By state: its words, a key of the catalogues, and a name of ``icons.html``."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A part of the book, the newest first."""

    letters: Sequence[Letter]
    further: int
    """From below which id the next part begins; 0 where there is none."""
    counts: Mapping[str, int]
    """How many stand in each state."""


class LettersView:
    """Where letters are looked up. Safe from any thread."""

    def __init__(self, store: Store, hall: str) -> None:
        self._store = store
        self._hall = hall

    def listed(self, group: str, wanted: Mapping[str, str], before: int = 0) -> Listed:
        """Return the letters of a group, from below the id ``before``; ``wanted`` as ``tables.listed`` has it."""
        with self._store.reader() as db:
            found = tables.listed(db, GROUPS[group][1], wanted, before or 1 << 60, PAGE + 1)
            counts = tables.counted(db)
        return Listed(found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else 0, counts)

    def books(self, on: date) -> tuple[list[Book], bool]:
        """Return the books of a day's year, and whether somebody must say their last numbers anew."""
        with self._store.reader() as db:
            found = tables.books(db, on.year)
            return found, any(book.epoch != epochs.current(db) for book in found)

    def verdict(self, proof: Proof, name: str) -> tuple[str, str]:
        """Return what this hall says of a proof and a typed name, and, for ``replaced``, the number that took its place.

        ``genuine``, ``othername``, ``forged``, ``elsewhere`` (another hall's, or a key that this one does not know), ``void`` or ``replaced``.
        """
        with self._store.reader() as db:
            public = tables.keys(db).get(proof.key)
            letter = tables.find_number(db, proof.told.number)
            follower = tables.follower(db, letter.id) if letter else None
        if proof.told.hall != self._hall or public is None:
            return "elsewhere", ""
        if not proof.is_signed_by(Ed25519PublicKey.from_public_bytes(public)):
            return "forged", ""
        if letter is not None and not letter.counts:
            return ("replaced", follower.number) if follower else ("void", "")
        return ("genuine" if proof.name.fits(name) else "othername"), ""
