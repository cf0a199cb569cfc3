"""The one-time word with which a new card's Pi will ask for its certificate: on the card once, as a hash in the inventory.

``enrolment/3510012001.toml`` names the newest card of a hall; an older card's token then counts no more.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from gateway.errors import Refusal
from gateway.toml import TOMLDecodeError, read_toml
from provisioning.card.content import Identity
from provisioning.identity.folder import write

TOKEN_BYTES = 32
FOLDER = "enrolment"


def record_of(fleet: Path, hall: str) -> Path:
    """Return where the inventory keeps what it knows of a hall's newest card."""
    return fleet / FOLDER / f"{hall}.toml"


def identity_for(fleet: Path, hall: str, token: str | None) -> Identity:
    """Return the identity of the card that bears ``token``, if it is the hall's newest; else one that nobody has had."""
    path = record_of(fleet, hall)
    try:
        record = read_toml(path.read_text(encoding="utf-8")) if path.exists() else {}
    except (OSError, UnicodeDecodeError, TOMLDecodeError) as error:
        raise Refusal("card-source", path=path) from error
    if token:
        there = Identity(str(record.get("instance", "")), token)
        if there.instance and there.token_sha256 == record.get("token_sha256"):
            return there
    return Identity(f"balai-{hall}-{secrets.token_hex(4)}", secrets.token_urlsafe(TOKEN_BYTES))


def remember(fleet: Path, hall: str, identity: Identity) -> bool:
    """Enter a card as the hall's newest, before it is written: no card bears a token that nobody knows. Return whether that was news."""
    text = (
        "# The hall's newest card, made by `provision card`. The token itself stands on the card alone; it counts once.\n"
        f'instance = "{identity.instance}"\ntoken_sha256 = "{identity.token_sha256}"\n'
    )
    path = record_of(fleet, hall)
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    try:
        path.parent.mkdir(exist_ok=True)
    except OSError as error:
        raise Refusal("file-failed", path=path, reason=error.strerror) from error
    write(path, text)
    return True
