"""One version of one record as it is kept and as it travels: one ciphertext under a data key of its own.

The ciphertext is that of the relay (AES-256-GCM, in pieces), bound to hall, kind, record and version, so that none can be shown as
another's. The data key is nowhere but wrapped: for the hall's device key, and for readers elsewhere (HPKE). Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from gateway.relay.sealing import KEY_BYTES, PIECE_BYTES, Bond, seal, unseal

RandomBytes = Callable[[int], bytes]
"""Fit for keys, as ``secrets.token_bytes``."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """A version that is sealed and not kept yet, so that much can be sealed before the one transaction that keeps it."""

    kind: str
    record: str
    version: int
    ciphertext: bytes
    data_key: bytes
    """Not wrapped: it is in memory only, and not for long."""
    keys: Sequence[tuple[str, str, bytes]]
    """For whom else, under which key, and the data key wrapped."""


def bond_of(hall: str, kind: str, record: str, version: int) -> Bond:
    """Return what a version of a record is bound to."""
    return Bond(hall, kind, f"{record}/{version}")


def seal_version(content: bytes, bond: Bond, random_bytes: RandomBytes) -> tuple[bytes, bytes]:
    """Return a new data key and the ciphertext of ``content`` under it. The key seals this version and nothing else, ever."""
    data_key = random_bytes(KEY_BYTES)
    return data_key, b"".join(seal([content], data_key, bond))


def open_version(ciphertext: bytes, data_key: bytes, bond: Bond) -> bytes:
    """Return the content. Raises ``relay.sealing.Unsealable`` for what was altered, cut off or bound to something else."""
    return b"".join(unseal(_pieces(ciphertext), data_key, bond))


def _pieces(ciphertext: bytes) -> Iterator[bytes]:
    for at in range(0, len(ciphertext), PIECE_BYTES):
        yield ciphertext[at : at + PIECE_BYTES]
