"""Writes a card: judged first, then only what differs, ``card.json`` last, and everything read back from the card itself.

Whatever is cut, the same command again completes it: until ``card.json`` is there with all hashes, the card counts as unfinished.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from gateway.errors import Refusal
from provisioning.card.content import CARD, FOLDER, Card, Identity
from provisioning.card.medium import Boot, Told
from provisioning.release.manifest import Pins

RESERVE_BYTES = 8 << 20
"""Left for what the Pi itself writes there at its first start, and for the probe."""
PROBE = f"{FOLDER}/probe"
PROBE_BYTES = 4 << 20


@dataclass(frozen=True, slots=True)
class Bundle:
    """A release that was verified."""

    path: Path
    number: int
    fingerprint: str
    sha256: str
    """Of the whole file."""
    keys: Pins
    """Whom a hall with this release believes."""

    @property
    def place(self) -> str:
        """Where it goes on the card."""
        return f"{FOLDER}/{self.path.name}"


@dataclass(frozen=True, slots=True)
class Job:
    """What shall be on the card."""

    hall: str
    identity: Identity
    files: Mapping[str, bytes]
    bundle: Bundle
    former: str = ""
    """The path of a release that lies there and is taken away, or nothing."""

    def card(self) -> Card:
        """Return what the finished card says of itself."""
        hashes = {path: hashlib.sha256(content).hexdigest() for path, content in sorted(self.files.items())}
        return Card(
            hall=self.hall,
            instance=self.identity.instance,
            release=self.bundle.number,
            fingerprint=self.bundle.fingerprint,
            bundle=self.bundle.path.name,
            token_sha256=self.identity.token_sha256,
            files=hashes | {self.bundle.place: self.bundle.sha256},
        )


def differing(boot: Boot, job: Job) -> list[str]:
    """Return the paths, in the order in which they are written, of what the card has not or has otherwise."""
    small = {**job.files, CARD: job.card().text().encode()}
    changed = [path for path, content in small.items() if boot.read(path) != content]
    size = job.bundle.path.stat().st_size
    if boot.size_of(job.bundle.place) != size or boot.digest(job.bundle.place, lambda _: None) != job.bundle.sha256:
        changed.append(job.bundle.place)
    return sorted(changed, key=lambda path: _order(path, job.bundle.place))


def _order(path: str, bundle: str) -> tuple[int, str]:
    """The large file first, what makes the Pi begin after all that it needs, ``card.json`` last."""
    ranks = {bundle: 0, CARD: 3}
    return ranks.get(path, 1 if path.startswith(f"{FOLDER}/") else 2), path


def judge_space(boot: Boot, job: Job, changed: list[str]) -> None:
    """Refuse a card on which it does not fit: each file lies beside its predecessor for a moment. Raises Refusal ``card-space``."""
    sizes = {path: len(content) for path, content in job.files.items()} | {job.bundle.place: job.bundle.path.stat().st_size}
    needed = sum(sizes.get(path, 1 << 14) + (1 << 15) for path in changed) + RESERVE_BYTES
    free = boot.free_bytes()
    if changed and free < needed:
        raise Refusal("card-space", needed_mb=needed // 1_000_000 + 1, free_mb=free // 1_000_000)


def write(boot: Boot, job: Job, changed: list[str], told: Told) -> None:
    """Write what differs, then read everything back. Raises Refusal ``card-failed`` or ``card-lies``."""
    card = job.card()
    contents = {**job.files, CARD: card.text().encode()}
    for path in changed:
        if path == CARD and job.former:
            boot.remove(job.former)
        if path == job.bundle.place:
            with closing(job.bundle.path.open("rb")) as file:
                boot.write(path, file, told)
        else:
            boot.write(path, io.BytesIO(contents[path]), told)
    hashes = {**card.files, CARD: hashlib.sha256(contents[CARD]).hexdigest()}
    for path, expected in hashes.items():
        if boot.digest(path, told) != expected:
            raise Refusal("card-lies", path=path)


def probe(boot: Boot) -> None:
    """Write a few megabytes of noise and read them back, before anything that counts. Raises Refusal ``card-failed`` or ``card-lies``."""
    noise = os.urandom(PROBE_BYTES)
    boot.write(PROBE, io.BytesIO(noise), lambda _: None)
    try:
        if boot.digest(PROBE, lambda _: None) != hashlib.sha256(noise).hexdigest():
            raise Refusal("card-lies", path=PROBE)
    finally:
        boot.remove(PROBE)
