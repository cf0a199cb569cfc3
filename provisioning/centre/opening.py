"""Opens the centre's database by its address."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from types import ModuleType

from gateway.errors import Refusal
from provisioning.centre import sqlite_database
from provisioning.centre.asked_folder import Standing, leave, standing
from provisioning.centre.database import IntakeDatabase
from provisioning.centre.orders import OrderRow
from provisioning.centre.reader import CentreReader

SQLITE = "sqlite:///"
POSTGRES = ("postgresql://", "postgres://")


def open_database(address: str) -> IntakeDatabase:
    """Open the database that ``address`` names, and make what tables are missing.

    Raises Refusal ``centre-address``, ``centre-driver``, ``centre-running``, ``centre-newer`` or ``centre-unusable``.
    """
    if address.startswith(POSTGRES):
        opened: IntakeDatabase = _postgres().PostgresIntakeDatabase(address)
        return opened
    return sqlite_database.SqliteIntakeDatabase(_path(address))


def open_reader(address: str) -> CentreReader:
    """Open it for looking, beside running intakes too; nothing is made.

    Raises Refusal ``centre-address``, ``centre-driver`` or ``centre-unusable``.
    """
    if address.startswith(POSTGRES):
        reader: CentreReader = _postgres().open_reader(address)
        return reader
    return sqlite_database.open_reader(_path(address))


def leave_order(address: str, order: OrderRow) -> None:
    """Keep an order durably at the centre of ``address``, beside a running intake too.

    Raises the refusals of ``open_database``, ``order-user`` and ``centre-storage``.
    """
    if not address.startswith(POSTGRES):
        leave(_path(address), order)
        return
    with closing(open_database(address)) as database, database.transaction() as tx:
        tx.keep_order(order)


def left_orders(address: str) -> Standing:
    """Return the orders that no intake has taken in yet; PostgreSQL takes them in by itself."""
    return Standing([], []) if address.startswith(POSTGRES) else standing(_path(address))


def _path(address: str) -> Path:
    """Return the file of ``sqlite:///FILE`` (``sqlite:////FILE`` is absolute)."""
    path = address.removeprefix(SQLITE)
    if not address.startswith(SQLITE) or not path or path.endswith("/"):
        raise Refusal("centre-address", address=address)
    return Path(path)


def _postgres() -> ModuleType:
    try:
        from provisioning.centre import postgres_database  # noqa: PLC0415 - who stays with SQLite needs no driver
    except ImportError as error:
        raise Refusal("centre-driver", reason=error) from error
    return postgres_database
