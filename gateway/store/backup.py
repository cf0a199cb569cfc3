"""A whole hall in one file: database, attachments and recorded voices, checked when it is made and before it is used.

The file is a plain tar: ``hall.db``, ``blobs/...``, ``voice/...`` and last ``manifest.json`` with the SHA-256 of each. A
backup is closed: what opens it makes a new epoch before any fact, so that a number or an event made
after the backup is never made a second time under the same name.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from gateway.errors import Reason, Refusal
from gateway.store.blobs import FOLDER as BLOBS
from gateway.store.blobs import Blobs
from gateway.store.connection import is_storage_error, refuse_full_card, storage_refusal
from gateway.store.copying import Progress, check_copy, copy_closed
from gateway.store.database import Store
from gateway.store.files import (
    PART,
    move_into,
    next_folder,
    put_in_place,
    sync_file,
    sync_folder,
)
from gateway.store.life import Life, read_life, write_life
from gateway.store.lock import FolderLock
from gateway.store.snapshots import FOLDER as SNAPSHOTS

DATABASE = "hall.db"
MANIFEST = "manifest.json"
FORMAT = 1
PIECE_BYTES = 1 << 20
BLOB_MEMBER = re.compile(rf"{BLOBS}/([0-9a-f]{{2}})/\1[0-9a-f]{{62}}")
"""A name in the file that may be an attachment; nothing else is ever written, wherever it points."""
RECORDINGS = "voice"
"""The folder of the clips that people have recorded; what else lies in it can be made again."""
RECORDING_MEMBER = re.compile(rf"{RECORDINGS}/[a-z]{{2,3}}/[a-z0-9-]{{1,60}}\.wav")
UNPACKED = ".restore-"
"""Begins the name of the folder into which a restore unpacks; left over, it was cut off."""


def write(store: Store, path: Path, progress: Progress = lambda _share: None) -> None:
    """Write a backup of the running hall to the new file ``path``; it has been read back and checked when this returns.

    Raises Refusal ``backup-exists``, ``folder-unwritable``, ``storage-full`` or ``storage-failed``.
    """
    if path.exists():
        raise Refusal("backup-exists", path=path)
    part = path.with_name(path.name + PART)
    copy = path.with_name(path.name + ".database" + PART)
    try:
        with _told_for(path.parent):
            copy_closed(store.path, copy, "backup", lambda share: progress(share * 0.4))
            _pack(part, copy, store.directory, lambda share: progress(0.4 + share * 0.3))
            check(part, lambda share: progress(0.7 + share * 0.3))
            if path.exists():
                raise Refusal("backup-exists", path=path)
            put_in_place(part, path)
    finally:
        copy.unlink(missing_ok=True)
        part.unlink(missing_ok=True)
    progress(1.0)


def check(path: Path, progress: Progress = lambda _share: None) -> None:
    """Unpack ``path`` elsewhere and look at all of it. Raises Refusal ``backup-invalid`` with the reason."""
    with _told_for(path.parent), TemporaryDirectory(dir=path.parent, prefix=".check-") as folder:
        _unpack(path, Path(folder), progress)


def restore(path: Path, directory: Path, *, replace: bool = False, progress: Progress = lambda _share: None) -> None:
    """Put the backup ``path`` into the hall's folder; nobody may hold it. The former data, if any, move to ``replaced-<n>``.

    Raises Refusal ``backup-invalid``, ``restore-occupied`` unless ``replace``, ``hall-running``, ``folder-unwritable``,
    ``storage-full`` or ``storage-failed``. Cut off half-way, the folder says so at the next start.
    """
    lock = FolderLock(directory)
    try:
        with _told_for(directory):
            occupied = (directory / DATABASE).exists() or read_life(directory) not in (Life.NEW, Life.RESTORING)
            if occupied and not replace:
                raise Refusal("restore-occupied", directory=directory)
            for leftover in directory.glob(f"{UNPACKED}*"):
                shutil.rmtree(leftover)
            with TemporaryDirectory(dir=directory, prefix=UNPACKED) as folder:
                _unpack(path, Path(folder), lambda share: progress(share * 0.9))
                _exchange(Path(folder), directory)
    finally:
        lock.release()
    progress(1.0)


def _exchange(fresh: Path, directory: Path) -> None:
    """Move the former data aside and ``fresh`` in; the mark tells a start in between that it is neither."""
    write_life(directory, Life.RESTORING)
    names = [DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", BLOBS, SNAPSHOTS]
    if (fresh / RECORDINGS).exists():
        names.append(RECORDINGS)
    former = [found for name in names if (found := directory / name).exists()]
    if former:
        move_into(next_folder(directory, "replaced"), former)
    move_into(directory, [fresh / RECORDINGS, fresh / BLOBS, fresh / DATABASE])
    write_life(directory, Life.STOPPED)


def _pack(part: Path, copy: Path, directory: Path, progress: Progress) -> None:
    members, blobs = [(DATABASE, copy)], Blobs(directory)
    members += [(f"{BLOBS}/{name[:2]}/{name}", blobs.path_of(name)) for name in blobs.names()]
    recordings = {path.relative_to(directory).as_posix(): path for path in sorted((directory / RECORDINGS).glob("*/*.wav"))}
    members += [(name, path) for name, path in recordings.items() if RECORDING_MEMBER.fullmatch(name)]
    sizes = {name: path.stat().st_size for name, path in members}
    total_bytes, done_bytes = sum(sizes.values()) or 1, 0
    digests: dict[str, str] = {}
    with part.open("wb") as file:
        with tarfile.open(fileobj=file, mode="w") as tar:
            for name, path in members:
                digests[name] = _digest(path)
                with path.open("rb") as content:
                    _add(tar, name, sizes[name], content)
                done_bytes += sizes[name]
                progress(done_bytes / total_bytes)
            manifest = json.dumps({"format": FORMAT, "files": digests}, indent=1).encode()
            _add(tar, MANIFEST, len(manifest), io.BytesIO(manifest))
        file.flush()
        os.fsync(file.fileno())


def _add(tar: tarfile.TarFile, name: str, size_bytes: int, content: IO[bytes]) -> None:
    member = tarfile.TarInfo(name)
    member.size = size_bytes
    member.mode = 0o600
    tar.addfile(member, content)


def _unpack(path: Path, folder: Path, progress: Progress) -> None:
    """Write the backup's files below ``folder``, synced, and hold each against the manifest."""
    found: dict[str, str] = {}
    manifest: dict[str, Any] = {}
    total_bytes = path.stat().st_size or 1 if path.exists() else 1
    try:
        with tarfile.open(path, "r:") as tar:
            for member in tar:
                content = tar.extractfile(member)
                if content is None or not _is_ours(member.name):
                    raise Refusal("backup-invalid", path=path, reason=f"memuat {member.name}")
                if member.name == MANIFEST:
                    manifest = dict(json.loads(content.read(PIECE_BYTES * 64)))
                    continue
                target = folder / member.name
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("wb") as file:
                    shutil.copyfileobj(content, file, PIECE_BYTES)
                sync_file(target)
                sync_folder(target.parent)
                found[member.name] = _digest(target)
                progress(min(1.0, tar.offset / total_bytes))
    except FileNotFoundError as error:
        raise Refusal("backup-invalid", path=path, reason=error.strerror) from error
    except (tarfile.TarError, EOFError, ValueError, TypeError) as error:
        raise Refusal("backup-invalid", path=path, reason=Reason("terpotong, rusak, atau bukan berkas cadangan")) from error
    _hold_against(manifest, found, folder, path)


def _hold_against(manifest: dict[str, Any], found: dict[str, str], folder: Path, path: Path) -> None:
    if manifest.get("format") != FORMAT:
        raise Refusal("backup-invalid", path=path, reason="tidak lengkap atau dari versi lain")
    if manifest.get("files") != found or DATABASE not in found:
        raise Refusal("backup-invalid", path=path, reason="isinya tidak cocok dengan daftarnya")
    trouble = check_copy(folder / DATABASE)
    if trouble:
        raise Refusal("backup-invalid", path=path, reason=trouble)
    for name, digest in found.items():
        if BLOB_MEMBER.fullmatch(name) and Path(name).name != digest:
            raise Refusal("backup-invalid", path=path, reason=f"{name} rusak")
    if (folder / BLOBS).exists():
        sync_folder(folder / BLOBS)


def _is_ours(name: str) -> bool:
    return name in (DATABASE, MANIFEST) or any(kind.fullmatch(name) for kind in (BLOB_MEMBER, RECORDING_MEMBER))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _told_for(folder: Path) -> Iterator[None]:
    """Tell errors of the card or the stick as refusals."""
    try:
        yield
    except PermissionError as error:
        raise Refusal("folder-unwritable", directory=folder, reason=error.strerror) from error
    except OSError as error:
        raise refuse_full_card(error) from error
    except sqlite3.Error as error:
        if is_storage_error(error):
            raise storage_refusal(error, folder) from error
        raise
