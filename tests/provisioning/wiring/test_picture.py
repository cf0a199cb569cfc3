"""What is in a picture is what is in its file."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from provisioning.wiring.model import LANGUAGES, Language, Wiring, WiringFault
from provisioning.wiring.picture import draw
from provisioning.wiring.reading import read, read_folder
from provisioning.wiring.shapes import resistor
from tests.provisioning.wiring.examples import crossing

FOLDER = Path(__file__).parents[3] / "firmware_config" / "wiring"
CASES = [(wiring, language) for wiring in read_folder(FOLDER) for language in LANGUAGES]
TEXT = "{http://www.w3.org/2000/svg}text"


def texts(svg: str) -> list[str]:
    """Every word of a picture."""
    return [one.text or "" for one in ET.fromstring(svg).iter(TEXT)]


@pytest.mark.parametrize(("wiring", "language"), CASES, ids=lambda one: getattr(one, "kind", one))
def test_each_wire_has_its_number_at_both_ends_and_below(wiring: Wiring, language: Language) -> None:
    """A picture without colours says the same."""
    found = Counter(texts(draw(wiring, language)))
    for wire in wiring.wires:
        assert found[str(wire.number)] >= len(wire.all_ends) + 1
    for part in wiring.parts.values():
        assert all(any(word in text for text in found) for word in part.name.of(language).split())
    written = " ".join(texts(draw(wiring, language))).replace("\u00a0", " ")
    assert [note for note in wiring.notes if note.of(language).replace("`", "") not in written] == []


@pytest.mark.parametrize(("wiring", "language"), CASES, ids=lambda one: getattr(one, "kind", one))
def test_a_picture_is_an_image_that_needs_nothing_else(wiring: Wiring, language: Language) -> None:
    """It is shown in a browser without network and printed as it is: no script, no link, no foreign font."""
    svg = draw(wiring, language)
    assert {one.tag.rpartition("}")[2] for one in ET.fromstring(svg).iter()} <= {
        "svg",
        "title",
        "g",
        "rect",
        "circle",
        "path",
        "text",
    }
    assert not re.search(r"href|url\(|<script|@import|[\" ]nan[\" ]", svg)


@pytest.mark.parametrize(
    ("value", "rings"),
    [
        ("1 kΩ", ["brown", "black", "red"]),
        ("330 Ω", ["orange", "orange", "brown"]),
        ("1.8 kΩ", ["brown", "grey", "red"]),
        ("4.7 kΩ", ["yellow", "violet", "red"]),
        ("10 kΩ", ["brown", "black", "orange"]),
        ("47 Ω", ["yellow", "violet", "black"]),
    ],
)
def test_a_resistor_has_the_rings_of_its_value(value: str, rings: list[str]) -> None:
    """Who knows the rings finds it in the bag."""
    names = {
        "#1a1a1a": "black",
        "#8b5a2b": "brown",
        "#d62828": "red",
        "#f28c28": "orange",
        "#ffd91a": "yellow",
        "#9a5bd0": "violet",
        "#9aa3ad": "grey",
    }
    drawn = "".join(resistor((0, 0), value, value))
    assert [names[one] for one in re.findall(r'fill="(#\w+)"', drawn) if one in names][:3] == rings


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"330 Ω"', '"330 ohm"', "must be written as"),
        ('["shifter.1A"]', '["shifter.1Y"]', "must end at the left of parts"),
        ('left = ["VCC", "1A", "2A", "GND"]', 'left = ["VCC", "2A", "1A", "GND"]', "must be the ground of its pulldown"),
    ],
)
def test_a_part_that_could_not_be_drawn_where_it_belongs_is_refused(old: str, new: str, said: str, tmp_path: Path) -> None:
    """What stands between pin and ground has ground beside it."""
    path = tmp_path / "x.toml"
    text = crossing()
    if "1Y" in new:
        text = text.replace('"shifter.1Y"', '"shifter.1A"')
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(WiringFault, match=said):
        read(path)


def test_a_wire_reaches_its_pin_from_either_end(tmp_path: Path) -> None:
    """Whether the file begins a wire at the Pi or ends it there, the picture joins the very pin."""
    drawn = []
    for text in (crossing(), crossing().replace('from = "pi.24"\nto = ["shifter.2A"]', 'from = "shifter.2A"\nto = ["pi.24"]')):
        path = tmp_path / "x.toml"
        path.write_text(text.replace('pulldown = "10 kΩ"', ""), encoding="utf-8")
        drawn.append(draw(read(path), "en"))
    points = [
        sorted(
            {frozenset(re.findall(r"\d[\d.]* \d[\d.]*", one)) for one in re.findall(r'd="(M[^"]+)" fill="none"', svg)}, key=sorted
        )
        for svg in drawn
    ]
    assert points[0] == points[1]
