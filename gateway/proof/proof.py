"""The text of a letter's QR code: what was given out by which hall, signed, with a salted check of the name.

It stands behind the ``#`` of an address, so no server ever sees it. The name itself is not in it: whoever checks a letter types the
name that stands on the paper, so a genuine code copied onto another's letter is found out. Pure; ``verifier.html`` is the same in a
browser, and a test holds both to the same letters.

Promises: nothing of a proof can be changed without the hall's key; a name is read past capitals, spaces, points and accents, and
past nothing else.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import date

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

FORM = "1"
"""The first sign of every proof of this form."""
MEANT_FOR = b"balai-letter-1\n"
"""Signed before the text: no other thing that is signed can be taken for a letter."""
SALT_BYTES, CHECK_BYTES = 12, 16
ROUNDS = 50_000
"""Of PBKDF2: who finds a proof without its letter tries names slowly."""
LONGEST = 600
"""Signs of a proof; more is none of ours."""
_TEXT = re.compile(
    r"1\.([0-9]{10})\.([0-9a-f]{8})\.([\w-]+)\.([0-9]{8})\.([\w-]+)\.([\w-]{16})\.([\w-]{22})\.([\w-]{86})", re.ASCII
)


class Unproven(ValueError):
    """What was shown is no proof of this form."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a letter says of itself."""

    hall: str
    """Ten digits."""
    number: str
    """As it stands on the letter."""
    on: date
    kind: str
    """What kind of letter it is, in words."""


@dataclass(frozen=True, slots=True)
class NameCheck:
    """By which a name is known again, without the name."""

    salt: bytes
    check: bytes

    def fits(self, name: str) -> bool:
        """Return whether this is the name."""
        return hmac.compare_digest(self.check, _checked(name, self.salt))


@dataclass(frozen=True, slots=True)
class Proof:
    """One proof as it was read; whether it is genuine only ``is_signed_by`` tells."""

    told: Told
    key: str
    name: NameCheck
    signed: bytes
    signature: bytes

    def is_signed_by(self, key: Ed25519PublicKey) -> bool:
        """Return whether the holder of ``key`` has given out exactly this."""
        try:
            key.verify(self.signature, MEANT_FOR + self.signed)
        except InvalidSignature:
            return False
        return True


def bare_name(name: str) -> str:
    """Return the letters and digits of a name, small and without accents: ``M. Nur Hidayah, S.Pd`` is ``mnurhidayahspd``."""
    plain = unicodedata.normalize("NFKD", name).lower()
    return "".join(one for one in plain if unicodedata.category(one)[0] in "LN")


def check_name(name: str, salt: bytes) -> NameCheck:
    """Return the check of a name; ``salt`` is 12 random bytes. Takes some tens of milliseconds, on purpose."""
    return NameCheck(salt, _checked(name, salt))


def key_name(key: Ed25519PublicKey) -> str:
    """Return how a key is called: eight hexadecimal digits of its SHA-256."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:8]


def prove(told: Told, name: NameCheck, key: Ed25519PrivateKey) -> str:
    """Return the text that proves a letter: letters, digits, hyphens and points, about 260."""
    parts = (
        FORM, told.hall, key_name(key.public_key()), spelled(told.number.encode()), f"{told.on:%Y%m%d}", spelled(told.kind.encode()),
        spelled(name.salt), spelled(name.check),
    )  # fmt: skip
    text = ".".join(parts)
    return f"{text}.{spelled(key.sign(MEANT_FOR + text.encode()))}"


def read_proof(text: str) -> Proof:
    """Return what a proof says, from the text or from a whole address that ends in it. Raises Unproven."""
    bare = "".join(text.rpartition("#")[2].split())
    found = _TEXT.fullmatch(bare) if len(bare) <= LONGEST else None
    if found is None:
        raise Unproven("no proof of a letter")
    hall, key, number, on, kind, salt, check, signature = found.groups()
    try:
        told = Told(hall, _read(number).decode(), date(int(on[:4]), int(on[4:6]), int(on[6:])), _read(kind).decode())
        return Proof(told, key, NameCheck(_read(salt), _read(check)), bare.rpartition(".")[0].encode(), _read(signature))
    except ValueError as error:
        raise Unproven("no proof of a letter") from error


def spelled(content: bytes) -> str:
    """Return bytes as letters, digits, ``-`` and ``_``, without padding."""
    return urlsafe_b64encode(content).decode().rstrip("=")


def _read(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _checked(name: str, salt: bytes) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", bare_name(name).encode(), salt, ROUNDS, CHECK_BYTES)
