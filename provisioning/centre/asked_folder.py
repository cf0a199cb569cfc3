"""Orders left beside a SQLite file: whoever asks writes a file of their own, and only the intake writes the database.

SQLite before 3.51.3 can corrupt a file that two processes write at once, so ``ask`` never opens the database for
writing. An order is durable when ``leave`` returns; the intake takes it in and deletes its file. Everything here belongs
to the owner of the database, as whom the intake runs: what is another's the intake could neither read nor delete.
"""

from __future__ import annotations

import json
import logging
import os
import pwd
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from gateway.errors import FAULTS, Refusal
from provisioning.centre.orders import OrderRow

log = logging.getLogger(__name__)

REV_LIMIT = 1 << 53
"""No revision is as great: it is the millisecond of the asking."""


class Standing(NamedTuple):
    """What lies in the folder, as it is told to people."""

    waiting: list[OrderRow]
    """What the intake has yet to take in, the oldest first."""
    unread: list[str]
    """The paths that it cannot take in."""
    hidden: bool = False
    """Whether who asks may not look into the folder."""


def folder_of(database: Path) -> Path:
    """Return where orders for the centre of ``database`` are left."""
    return database.with_name(database.name + ".asked")


def leave(database: Path, order: OrderRow) -> None:
    """Keep an order for the intake, as the owner of ``database``; root may leave it for him.

    Raises Refusal ``order-user`` when that is somebody else, ``centre-storage`` when the disk does not take it.
    """
    folder = folder_of(database)
    path = folder / f"{order.asked_at[:23].replace(':', '')}-{order.id}.json"
    try:
        owner = database.stat()
        if os.geteuid() not in {0, owner.st_uid}:
            raise Refusal("order-user", user=_name(owner.st_uid), path=database)
        folder.mkdir(mode=0o700, exist_ok=True)
        if os.geteuid() == 0:
            _hand_over(folder, owner)
        unfinished = path.with_suffix(".part")
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump(order, file, ensure_ascii=False)
            file.flush()
            if os.geteuid() == 0:
                os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
            os.fsync(file.fileno())
        unfinished.rename(path)
        for place in (folder, folder.parent):
            _sync(place)
    except OSError as error:
        raise Refusal("centre-storage", path=folder, reason=error.strerror) from error


def standing(database: Path) -> Standing:
    """Look at what has been left. What another user than the owner of ``database`` has left counts as unread."""
    folder, found = folder_of(database), Standing([], [])
    try:
        owner = database.stat().st_uid
        if folder.stat().st_uid != owner:
            found.unread.append(str(folder))
        paths = sorted(path for path in folder.iterdir() if path.suffix in {".json", ".unread"})
    except FileNotFoundError:
        return found
    except OSError:
        return found._replace(hidden=True)
    for path in paths:
        try:
            order = read(path) if path.suffix == ".json" and path.stat().st_uid == owner else None
        except FileNotFoundError:  # taken in meanwhile
            continue
        except OSError:
            order = None
        if order:
            found.waiting.append(order)
        else:
            found.unread.append(str(path))
    return found


class AskedFolder:
    """The intake's side. Nothing that lies in the folder ends the intake; each trouble is logged once."""

    def __init__(self, database: Path) -> None:
        self._folder = folder_of(database)
        self._done: set[Path] = set()
        """What is not looked at again: taken in and not to be deleted, or set aside."""
        self._told: set[Path] = set()

    def left(self) -> list[tuple[Path, OrderRow]]:
        """Return what has been left and not been taken in, the oldest first; what is no order is set aside."""
        try:
            paths = sorted(path for path in self._folder.iterdir() if path.suffix == ".json" and path not in self._done)
        except FileNotFoundError:
            return []
        except OSError as error:
            self._tell(self._folder, error)
            return []
        found = []
        for path in paths:
            try:
                order = read(path)
            except OSError as error:
                self._tell(path, error)
                continue
            if order:
                found.append((path, order))
            else:
                self._set_aside(path)
        return found

    def taken(self, path: Path) -> None:
        """Delete the file of an order that is durable in the database."""
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            self._done.add(path)
            self._tell(path, error)

    def _set_aside(self, path: Path) -> None:
        self._tell(path, ValueError("no order"))
        self._done.add(path)
        with suppress(OSError):
            path.rename(path.with_suffix(".unread"))

    def _tell(self, path: Path, error: Exception) -> None:
        if path not in self._told:
            self._told.add(path)
            remedy = FAULTS["order-unread"].remedy.format(path=path)
            log.error("event=asked-unreadable path=%s reason=%r remedy=%r", path, str(error), remedy)


def read(path: Path) -> OrderRow | None:
    """Return the order in a file, None when it holds none. Raises OSError."""
    content = path.read_bytes()
    try:
        order = OrderRow(*json.loads(content))
        texts = (*order[:4], *order[5:])
        "".join(texts).encode()
        order.wire.encode()
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        return None
    fit = type(order.rev) is int and 0 <= order.rev < REV_LIMIT
    return order if fit else None


def _hand_over(folder: Path, owner: os.stat_result) -> None:
    """Give the folder, and what root has left in it before, to who runs the intake."""
    for path in (folder, *folder.iterdir()):
        with suppress(FileNotFoundError):  # taken in meanwhile
            os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def _name(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
