"""The hall's own key, under which its data keys are wrapped: in generations, each of which can be destroyed.

A generation is derived (HKDF) from salt in a file beside the database and from a secret that is outside of the card (``safes``).
Without such a secret the file alone opens everything: a stolen card is an open book to whoever looks for the file. That is the
``file`` mode, and it is told as the weaker one that it is.

Promises: the file is on the card before a generation is used; a generation that was destroyed is in no file that this program
has written, though a flash card may keep an old copy of a block where no program reaches (docs/privacy.md); a generation whose
secret is not to be had now is kept, for it may be tomorrow.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gateway.privacy.safes import CARD, Safe, SafeSilent
from gateway.privacy.sealing import RandomBytes
from gateway.relay.sealing import KEY_BYTES, Bond, Unsealable
from gateway.store.files import sync_folder

log = logging.getLogger(__name__)

NONCE_BYTES = 12
NAME_BYTES = 4
MARK_BYTES = 4


@dataclass(frozen=True, slots=True)
class Generation:
    """What the file tells of one generation."""

    salt: str
    """Hexadecimal."""
    mode: str
    """Where the rest of it is: ``file``, ``otp`` or ``tpm``."""
    place: str
    """Where in there."""
    mark: str
    """Tells whether a secret is the right one: a card put into another Pi must not take its key for ours. Hexadecimal."""


class DeviceKey:
    """The key of one device. ``safes`` are what it has outside of the card, the strongest first. Not for several threads at once."""

    def __init__(self, file: Path, random_bytes: RandomBytes, safes: Sequence[Safe] = ()) -> None:
        """Read the generations in ``file``; make one where the best safe has none. Raises OSError, ValueError for a file that is none of ours."""
        self._file = file
        self._random = random_bytes
        self._safes = {safe.mode: safe for safe in safes}
        self._kept = _read(file) if file.exists() else {}
        self._ciphers: dict[str, AESGCM] = {}
        for name, kept in self._kept.items():
            self._try_to_open(name, kept)
        self.current = self._best()
        """The generation under which new keys are wrapped: eight hexadecimal digits."""

    @property
    def mode(self) -> str:
        """Where the present generation's secret is: ``tpm`` or ``otp``, where a stolen card alone opens nothing, else ``file``."""
        return self._kept[self.current].mode

    @property
    def generations(self) -> tuple[str, ...]:
        """All that this device can open, the oldest first."""
        return tuple(name for name in self._kept if name in self._ciphers)

    @property
    def out_of_reach(self) -> tuple[str, ...]:
        """Generations whose secret this device does not have, or not now."""
        return tuple(name for name in self._kept if name not in self._ciphers)

    def begin_generation(self) -> None:
        """Make another generation, durable before it is used. A safe that falls silent leaves the present one. Raises OSError."""
        self.current = self._begin(next(iter(self._safes), CARD))

    def destroy_all_but(self, needed: Collection[str]) -> None:
        """Destroy every generation but the present one and those ``needed``: what is wrapped under a destroyed one opens never again."""
        kept = {name: one for name, one in self._kept.items() if name == self.current or name in needed}
        gone = [one for name, one in self._kept.items() if name not in kept]
        for one in gone:
            if one.mode in self._safes:
                try:
                    self._safes[one.mode].destroy(one.place)
                except SafeSilent as error:
                    log.warning("event=generation-not-destroyed safe=%s error=%s", one.mode, error)
                    return  # the file still names it: tried again at the next rotation
        self._write(kept)
        self._ciphers = {name: cipher for name, cipher in self._ciphers.items() if name in kept}

    def wrap(self, data_key: bytes, bond: Bond) -> bytes:
        """Return a data key that only the present generation unwraps, and only for this bond."""
        nonce = self._random(NONCE_BYTES)
        return nonce + self._ciphers[self.current].encrypt(nonce, data_key, bond.encode())

    def unwrap(self, wrapped: bytes, generation: str, bond: Bond) -> bytes:
        """Return a data key. Raises Unsealable for a destroyed generation, another device or another bond."""
        if generation not in self._ciphers:
            raise Unsealable("this device has no such generation of the hall's key")
        try:
            return self._ciphers[generation].decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], bond.encode())
        except (InvalidTag, ValueError):
            raise Unsealable("the key is another's") from None

    def _best(self) -> str:
        """Return the newest generation in the best safe; a safe that takes none leaves it to the next one."""
        for mode in (*self._safes, CARD):
            usable = [name for name in self._ciphers if self._kept[name].mode == mode]
            try:
                return usable[-1] if usable else self._begin(mode)
            except SafeSilent as error:
                log.warning("event=safe-silent safe=%s error=%s", mode, error)
        raise AssertionError  # the card is never silent

    def _begin(self, mode: str) -> str:
        name, salt = self._random(NAME_BYTES).hex(), self._random(KEY_BYTES)
        place, secret = self._safes[mode].begin(self._random) if mode != CARD else ("", b"")
        kept = Generation(salt.hex(), mode, place, _mark(salt, name, secret))
        self._write(self._kept | {name: kept})
        self._ciphers[name] = _cipher(salt, name, secret)
        return name

    def _try_to_open(self, name: str, kept: Generation) -> None:
        salt, secret = bytes.fromhex(kept.salt), b""
        if kept.mode != CARD:
            if kept.mode not in self._safes:
                return
            try:
                secret = self._safes[kept.mode].secret(kept.place)
            except SafeSilent as error:
                log.warning("event=generation-out-of-reach safe=%s error=%s", kept.mode, error)
                return
        if _mark(salt, name, secret) == kept.mark:
            self._ciphers[name] = _cipher(salt, name, secret)

    def _write(self, kept: dict[str, Generation]) -> None:
        fresh = self._file.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump({name: asdict(one) for name, one in kept.items()}, file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._file)
        sync_folder(self._file.parent)
        self._kept = kept


def open_device_key(file: Path, random_bytes: RandomBytes, safes: Sequence[Safe]) -> tuple[DeviceKey, bool]:
    """Return the key, and whether its file was unreadable: then it is put aside, never deleted, and another one begun. A hall must start."""
    try:
        return DeviceKey(file, random_bytes, safes), False
    except ValueError as error:
        log.error("event=device-key-unreadable error=%s", error)  # noqa: TRY400 - the trace would show what is in the file
    aside = next(path for number in range(1, 10_000) if not (path := file.with_name(f"{file.name}.broken-{number}")).exists())
    file.rename(aside)
    return DeviceKey(file, random_bytes, safes), True


def _cipher(salt: bytes, name: str, secret: bytes) -> AESGCM:
    # With nothing outside, the salt is the secret: HKDF keeps all of its 256 bits.
    return AESGCM(HKDF(SHA256(), KEY_BYTES, salt, b"balai device key\0" + name.encode()).derive(secret or b"card"))


def _mark(salt: bytes, name: str, secret: bytes) -> str:
    return HKDF(SHA256(), MARK_BYTES, salt, b"balai device mark\0" + name.encode()).derive(secret or b"card").hex()


def _read(file: Path) -> dict[str, Generation]:
    try:
        kept = {str(name): Generation(**one) for name, one in json.loads(file.read_text(encoding="ascii")).items()}
        lengths = {(len(bytes.fromhex(one.salt)), len(bytes.fromhex(one.mark))) for one in kept.values()}
    except (ValueError, TypeError, AttributeError) as error:
        raise ValueError("no file of device keys") from error
    if lengths - {(KEY_BYTES, MARK_BYTES)}:
        raise ValueError("no file of device keys")
    return kept
