"""Orders left beside a SQLite file: whoever asks writes a file of their own, and only the intake writes the database.

SQLite before 3.51.3 can corrupt a file that two processes write at once, so ``ask`` never opens the database for
writing. An order is durable when ``leave`` returns; the intake takes it in and deletes its file.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path

from gateway.errors import Refusal
from provisioning.centre.orders import OrderRow

log = logging.getLogger(__name__)


def folder_of(database: Path) -> Path:
    """Return where orders for the centre of ``database`` are left."""
    return database.with_name(database.name + ".asked")


def leave(folder: Path, order: OrderRow) -> None:
    """Keep an order for the intake. Raises Refusal ``centre-storage`` when the disk does not take it."""
    path = folder / f"{order.asked_at[:23].replace(':', '')}-{order.id}.json"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        unfinished = path.with_suffix(".part")
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(order, file, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
        for place in (folder, folder.parent):
            _sync(place)
    except OSError as error:
        raise Refusal("centre-storage", path=folder, reason=error.strerror) from error


def left(folder: Path) -> Iterator[tuple[Path, OrderRow]]:
    """Yield what has been left, the oldest first; what is no order is set aside and named in the log."""
    for path in sorted(folder.glob("*.json")):
        try:
            yield path, OrderRow(*json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            log.warning("event=asked-unreadable file=%s", path.name)
            path.rename(path.with_suffix(".unread"))


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
