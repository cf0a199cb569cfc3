"""Small releases: keys, wheels of a few bytes, a repository of one commit, and suppliers that bring from a folder."""

from __future__ import annotations

import hashlib
import io
import subprocess
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.relay.signing import spell_key
from provisioning.release.archive import write_archive
from provisioning.release.building import Suppliers
from provisioning.release.manifest import Manifest, Pins, item_of, written
from provisioning.release.packages import Stanza, file_of
from provisioning.release.wanted import TARGETS, Target
from provisioning.release.wheels import Pin

RELEASE, RECOVERY, STRANGER = (Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (1, 2, 3))
PINS = Pins(*(spell_key(key.public_key()) for key in (RELEASE, RECOVERY)))
CONTENTS = {"LICENSE": b"bebas\n", "debian/trixie/Packages": b"", "wheels/balai_gateway-0.1.0-py3-none-any.whl": b"wheel" * 200}


def manifest(number: int = 7, keys: Pins = PINS, contents: Mapping[str, bytes] = CONTENTS) -> Manifest:
    """Return the manifest of a release of ``contents``."""
    items = tuple(item_of(path, content) for path, content in sorted(contents.items()))
    return Manifest(number, "0.1.0", "0123456789" * 4, "2026-11-28T23:05:00Z", keys, items)


def written_fingerprint(told: Manifest) -> str:
    """Return the name of a release: the hash of its manifest."""
    return hashlib.sha256(written(told)).hexdigest()


def bundle(
    key: Ed25519PrivateKey = RELEASE, contents: Mapping[str, bytes] = CONTENTS, *, number: int = 7, keys: Pins = PINS
) -> bytes:
    """Return a release signed by ``key``."""
    out = io.BytesIO()
    write_archive(out, manifest(number, keys, contents), key, lambda item: io.BytesIO(contents[item.path]))
    return out.getvalue()


def wheel(
    folder: Path, name: str, version: str = "1.0", needs: Iterable[str] = (), tag: str = "py3-none-any", more: str = ""
) -> Path:
    """Write a wheel that holds its metadata and nothing else."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name.replace('-', '_')}-{version}-{tag}.whl"
    told = "".join(f"Requires-Dist: {need}\n" for need in needs)
    with zipfile.ZipFile(path, "w") as archive:
        inside = zipfile.ZipInfo(f"{name.replace('-', '_')}-{version}.dist-info/METADATA")
        archive.writestr(inside, f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n{told}{more}\n")
    return path


def _bring(pin: tuple[str, str], folder: Path) -> Path:
    name, version = pin
    tag = "cp311-cp311-manylinux_2_17_aarch64" if name == "lgpio" else "py3-none-any"
    return wheel(folder, name, version, tag=tag, more="License-Expression: MIT\n")


def lock_text() -> str:
    """Return a ``requirements.lock`` with the hashes of the wheels that ``bring_wheels`` brings."""
    lines = {
        ("pip", "26.3"): "",
        ("segno", "1.6.6"): "",
        ("lgpio", "0.2.2.0"): " ; python_full_version < '3.13' and platform_machine == 'aarch64'",
    }
    with TemporaryDirectory() as place:
        found = {pin: hashlib.sha256(_bring(pin, Path(place)).read_bytes()).hexdigest() for pin in lines}
    return "".join(
        f"{name}=={version}{lines[name, version]} \\\n    --hash=sha256:{digest}\n" for (name, version), digest in found.items()
    )


LOCK = lock_text()
NEEDS = (
    "segno==1.6.6",
    "lgpio==0.2.2.0; platform_machine == 'aarch64' and python_version < '3.13'",
    "pywin32; sys_platform == 'win32'",
)
DEBIAN = "Package: aplay\nVersion: 1.2-3\nArchitecture: arm64\nDepends: libc6\nFilename: pool/main/a/aplay_1.2-3_arm64.deb\nSize: 4\nSHA256: {}\n"


def repository(folder: Path) -> Path:
    """Make a repository of one commit that has what a release takes."""
    deb = item_of("deb", b"!deb").sha256
    files = {
        "requirements.lock": LOCK,
        "LICENSE": "bebas\n",
        "systemd/balai.service": "[Unit]\n",
        "firmware_config/pi/base.txt": "# base\n",
        **{f"provisioning/release/debian/{target.suite}.packages": DEBIAN.format(deb) for target in TARGETS},
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    commit(folder)
    return folder


def commit(folder: Path) -> None:
    """Commit all that lies in ``folder``, at a time that does not change."""
    at = "2026-11-28T12:00:00+07:00"
    who = ("-c", "user.name=t", "-c", "user.email=t@example", "-c", "init.defaultBranch=main", "-c", "commit.gpgsign=false")
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-q", "--allow-empty", "-m", "x", "--date", at)):
        environment = {"GIT_COMMITTER_DATE": at, "PATH": "/usr/bin:/bin", "HOME": str(folder)}
        subprocess.run(["git", *who, "-C", str(folder), *words], check=True, env=environment)


def bring_wheels(target: Target, pins: Iterable[Pin], shelf: Path) -> None:
    """Bring a wheel of a few bytes for each pin; ``segno`` needs nothing."""
    for pin in pins:
        _bring((pin.name, pin.version), shelf)


def bring_packages(suite: str, locked: Sequence[Stanza], shelf: Path) -> Sequence[Path]:
    """Bring what the lock of ``repository`` names."""
    shelf.mkdir(parents=True, exist_ok=True)
    for stanza in locked:
        (shelf / file_of(stanza)).write_bytes(b"!deb")
    return [shelf / file_of(stanza) for stanza in locked]


def _build(source: Path, epoch_s: int, into: Path) -> Path:
    return wheel(into, "balai-gateway", "0.1.0", NEEDS)


SUPPLIERS = Suppliers(_build, bring_wheels, bring_packages)
