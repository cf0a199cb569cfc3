"""Sealed content: what only the holder of one private key can read, whoever carries or keeps it.

A content is cut into pieces, each enciphered with AES-256-GCM under a data key of its own, its place and whether
it is the last bound in: a piece that is altered, moved, left out or cut off behind is noticed. The data key travels
with it, wrapped for the reader's X25519 key (HPKE, RFC 9180). Pure but for the randomness it is given.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

PIECE_BYTES = 24 * 1024
"""A sealed piece is so long; only the last may be shorter."""
KEY_BYTES = 32
_TAG_BYTES = 16
_PLAIN_BYTES = PIECE_BYTES - _TAG_BYTES
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


class Unsealable(ValueError):
    """A sealed content that this key does not open, or that is not whole; the message says which."""


@dataclass(frozen=True, slots=True)
class Bond:
    """What a sealed content belongs to: it opens for nothing else."""

    hall: str
    kind: str
    """For example ``backup``."""
    subject: str
    """What it is a content of, for ever, for example ``backup/7f3a90c2/1``."""

    def encode(self) -> bytes:
        """Return the bytes that are bound in."""
        return json.dumps([self.hall, self.kind, self.subject], separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class Lock:
    """A data key and the same key wrapped for its reader."""

    data_key: bytes
    reader: str
    """Names the reader's key: see ``name_of``."""
    wrapped: bytes


def name_of(key: X25519PublicKey) -> str:
    """Return the name of a public key: the first 16 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]


def make_lock(reader: X25519PublicKey, bond: Bond, random_bytes: Callable[[int], bytes]) -> Lock:
    """Make a new data key that ``reader`` can unwrap. ``random_bytes`` must be fit for keys, as ``secrets.token_bytes``."""
    data_key = random_bytes(KEY_BYTES)
    return Lock(data_key, name_of(reader), wrap(data_key, reader, bond))


def wrap(data_key: bytes, reader: X25519PublicKey, bond: Bond) -> bytes:
    """Return a data key that only ``reader`` can unwrap, and only for this bond."""
    return _SUITE.encrypt(data_key, reader, info=bond.encode())


def unwrap(wrapped: bytes, reader: X25519PrivateKey, bond: Bond) -> bytes:
    """Return the data key. Raises Unsealable when it was wrapped for another key or another bond."""
    try:
        return _SUITE.decrypt(wrapped, reader, info=bond.encode())
    except (InvalidTag, ValueError):
        raise Unsealable("the key is another's") from None


def seal(content: Iterable[bytes], data_key: bytes, bond: Bond) -> Iterator[bytes]:
    """Yield the sealed pieces of ``content``: at least one, all but the last of ``PIECE_BYTES``."""
    cipher, bound = AESGCM(data_key), bond.encode()
    for index, (plain, is_last) in enumerate(_cut(content)):
        yield cipher.encrypt(_nonce(index, is_last=is_last), plain, bound)


def unseal(pieces: Iterable[bytes], data_key: bytes, bond: Bond) -> Iterator[bytes]:
    """Yield the content. Raises Unsealable at the first piece that is not as it was sealed, and when the last one is missing."""
    cipher, bound = AESGCM(data_key), bond.encode()
    before: bytes | None = None
    index = 0
    for piece in pieces:
        if before is not None:
            yield _open(cipher, index, before, bound, is_last=False)
            index += 1
        before = piece
    if before is None:
        raise Unsealable("nothing was sealed")
    yield _open(cipher, index, before, bound, is_last=True)


def _open(cipher: AESGCM, index: int, piece: bytes, bound: bytes, *, is_last: bool) -> bytes:
    try:
        return cipher.decrypt(_nonce(index, is_last=is_last), piece, bound)
    except InvalidTag:
        raise Unsealable(f"piece {index} is not the one that was sealed there, or more is missing behind it") from None


def _nonce(index: int, *, is_last: bool) -> bytes:
    """Number the pieces: a data key seals one content only, so no nonce comes twice."""
    return index.to_bytes(11) + bytes([is_last])


def _cut(content: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Yield parts of ``_PLAIN_BYTES`` and whether each is the last: one part is held back until more has come."""
    rest = b""
    for part in content:
        rest += part
        while len(rest) > _PLAIN_BYTES:
            yield rest[:_PLAIN_BYTES], False
            rest = rest[_PLAIN_BYTES:]
    yield rest, True
