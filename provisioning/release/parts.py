"""Wheels and Debian packages as parts of the bill of materials."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from provisioning.release.inventory import Component
from provisioning.release.packages import Stanza
from provisioning.release.wanted import Target
from provisioning.release.wheels import Wheel

CLASSIFIER = "License :: OSI Approved :: "
PLATFORM_LIMIT = 80
"""A ``License`` field that is longer is the whole text of one, and no name."""


def of_wheel(wheel: Wheel, needs: Iterable[str] = ()) -> Component:
    """Return a wheel as a part; ``needs`` are package URLs."""
    licence, is_spdx = _licence(wheel)
    with wheel.path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    page = str(wheel.metadata.get("Home-page") or "") or _page(wheel)
    return Component(
        "pypi", wheel.name, wheel.version, sha256, licence, is_spdx, page, f"file_name={wheel.path.name}", tuple(needs)
    )


def _licence(wheel: Wheel) -> tuple[str, bool]:
    expression = wheel.metadata.get("License-Expression")
    if expression:
        return str(expression), True
    classifiers = wheel.metadata.get_all("Classifier", [])
    names = [str(one).removeprefix(CLASSIFIER) for one in classifiers if str(one).startswith(CLASSIFIER)]
    field = str(wheel.metadata.get("License") or "")
    return (", ".join(names) or (field if len(field) <= PLATFORM_LIMIT and "\n" not in field else "")), False


def _page(wheel: Wheel) -> str:
    pages = [str(one).partition(",")[2].strip() for one in wheel.metadata.get_all("Project-URL", [])]
    return next((page for page in pages if page.startswith("https://")), "")


def needed(wheel: Wheel, extras: Iterable[str], target: Target, there: Mapping[str, Wheel]) -> list[str]:
    """Return the names of the wheels in ``there`` that a wheel needs on the target."""
    names = set()
    for line in wheel.metadata.get_all("Requires-Dist", []):
        need = Requirement(line)
        asked = [not need.marker or need.marker.evaluate({**target.environment, "extra": extra}) for extra in ("", *extras)]
        if any(asked) and canonicalize_name(need.name) in there:
            names.add(canonicalize_name(need.name))
    return sorted(names)


def of_stanza(stanza: Stanza, suite: str) -> Component:
    """Return a Debian package as a part."""
    source = stanza.get("Source", stanza["Package"])
    told = source if "(" in source else f"{source} {stanza['Version']}"
    qualifiers = f"arch={stanza['Architecture']}&distro={suite}"
    return Component(
        ecosystem="deb/debian",
        name=stanza["Package"],
        version=stanza["Version"],
        sha256=stanza["SHA256"],
        licence="",
        is_spdx=False,
        source=told,
        qualifiers=qualifiers,
    )
