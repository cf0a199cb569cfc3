"""The source of a release: one commit of the product's own repository, whatever else lies in the folder."""

from __future__ import annotations

import io
import subprocess
import tarfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gateway.errors import Refusal


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit."""

    id: str
    at: datetime
    """Aware, UTC."""
    number: int
    """How many commits stand on the way to it, itself counted: grows with every release from one branch."""


def read_commit(source: Path) -> Commit:
    """Return the commit that is checked out in ``source``. Raises Refusal ``release-source``."""
    if _git(source, "rev-parse", "--is-shallow-repository") == "true":
        raise Refusal("release-source", directory=source, reason="riwayatnya terpotong (shallow)")
    id, seconds = _git(source, "log", "-1", "--format=%H %ct").split()
    return Commit(id, datetime.fromtimestamp(int(seconds), UTC), int(_git(source, "rev-list", "--count", "HEAD")))


def is_changed(source: Path) -> bool:
    """Return whether there is something that the commit does not have, and a release of it therefore neither."""
    return bool(_git(source, "status", "--porcelain"))


def export(source: Path, commit: Commit, into: Path) -> None:
    """Write the files of ``commit`` below ``into``, with the same modes on every machine. Raises Refusal ``release-source``."""
    content = _run(source, "-c", "tar.umask=0022", "archive", "--format=tar", commit.id)
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        archive.extractall(into, filter="data")


def _git(source: Path, *arguments: str) -> str:
    return _run(source, *arguments).decode().strip()


def _run(source: Path, *arguments: str) -> bytes:
    try:
        run = subprocess.run(["git", "-C", str(source), *arguments], capture_output=True, check=False)  # noqa: S603, S607 - fixed words, git lies where the system has it
    except FileNotFoundError as error:
        raise Refusal("release-source", directory=source, reason="git tidak ada") from error
    if run.returncode:
        said = run.stderr.decode(errors="replace").strip().splitlines()
        raise Refusal("release-source", directory=source, reason=(said or ["git"])[-1])
    return run.stdout
