"""What comes with the product: a template for each shipped document, one for all others, and the usual codes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from gateway.toml import read_toml

FOLDER = Path(__file__).parent / "shipped"
CODES = Path(__file__).parent / "codes.toml"
GENERAL = "umum"
"""The template of any letter that has none of its own: everything that was answered, in its order."""
PARTS = "bagian"
"""What all templates are made of, and no template itself."""


@cache
def shipped_templates() -> Mapping[str, str]:
    """Return the templates by the name of their document."""
    found = {file.stem: file.read_text(encoding="utf-8") for file in sorted(FOLDER.glob("*.typ"))}
    return {name: text for name, text in found.items() if name != PARTS}


@cache
def shipped_codes() -> Mapping[str, str]:
    """Return the usual classification codes by service."""
    return {str(name): str(code) for name, code in read_toml(CODES.read_text(encoding="utf-8")).items()}
