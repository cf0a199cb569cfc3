"""The file of a release: a tar archive of which every byte follows from its manifest and the signature.

In order: ``manifest.json``, ``manifest.sig`` (64 bytes, Ed25519 over the manifest as it stands), the files by their paths. Any ``tar`` unpacks
it, and ``openssl pkeyutl -verify -rawin`` checks it without a line of this program. It is read and written as a stream: a piece at a time is in memory.
"""

from __future__ import annotations

import base64
import hashlib
import tarfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from gateway.errors import Refusal
from provisioning.release import manifest as manifests
from provisioning.release.manifest import Item, Manifest, ManifestFault, Pins

SUFFIX = ".bundle"
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
SIGNATURE_BYTES = 64
BLOCK = 512
PIECE_BYTES = 1 << 20

Told = Callable[[int], object]
"""Is told how many bytes have gone by since it was last told."""
Opener = Callable[[Item], BinaryIO]
"""Opens a file of the bundle for reading."""
Taker = Callable[[Item, Iterator[bytes]], object]
"""Takes a file's pieces as they come; they are proven only when the iterator has ended."""


@dataclass(frozen=True, slots=True)
class Verified:
    """A release whose signature is good."""

    manifest: Manifest
    role: str
    """Who signed: ``release`` or ``recovery``."""
    fingerprint: str
    """SHA-256 of the manifest in hex: the release's own name."""


def header(path: str, size: int) -> bytes:
    """Return the 512 bytes that stand before a file; nothing in them depends on time or machine."""
    info = tarfile.TarInfo(path)
    info.size, info.mode, info.mtime, info.uname, info.gname = size, 0o644, 0, "root", "root"
    return info.tobuf(tarfile.USTAR_FORMAT, "ascii", "strict")


def _padding(size: int) -> bytes:
    return bytes(-size % BLOCK)


END = bytes(2 * BLOCK)


def size_of(manifest: Manifest) -> int:
    """Return how many bytes the whole archive has."""
    sizes = [len(manifests.written(manifest)), SIGNATURE_BYTES, *(item.size for item in manifest.items)]
    return sum(BLOCK + size + len(_padding(size)) for size in sizes) + len(END)


def write_archive(out: BinaryIO, manifest: Manifest, key: Ed25519PrivateKey, opened: Opener, told: Told = lambda _: None) -> None:
    """Write a release signed by ``key``. Raises Refusal ``release-altered`` when a file is not as the manifest says."""
    text = manifests.written(manifest)
    head = ((MANIFEST, text), (SIGNATURE, key.sign(text)))
    out.writelines(header(name, len(content)) + content + _padding(len(content)) for name, content in head)
    for item in manifest.items:
        out.write(header(item.path, item.size))
        with opened(item) as file:
            for piece in proven(item, iter(partial(file.read, PIECE_BYTES), b"")):
                out.write(piece)
                told(len(piece))
        out.write(_padding(item.size))
    out.write(END)


def proven(item: Item, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Pass pieces on and prove at their end that they were ``item``. Raises Refusal ``release-altered``."""
    digest, size = hashlib.sha256(), 0
    for piece in pieces:
        digest.update(piece)
        size += len(piece)
        yield piece
    if (size, digest.hexdigest()) != (item.size, item.sha256):
        raise Refusal("release-altered", name=item.path)


def read_head(file: BinaryIO, pins: Pins, over: int = 0) -> Verified:
    """Read up to the first file and say whose release it is.

    Raises Refusal ``release-unreadable``, ``release-format``, ``release-altered``, ``release-stranger``, ``release-keys`` (only the recovery key may name
    another release key, and nobody another recovery key) or ``release-older`` (``over`` is the number that is there already; the same is no older).
    """
    text = _member(file, MANIFEST, manifests.LIMIT_BYTES)
    signature = _member(file, SIGNATURE, SIGNATURE_BYTES)
    role = _signer(text, signature, pins)
    try:
        manifest = manifests.read(text)
    except ManifestFault as fault:
        raise _no_manifest(fault) from fault
    if not role:
        _refuse_signature(text, signature, manifest, pins)
    if manifest.number < over:
        raise Refusal("release-older", number=manifest.number, over=over)
    if manifest.keys.recovery != pins.recovery or (role != "recovery" and manifest.keys != pins):
        raise Refusal("release-keys", number=manifest.number)
    return Verified(manifest, role, hashlib.sha256(text).hexdigest())


def _no_manifest(fault: ManifestFault) -> Refusal:
    return Refusal("release-format" if fault.other_format else "release-unreadable", reason=str(fault))


def _refuse_signature(text: bytes, signature: bytes, manifest: Manifest, pins: Pins) -> None:
    """Tell a stranger's release, which is sound by its own keys, from one that was altered."""
    if _signer(text, signature, manifest.keys):
        raise Refusal("release-stranger", key=manifest.keys.release, expected=pins.release)
    raise Refusal("release-altered", name=MANIFEST)


def read_files(file: BinaryIO, manifest: Manifest, take: Taker | None = None, told: Told = lambda _: None) -> None:
    """Read every file behind the head, prove it, and give it to ``take``; then prove that nothing stands behind the last.

    Raises Refusal ``release-altered``, ``release-missing`` or ``release-truncated``.
    """
    for item in manifest.items:
        found = _exactly(file, BLOCK, item.path)
        if found != header(item.path, item.size):
            raise _other(found, item)
        pieces = proven(item, _told_pieces(file, item, told))
        if take:
            take(item, pieces)
        for _ in pieces:
            pass
        if _exactly(file, len(_padding(item.size)), item.path) != _padding(item.size):
            raise Refusal("release-altered", name=item.path)
    if _exactly(file, len(END), manifest.items[-1].path) != END or file.read(1):
        raise Refusal("release-altered", name=manifest.items[-1].path)


def _other(found: bytes, item: Item) -> Refusal:
    """Return what is wrong where the header of ``item`` should stand."""
    with suppress(tarfile.TarError):
        if tarfile.TarInfo.frombuf(found, "ascii", "surrogateescape").name != item.path:
            return Refusal("release-missing", name=item.path)
    return Refusal("release-altered", name=item.path)


def _told_pieces(file: BinaryIO, item: Item, told: Told) -> Iterator[bytes]:
    left = item.size
    while left:
        piece = file.read(min(left, PIECE_BYTES))
        if not piece:
            raise Refusal("release-truncated", name=item.path)
        left -= len(piece)
        told(len(piece))
        yield piece


def _exactly(file: BinaryIO, size: int, name: str) -> bytes:
    content = file.read(size)
    if len(content) < size:
        raise Refusal("release-truncated", name=name)
    return content


def _member(file: BinaryIO, name: str, limit: int) -> bytes:
    found = file.read(BLOCK) if name == MANIFEST else _exactly(file, BLOCK, name)
    try:
        info = tarfile.TarInfo.frombuf(found, "ascii", "strict")
    except (tarfile.TarError, UnicodeDecodeError):
        info = tarfile.TarInfo()
    if info.name != name or not 0 <= info.size <= limit or found != header(name, info.size):
        raise Refusal("release-unreadable", reason="bukan berkas rilis")
    content = _exactly(file, info.size, name)
    if _exactly(file, len(_padding(info.size)), name) != _padding(info.size):
        raise Refusal("release-altered", name=name)
    return content


def _signer(text: bytes, signature: bytes, pins: Pins) -> str:
    for role, key in (("release", pins.release), ("recovery", pins.recovery)):
        with suppress(InvalidSignature):
            Ed25519PublicKey.from_public_bytes(base64.b64decode(key)).verify(signature, text)
            return role
    return ""
