"""The centre's public keys as it has changed them: each is worth what the key pinned in the settings is worth.

A technician who pins another key has thereby withdrawn every key that came by the former.
"""

from __future__ import annotations

from gateway.store.outbox import Reads

COMMANDS = "commands"
"""Signs what the centre sends down."""
SEALING = "sealing"
"""Opens what the hall seals for the centre."""
USES = (COMMANDS, SEALING)


def current(db: Reads, use: str, pinned: str) -> str:
    """Return the key for a use that came under ``pinned``; without one ``pinned`` itself for commands, else empty."""
    row = db.execute("SELECT key FROM centre_key WHERE use = ? AND pinned = ?", (use, pinned)).fetchone()
    return str(row[0]) if row else pinned if use == COMMANDS else ""


def put(tx: Reads, use: str, key: str, pinned: str, at: str) -> None:
    """Let ``key`` be the one for a use from now on."""
    tx.execute(
        "INSERT INTO centre_key VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET key = ?2, pinned = ?3, put_at = ?4",
        (use, key, pinned, at),
    )
