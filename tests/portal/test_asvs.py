"""docs/asvs.md shows what it claims: each line that is met names what shows it, and what it names is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = [
    tuple(cell.strip() for cell in line.strip().strip("|").split("|"))
    for line in (ROOT / "docs" / "asvs.md").read_text(encoding="utf-8").splitlines()
    if re.match(r"\| (\d|Host)", line)
]
NAMED = sorted({name for row in ROWS for name in re.findall(r"`(tests/[^`]+)`", row[-1])})


def test_every_line_says_whether_it_is_met() -> None:
    """Five cells, and one of four answers; what is missing is said in words."""
    assert [row for row in ROWS if len(row) != 5 or row[2] not in {"yes", "part", "no", "none"}] == []
    assert [row[0] for row in ROWS if row[2] in {"part", "no"} and not row[3]] == []


def test_what_is_met_is_shown_or_plain_to_see() -> None:
    """A line without a test is one of which the page says why."""
    assert [row[0] for row in ROWS if row[2] == "yes" and not row[4] and not row[3]] == []


@pytest.mark.parametrize("name", NAMED)
def test_a_test_that_is_named_exists(name: str) -> None:
    """File or folder, and in it the test."""
    path, _, test = name.partition("::")
    assert (ROOT / path).exists()
    if test:
        assert f"def {test}(" in (ROOT / path).read_text(encoding="utf-8")
