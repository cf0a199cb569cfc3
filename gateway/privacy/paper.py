"""Who outside of the hall can open what: the centre by the key it has sent, the village head by the key on paper."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from random import Random

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from gateway.privacy import tables
from gateway.privacy.recovery import GROUP
from gateway.privacy.tables import CENTRE, RECOVERY
from gateway.privacy.vault import Readers
from gateway.store import centre_keys
from gateway.store.outbox import Reads

ASKED_GROUPS = 3
"""So many groups of the paper are typed back before it counts."""
GROUPS_IN_A_ROW = 4


def readers_of(pinned: str) -> Readers:
    """Return what tells the keys outside of the hall; ``pinned`` is the centre's key of the settings."""

    def known(db: Reads) -> Mapping[str, X25519PublicKey]:
        centre, paper = centre_keys.current(db, centre_keys.SEALING, pinned), tables.paper(db)
        named = {CENTRE: centre, RECOVERY: paper[0] if paper else ""}
        return {whose: X25519PublicKey.from_public_bytes(base64.b64decode(key)) for whose, key in named.items() if key}

    return known


def groups_to_ask(spelled: str, randomness: Random) -> tuple[int, ...]:
    """Return which groups of a paper somebody is asked to type back, from 1, in their order."""
    return tuple(sorted(randomness.sample(range(1, len(spelled.split()) + 1), ASKED_GROUPS)))


def is_written_down(spelled: str, asked: tuple[int, ...], typed: str) -> bool:
    """Return whether somebody has typed back the groups they were asked for, however spaced."""
    groups = spelled.split()
    letters = "".join(typed.upper().replace("-", " ").split())
    return letters == "".join(groups[number - 1] for number in asked) and len(letters) == GROUP * len(asked)


def sheet(spelled: str, hall_name: str, hall: str) -> str:
    """Return the paper as plain text. It is in Indonesian: it is for the village head, whatever language the terminal speaks."""
    groups = spelled.split()
    rows = [groups[at : at + GROUPS_IN_A_ROW] for at in range(0, len(groups), GROUPS_IN_A_ROW)]
    numbered = [
        "   ".join(f"{number:>2}:{group}" for number, group in enumerate(row, first * GROUPS_IN_A_ROW + 1))
        for first, row in enumerate(rows)
    ]
    return "\n".join(
        [
            "KUNCI PEMULIHAN",
            f"{hall_name} ({hall})",
            "",
            *numbered,
            "",
            "Simpan kertas ini terkunci, jauh dari Pi. Jangan difoto.",
            "Bila Pi rusak: pulihkan cadangan di Pi yang baru, lalu jalankan",
            "gateway recover dan ketik semua kelompok di atas berurutan.",
            "Siapa memegang kertas ini dan salinan data balai dapat membaca",
            "semua permohonan yang masih terbuka.",
        ]
    )
