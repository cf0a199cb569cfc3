"""What halls send in sealed pieces: which have come whole, and opening one with the centre's sealing key.

The pieces lie in ``events`` like everything else, sealed: whoever reads the database reads no backup.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path

import click
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from rich.console import Console
from rich.progress import Progress

from gateway.errors import Refusal
from gateway.relay.orders import is_subject
from gateway.relay.sealing import Bond, Unsealable, name_of, unseal, unwrap
from provisioning.centre.hellos import is_count
from provisioning.centre.opening import open_reader
from provisioning.centre.reader import CentreReader
from provisioning.centre.sealing_key import load_key

OPENED = "id.balai.parcel.opened.v1"
PIECE = "id.balai.parcel.piece.v1"


@dataclass(frozen=True, slots=True)
class ParcelView:
    """One parcel as the centre has it."""

    hall: str
    subject: str
    kind: str
    time: str
    """When the hall sealed it, by its own clock."""
    size_bytes: int
    pieces: int
    arrived: int
    """How many of the pieces are here."""
    reader: str
    wrapped: bytes

    @property
    def is_whole(self) -> bool:
        """Whether every piece is here."""
        return self.arrived >= self.pieces


def parcels_of(reader: CentreReader, hall: str = "") -> list[ParcelView]:
    """Return the parcels (of one hall), oldest first; one announced twice is one, and what announces none is passed over."""
    counts = reader.parcel_counts(PIECE)
    found = {}
    for sent_by, subject, time, data in reader.parcel_facts(OPENED, hall):
        parcel = _read_opened(sent_by, subject, time, data, counts.get((sent_by, subject), 0))
        if parcel is not None:
            found[sent_by, subject] = parcel
    return list(found.values())


def content_of(reader: CentreReader, parcel: ParcelView, key: X25519PrivateKey) -> Iterator[bytes]:
    """Yield the opened content. Raises Unsealable when it is not whole, altered, or sealed for another key."""
    bond = Bond(parcel.hall, parcel.kind, parcel.subject)
    if parcel.reader != name_of(key.public_key()):
        raise Unsealable("it was sealed for another key")
    pieces = (_read_piece(data) for *_, data in reader.parcel_facts(PIECE, parcel.hall, parcel.subject))
    in_order = sorted((piece for piece in pieces if piece is not None), key=itemgetter(0))
    return unseal((content for _, content in in_order), unwrap(parcel.wrapped, key, bond), bond)


def _read_opened(hall: str, subject: str, time: str, data: str, arrived: int) -> ParcelView | None:
    """Return the parcel that a hall announces, or None: what is accepted has an event's form, and says what it likes."""
    try:
        told = json.loads(data)
        wrapped = base64.b64decode(told["wrapped"], validate=True)
        kind, reader, size_bytes, pieces = (told[name] for name in ("kind", "reader", "size_bytes", "pieces"))
    except (LookupError, TypeError, ValueError):
        return None
    texts, counts = (
        is_subject(subject) and isinstance(kind, str) and isinstance(reader, str),
        is_count(size_bytes) and is_count(pieces),
    )
    return ParcelView(hall, subject, kind, time, size_bytes, pieces, arrived, reader, wrapped) if texts and counts else None


def _read_piece(data: str) -> tuple[int, bytes] | None:
    """Return the place and the bytes of a piece, or None for what is none: the parcel then stays shut."""
    try:
        told = json.loads(data)
        index, content = told["index"], base64.b64decode(told["bytes"], validate=True)
    except (LookupError, TypeError, ValueError):
        return None
    return (index, content) if is_count(index) else None


@click.command()
@click.option("--database", required=True, help="sqlite:///FILE or postgresql://HOST/NAME")
@click.option("--hall", default="", help="Only of this hall.")
def parcels(database: str, hall: str) -> None:
    """Show what the halls have sent in pieces, such as backups, and whether it is whole.

    Example: provision centre parcels --database sqlite:///centre.db
    """
    with closing(open_reader(database)) as reader:
        for one in parcels_of(reader, hall):
            pieces = "lengkap" if one.is_whole else f"{one.arrived} dari {one.pieces} potong"
            click.echo(f"{one.hall}  {one.subject}  {one.time[:16]}  {one.size_bytes // 1024} KiB  {pieces}  kunci {one.reader}")


@click.command()
@click.argument("hall")
@click.argument("subject")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--database", required=True, help="sqlite:///FILE or postgresql://HOST/NAME")
@click.option(
    "--sealing-key", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The key that opens it (PEM)."
)
def fetch(hall: str, subject: str, file: Path, database: str, sealing_key: Path) -> None:
    """Open the parcel SUBJECT of HALL into the new FILE, for example a backup for `gateway restore`.

    Example: provision centre fetch 3510012001 backup/0123456789abcdef-0123456789abcdef hall.backup
    --sealing-key sealing.key --database sqlite:///centre.db
    """
    key = load_key(sealing_key)
    with closing(open_reader(database)) as reader, Progress(console=Console(stderr=True)) as progress:
        parcel = next((one for one in parcels_of(reader, hall) if one.subject == subject), None)
        if parcel is None:
            raise Refusal("parcel-unknown", hall=hall, subject=subject)
        task = progress.add_task(subject, total=parcel.size_bytes)
        try:
            _write(file, content_of(reader, parcel, key), lambda done_bytes: progress.advance(task, done_bytes))
        except Unsealable as error:
            raise Refusal("parcel-closed", subject=subject, reason=error) from error
    click.echo(f"{file}: {file.stat().st_size // 1024} KiB")


def _write(path: Path, content: Iterator[bytes], done: Callable[[int], object]) -> None:
    """Write the whole of ``content`` to the new ``path``, which only its owner reads, or nothing. Raises Refusal ``file-failed``."""
    part = path.with_name(path.name + ".part")
    try:
        if path.exists():
            raise FileExistsError(17, "sudah ada", str(path))
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            for plain in content:
                file.write(plain)
                done(len(plain))
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    except OSError as error:
        raise Refusal("file-failed", path=path, reason=error.strerror) from error
    finally:
        part.unlink(missing_ok=True)
