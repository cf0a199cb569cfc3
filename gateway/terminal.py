"""What commands share at the terminal: the option that names a hall, and sentences in the terminal's language."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import click

CONFIG = click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("/etc/balai/hall.toml"),
    show_default=True,
    help="The hall's settings.",
)


def say(sentence: str, facts: dict[str, Any]) -> str:
    """Put a sentence into the language of this terminal: Indonesian unless it is another that we speak."""
    from gateway.portal.i18n import words  # noqa: PLC0415 - catalogues are read only when something is said

    return words(language()).tell(sentence, facts)


def language() -> str:
    """Return the language of this terminal."""
    terminal = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG", "")
    return re.split("[_.@]", terminal)[0]
