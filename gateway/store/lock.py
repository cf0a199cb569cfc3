"""The hall's folder has one holder: never two processes with one database."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from gateway.errors import Refusal

LOCK = "hall.lock"


class FolderLock:
    """Holds ``hall.lock`` from its making until ``release``, or until the process ends in any way."""

    def __init__(self, directory: Path) -> None:
        """Make the folder if need be and become its holder.

        Raises Refusal ``folder-unwritable`` or ``hall-running``.
        """
        try:
            directory.mkdir(parents=True, exist_ok=True, mode=0o750)
            self._descriptor: int | None = os.open(directory / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise Refusal("folder-unwritable", directory=directory, reason=error.strerror) from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self.release()
            raise Refusal("hall-running", directory=directory) from error

    def release(self) -> None:
        """Give the folder back. May be repeated."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)
