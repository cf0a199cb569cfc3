"""The centre's signing key: one PEM file that only its owner reads. Halls obey whoever holds it."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from gateway.errors import Refusal
from gateway.relay.signing import spell_key


def load_key(path: Path) -> Ed25519PrivateKey:
    """Return the key in ``path``. Raises Refusal ``signing-key`` when it is none, or when others may read it."""
    try:
        if path.stat().st_mode & 0o077:
            raise Refusal("signing-key", path=path, reason=f"orang lain dapat membacanya; jalankan: chmod 600 {path}")
        key = load_pem_private_key(path.read_bytes(), None)
    except OSError as error:
        raise Refusal("signing-key", path=path, reason=error.strerror) from error
    except (ValueError, TypeError) as error:
        raise Refusal("signing-key", path=path, reason="bukan kunci PEM tanpa sandi") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise Refusal("signing-key", path=path, reason="bukan kunci Ed25519")
    return key


def make_or_load_key(path: Path) -> Ed25519PrivateKey:
    """Return the key in ``path``, made now, durably and with mode 0600, when there is none. Raises as ``load_key``."""
    if path.exists():
        return load_key(path)
    key = Ed25519PrivateKey.generate()
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise Refusal("signing-key", path=path, reason=error.strerror) from error
    return key


def pinned(key: Ed25519PrivateKey) -> str:
    """Return what the halls' ``relay.centre_key`` must say."""
    return spell_key(key.public_key())
