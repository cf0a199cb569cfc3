"""Attachments, named by what they hold: the same file twice is one file, and a damaged one is never served.

A blob is durable before its name is returned; the fact that mentions it is written afterwards.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from gateway.errors import Refusal
from gateway.store.connection import refuse_full_card
from gateway.store.files import PART, put_in_place, sync_file, sync_folder

FOLDER = "blobs"
NAME = re.compile("[0-9a-f]{64}")


class Blobs:
    """The attachments of the hall kept in ``directory``. Safe from any thread."""

    def __init__(self, directory: Path, folder: str = FOLDER) -> None:
        self.folder = directory / folder

    def put(self, pieces: Iterable[bytes]) -> str:
        """Keep the content and return its name, the SHA-256 in 64 hexadecimal digits.

        Raises Refusal ``storage-full`` or ``storage-failed``; nothing is then kept.
        """
        with _told():
            self.folder.mkdir(exist_ok=True)
            file = tempfile.NamedTemporaryFile(dir=self.folder, suffix=PART, delete=False)  # noqa: SIM115 - closed below
        part = Path(file.name)
        try:
            digest = hashlib.sha256()
            with closing(file):
                # What the sender raises passes as it is: a phone that hangs up is no fault of the card.
                for piece in pieces:
                    digest.update(piece)
                    with _told():
                        file.write(piece)
                with _told():
                    file.flush()
            with _told():
                return self._keep(part, digest.hexdigest())
        finally:
            part.unlink(missing_ok=True)

    def read(self, name: str) -> bytes:
        """Return the content kept under ``name``.

        Raises Refusal ``not-found``, or ``storage-failed`` when the card no longer gives back what it took.
        """
        path = self.path_of(name)
        try:
            content = path.read_bytes()
        except FileNotFoundError as error:
            raise Refusal("not-found") from error
        except OSError as error:
            raise Refusal("storage-failed") from error
        if hashlib.sha256(content).hexdigest() != name:
            raise Refusal("storage-failed")
        return content

    def read_part(self, name: str, start: int, size_bytes: int) -> bytes:
        """Return up to ``size_bytes`` from ``start``, not held against the name: whoever asks knows what it must be.

        Raises Refusal ``not-found`` or ``storage-failed``.
        """
        try:
            with self.path_of(name).open("rb") as file:
                file.seek(start)
                return file.read(size_bytes)
        except FileNotFoundError as error:
            raise Refusal("not-found") from error
        except OSError as error:
            raise Refusal("storage-failed") from error

    def names(self) -> Iterator[str]:
        """Yield the names of all blobs, in order."""
        return (path.name for path in sorted(self.folder.glob("??/*")) if not path.name.endswith(PART))

    def path_of(self, name: str) -> Path:
        """Return where the blob ``name`` lies. Raises Refusal ``not-found`` for what can be no name."""
        if NAME.fullmatch(name) is None:
            raise Refusal("not-found")
        return self.folder / name[:2] / name

    def delete(self, name: str) -> None:
        """Forget a blob that no fact mentions any more; nothing happens when it is gone already."""
        path = self.path_of(name)
        path.unlink(missing_ok=True)
        if path.parent.exists():
            sync_folder(path.parent)

    def _keep(self, part: Path, name: str) -> str:
        path = self.path_of(name)
        if not path.exists():
            sync_file(part)
            path.parent.mkdir(exist_ok=True)
            sync_folder(self.folder)
            put_in_place(part, path)
        return name


@contextmanager
def _told() -> Iterator[None]:
    """Tell the card's errors as refusals."""
    try:
        yield
    except OSError as error:
        raise refuse_full_card(error) from error
