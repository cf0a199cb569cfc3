"""``make wiring``: writes the pages and pictures of docs/ that follow from ``firmware_config/wiring``."""

from __future__ import annotations

from pathlib import Path

from provisioning.wiring import shopping
from provisioning.wiring.model import LANGUAGES
from provisioning.wiring.pages import PAGES, page, picture_of
from provisioning.wiring.picture import draw
from provisioning.wiring.reading import read_folder

ROOT = Path(__file__).parents[2]


def made(root: Path = ROOT) -> dict[Path, str]:
    """Return the text of every file that follows from the wirings below ``root``, by its path."""
    wirings = read_folder(root / "firmware_config" / "wiring")
    docs = root / "docs"
    pages = {docs / PAGES[language]: page(wirings, language) for language in LANGUAGES}
    pages |= {
        docs / shopping.PAGES[language]: text
        for language, text in shopping.pages(root / "firmware_config" / "shopping.toml").items()
    }
    return pages | {docs / picture_of(one, language): draw(one, language) for one in wirings for language in LANGUAGES}


def main() -> None:
    """Write them."""
    for path, text in made().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
