"""What a bundle says of itself: its number, its version, the keys that count after it, and the size and hash of every file. Pure.

The text is one and only one for what it says: the same content gives the same bytes, and other bytes are refused.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

FORMAT = 1
KIND = "balai-release"
LIMIT_BYTES = 4 << 20
NAME_LIMIT, PATH_LIMIT = 100, 250
"""Letters in a name and in a path: as many as the header of a tar archive holds."""

_PATH = re.compile(r"(?!.*(?:^|/)\.{1,2}(?:/|$))[A-Za-z0-9._+~%@-]+(?:/[A-Za-z0-9._+~%@-]+)*", re.ASCII)
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
_COMMIT = re.compile(r"[0-9a-f]{40}", re.ASCII)
_KEY = re.compile(r"[A-Za-z0-9+/]{43}=", re.ASCII)


class ManifestFault(Exception):
    """A text that is no manifest; says why in a few Indonesian words. ``other_format`` is set when it may be a later one."""

    def __init__(self, reason: str, *, other_format: bool = False) -> None:
        super().__init__(reason)
        self.other_format = other_format


@dataclass(frozen=True, slots=True)
class Item:
    """One file of a bundle."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Pins:
    """Who may sign releases: two public keys, each 32 bytes in base64."""

    release: str
    """Signs every day."""
    recovery: str
    """Lies in a safe; signs when the other is lost or stolen, and may then name new ones."""

    def role_of(self, key: str) -> str:
        """Return ``release`` or ``recovery``, or nothing for a stranger's key."""
        return {self.recovery: "recovery", self.release: "release"}.get(key, "")


@dataclass(frozen=True, slots=True)
class Manifest:
    """One release. ``items`` are in the order of their paths."""

    number: int
    """Grows with every release; a hall never goes back by itself."""
    version: str
    commit: str
    committed_at: str
    """The commit's time in UTC, as ``2026-11-28T23:05:00Z``: nothing in a bundle depends on when it was built."""
    keys: Pins
    """Whom a hall that takes this release believes from then on."""
    items: tuple[Item, ...]

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(item.size for item in self.items)


def is_path(path: str) -> bool:
    """Return whether a file of a bundle may have this path: below it, in letters that every archive and every card knows."""
    return bool(_PATH.fullmatch(path)) and len(path) <= PATH_LIMIT and max(map(len, path.split("/"))) <= NAME_LIMIT


def item_of(path: str, content: bytes) -> Item:
    """Return the entry of a file with this content."""
    return Item(path, len(content), hashlib.sha256(content).hexdigest())


def written(manifest: Manifest) -> bytes:
    """Return the text that says ``manifest``."""
    tree = {"kind": KIND, "format": FORMAT, **asdict(manifest)}
    return json.dumps(tree, indent=1, sort_keys=True, ensure_ascii=True).encode() + b"\n"


def read(content: bytes) -> Manifest:
    """Return what ``content`` says. Raises ManifestFault."""
    tree = _tree(content)
    try:
        manifest = Manifest(
            number=tree["number"],
            version=tree["version"],
            commit=tree["commit"],
            committed_at=tree["committed_at"],
            keys=Pins(**tree["keys"]),
            items=tuple(Item(**item) for item in tree["items"]),
        )
        _judge(manifest)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ManifestFault("isinya tidak lengkap atau salah jenis") from error
    if written(manifest) != content:
        raise ManifestFault("isinya tidak ditulis oleh provision release build")
    return manifest


def _tree(content: bytes) -> Mapping[str, Any]:
    try:
        tree = json.loads(content.decode("ascii"))
    except (ValueError, RecursionError):
        raise ManifestFault("bukan JSON") from None
    if not isinstance(tree, dict) or tree.get("kind") != KIND:
        raise ManifestFault("bukan rilis Balai Gateway")
    if tree.get("format") != FORMAT:
        raise ManifestFault(f"formatnya {tree.get('format')!r}, yang dikenal {FORMAT}", other_format=True)
    return tree


def _judge(manifest: Manifest) -> None:
    paths = [item.path for item in manifest.items]
    sound = (
        type(manifest.number) is int and manifest.number > 0,
        manifest.version.isprintable(),
        _COMMIT.fullmatch(manifest.commit),
        manifest.committed_at.isprintable(),
        _KEY.fullmatch(manifest.keys.release) and _KEY.fullmatch(manifest.keys.recovery),
        manifest.keys.release != manifest.keys.recovery,
        paths == sorted(set(paths)) and bool(paths),
        all(is_path(path) for path in paths),
        all(type(item.size) is int and item.size >= 0 and _HASH.fullmatch(item.sha256) for item in manifest.items),
    )
    if not all(sound):
        raise ValueError(sound)
