"""docs/tickets.md says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from gateway.tickets.model import LEGAL

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "tickets.md").read_text(encoding="utf-8")


def test_the_table_of_acts_is_the_table_in_the_code() -> None:
    """Whoever reads the page knows every legal act and no other."""
    rows = re.findall(r"^\| (\w+) \| (\w+) \| (\w+) \|$", DOCUMENT, re.MULTILINE)
    assert sorted(rows) == sorted((before.value, act.value, after.value) for (before, act), after in LEGAL.items())
