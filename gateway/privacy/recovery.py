"""The village head's recovery key: an X25519 key that exists on paper only, so that a dead Pi orphans no open request.

It is spelled for people: no letter that looks like another, groups of four, and a check that finds a slip of the pen. Pure.
"""

from __future__ import annotations

import hashlib

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from gateway.privacy.sealing import RandomBytes
from gateway.relay.sealing import KEY_BYTES

SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Neither I, L, O nor U."""
TAKEN_FOR = str.maketrans("ILO", "110")
CHECK_BYTES = 3
GROUP = 4
_BITS = 5
_LETTERS = (8 * (KEY_BYTES + CHECK_BYTES)) // _BITS


class Misspelled(ValueError):
    """What was typed is no recovery key; the Indonesian words say in what, without the key."""

    def __init__(self, sentence: str, **facts: int) -> None:
        super().__init__(sentence.format_map(facts))
        self.sentence, self.facts = sentence, facts


def make_recovery_key(random_bytes: RandomBytes) -> X25519PrivateKey:
    """Make the key. Whoever prints it forgets it: only its public half may be kept."""
    return X25519PrivateKey.from_private_bytes(random_bytes(KEY_BYTES))


def spell(key: X25519PrivateKey) -> str:
    """Return the key as it stands on paper: 14 groups of four letters or digits."""
    raw = key.private_bytes_raw()
    number = int.from_bytes(raw + _check(raw))
    letters = "".join(SIGNS[(number >> (_BITS * place)) & 31] for place in reversed(range(_LETTERS)))
    return " ".join(letters[at : at + GROUP] for at in range(0, _LETTERS, GROUP))


def read_spelled(text: str) -> X25519PrivateKey:
    """Return the key that somebody has typed from paper, however spaced. Raises Misspelled."""
    letters = "".join(text.upper().replace("-", " ").split()).translate(TAKEN_FOR)
    if len(letters) != _LETTERS:
        raise Misspelled("perlu {needed} huruf dan angka, yang diketik {typed}", needed=_LETTERS, typed=len(letters))
    number = 0
    for place, letter in enumerate(letters):
        if letter not in SIGNS:
            raise Misspelled("tanda ke-{place} bukan tanda yang dipakai kunci", place=place + 1)
        number = number << _BITS | SIGNS.index(letter)
    whole = number.to_bytes(KEY_BYTES + CHECK_BYTES)
    raw, check = whole[:KEY_BYTES], whole[KEY_BYTES:]
    if check != _check(raw):
        raise Misspelled("ada huruf atau angka yang keliru")
    return X25519PrivateKey.from_private_bytes(raw)


def _check(raw: bytes) -> bytes:
    return hashlib.sha256(b"balai recovery\0" + raw).digest()[:CHECK_BYTES]
