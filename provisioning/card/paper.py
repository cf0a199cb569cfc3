"""What is printed for a hall: a label for the Pi's case, and an A4 poster that tells people how to take a number with their phone."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import segno
import typst

from gateway.errors import Refusal
from gateway.toml import read_toml
from provisioning.identity.folder import write

FOLDER = resources.files("provisioning.card").joinpath("papers")
_ESCAPED = str.maketrans({letter: f"\\{letter}" for letter in '\\;,":'})


@dataclass(frozen=True, slots=True)
class Facts:
    """What a hall's papers tell."""

    hall: str
    """The code as screens show it, ``35.10.01.2001``."""
    name: str
    address: str
    """Of the portal, for example ``http://balai.lan``."""
    ssid: str
    """The guests' Wi-Fi; empty: the poster tells of none."""
    password: str
    """Of that Wi-Fi; empty where it is open."""
    languages: Sequence[str]
    instance: str
    release: int


def wifi_text(ssid: str, password: str) -> str:
    """Return what a phone reads from a Wi-Fi QR code."""
    kind = (
        f"T:WPA;S:{ssid.translate(_ESCAPED)};P:{password.translate(_ESCAPED)}"
        if password
        else f"T:nopass;S:{ssid.translate(_ESCAPED)}"
    )
    return f"WIFI:{kind};;"


def papers(facts: Facts) -> dict[str, bytes]:
    """Return ``label`` and ``poster``, each a PDF that is the same for the same facts."""
    words = read_toml(FOLDER.joinpath("words.toml").read_text(encoding="utf-8"))
    told = {
        "hall": facts.hall,
        "name": facts.name,
        "address": facts.address,
        "ssid": facts.ssid,
        "password": facts.password,
        "instance": facts.instance,
        "release": facts.release,
        "words": [words[language] for language in facts.languages],
        "languages": list(facts.languages),
        "wifi_qr": _qr(wifi_text(facts.ssid, facts.password)) if facts.ssid else "",
        "portal_qr": _qr(facts.address),
        "hall_qr": _qr(facts.hall),
    }
    return {name: _pdf(name, told) for name in ("label", "poster")}


def print_papers(folder: Path, code: str, facts: Facts) -> list[Path]:
    """Write the papers into ``folder``; return where. Raises Refusal ``file-failed``."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refusal("file-failed", path=folder, reason=error.strerror) from error
    made = {folder / f"{code}-{name}.pdf": content for name, content in papers(facts).items()}
    for path, content in made.items():
        write(path, content)
    return [*made]


def _qr(text: str) -> str:
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(drawn, kind="svg", border=0, xmldecl=False, svgns=True)
    return drawn.getvalue().decode()


def _pdf(name: str, told: Mapping[str, object]) -> bytes:
    source = FOLDER.joinpath(f"{name}.typ").read_text(encoding="utf-8").encode()
    compiler = typst.Compiler(input=source, ignore_system_fonts=True, sys_inputs={"told": json.dumps(told)})
    made = compiler.compile(format="pdf", timestamp=0)
    first = made[0] if isinstance(made, list) else made
    if not isinstance(first, bytes):  # no file is named, so bytes come back
        raise TypeError(name)
    return first
