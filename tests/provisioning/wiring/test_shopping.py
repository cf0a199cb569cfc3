"""The shopping list: both languages have the same things, and the sums are right."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from provisioning.wiring.model import WiringFault
from provisioning.wiring.shopping import money, pages

LIST = Path(__file__).parents[3] / "firmware_config" / "shopping.toml"
ITEM = """
[[items]]
id = "button"
name = {id = "Tombol", en = "Button"}
first = {id = "a", en = "a", price = [10, 20]}
second = {id = "b", en = "b", price = [0, 0]}
look = {id = "c", en = "c"}
avoid = {id = "d", en = "d"}
[[kits]]
name = {id = "Kecil", en = "Small"}
items = {button = 3}
"""


def test_both_lists_have_the_same_things_and_two_choices_of_each() -> None:
    """Nobody must read the other language to know what to buy."""
    rows = {
        language: [line.count(" | ") for line in text.splitlines() if line.startswith("| ")]
        for language, text in pages(LIST).items()
    }
    assert rows["id"] == rows["en"]
    assert max(rows["id"]) == 4


def test_a_kit_is_the_sum_of_its_usual_choices(tmp_path: Path) -> None:
    """Three buttons of 10 to 20 thousand are 30 to 60 thousand."""
    path = tmp_path / "shopping.toml"
    path.write_text(ITEM, encoding="utf-8")
    assert [re.findall(r"Rp [\d.,]+(?:-| to )[\d.,]+", text) for text in pages(path).values()] == [
        ["Rp 10,000 to 20,000", "Rp 30,000 to 60,000"],
        ["Rp 10.000-20.000", "Rp 30.000-60.000"],
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"), [('en = "c"', 'en = ""', "button needs"), ("button = 3", "lamp = 1", "a kit has 'lamp'")]
)
def test_what_is_incomplete_is_refused(old: str, new: str, said: str, tmp_path: Path) -> None:
    """With the item's name."""
    path = tmp_path / "shopping.toml"
    path.write_text(ITEM.replace(old, new), encoding="utf-8")
    with pytest.raises(WiringFault, match=said):
        pages(path)


def test_what_costs_nothing_has_no_price() -> None:
    """The TV's own loudspeaker is there already."""
    assert money([0, 0], "id") == "-"
