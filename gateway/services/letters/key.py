"""The key with which this hall signs letters: made on this device, in a file for its owner alone, and in no backup."""

from __future__ import annotations

import logging
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from gateway.store.files import write_whole

log = logging.getLogger(__name__)

FILE = "letters.pem"


BROKEN = "letters.broken"
"""Where a file goes that holds no such key."""


def make_or_load(folder: Path) -> Ed25519PrivateKey:
    """Return the key in ``folder``, made now where there is none that can be read: letters are never why a hall does not start.

    What a lost key has signed stays genuine at the centre, which knows its public half. Raises OSError.
    """
    path = folder / FILE
    try:
        key = load_pem_private_key(path.read_bytes(), None)
        if isinstance(key, Ed25519PrivateKey):
            return key
    except FileNotFoundError:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (ValueError, TypeError):
        log.exception("event=letter-key-broken")
    if path.exists():
        path.replace(folder / BROKEN)
    made = Ed25519PrivateKey.generate()
    write_whole(path, made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), 0o600, exact=True)
    return made
