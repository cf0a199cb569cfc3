"""Who may speak on the hall's own network of devices, and where: what the LAN broker (Mosquitto) reads. Pure.

Promises: a device writes only ``balai/lan/<its id>/up/...`` and reads only ``balai/lan/<its id>/down/...``; a password is
never kept, only what proves it; the same accounts give the same files, so that nothing changes that has not changed.

To pair a device: ``password = password_for(wish, secret)``; keep its id, kind and options, of which ``secret`` is
``secret_of(id, password)``; ``Devices.adopt`` it (and ``replace`` or ``dismiss`` it later); show ``flash_text(...)`` once. The
broker's files follow by themselves.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import random
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath
from typing import Self

from gateway.devices.names import is_name

ROOT = "balai/lan"
"""The first levels of every topic; below them stand the device's id, ``up`` or ``down``, and what is said."""
HALL = "_hall"
"""The hall's own name at the broker: no device can have it, for names have no underscore."""
PASSWORDS, RIGHTS, SETTINGS = "passwords", "acl", "mosquitto.conf"
"""The files that the broker reads."""

SECRET = re.compile(r"\$7\$[0-9]{1,7}\$[A-Za-z0-9+/]+={0,2}\$[A-Za-z0-9+/]+={0,2}")
LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
"""Nothing that is taken for something else when it is read aloud."""
PASSWORD_LETTERS = 26
"""Of 32 letters: 130 bits, so that guessing is hopeless however fast the hash is."""
ROUNDS = 101
"""As mosquitto_passwd does."""
SALT_BYTES = 12


@dataclass(frozen=True, slots=True)
class LanAccount:
    """One who may speak: a device by its id, or the hall. Raises ValueError for what would break the broker's file."""

    id: str
    secret: str
    """What proves the password, as ``secret_of`` makes it: safe to keep in a database, of no use to log in."""

    def __post_init__(self) -> None:
        if not (is_name(self.id) or self.id == HALL) or not SECRET.fullmatch(self.secret):
            raise ValueError("no account of the LAN broker")

    @classmethod
    def of(cls, id: str, password: str) -> Self:
        """Return the account of whoever knows ``password``."""
        return cls(id, secret_of(id, password))


def new_password(randomness: random.Random) -> str:
    """Return a new password of 26 letters, to be written into a device once and then forgotten."""
    return "".join(randomness.choices(LETTERS, k=PASSWORD_LETTERS))


def password_for(wish: str, secret: str) -> str:
    """Return a new password that follows from ``wish``, a form's key, and a ``secret`` that only its sender has.

    So what asks again gets the same one, though nobody has kept it.
    """
    proof = hmac.digest(secret.encode(), f"balai-lan\0{wish}".encode(), "sha256")
    return "".join(LETTERS[byte % len(LETTERS)] for byte in proof[:PASSWORD_LETTERS])


def secret_of(id: str, password: str) -> str:
    """Return what proves ``password``: ``$7$`` (PBKDF2, SHA-512) as mosquitto_passwd writes it.

    The salt follows from id and password, so that the same account always makes the same line.
    """
    salt = hashlib.sha256(f"balai-lan\0{id}\0{password}".encode()).digest()[:SALT_BYTES]
    proof = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ROUNDS)
    return f"$7${ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(proof).decode()}"


def password_file(accounts: Iterable[LanAccount]) -> str:
    """Return the broker's file of passwords: one line for each account, by id."""
    return "".join(f"{account.id}:{account.secret}\n" for account in sorted(accounts, key=lambda account: account.id))


def rights_file() -> str:
    """Return the broker's file of rights: the same for every hall, since ``%u`` is whoever has logged in."""
    return (
        f"# Written by Balai Gateway. A device writes its own state and reads its own commands, nothing else.\n"
        f"pattern write {ROOT}/%u/up/+\n"
        f"pattern read {ROOT}/%u/down/+\n"
        f"\nuser {HALL}\n"
        f"topic read {ROOT}/+/up/+\n"
        f"topic write {ROOT}/+/down/+\n"
    )


def settings_file(folder: PurePath, host: str, port: int, *, user: str = "") -> str:
    """Return the broker's settings; ``folder`` is where its files are, ``user`` whom it becomes when root starts it.

    Nothing is kept on the card: devices say again what they are whenever they come.
    """
    lines = [
        "# Written by Balai Gateway: the broker of the hall's own devices. Changes here are lost.",
        *([f"user {user}"] if user else []),
        f"listener {port} {host}",
        "allow_anonymous false",
        f"password_file {folder / PASSWORDS}",
        f"acl_file {folder / RIGHTS}",
        "use_username_as_clientid true",  # else a device could take the hall's name and so its place
        "persistence false",
        "max_connections 200",
        "max_packet_size 4096",
        "max_inflight_messages 20",
        "max_queued_messages 200",
        "max_keepalive 120",
        "set_tcp_nodelay true",
        "sys_interval 0",
        "log_dest stderr",
        "log_type error",
        "log_type warning",
        "log_type notice",
    ]
    return "\n".join(lines) + "\n"
