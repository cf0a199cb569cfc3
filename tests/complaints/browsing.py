"""What a browser without scripts finds in a page."""

from __future__ import annotations

import re


def hidden(page: str, name: str) -> str:
    """Return the value of a hidden field, of the last form that has it."""
    return str(re.findall(rf'name="{name}" value="([^"]*)"', page)[-1])
