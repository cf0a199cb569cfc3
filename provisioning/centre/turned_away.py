"""Halls that the centre has turned away for good (``provision centre revoke``): nobody waits for them any more."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from gateway.errors import Refusal
from provisioning.centre.opening import SQLITE
from provisioning.identity.folder import CentreFolder
from provisioning.identity.registrar import Registrar

OPTION = click.option(
    "--directory",
    type=click.Path(path_type=Path, file_okay=False),
    help="The centre's folder, whose revoked halls are left out.  [default: the folder of a SQLite file]",
)


def turned_away(database: str, directory: Path | None, now: datetime) -> frozenset[str]:
    """Return the halls of which a certificate was revoked and none is good now.

    Without ``directory`` they are those of the folder in which a SQLite file lies, none when it is no centre's or may not be read.
    Raises Refusal ``centre-missing`` or ``file-failed`` about a folder that was named.
    """
    if directory is not None:
        folder = CentreFolder(directory)
        folder.settings()
        return Registrar(folder).turned_away(now)
    if not database.startswith(SQLITE):
        return frozenset()
    try:
        return Registrar(CentreFolder(Path(database.removeprefix(SQLITE)).parent)).turned_away(now)
    except (OSError, Refusal):
        return frozenset()
