"""The hall's own key, under which its data keys are wrapped: in generations, each of which can be destroyed.

A generation is derived (HKDF) from salt in a file beside the database and from a secret that is outside of the card, such as the
one in a Pi's one-time programmable memory. Without such a secret the file alone opens everything: a stolen card is an open book to
whoever looks for the file. That is the ``file`` mode, and it is told as the weaker one that it is.

Promises: the file is on the card before a generation is used; a generation that was destroyed is in no file that this program
has written, though a flash card may keep an old copy of a block where no program reaches (docs/privacy.md).
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gateway.privacy.sealing import RandomBytes
from gateway.relay.sealing import KEY_BYTES, Bond, Unsealable
from gateway.store.files import sync_folder

FILE_MODE, OUTSIDE_MODE = "file", "outside"
NONCE_BYTES = 12
NAME_BYTES = 4


class DeviceKey:
    """The key of one device. ``outside`` is its secret that is not on the card; empty for none. Not for several threads at once."""

    def __init__(self, file: Path, random_bytes: RandomBytes, outside: bytes = b"") -> None:
        """Read the generations in ``file``, or make the first. Raises OSError, ValueError for a file that is none of ours."""
        self._file = file
        self._random = random_bytes
        self._outside = outside
        self._salts: dict[str, bytes] = _read(file) if file.exists() else {}
        if not self._salts:
            self.begin_generation()

    @property
    def mode(self) -> str:
        """``outside`` where a stolen card alone opens nothing, else ``file``."""
        return OUTSIDE_MODE if self._outside else FILE_MODE

    @property
    def current(self) -> str:
        """The generation under which new keys are wrapped: eight hexadecimal digits."""
        return next(reversed(self._salts))

    @property
    def generations(self) -> tuple[str, ...]:
        """All that are left, the oldest first."""
        return tuple(self._salts)

    def begin_generation(self) -> None:
        """Make another generation, durable before it is used."""
        salts = self._salts | {self._random(NAME_BYTES).hex(): self._random(KEY_BYTES)}
        self._write(salts)

    def destroy_former(self) -> None:
        """Let the present generation be the only one: what is wrapped under another opens never again."""
        self._write({self.current: self._salts[self.current]})

    def wrap(self, data_key: bytes, bond: Bond) -> bytes:
        """Return a data key that only the present generation unwraps, and only for this bond."""
        nonce = self._random(NONCE_BYTES)
        return nonce + self._cipher(self.current).encrypt(nonce, data_key, bond.encode())

    def unwrap(self, wrapped: bytes, generation: str, bond: Bond) -> bytes:
        """Return a data key. Raises Unsealable for a destroyed generation, another device or another bond."""
        if generation not in self._salts:
            raise Unsealable("this generation of the hall's key is no more")
        try:
            return self._cipher(generation).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], bond.encode())
        except (InvalidTag, ValueError):
            raise Unsealable("the key is another's") from None

    def _cipher(self, generation: str) -> AESGCM:
        derived = HKDF(SHA256(), KEY_BYTES, self._salts[generation], b"balai device key\0" + generation.encode())
        # With nothing outside, the salt is the secret: HKDF keeps all of its 256 bits.
        return AESGCM(derived.derive(self._outside or b"card"))

    def _write(self, salts: dict[str, bytes]) -> None:
        fresh = self._file.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump({name: salt.hex() for name, salt in salts.items()}, file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._file)
        sync_folder(self._file.parent)
        self._salts = salts


def _read(file: Path) -> dict[str, bytes]:
    kept = json.loads(file.read_text(encoding="ascii"))
    if not isinstance(kept, dict) or not all(isinstance(salt, str) for salt in kept.values()):
        raise ValueError("no file of device keys")
    salts = {name: bytes.fromhex(salt) for name, salt in kept.items()}
    if any(len(salt) != KEY_BYTES for salt in salts.values()):
        raise ValueError("no file of device keys")
    return salts
