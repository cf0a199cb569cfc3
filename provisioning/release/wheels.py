"""The Python packages of a hall as wheels for the Pi: which, by what each says it needs there, and fetched by pip with the hashes of the lock.

Pip itself would ask the markers of this machine (``platform_machine == 'aarch64'`` is false on a laptop), so what is needed is reckoned here,
round by round: a wheel tells its needs, the lock tells their versions, pip fetches those.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

from gateway.errors import Refusal
from provisioning.release.wanted import Target

_PIN = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;\\]+)(?: ?; (?P<marker>[^\\]+))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Pin:
    """One line of the lock."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]
    """Each ``sha256:...``."""

    def text(self) -> str:
        """Return the line for pip, without its marker: whether it counts on a Pi has been decided."""
        return " ".join((f"{self.name}=={self.version}", *(f"--hash={one}" for one in self.hashes)))


@dataclass(frozen=True, slots=True)
class Wheel:
    """A wheel and what it says of itself."""

    path: Path
    name: str
    version: str
    metadata: Message


Fetch = Callable[[Target, Iterable[Pin], Path], None]
"""Puts the wheel of each pin that suits the target into a folder, with every hash proven."""


def read_lock(text: str) -> dict[str, Pin]:
    """Return the pins of ``requirements.lock`` by their canonical names."""
    pins: dict[str, Pin] = {}
    for entry in re.split(r"\n(?=\S)", text):
        head = _PIN.match(entry)
        if head:
            hashes = tuple(re.findall(r"--hash=(\S+)", entry))
            name = canonicalize_name(head["name"])
            pins[name] = Pin(name, head["version"], (head["marker"] or "").strip(), hashes)
    return pins


def read_wheel(path: Path) -> Wheel:
    """Read a wheel's metadata. Raises Refusal ``release-wheel``."""
    try:
        with zipfile.ZipFile(path) as archive:
            [inner] = [name for name in archive.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", name)]
            metadata = HeaderParser().parsestr(archive.read(inner).decode("utf-8"))
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise Refusal("release-wheel", name=path.name, reason="isinya rusak") from error
    return Wheel(path, canonicalize_name(metadata["Name"]), metadata["Version"], metadata)


def collect(
    product: Path, extras: Iterable[str], tools: Iterable[str], lock: Mapping[str, Pin], target: Target, shelf: Path, fetch: Fetch
) -> list[Wheel]:
    """Return what ``product``, a wheel, needs on ``target``, itself left out, each once.

    Raises Refusal ``release-wheel`` for a package that the lock lacks, or that has no wheel for the Pi.
    """
    found: dict[str, Wheel] = {}
    asked: set[tuple[str, str]] = set()
    wishes = [(read_wheel(product), extra) for extra in ("", *extras)]
    names = [(name, "") for name in tools]
    while wishes or names:
        names += [need for wheel, extra in wishes for need in _needs(wheel, extra, target)]
        fresh = sorted(set(names) - asked)
        asked.update(fresh)
        fetched = _fetched({name for name, _ in fresh} - set(found), lock, target, shelf, fetch)
        found.update({wheel.name: wheel for wheel in fetched})
        wishes = [(found[name], extra) for name, extra in fresh if name in found]
        names = []
    return [found[name] for name in sorted(found)]


def _needs(wheel: Wheel, extra: str, target: Target) -> Iterator[tuple[str, str]]:
    """Yield name and extra of each package that a wheel needs on the target, for itself or for one of its extras."""
    for line in wheel.metadata.get_all("Requires-Dist", []):
        need = Requirement(line)
        environment = {**target.environment, "extra": extra}
        if need.marker and not need.marker.evaluate(environment):
            continue
        for inner in ("", *sorted(need.extras)):
            yield canonicalize_name(need.name), inner


def _fetched(names: Iterable[str], lock: Mapping[str, Pin], target: Target, shelf: Path, fetch: Fetch) -> list[Wheel]:
    pins = []
    for name in sorted(names):
        if name not in lock:
            raise Refusal("release-wheel", name=name, reason="tidak ada di requirements.lock")
        pin = lock[name]
        if pin.marker and not Marker(pin.marker).evaluate(dict(target.environment)):
            raise Refusal("release-wheel", name=name, reason=f"requirements.lock menguncinya hanya untuk {pin.marker}")
        pins.append(pin)
    lacking = [pin for pin in pins if not _on_shelf(pin, shelf)]
    if lacking:
        fetch(target, lacking, shelf)
    return [_of_pin(pin, target, shelf) for pin in pins]


def _of_pin(pin: Pin, target: Target, shelf: Path) -> Wheel:
    path = _on_shelf(pin, shelf)
    if not path:
        raise Refusal("release-wheel", name=pin.name, reason=f"tidak ada wheel aarch64 untuk Python {target.python}")
    return read_wheel(path)


def _on_shelf(pin: Pin, shelf: Path) -> Path | None:
    """Return the wheel of a pin, if it is there and is what the lock says."""
    for path in sorted(shelf.glob("*.whl")):
        name, version, _, _ = parse_wheel_filename(path.name)
        if (name, str(version)) == (pin.name, pin.version):
            with path.open("rb") as file:
                if f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}" in pin.hashes:
                    return path
    return None


def fetch_with_pip(target: Target, pins: Iterable[Pin], shelf: Path) -> None:
    """Fetch wheels from the registry that pip of this machine is set up for. Raises Refusal ``release-wheel``."""
    shelf.mkdir(parents=True, exist_ok=True)
    wished = shelf / "wished.txt"
    wished.write_text("".join(pin.text() + "\n" for pin in pins), encoding="utf-8")
    platforms = [part for name in target.platforms for part in ("--platform", name)]
    python = target.environment["python_version"]
    command = (
        *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"),
        *("--require-hashes", "--implementation", "cp", "--python-version", python, *platforms),
        *("--dest", str(shelf), "--requirement", str(wished)),
    )
    run = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C"})  # noqa: S603 - as above
    if run.returncode:
        lines = [line for line in run.stderr.splitlines() if line.startswith("ERROR:")]
        raise Refusal("release-wheel", name=f"pip ({python})", reason=(lines or [run.stderr.strip()])[-1].removeprefix("ERROR: "))
    wished.unlink()


def build_product(source: Path, epoch_s: int, into: Path) -> Path:
    """Build the product's own wheel from ``source``, the same bytes for the same source. Raises Refusal ``release-wheel``."""
    command = (
        *(sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps"),
        "--wheel-dir",
        str(into),
        str(source),
    )
    environment = {**os.environ, "LC_ALL": "C", "SOURCE_DATE_EPOCH": str(epoch_s)}
    run = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)  # noqa: S603 - as above
    made = sorted(into.glob("*.whl"))
    if run.returncode or len(made) != 1:
        raise Refusal("release-wheel", name="balai-gateway", reason=(run.stderr.strip().splitlines() or ["?"])[-1])
    return made[0]
