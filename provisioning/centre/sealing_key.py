"""The centre's sealing key: it opens what halls seal for the centre, and belongs offline."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from provisioning.centre.key_files import make_or_load, read_key_file, unusable


def load_key(path: Path) -> X25519PrivateKey:
    """Return the key in ``path``. Raises Refusal ``key-file``."""
    key = read_key_file(path)
    if not isinstance(key, X25519PrivateKey):
        raise unusable(path, "bukan kunci X25519")
    return key


def make_or_load_key(path: Path) -> X25519PrivateKey:
    """Return the key in ``path``, made now when there is none. Raises Refusal ``key-file``."""
    return make_or_load(path, X25519PrivateKey.generate, load_key)
