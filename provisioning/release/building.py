"""Builds the bundle of one commit: everything is gathered first, then written aside, read back, and given its name.

Two builds of one commit have the same manifest, on any machine and at any time: what goes in follows from the commit and its two locks.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.errors import Refusal
from provisioning.release import archive, inventory, parts
from provisioning.release.manifest import Item, Manifest, Pins, is_path
from provisioning.release.packages import Stanza, index_of, stanzas
from provisioning.release.source import Commit, export
from provisioning.release.wanted import EXTRAS, PACKAGES, TARGETS, TOOLS
from provisioning.release.wheels import Fetch, Wheel, collect, read_lock, read_wheel

FOLDERS = ("firmware_config", "systemd")
"""Of the source: what a hall needs and no wheel has."""


@dataclass(frozen=True, slots=True)
class Suppliers:
    """Who brings what is made elsewhere."""

    product: Callable[[Path, int, Path], Path]
    """Builds the product's wheel from a source folder, for a time in seconds, into a folder."""
    wheels: Fetch
    packages: Callable[[str, Sequence[Stanza], Path], Sequence[Path]]
    """Brings the locked Debian packages of a suite into a folder."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that goes into a bundle."""

    version: str
    items: tuple[Item, ...]
    places: Mapping[str, Path]
    """Where the content of each item lies now."""


def gather(
    source: Path, commit: Commit, work: Path, shelf: Path, suppliers: Suppliers, said: Callable[[str], object]
) -> Gathered:
    """Bring everything together. ``work`` is an empty folder, ``shelf`` keeps what was fetched for the next time.

    Raises Refusal ``release-source`` (also for a file whose name no bundle can hold), ``release-wheel``, ``release-debian``, ``release-lock`` or ``release-altered``.
    """
    tree = work / "source"
    tree.mkdir()
    export(source, commit, tree)
    said("wheel")
    product = read_wheel(suppliers.product(tree, int(commit.at.timestamp()), work))
    lock = read_lock((tree / "requirements.lock").read_text(encoding="utf-8"))
    wheels: dict[str, dict[str, Wheel]] = {}
    packages: dict[str, list[Stanza]] = {}
    places: dict[str, Path] = {f"wheels/{product.path.name}": product.path}
    for target in TARGETS:
        said(f"Python {target.python}")
        found = collect(product.path, EXTRAS, TOOLS, lock, target, shelf / "wheels" / target.suite, suppliers.wheels)
        wheels[target.suite] = {wheel.name: wheel for wheel in found}
        places |= {f"wheels/{wheel.path.name}": wheel.path for wheel in found}
        said(f"Debian {target.suite}")
        with (tree / "provisioning" / "release" / "debian" / f"{target.suite}.packages").open(encoding="utf-8") as file:
            packages[target.suite] = list(stanzas(file))
        debs = suppliers.packages(target.suite, packages[target.suite], shelf / "debian" / target.suite)
        places |= {f"debian/{target.suite}/{path.name}": path for path in debs}
    places |= {
        str(path.relative_to(tree)): path for folder in FOLDERS for path in sorted((tree / folder).rglob("*")) if path.is_file()
    }
    places["LICENSE"] = tree / "LICENSE"
    written = {f"debian/{suite}/Packages": index_of(known).encode() for suite, known in packages.items()}
    written["debian/wanted"] = "".join(f"{name}\n" for name in sorted(PACKAGES)).encode()
    written |= _papers(product, wheels, packages, f"{commit.at:%Y-%m-%dT%H:%M:%SZ}")
    places |= _put(written, work / "written")
    return Gathered(product.version, tuple(_item(path, place) for path, place in sorted(places.items())), places)


def _papers(
    product: Wheel, wheels: Mapping[str, Mapping[str, Wheel]], packages: Mapping[str, Iterable[Stanza]], at: str
) -> dict[str, bytes]:
    """Return the bill of materials and the licences."""
    known: list[inventory.Component] = []
    roots: set[str] = set()
    for target in TARGETS:
        there = wheels[target.suite]
        purls = {name: parts.of_wheel(wheel).purl for name, wheel in there.items()}
        known += [
            parts.of_wheel(wheel, (purls[need] for need in parts.needed(wheel, (), target, there))) for wheel in there.values()
        ]
        known += [parts.of_stanza(stanza, target.suite) for stanza in packages[target.suite]]
        roots |= {purls[need] for need in parts.needed(product, EXTRAS, target, there)}
    ours = parts.of_wheel(product, sorted(roots))
    return {"sbom.cdx.json": inventory.bill(ours, known, at), "licences.txt": inventory.licences(ours, known)}


def _put(written: Mapping[str, bytes], folder: Path) -> dict[str, Path]:
    for path, content in written.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return {path: folder / path for path in written}


def _item(path: str, place: Path) -> Item:
    if not is_path(path):
        raise Refusal("release-source", directory=place.parent, reason=f"nama berkas {path} tidak dapat dipakai")
    with place.open("rb") as file:
        return Item(path, place.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def manifest_of(gathered: Gathered, commit: Commit, number: int, pins: Pins) -> Manifest:
    """Return what the bundle will say of itself."""
    return Manifest(number, gathered.version, commit.id, f"{commit.at:%Y-%m-%dT%H:%M:%SZ}", pins, gathered.items)


def seal(
    folder: Path, manifest: Manifest, places: Mapping[str, Path], key: Ed25519PrivateKey, pins: Pins, told: archive.Told
) -> Path:
    """Write the bundle into ``folder``, durably and whole or not at all; return it read back and proven.

    Raises Refusal ``release-older`` or ``release-number`` for what the folder holds already, ``release-space``, ``file-failed``, or one of ``read_files``.
    """
    _judge_number(folder, manifest, pins)
    path = folder / f"balai-{manifest.version}-{manifest.number}{archive.SUFFIX}"
    part = path.with_name(path.name + ".part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        size, free = archive.size_of(manifest), shutil.disk_usage(folder).free
        if free < size:
            raise Refusal("release-space", path=folder, needed_mb=size // 1_000_000 + 1, free_mb=free // 1_000_000)
        with part.open("wb") as file:
            archive.write_archive(file, manifest, key, lambda item: places[item.path].open("rb"), told)
            file.flush()
            os.fsync(file.fileno())
        with part.open("rb") as file:
            archive.read_files(file, archive.read_head(file, pins).manifest, told=told)
        part.replace(path)
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise Refusal("file-failed", path=path, reason=error.strerror) from error
    return path


def _judge_number(folder: Path, manifest: Manifest, pins: Pins) -> None:
    """Refuse a number that is not the highest of the folder, or stands for another commit there."""
    for path, there in bundles(folder, pins):
        if there.number > manifest.number:
            raise Refusal("release-older", number=manifest.number, over=there.number)
        if there.number == manifest.number and there.commit != manifest.commit:
            raise Refusal("release-number", number=manifest.number, path=path)


def bundles(folder: Path, pins: Pins) -> Iterator[tuple[Path, Manifest]]:
    """Yield what the heads of the bundles in a folder say; those that are not signed by ``pins`` are passed over."""
    for path in sorted(folder.glob(f"*{archive.SUFFIX}")):
        try:
            with path.open("rb") as file:
                yield path, archive.read_head(file, pins).manifest
        except (Refusal, OSError):
            continue
