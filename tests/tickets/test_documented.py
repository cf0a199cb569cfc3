"""docs/tickets.md says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from gateway.tickets import wire
from gateway.tickets.model import LEGAL

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "tickets.md").read_text(encoding="utf-8")


def test_the_table_of_acts_is_the_table_in_the_code() -> None:
    """Whoever reads the page knows every legal act and no other."""
    rows = re.findall(r"^\| (\w+) \| (\w+) \| (\w+) \|$", DOCUMENT, re.MULTILINE)
    assert sorted(rows) == sorted((before.value, act.value, after.value) for (before, act), after in LEGAL.items())


def test_every_event_is_documented_and_every_documented_one_exists() -> None:
    """The centre's people find each event type of the queue on the page."""
    source = Path(wire.__file__).read_text(encoding="utf-8")
    made = {f"id.balai.ticket.{act}.v1" for act in re.findall(r'_about\(ticket, "([a-z-]+)"', source)}
    made |= set(re.findall(r'"(id\.balai\.day\.[a-z-]+\.v1)"', source))
    assert set(re.findall(r"`(id\.balai\.[a-z.-]+\.v1)`", DOCUMENT)) == made
