"""A private key of the centre: one PEM file that only its owner reads."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from gateway.errors import Refusal

Key = TypeVar("Key", Ed25519PrivateKey, X25519PrivateKey)


def make_or_load(path: Path, generate: Callable[[], Key], load: Callable[[Path], Key]) -> Key:
    """Return the key in ``path``, made now when there is none. Raises Refusal ``key-file``."""
    if not path.exists():
        write_key_file(path, generate())
    return load(path)


def read_key_file(path: Path) -> object:
    """Return the key in ``path``, of whatever kind. Raises Refusal ``key-file``, also when others may read it."""
    try:
        if path.stat().st_mode & 0o077:
            raise unusable(path, f"orang lain dapat membacanya; jalankan: chmod 600 {path}")
        return load_pem_private_key(path.read_bytes(), None)
    except OSError as error:
        raise unusable(path, error.strerror) from error
    except (ValueError, TypeError) as error:
        raise unusable(path, "bukan kunci PEM tanpa sandi") from error


def write_key_file(path: Path, key: Ed25519PrivateKey | X25519PrivateKey) -> None:
    """Write ``key`` durably into the new file ``path`` with mode 0600. Raises Refusal ``key-file``."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise unusable(path, error.strerror) from error


def unusable(path: Path, reason: str | None) -> Refusal:
    """Return the refusal of a key file."""
    return Refusal("key-file", path=path, reason=reason)
