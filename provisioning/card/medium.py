"""The boot partition of a card: a mounted folder, or a partition inside an image file that is reached through mtools. No root needed.

A file is written aside, synced, and renamed, and read back from the medium itself where the system lets us, so that a card that lies is found out.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol

from gateway.errors import MACHINE, Refusal

PART = ".part"
PIECE_BYTES = 1 << 20
SECTOR = 512
FAT_KINDS = frozenset({0x01, 0x04, 0x06, 0x0B, 0x0C, 0x0E})

LISTED = re.compile(r"^\S+ +(?:\S+ +)?(\d+) \d{4}-\d{2}-\d{2} ", re.MULTILINE)
"""A file's line of ``mdir``: short name, size, date."""

Told = Callable[[int], object]


class Boot(Protocol):
    """The boot partition. Paths are relative, with ``/``; what fails is a Refusal ``card-failed`` with the path."""

    def read(self, path: str) -> bytes | None:
        """Return a small file's content, or nothing when it is not there."""

    def size_of(self, path: str) -> int | None:
        """Return a file's size in bytes, or nothing when it is not there."""

    def write(self, path: str, content: BinaryIO, told: Told) -> None:
        """Write a file so that it is as before or whole; ``told`` hears of bytes."""

    def digest(self, path: str, told: Told) -> str:
        """Return the SHA-256 of what the medium itself gives back, in hex."""

    def remove(self, path: str) -> None:
        """Delete a file; one that is not there is no fault."""

    def free_bytes(self) -> int:
        """Return how much room is left."""


@dataclass(frozen=True, slots=True)
class MountedBoot:
    """A boot partition that is mounted at ``root``."""

    root: Path

    def read(self, path: str) -> bytes | None:
        """As ``Boot`` says."""
        with _failing(path):
            return (self.root / path).read_bytes() if (self.root / path).is_file() else None

    def size_of(self, path: str) -> int | None:
        """As ``Boot`` says."""
        with _failing(path):
            return (self.root / path).stat().st_size if (self.root / path).is_file() else None

    def write(self, path: str, content: BinaryIO, told: Told) -> None:
        """As ``Boot`` says."""
        place = self.root / path
        part = place.with_name(place.name + PART)
        with _failing(path):
            place.parent.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as file:
                for piece in _pieces(content):
                    file.write(piece)
                    told(len(piece))
                file.flush()
                os.fsync(file.fileno())
            part.replace(place)
            for folder in {place.parent, self.root}:
                descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
                try:
                    os.fsync(descriptor)
                finally:
                    os.close(descriptor)

    def digest(self, path: str, told: Told) -> str:
        """As ``Boot`` says: the pages that the system holds are given back first, so that the card is asked."""
        with _failing(path), (self.root / path).open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            return _digest(file, told)

    def remove(self, path: str) -> None:
        """As ``Boot`` says."""
        with _failing(path):
            (self.root / path).unlink(missing_ok=True)

    def free_bytes(self) -> int:
        """As ``Boot`` says."""
        with _failing("."):
            return shutil.disk_usage(self.root).free


@dataclass(frozen=True, slots=True)
class ImageBoot:
    """The first FAT partition of the image file ``image``, which starts at ``offset`` bytes."""

    image: Path
    offset: int

    @classmethod
    def of(cls, image: Path) -> ImageBoot:
        """Find the partition. Raises Refusal ``card-image`` when there is none."""
        with _failing(str(image)), image.open("rb") as file:
            table = file.read(SECTOR)
        if len(table) == SECTOR and table[510:] == b"\x55\xaa":
            for entry in (table[place : place + 16] for place in range(446, 510, 16)):
                start = struct.unpack("<I", entry[8:12])[0]
                if entry[4] in FAT_KINDS and start:
                    return cls(image, start * SECTOR)
        raise Refusal("card-image", reason="bukan berkas image dengan partisi boot (bila masih .xz, bongkar dulu)")

    def read(self, path: str) -> bytes | None:
        """As ``Boot`` says."""
        run = self._mtools("mtype", f"::/{path}", check=False)
        return run.stdout if run.returncode == 0 else None

    def size_of(self, path: str) -> int | None:
        """As ``Boot`` says."""
        run = self._mtools("mdir", "-a", f"::/{path}", check=False)
        found = LISTED.search(run.stdout.decode(errors="replace")) if run.returncode == 0 else None
        return int(found[1]) if found else None

    def write(self, path: str, content: BinaryIO, told: Told) -> None:
        """As ``Boot`` says, save that an image has no rename over a file: a cut at the last step leaves none, and the same command writes it again."""
        with tempfile.TemporaryDirectory() as place:
            copy = Path(place) / "copy"
            with _failing(path), copy.open("wb") as file:
                for piece in _pieces(content):
                    file.write(piece)
                    told(len(piece))
            for folder in reversed(PurePosixPath(path).parents[:-1]):
                self._mtools("mmd", "-D", "s", f"::/{folder}", check=False)
            self._mtools("mcopy", "-o", str(copy), f"::/{path}{PART}")
        self._sync()
        self._mtools("mdel", f"::/{path}", check=False)
        self._mtools("mmove", f"::/{path}{PART}", f"::/{path}")
        self._sync()

    def digest(self, path: str, told: Told) -> str:
        """As ``Boot`` says."""
        with tempfile.TemporaryDirectory() as place:
            copy = Path(place) / "copy"
            self._mtools("mcopy", "-n", f"::/{path}", str(copy))
            with _failing(path), copy.open("rb") as file:
                return _digest(file, told)

    def remove(self, path: str) -> None:
        """As ``Boot`` says."""
        self._mtools("mdel", f"::/{path}", check=False)

    def free_bytes(self) -> int:
        """As ``Boot`` says."""
        said = self._mtools("mdir", "-a", "::/").stdout.decode(errors="replace").splitlines()
        line = next((line for line in reversed(said) if line.strip().endswith("bytes free")), "")
        return int("".join(letter for letter in line.removesuffix("bytes free") if letter.isdigit()) or 0)

    def _sync(self) -> None:
        with _failing(str(self.image)), self.image.open("rb+") as file:
            os.fsync(file.fileno())
            with suppress(OSError):
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)

    def _mtools(self, tool: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[bytes]:
        command = [tool, "-i", f"{self.image}@@{self.offset}", *arguments]
        environment = {**os.environ, "LC_ALL": "C", "MTOOLS_SKIP_CHECK": "1"}
        try:
            run = subprocess.run(command, capture_output=True, check=False, stdin=subprocess.DEVNULL, env=environment)  # noqa: S603 - our own words
        except FileNotFoundError as error:
            raise Refusal("card-tools", tool=tool) from error
        if check and run.returncode:
            said = (run.stderr.decode(errors="replace").strip().splitlines() or [tool])[-1]
            raise Refusal("card-failed", path=arguments[-1].removeprefix("::/"), reason=said)
        return run


@contextmanager
def _failing(path: str) -> Iterator[None]:
    """Turn what the system says of a file into a Refusal ``card-failed``."""
    try:
        yield
    except OSError as error:
        raise Refusal("card-failed", path=path, reason=MACHINE.get(str(error.strerror), error.strerror)) from error


def _pieces(content: BinaryIO) -> Iterator[bytes]:
    while piece := content.read(PIECE_BYTES):
        yield piece


def _digest(file: BinaryIO, told: Told) -> str:
    digest = hashlib.sha256()
    for piece in _pieces(file):
        digest.update(piece)
        told(len(piece))
    return digest.hexdigest()
