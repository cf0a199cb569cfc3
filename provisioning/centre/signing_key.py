"""The centre's signing key: halls obey whoever holds it."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.relay.signing import spell_key
from provisioning.centre.key_files import make_or_load, read_key_file, unusable


def load_key(path: Path) -> Ed25519PrivateKey:
    """Return the key in ``path``. Raises Refusal ``key-file``."""
    key = read_key_file(path)
    if not isinstance(key, Ed25519PrivateKey):
        raise unusable(path, "bukan kunci Ed25519")
    return key


def make_or_load_key(path: Path) -> Ed25519PrivateKey:
    """Return the key in ``path``, made now when there is none. Raises Refusal ``key-file``."""
    return make_or_load(path, Ed25519PrivateKey.generate, load_key)


def pinned(key: Ed25519PrivateKey) -> str:
    """Return what the halls' ``relay.centre_key`` must say."""
    return spell_key(key.public_key())
