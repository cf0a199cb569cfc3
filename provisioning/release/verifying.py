"""Judges a bundle as a hall will: whose it is, how new it is, and whether every byte is as it was signed."""

from __future__ import annotations

from pathlib import Path

from gateway.errors import Refusal
from provisioning.release import archive
from provisioning.release.archive import Taker, Told, Verified
from provisioning.release.manifest import Pins


def verified(path: Path, pins: Pins, over: int = 0, told: Told = lambda _: None, take: Taker | None = None) -> Verified:
    """Read the whole of a bundle, a piece at a time. ``over`` is the number that a hall has already; ``take`` gets each file as it comes by.

    Raises Refusal ``release-unreadable``, ``release-format``, ``release-stranger``, ``release-keys``, ``release-older``, ``release-altered``,
    ``release-missing``, ``release-truncated`` or ``file-failed``.
    """
    try:
        with path.open("rb") as file:
            head = archive.read_head(file, pins, over)
            archive.read_files(file, head.manifest, take, told)
    except OSError as error:
        raise Refusal("file-failed", path=path, reason=error.strerror) from error
    return head
