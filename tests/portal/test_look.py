"""The look: colours that can be read in every scheme, a theme that is data, pictures that are small."""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path

import pytest

from gateway.portal.site import STATIC, THEMES

FOLDERS = sorted(THEMES.iterdir())
STYLE = (STATIC / "portal.css").read_text(encoding="utf-8")

WORDS = (
    *(("ink", ground) for ground in ("paper", "card", "soft")), *(("muted", ground) for ground in ("paper", "card", "soft")),
    *(("call", ground) for ground in ("paper", "card", "soft")), *(("sea", ground) for ground in ("paper", "card", "soft")),
    ("number", "paper"), ("number", "card"), ("paper", "ink"), ("on-leaf", "leaf"), ("on-turmeric", "turmeric"), ("on-call", "call"),
    ("on-ground", "ground"), ("on-ground", "ground-soft"),
)  # fmt: skip
"""Words and what they stand on: 4.5 to 1."""
EDGES = (
    ("control", "card"),
    ("control", "paper"),
    ("leaf", "card"),
    ("focus", "paper"),
    ("ground-edge", "ground"),
    ("spark", "ground"),
)
"""Edges of what is touched, and marks that say something: 3 to 1."""
SCHEMES = ("light", "dark", "contrast", "contrast dark")


def _luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    full = "".join(2 * one for one in digits) if len(digits) == 3 else digits
    channels = [int(full[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2)."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def tokens(scheme: str, theme: Path) -> dict[str, str]:
    """Return the colours that are in force, as a browser with these wishes would find them."""
    wishes = {"dark": "(prefers-color-scheme: dark)", "contrast": "(prefers-contrast: more)"}
    wanted = [wishes[wish] for wish in scheme.split() if wish in wishes]
    style = STYLE + (theme / "colours.css").read_text(encoding="utf-8")
    found: dict[str, str] = {}
    blocks = re.finditer(r"(?:@media ([^{]+?) \{\s*)?:root \{([^}]*)\}", style)
    for block in blocks:
        if all(part in wanted for part in (block[1] or "").split(" and ") if part):
            found |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})\b", block[2]))
    return found


@pytest.mark.parametrize("theme", FOLDERS, ids=lambda theme: theme.name)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_words_and_edges_can_be_seen_in_every_scheme(scheme: str, theme: Path) -> None:
    """Each pair of tokens that the components put together has its contrast: light, dark, and both with more contrast."""
    colours = tokens(scheme, theme)
    pairs = chain(((pair, 4.5) for pair in WORDS), ((pair, 3.0) for pair in EDGES))
    faint = [(*pair, scheme) for pair, least in pairs if contrast(colours[pair[0]], colours[pair[1]]) < least]
    assert faint == []


@pytest.mark.parametrize("theme", FOLDERS, ids=lambda theme: theme.name)
def test_a_theme_is_a_folder_of_three_small_files(theme: Path) -> None:
    """A mark and a strip of at most 2 KB, and colours that name tokens only: another regency adds a folder."""
    sizes = {file.name: file.stat().st_size for file in theme.iterdir()}
    assert set(sizes) == {"mark.svg", "pattern.svg", "colours.css"}
    assert {name: size for name, size in sizes.items() if size > 2048} == {}
    selectors = re.findall(
        r"([^{}]+)\{", re.sub(r"/\*.*?\*/", "", (theme / "colours.css").read_text(encoding="utf-8"), flags=re.DOTALL)
    )
    assert {selector.strip() for selector in selectors} <= {":root"}
