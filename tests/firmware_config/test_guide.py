"""The technician's guide says in both languages what the hall says, all of it and nothing else."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from gateway.devices.catalog import KINDS
from gateway.devices.remedies import REMEDIES
from gateway.tickets.furnishing import COUNTERS, LINES
from tests.portal.catalogues import catalogue_of

ROOT = Path(__file__).parents[2]
GUIDES = {"id": ROOT / "docs" / "teknisi.md", "en": ROOT / "docs" / "technician.md"}


def faults() -> dict[str, str]:
    """What a device may say of itself, with its English: whatever has a remedy, save what only the likenesses of `/sim` say."""
    english = {str(message.id): str(message.string) for message in catalogue_of("en") if message.id}
    modules = [path for path in (ROOT / "gateway").glob("[dv]*/*.py") if path.name != "remedies.py"]
    real = {
        node.value
        for path in modules
        if not path.name.startswith("simulated_")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return {words: english[words] for words in REMEDIES if words in real}


def shown(words: str) -> str:
    """The words with a mark where something is filled in."""
    return re.sub(r"\{\w+\}", "…", words)


def told(language: str) -> list[str]:
    """The first cell of each row about a fault."""
    _, _, after = GUIDES[language].read_text(encoding="utf-8").partition("\n## 7. ")
    return re.findall(r"^\| `([^`]+)` \|", after.partition("\n## 8. ")[0], re.MULTILINE)


def test_every_fault_that_a_device_can_tell_is_explained() -> None:
    """Whoever reads it on a screen finds it in the guide, with what to do; a new device brings its rows."""
    assert set(told("id")) == {shown(words) for words in faults()}


def test_the_english_guide_has_the_words_of_the_english_pages() -> None:
    """In the same order, so that both guides can be read side by side."""
    english = {shown(words): shown(translated) for words, translated in faults().items()}
    assert told("en") == [english[words] for words in told("id")]


@pytest.mark.parametrize(
    "mark", [r"^## \d", r"^\| ", r"^\d\. ", r"^- ", r"^\*\*"], ids=["parts", "rows", "steps", "rules", "bold"]
)
def test_both_guides_are_built_alike(mark: str) -> None:
    """Nothing is told in one language only."""
    counts = {
        language: len(re.findall(mark, path.read_text(encoding="utf-8"), re.MULTILINE)) for language, path in GUIDES.items()
    }
    assert counts["id"] == counts["en"] > 0


def test_the_guide_names_every_part_of_the_boot_configuration() -> None:
    """A file that nobody names would never reach a card."""
    files = {path.name for path in (ROOT / "firmware_config" / "pi").iterdir() if path.suffix != ".md"}
    for path in GUIDES.values():
        text = path.read_text(encoding="utf-8")
        assert {name for name in files if f"`{name}`" not in text and name not in text} == set()


def test_the_guide_names_the_services_and_counters_of_a_new_hall() -> None:
    """Exactly these: what a technician writes as ``line`` and ``counter`` before anybody has changed them."""
    for path, words in (
        (GUIDES["id"], r"layanan (.+?) dan loket (.+?)\."),
        (GUIDES["en"], r"services (.+?) and the counters (.+?)\."),
    ):
        [named] = re.findall(r"(?:Balai baru punya|A new hall has the) " + words, path.read_text(encoding="utf-8"))
        assert [re.findall(r"`([^`]+)`", ids) for ids in named] == [[one.id for one in ids] for ids in (LINES, COUNTERS)]


def test_every_kind_has_its_row_in_the_reference() -> None:
    """What it is, what it costs and against what it was tested; those of `/sim` stand in one sentence."""
    text = (ROOT / "docs" / "devices.md").read_text(encoding="utf-8")
    first = [row.split(" | ")[0] for row in re.findall(r"^\| (`.*) \|$", text.partition("\n## ")[0], re.MULTILINE)]
    named = {kind for cell in first for kind in re.findall(r"`([a-z0-9-]+)`", cell)}
    assert named == {kind for kind in KINDS if not kind.startswith("simulated-")}
    assert [kind for kind in KINDS if kind.startswith("simulated-") and f"`{kind.removeprefix('simulated')}`" not in text] == [
        "simulated-button"
    ]
