"""The order in which hall.db came to its present shape: one migration for each step, never edited once released.

A feature adds a line here and a function in its ``tables.py``.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlite_utils import Database

import gateway.budget.tables
import gateway.bulletin.tables
import gateway.choices.tables
import gateway.complaints.tables
import gateway.equipment.tables
import gateway.guestbook.tables
import gateway.healthposts.tables
import gateway.market.tables
import gateway.needs.tables
import gateway.people.tables
import gateway.privacy.tables
import gateway.residents.tables
import gateway.services.letters.tables
import gateway.services.requests.tables
import gateway.services.tables
import gateway.tickets.tables
from gateway.store import tables

Migration = tuple[str, Callable[[Database], None]]
"""A name, kept in the database, and the function that makes the step inside an open transaction."""

MIGRATIONS: tuple[Migration, ...] = (
    ("0001-store", tables.create),
    ("0002-queue", gateway.tickets.tables.create),
    ("0003-people", gateway.people.tables.create),
    ("0004-choices", gateway.choices.tables.create),
    ("0005-bulletin", gateway.bulletin.tables.create),
    ("0006-parcels", tables.create_parcels),
    ("0007-heads", tables.add_heads),
    ("0008-commands", tables.add_commands),
    ("0009-regency-bulletin", gateway.bulletin.tables.add_regency),
    ("0010-catalogue", gateway.services.tables.create),
    ("0011-equipment", gateway.equipment.tables.create),
    ("0012-privacy", gateway.privacy.tables.create),
    ("0013-paired-devices", gateway.equipment.tables.add_paired),
    ("0014-sealed-travels", gateway.privacy.tables.add_travels),
    ("0015-paper-key", gateway.privacy.tables.add_paper),
    ("0016-market", gateway.market.tables.create),
    ("0017-healthposts", gateway.healthposts.tables.create),
    ("0018-requests", gateway.services.requests.tables.create),
    ("0019-letters", gateway.services.letters.tables.create),
    ("0020-budget", gateway.budget.tables.create),
    ("0021-complaints", gateway.complaints.tables.create),
    ("0022-needs", gateway.needs.tables.create),
    ("0023-guestbook", gateway.guestbook.tables.create),
    ("0024-residents", gateway.residents.tables.create),
    ("0025-bulletin-events", gateway.bulletin.tables.add_events),
    ("0026-letters-kept", gateway.services.letters.tables.add_kept),
)
