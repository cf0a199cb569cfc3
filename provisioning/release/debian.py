"""Debian's packages for the Pi, fetched by apt on any machine that has it, in a root of apt's own: nothing of this machine is changed.

Apt proves signatures of its lists by Debian's own keyring and every file by its list. The lock says which versions a release has, so that two
builds of one commit have the same; ``provision release debian`` writes it anew.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from gateway.errors import Refusal
from provisioning.release.packages import Stanza, file_of, stanzas
from provisioning.release.wanted import PACKAGES

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
GIVEN = ("required", "important")
"""Priorities that every image has; what they draw in is there too."""


class AptRoot:
    """Apt for one suite, below ``folder``; ``mirrors`` are the addresses of Debian's archive and its security archive."""

    def __init__(self, folder: Path, suite: str, mirrors: tuple[str, str], architecture: str = "arm64") -> None:
        self._folder = folder
        self._architecture = architecture
        mirror, security = mirrors
        signed = f"[signed-by={KEYRING}]"
        for name in ("etc/preferences.d", "etc/trusted.gpg.d", "state/lists/partial", "cache/archives/partial"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        lines = (f"{mirror} {suite}", f"{mirror} {suite}-updates", f"{security} {suite}-security")
        (folder / "etc/sources.list").write_text("".join(f"deb {signed} {line} main\n" for line in lines))
        self.installed(())

    def installed(self, given: Iterable[Stanza]) -> None:
        """Let apt believe that these packages are installed, and no other."""
        told = ({"Package": stanza["Package"], "Status": "install ok installed", **stanza} for stanza in given)
        text = "\n".join("".join(f"{key}: {value}\n" for key, value in stanza.items()) for stanza in told)
        (self._folder / "state/status").write_text(text)

    def update(self) -> None:
        """Fetch the lists and prove their signatures. Raises Refusal ``release-debian``."""
        self._apt("update", "-qq", "--error-on=any")

    def listed(self) -> list[Stanza]:
        """Return every package of the lists."""
        found: list[Stanza] = []
        for path in sorted((self._folder / "state/lists").glob("*_Packages")):
            with path.open(encoding="utf-8") as file:
                found += stanzas(file)
        return found

    def chosen(self, names: Sequence[str]) -> list[str]:
        """Return ``PACKAGE_VERSION`` as apt names files, of what it would install for ``names``. Raises Refusal ``release-debian``."""
        said = self._apt("install", "-qq", "--yes", "--no-install-recommends", "--print-uris", *names)
        return [shlex.split(line)[1] for line in said.splitlines() if line.startswith("'")]

    def download(self, named: Sequence[str], into: Path) -> None:
        """Fetch ``PACKAGE=VERSION`` each into a folder. Raises Refusal ``release-debian``."""
        self._apt("download", "-qq", *named, cwd=into)

    def _apt(self, *arguments: str, cwd: Path | None = None) -> str:
        folder = self._folder
        options = {
            "Dir::Etc": folder / "etc",
            "Dir::Etc::sourcelist": folder / "etc/sources.list",
            "Dir::Etc::sourceparts": "-",
            "Dir::Etc::trustedparts": folder / "etc/trusted.gpg.d",
            "Dir::State": folder / "state",
            "Dir::State::status": folder / "state/status",
            "Dir::Cache": folder / "cache",
            "Dir::Cache::archives": folder / "cache/archives",
            "APT::Architecture": self._architecture,
            "APT::Architectures": self._architecture,
            "APT::Sandbox::User": "root" if os.geteuid() == 0 else "",
            "Acquire::Languages": "none",
            "Acquire::GzipIndexes": "false",
            "Debug::NoLocking": "true",
        }
        said = [part for key, value in options.items() for part in ("-o", f"{key}={value}")]
        try:
            run = subprocess.run(  # noqa: S603 - fixed words, and names from our own lock
                ["apt-get", *said, *arguments],  # noqa: S607 - apt lies where the system has it
                capture_output=True,
                text=True,
                check=False,
                cwd=cwd,
                env={**os.environ, "LC_ALL": "C"},
            )
        except FileNotFoundError as error:
            raise Refusal("release-debian", reason="apt-get tidak ada") from error
        if run.returncode:
            lines = [line for line in run.stderr.splitlines() if line.startswith("E:")]
            raise Refusal("release-debian", reason=(lines or [run.stderr.strip() or "apt"])[0].removeprefix("E: "))
        return run.stdout


def machine_mirrors() -> tuple[str, str]:
    """Return the addresses of Debian's archives that apt of this machine uses. Raises Refusal ``release-debian``."""
    try:
        run = subprocess.run(["apt-get", "indextargets", "--format", "$(REPO_URI)"], capture_output=True, text=True, check=False)  # noqa: S607 - as above
    except FileNotFoundError as error:
        raise Refusal("release-debian", reason="apt-get tidak ada") from error
    known = dict.fromkeys(line.rstrip("/") for line in run.stdout.splitlines())
    main = next((address for address in known if address.endswith("/debian")), "")
    security = next((address for address in known if address.endswith("/debian-security")), "")
    if not main or not security:
        raise Refusal("release-debian", reason="apt mesin ini tidak memakai arsip Debian; pilih dengan --mirror")
    return main, security


def resolved(root: AptRoot) -> list[Stanza]:
    """Return the packages that an image lacks for a hall, from the newest lists. Raises Refusal ``release-debian``."""
    root.update()
    by_file = {_file_key(stanza): stanza for stanza in root.listed()}
    given = sorted({stanza["Package"] for stanza in by_file.values() if stanza.get("Priority") in GIVEN})
    root.installed([by_file[name] for name in root.chosen(given)])
    return [by_file[name] for name in root.chosen(sorted(PACKAGES))]


def _file_key(stanza: Stanza) -> str:
    """Return how ``apt-get --print-uris`` names the file of a package."""
    version = stanza["Version"].replace(":", "%3a")
    return f"{stanza['Package']}_{version}_{stanza['Architecture']}.deb"


def fetched(root: AptRoot, locked: Sequence[Stanza], shelf: Path) -> list[Path]:
    """Return the files of ``locked`` in ``shelf``, fetching what is not there or is not what the lock says.

    Raises Refusal ``release-debian``, or ``release-lock`` when the archive no longer has what is locked.
    """
    shelf.mkdir(parents=True, exist_ok=True)
    lacking = [stanza for stanza in locked if not _is_there(shelf / file_of(stanza), stanza)]
    if lacking:
        root.update()
        there = {(stanza["Package"], stanza["Version"], stanza["SHA256"]) for stanza in root.listed()}
        for stanza in lacking:
            if (stanza["Package"], stanza["Version"], stanza["SHA256"]) not in there:
                raise Refusal("release-lock", name=f"{stanza['Package']} {stanza['Version']}")
        root.download([f"{stanza['Package']}={stanza['Version']}" for stanza in lacking], shelf)
        for stanza in lacking:
            (shelf / _file_key(stanza)).replace(shelf / file_of(stanza))
            if not _is_there(shelf / file_of(stanza), stanza):
                raise Refusal("release-altered", name=file_of(stanza))
    return [shelf / file_of(stanza) for stanza in locked]


def _is_there(path: Path, stanza: Stanza) -> bool:
    if not path.exists() or path.stat().st_size != int(stanza["Size"]):
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == stanza["SHA256"]
