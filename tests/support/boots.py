"""Boot partitions as official images have them, in a folder or inside an image file, and media that fail or lie."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from provisioning.card.medium import MountedBoot, Told

GOLDEN = Path(__file__).parents[1] / "provisioning" / "card" / "golden"
ISSUE = "Raspberry Pi reference {}\nGenerated using pi-gen, https://example.test/pi-gen, 0123abcd, stage2\n"
TRIXIE_FILES = {
    "meta-data": "# This is the meta-data configuration file for cloud-init.\ndsmode: local\ninstance_id: rpios-image\n",
    "user-data": "#cloud-config\n#hostname: raspberrypi\n",
    "network-config": "# network\n",
}
PRESEED = 'config_version = "1.0"\n\n[user]\nname = "teknisi"\n\n[runcmd]\nearly = ["touch /var/tmp/x"]\n'


def files_of(kind: str) -> dict[str, str]:
    """Return the files of an image that takes its orders as ``firstrun``, ``cloud-init`` or ``preseed``."""
    made = {"firstrun": "2025-05-13", "cloud-init": "2025-11-24", "preseed": "2026-09-01"}[kind]
    more = {"firstrun": {}, "cloud-init": TRIXIE_FILES, "preseed": {"rpi-preseed.toml": PRESEED}}[kind]
    return {
        "config.txt": (GOLDEN / "image-config.txt").read_text(),
        "cmdline.txt": (GOLDEN / "image-cmdline.txt").read_text(),
        "issue.txt": ISSUE.format(made),
        "kernel8.img": "kernel",
        **more,
    }


def folder_of(root: Path, kind: str) -> Path:
    """Make the boot partition of an image in a folder."""
    root.mkdir(parents=True, exist_ok=True)
    for name, text in files_of(kind).items():
        (root / name).write_text(text)
    return root


def image_of(path: Path, kind: str, megabytes: int = 40) -> Path:
    """Make an image file with a partition table and one FAT partition that has the files of ``kind``."""
    start = 2048
    with path.open("wb") as file:
        file.truncate((start * 512) + megabytes * (1 << 20))
        entry = struct.pack("<B3sB3sII", 0, b"\0\0\0", 0x0C, b"\0\0\0", start, megabytes * 2048)
        file.write(bytes(446) + entry + bytes(48) + b"\x55\xaa")
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "MTOOLS_SKIP_CHECK": "1"}
    subprocess.run(
        ["mkfs.vfat", "-n", "bootfs", "--offset", str(start), str(path), str(megabytes * 1024)],
        check=True,
        capture_output=True,
        env=environment,
    )
    for name, text in files_of(kind).items():
        subprocess.run(
            ["mcopy", "-i", f"{path}@@{start * 512}", "-", f"::/{name}"], input=text.encode(), check=True, env=environment
        )
    return path


class Cut(Exception):
    """The card was pulled out."""


@dataclass
class CutBoot:
    """A mounted partition that is pulled out after ``left`` further file operations; half of what was being written may remain."""

    inner: MountedBoot
    left: int

    def _step(self, half: Callable[[], object] = lambda: None) -> None:
        if self.left == 0:
            half()
            raise Cut
        self.left -= 1

    def read(self, path: str) -> bytes | None:
        """Read, while it is there."""
        return self.inner.read(path)

    def size_of(self, path: str) -> int | None:
        """Look, while it is there."""
        return self.inner.size_of(path)

    def write(self, path: str, content: BinaryIO, told: Told) -> None:
        """Write, unless it is pulled out before, in the middle, or just after."""
        held = content.read()
        part = self.inner.root / f"{path}.part"
        part.parent.mkdir(exist_ok=True)
        self._step(lambda: part.write_bytes(held[: len(held) // 2]))
        content.seek(0)
        self.inner.write(path, content, told)
        self._step()

    def digest(self, path: str, told: Told) -> str:
        """Read back, unless it is pulled out."""
        self._step()
        return self.inner.digest(path, told)

    def remove(self, path: str) -> None:
        """Delete."""
        self._step()
        self.inner.remove(path)

    def free_bytes(self) -> int:
        """Plenty."""
        return 1 << 40


@dataclass
class LyingBoot(CutBoot):
    """A counterfeit card: it takes everything and gives back something else for ``path``."""

    path: str = ""

    def digest(self, path: str, told: Told) -> str:
        """Return what is not there."""
        return "0" * 64 if path == self.path else super().digest(path, told)


def tree_of(boot: Path) -> dict[str, bytes]:
    """Return every file of a mounted partition."""
    return {str(path.relative_to(boot)): path.read_bytes() for path in sorted(boot.rglob("*")) if path.is_file()}
