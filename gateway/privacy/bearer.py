"""What only the bearer of an unguessable link can open: a draft that somebody has not handed in yet.

The key is derived (HKDF-SHA-256) from the token in the link, which is kept nowhere in the hall: neither the card, nor the whole Pi, nor the
hall's officers open a draft without it. Found again by a digest of the token. Pure.
"""

from __future__ import annotations

import hashlib

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gateway.privacy.sealing import RandomBytes, open_version
from gateway.relay.sealing import KEY_BYTES, Bond, Unsealable, seal

Closed = Unsealable
"""What is raised for what the token does not open."""
SALT_BYTES = 16
"""Another for each sealing, so that no key seals two contents."""


def address_of(token: str) -> str:
    """Return what is kept instead of the token: 64 hexadecimal digits, from which it cannot be had."""
    return hashlib.sha256(b"balai bearer address\0" + token.encode(errors="replace")).hexdigest()


def seal_for_bearer(content: bytes, token: str, what: str, random_bytes: RandomBytes) -> bytes:
    """Return ``content`` sealed for whoever has the token; ``what`` it is, such as ``draft``, is bound in."""
    salt = random_bytes(SALT_BYTES)
    return salt + b"".join(seal([content], _key(token, salt), Bond("", "bearer", what)))


def open_for_bearer(sealed: bytes, token: str, what: str) -> bytes:
    """Return the content. Raises ``Closed`` for another token, another ``what`` or what was altered."""
    salt, ciphertext = sealed[:SALT_BYTES], sealed[SALT_BYTES:]
    if not ciphertext:
        raise Closed("nothing was sealed")
    return open_version(ciphertext, _key(token, salt), Bond("", "bearer", what))


def _key(token: str, salt: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt, b"balai bearer key\0").derive(token.encode(errors="replace"))
