"""The two keys of releases: made once, each locked by a passphrase; the public halves stand in ``release-keys.toml``, which every hall gets.

A private key never lies in a folder that git keeps, and is never overwritten.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat, load_pem_private_key
from pydantic import TypeAdapter, ValidationError

from gateway.errors import Refusal
from gateway.relay.signing import read_key, spell_key
from gateway.toml import TOMLDecodeError, read_toml
from provisioning.identity.folder import OPEN, SECRET, write
from provisioning.release.manifest import Pins

PASSPHRASE_LETTERS = 16
"""At least: four words. What locks the file (PBKDF2 with 2,048 rounds) is quickly tried by whoever has it, so the words must be many."""
PINS = "release-keys.toml"
_PINS = TypeAdapter(Pins)


def make(folder: Path, passphrases: Sequence[str], recovery: str = "") -> Pins:
    """Make ``release.key``, ``recovery.key`` and ``release-keys.toml`` in ``folder``; return what is pinned.

    With ``recovery``, the public recovery key that halls know, only a new ``release.key`` is made, and one passphrase is enough.

    Raises Refusal ``release-keys-there``, ``release-keys-kept`` (git keeps the folder), ``release-passphrase`` or ``file-failed``.
    """
    paths = [folder / "release.key", folder / "recovery.key"][: 1 if recovery else 2]
    for path in (*paths, folder / PINS):
        if path.exists():
            raise Refusal("release-keys-there", path=path)
    kept = next((place for place in (folder.absolute(), *folder.absolute().parents) if (place / ".git").exists()), None)
    if kept:
        raise Refusal("release-keys-kept", directory=kept)
    if min(map(len, passphrases)) < PASSPHRASE_LETTERS or len(set(passphrases)) < len(paths):
        raise Refusal("release-passphrase", letters=PASSPHRASE_LETTERS)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Refusal("file-failed", path=folder, reason=error.strerror) from error
    public = []
    for path, passphrase in zip(paths, passphrases, strict=True):
        key = Ed25519PrivateKey.generate()
        lock = BestAvailableEncryption(passphrase.encode())
        write(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock), SECRET)
        public.append(spell_key(key.public_key()))
    pins = Pins(public[0], recovery or public[1])
    write(folder / PINS, pins_text(pins), OPEN)
    return pins


def unlock(path: Path, passphrase: str) -> Ed25519PrivateKey:
    """Return the private key in ``path``. Raises Refusal ``release-locked`` or ``file-failed``."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Refusal("file-failed", path=path, reason=error.strerror) from error
    key: object = None
    with suppress(ValueError, TypeError, UnsupportedAlgorithm):
        key = load_pem_private_key(content, passphrase.encode())
    if not isinstance(key, Ed25519PrivateKey):
        raise Refusal("release-locked", path=path)
    return key


def pins_text(pins: Pins) -> str:
    """Return the text of ``release-keys.toml``."""
    head = "# Who may sign the halls' software. Public: keep it in the inventory. Made by `provision release keys`.\n"
    return f'{head}release = "{pins.release}"\nrecovery = "{pins.recovery}"\n'


def read_pins(path: Path) -> Pins:
    """Read ``release-keys.toml``. Raises Refusal ``release-pins``."""
    try:
        pins = _PINS.validate_python(read_toml(path.read_text(encoding="utf-8")))
        for key in (pins.release, pins.recovery):
            read_key(key)
    except OSError as error:
        raise Refusal("release-pins", path=path, reason=os.strerror(error.errno or 0)) from error
    except (ValidationError, TOMLDecodeError, ValueError) as error:
        raise Refusal("release-pins", path=path, reason="isinya bukan dua kunci umum") from error
    return pins
