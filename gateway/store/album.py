"""Pictures and films that facts show: kept before the fact that shows them, deleted once none does any more.

Promises: what comes is noted on the card before it is kept, so that a power cut anywhere leaves nothing that nobody shows. Albums
share the folder of blobs, which backups carry: so each draws its pictures with a quality of its own, and none holds another's blob.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from io import BufferedReader, BytesIO

from gateway.store.blobs import NAME, Blobs
from gateway.store.database import Store
from gateway.store.files import sync_folder
from gateway.store.outbox import Reads
from gateway.store.room import require_room

PIECE_BYTES = 256 * 1024


class Album:
    """The pictures of one feature. Safe from any thread; whoever keeps and whoever releases takes turns."""

    def __init__(self, store: Store, arrivals: str, mentions: Callable[[Reads, str], bool]) -> None:
        """``arrivals`` is the folder, beside the database, where a file lies while it comes; ``mentions`` tells whether a fact shows a blob."""
        self._store = store
        self._mentions = mentions
        self.blobs = Blobs(store.directory)
        self.arrivals = store.directory / arrivals

    def sweep(self) -> None:
        """Make the place for files that come, and delete what a power cut has left there; before anybody sends one."""
        self.arrivals.mkdir(exist_ok=True)
        for left in self.arrivals.iterdir():
            if NAME.fullmatch(left.name):
                self.release(left.name)
            left.unlink(missing_ok=True)

    def require_room(self, coming_bytes: int) -> None:
        """Refuse a file that the card could not take: while it comes and once it is kept. Raises Refusal ``storage-full``."""
        require_room(self._store.directory, 2 * coming_bytes)

    def keep(self, content: BytesIO | BufferedReader) -> str:
        """Keep what can be read in ``content`` and return its name. Until a fact shows it, it must be released again."""
        name = hashlib.file_digest(content, "sha256").hexdigest()
        self.arrivals.mkdir(exist_ok=True)
        (self.arrivals / name).touch()
        sync_folder(self.arrivals)
        content.seek(0)
        return self.blobs.put(iter(lambda: content.read(PIECE_BYTES), b""))

    def doubt(self, blob: str) -> None:
        """Note that no fact may show a blob any more: the next ``sweep`` looks. For acts that end within another's transaction."""
        if blob:
            (self.arrivals / blob).touch()

    def release(self, blob: str) -> None:
        """Delete a blob unless a fact shows it; then nothing need be noted of it any more. Empty names nothing."""
        if not blob:
            return
        with self._store.reader() as db:
            is_shown = self._mentions(db, blob)
        if not is_shown:
            self.blobs.delete(blob)
        (self.arrivals / blob).unlink(missing_ok=True)
