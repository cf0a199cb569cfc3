"""The suppliers of a release on the machine that builds it: pip for wheels, apt for Debian's packages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from provisioning.release.building import Suppliers
from provisioning.release.debian import AptRoot, fetched, machine_mirrors
from provisioning.release.packages import Stanza
from provisioning.release.wheels import build_product, fetch_with_pip


def of_this_machine(work: Path, mirrors: tuple[str, str] | None) -> Suppliers:
    """Return them; apt works below ``work``, with ``mirrors`` or those of this machine."""

    def packages(suite: str, locked: Sequence[Stanza], shelf: Path) -> Sequence[Path]:
        return fetched(AptRoot(work / f"apt-{suite}", suite, mirrors or machine_mirrors()), locked, shelf)

    return Suppliers(build_product, fetch_with_pip, packages)
