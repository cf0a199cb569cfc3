"""The catalogue in the database: what regency and village changed, every version, and what holds now. None of it commits.

Promises: no version is ever changed or deleted, so that an old request is shown as the service was when it was made.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlite_utils import Database

from gateway.services.document import Service
from gateway.services.model import REGENCY, VILLAGE
from gateway.store.outbox import Reads
from gateway.store.script import run_script

SCHEMA = """
CREATE TABLE service_layer (
    service TEXT NOT NULL, layer TEXT NOT NULL CHECK (layer IN ('regency', 'village')), body TEXT NOT NULL, changed_at TEXT NOT NULL,
    PRIMARY KEY (service, layer)
) WITHOUT ROWID;
CREATE TABLE service_version (
    service TEXT NOT NULL, version INTEGER NOT NULL, body TEXT NOT NULL, made_at TEXT NOT NULL, PRIMARY KEY (service, version)
) WITHOUT ROWID;
CREATE TABLE service_now (
    service TEXT PRIMARY KEY, version INTEGER NOT NULL, layers TEXT NOT NULL, whole INTEGER NOT NULL, essence TEXT NOT NULL,
    confirmed TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
"""

REVISION = "catalogue-revision"
SHIPPED_DIGEST = "catalogue-shipped"


class Now(NamedTuple):
    """How one service stands."""

    service: str
    version: int
    """0 while its files make no service at all."""
    layers: tuple[str, ...]
    """Of which it is made, or would be."""
    whole: bool
    """Whether no layer had to be left out."""
    essence: str
    """Tells whether anything changed that a village confirms."""
    confirmed: bool


def create(db: Database) -> None:
    """Make the tables of this feature, inside the migration's transaction."""
    run_script(db, SCHEMA)


def layers(db: Reads, service: str) -> dict[str, str]:
    """Return what regency and village have written about a service, by layer, the regency first."""
    rows = db.execute("SELECT layer, body FROM service_layer WHERE service = ?", (service,)).fetchall()
    written = {str(layer): str(body) for layer, body in rows}
    return {layer: written[layer] for layer in (REGENCY, VILLAGE) if layer in written}


def layered(db: Reads) -> set[str]:
    """Return the services about which regency or village have written."""
    return {str(row[0]) for row in db.execute("SELECT DISTINCT service FROM service_layer")}


def write_layer(tx: Reads, service: str, layer: str, body: str, at: str) -> None:
    """Keep what a layer says of a service."""
    tx.execute(
        "INSERT INTO service_layer VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET body = ?3, changed_at = ?4",
        (service, layer, body, at),
    )


def remove_layer(tx: Reads, service: str, layer: str) -> None:
    """Let a layer say nothing of a service."""
    tx.execute("DELETE FROM service_layer WHERE service = ? AND layer = ?", (service, layer))


def version_for(tx: Reads, service: str, described: Service, at: str) -> int:
    """Return the version that says ``described``: the latest if it does, else a new one."""
    body = described.model_dump_json(exclude_defaults=True)
    sql = "SELECT version, body FROM service_version WHERE service = ? ORDER BY version DESC LIMIT 1"
    latest = tx.execute(sql, (service,)).fetchone()
    if latest is not None and latest[1] == body:
        return int(latest[0])
    version = int(latest[0]) + 1 if latest is not None else 1
    tx.execute("INSERT INTO service_version VALUES (?, ?, ?, ?)", (service, version, body, at))
    return version


def version(db: Reads, service: str, number: int) -> Service | None:
    """Return a service as it was in one version."""
    sql = "SELECT body FROM service_version WHERE service = ? AND version = ?"
    row = db.execute(sql, (service, number)).fetchone()
    return Service.model_validate_json(row[0]) if row else None


def now(db: Reads) -> list[Now]:
    """Return how all services stand, by name."""
    rows = db.execute("SELECT service, version, layers, whole, essence, confirmed FROM service_now ORDER BY service")
    return [
        Now(service, number, tuple(made_of.split()), bool(whole), essence, bool(essence) and confirmed == essence)
        for service, number, made_of, whole, essence, confirmed in rows
    ]


def write_now(tx: Reads, one: Now) -> None:
    """Let a service stand so; what the village has confirmed is kept apart."""
    tx.execute(
        "INSERT INTO service_now (service, version, layers, whole, essence) VALUES (?1, ?2, ?3, ?4, ?5)"
        " ON CONFLICT DO UPDATE SET version = ?2, layers = ?3, whole = ?4, essence = ?5",
        (one.service, one.version, " ".join(one.layers), int(one.whole), one.essence),
    )


def remove_now(tx: Reads, service: str) -> None:
    """Offer a service no more."""
    tx.execute("DELETE FROM service_now WHERE service = ?", (service,))


def confirm(tx: Reads, service: str, confirmed: bool) -> None:  # noqa: FBT001 - the one thing it is about
    """Note whether the village says that a service, as it is now, holds."""
    tx.execute(
        "UPDATE service_now SET confirmed = CASE WHEN ?2 THEN essence ELSE '' END WHERE service = ?1", (service, confirmed)
    )


def noted(db: Reads, key: str) -> str:
    """Return what was noted under ``key``, else nothing."""
    row = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return str(row[0]) if row else ""


def note(tx: Reads, key: str, value: str) -> None:
    """Note something about the whole catalogue."""
    tx.execute("INSERT INTO meta VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = ?2", (key, value))
