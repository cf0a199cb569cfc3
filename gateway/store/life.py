"""What the folder itself remembers of the hall: made once, running or stopped, or half restored.

Kept in ``hall.state`` beside the database, so that a database which has vanished is missed.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from gateway.store.files import write_whole

STATE = "hall.state"


class Life(StrEnum):
    """How the hall's folder was left."""

    NEW = "new"
    """No hall was ever made here."""
    RUNNING = "running"
    """The hall did not stop by itself: whatever it wrote last is still in the write-ahead log."""
    STOPPED = "stopped"
    """Everything is in hall.db; there need be no write-ahead log."""
    RESTORING = "restoring"
    """A restore was cut off: what is here is neither the former hall nor the restored one."""


def read_life(directory: Path) -> Life:
    """Return how the folder was left; an unreadable mark counts as a hall that did not stop by itself."""
    try:
        text = (directory / STATE).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return Life.NEW
    except (OSError, UnicodeDecodeError):
        return Life.RUNNING
    return Life(text) if text in tuple(Life) else Life.RUNNING


def write_life(directory: Path, life: Life) -> None:
    """Write the mark durably."""
    write_whole(directory / STATE, f"{life}\n".encode("ascii"))
