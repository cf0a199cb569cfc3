"""The key with which this hall signs letters: made on this device, in a file for its owner alone, and in no backup."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from gateway.store.files import write_whole

FILE = "letters.pem"


def make_or_load(folder: Path) -> Ed25519PrivateKey:
    """Return the key in ``folder``, made now where there is none. Raises OSError, ValueError for a file that holds another kind."""
    path = folder / FILE
    if not path.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = Ed25519PrivateKey.generate()
        write_whole(path, made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), 0o600, exact=True)
    key = load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{FILE} holds another kind of key")  # noqa: TRY004 - what a file holds, not how we were called
    return key
