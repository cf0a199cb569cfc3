"""The services that come with the product: one TOML file each, and the parts that they share."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from gateway import __version__
from gateway.services.document import NAME
from gateway.services.reading import Source

FOLDER = Path(__file__).parent / "shipped"
SHARED = Path(__file__).parent / "shared.toml"


@dataclass(frozen=True, slots=True)
class Shipped:
    """What a hall begins with."""

    services: Mapping[str, Source]
    """By the name of the service, which is that of its file."""
    shared: Source
    digest: str
    """Tells one set of files, as one version of the product reads it, from another: the same need not be put together again."""


@lru_cache(maxsize=4)
def read_shipped(folder: Path = FOLDER, shared: Path = SHARED) -> Shipped:
    """Return the services of a folder. Raises ValueError for a file whose name is no service's."""
    services = {}
    for file in sorted(folder.glob("*.toml")):
        if not NAME.fullmatch(file.stem):
            raise ValueError(f"{file.name}: lower-case letters, digits and hyphens only")
        services[file.stem] = Source(file.name, file.read_text(encoding="utf-8"))
    common = Source(shared.name, shared.read_text(encoding="utf-8"))
    told = hashlib.sha256(repr([__version__, *((name, one.text) for name, one in services.items()), common.text]).encode())
    return Shipped(services, common, told.hexdigest())
