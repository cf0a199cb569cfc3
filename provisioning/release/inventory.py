"""What is in a release, for whoever must answer for it: a bill of materials (CycloneDX 1.6, JSON) and the licences. Pure.

Nothing in them depends on when or where they were written.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

SPEC = "1.6"


@dataclass(frozen=True, slots=True)
class Component:
    """One part of a release that somebody else made, or the product itself."""

    ecosystem: str
    """``pypi`` or ``deb/debian``, as in package URLs."""
    name: str
    version: str
    sha256: str
    licence: str
    """An SPDX expression or the makers' own words; empty when a package does not tell outside itself."""
    is_spdx: bool
    source: str = ""
    """A Debian package's source and version, or a project's page."""
    qualifiers: str = ""
    """What follows ``?`` in the package URL."""
    needs: tuple[str, ...] = ()
    """Package URLs of what it needs."""

    @property
    def purl(self) -> str:
        """Its package URL, which is also its reference."""
        version = self.version.replace("+", "%2B").replace(":", "%3A").replace("~", "~")
        return f"pkg:{self.ecosystem}/{self.name}@{version}" + (f"?{self.qualifiers}" if self.qualifiers else "")


def bill(product: Component, parts: Iterable[Component], made_at: str) -> bytes:
    """Return the bill of materials as JSON; ``made_at`` is the commit's time, as ``2026-11-28T23:05:00Z``."""
    everything = sorted({part.purl: part for part in parts}.items())
    content = {
        "$schema": f"http://cyclonedx.org/schema/bom-{SPEC}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": SPEC,
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, f'{product.purl}#{product.sha256}')}",
        "version": 1,
        "metadata": {"timestamp": made_at, "component": _entry(product, "application")},
        "components": [_entry(part, "library") for _, part in everything],
        "dependencies": [
            {"ref": part.purl, "dependsOn": sorted(set(part.needs))} for part in (product, *(part for _, part in everything))
        ],
    }
    return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=True).encode() + b"\n"


def _entry(part: Component, kind: str) -> Mapping[str, object]:
    entry: dict[str, object] = {
        "type": kind,
        "bom-ref": part.purl,
        "purl": part.purl,
        "name": part.name,
        "version": part.version,
        "hashes": [{"alg": "SHA-256", "content": part.sha256}],
    }
    if part.licence:
        entry["licenses"] = [{"expression": part.licence}] if part.is_spdx else [{"license": {"name": part.licence}}]
    if part.source:
        entry["externalReferences" if "://" in part.source else "description"] = (
            [{"type": "website", "url": part.source}] if "://" in part.source else f"Debian source {part.source}"
        )
    return entry


def licences(product: Component, parts: Iterable[Component]) -> bytes:
    """Return who may do what with each part, as plain text for people."""
    known = sorted({part.purl: part for part in parts}.values(), key=lambda part: (part.ecosystem, part.name, part.qualifiers))
    python = [
        f"{part.name} {part.version}: {part.licence or 'told inside the package'}" for part in known if part.ecosystem == "pypi"
    ]
    debian = dict.fromkeys(f"{part.name} {part.version} (source {part.source})" for part in known if part.ecosystem != "pypi")
    lines = (
        f"Balai Gateway {product.version}: {product.licence}",
        "",
        "Python packages. The text of each licence lies in the wheel itself, below its .dist-info folder.",
        "",
        *python,
        "",
        "Debian packages, unchanged, as Debian built them. The text of each licence lies in the package itself and, once it is installed, at",
        "/usr/share/doc/PACKAGE/copyright; the source of each is in Debian's archive under the name and version given, which any mirror has",
        "and Debian's snapshot archive keeps. Some (mosquitto, espeak-ng, alsa-utils) ask whoever passes them on to say where their source is: here.",
        "",
        *debian,
    )
    return ("\n".join(lines) + "\n").encode()
