"""The centre's signature under what it sends down: checked over the bytes as they came, before anything reads them.

The broker is not trusted to command halls. A signed message is one line of signatures, then the body as it is:

    balai-down-1 <signature> [<signature>]
    {"specversion":"1.0", ...}

Signed are the mark, the addressee (a hall's code, or ``all``) and the body, each on its own line: no JSON is written
anew to be compared, and what was signed for one hall is nothing for another. Why so: docs/decisions/0014.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Sequence

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from gateway.relay.envelope import EVENT_LIMIT_BYTES, Unreadable

EVERY_HALL = "all"
"""The addressee of what is meant for every hall."""
SIGNATURES_LIMIT = 2
"""While keys change the centre signs with the former and the next; more are not looked at."""
SIGNED_LIMIT_BYTES = EVENT_LIMIT_BYTES + 256
"""A longer message is not read."""

_MARK = b"balai-down-1"
_HEAD = re.compile(_MARK + rb"((?: [A-Za-z0-9+/]{86}==){1,%d})" % SIGNATURES_LIMIT)
_KEY = re.compile(r"[A-Za-z0-9+/]{43}=", re.ASCII)


def sign(keys: Sequence[Ed25519PrivateKey], addressee: str, body: bytes) -> bytes:
    """Return ``body`` signed for ``addressee`` with each of ``keys``: one, or two while they change."""
    if not 0 < len(keys) <= SIGNATURES_LIMIT:
        raise ValueError(f"sign with 1 to {SIGNATURES_LIMIT} keys")
    signed = _signed(addressee, body)
    return b"\n".join((b" ".join((_MARK, *(base64.b64encode(key.sign(signed)) for key in keys))), body))


def verified(payload: bytes, addressee: str, key: str) -> bytes:
    """Return the body of a message that ``key`` has signed for ``addressee``. Raises Unreadable with the reason."""
    if len(payload) > SIGNED_LIMIT_BYTES:
        raise Unreadable(f"the message is over {SIGNED_LIMIT_BYTES} bytes")
    head, _, body = payload.partition(b"\n")
    signatures = _HEAD.fullmatch(head)
    if signatures is None:
        raise Unreadable("the message is not signed")
    if not _is_signed(_signed(addressee, body), signatures[1].split(), read_key(key)):
        raise Unreadable("the signature is not the centre's for this hall")
    return body


def read_key(text: str) -> Ed25519PublicKey:
    """Return the public key that ``text`` spells: 32 bytes in base64. Raises ValueError."""
    if not _KEY.fullmatch(text):
        raise ValueError("a public key is 32 bytes in base64")
    return Ed25519PublicKey.from_public_bytes(base64.b64decode(text))


def spell_key(key: Ed25519PublicKey | X25519PublicKey) -> str:
    """Return how a public key is written in settings and orders: its 32 bytes in base64."""
    return base64.b64encode(key.public_bytes_raw()).decode()


def _is_signed(signed: bytes, signatures: Iterable[bytes], key: Ed25519PublicKey) -> bool:
    for signature in signatures:
        try:
            key.verify(base64.b64decode(signature, validate=True), signed)
        except (InvalidSignature, binascii.Error):
            continue
        return True
    return False


def _signed(addressee: str, body: bytes) -> bytes:
    return b"\n".join((_MARK, addressee.encode("ascii"), body))
