"""The shopping list: ``docs/shopping.md`` and ``docs/belanja.md`` from ``firmware_config/shopping.toml``, and what sets of it cost."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from provisioning.wiring.model import Language, WiringFault
from provisioning.wiring.words import TIMES

PAGES: dict[Language, str] = {"en": "shopping.md", "id": "belanja.md"}
KEYS = {"id", "name", "first", "second", "look", "avoid"}
OPENING: dict[Language, str] = {
    "en": """# What to buy

Made by `make wiring` from `firmware_config/shopping.toml`. Indonesian: [belanja.md](belanja.md). How it is wired: [wiring.md](wiring.md).

**Prices are rough classes** in rupiah for one piece, as Indonesian online shops had them in 2026; they say what is cheap and what is not. No make
and no shop is recommended, and none of these has been tried with a hall yet: buy one, test it with [technician.md](technician.md), then the rest.
Of each there are two choices; the first is the usual one.

| what | usual | or | look for | avoid |
|---|---|---|---|---|
""",
    "id": """# Daftar belanja

Dibuat oleh `make wiring` dari `firmware_config/shopping.toml`. Inggris: [shopping.md](shopping.md). Cara merangkai: [rangkaian.md](rangkaian.md).

**Harga hanya kelas kasar** dalam rupiah per buah, seperti di toko daring Indonesia tahun 2026; gunanya membedakan murah dan mahal. Tidak ada merek
dan toko yang dianjurkan, dan belum ada yang diuji di balai: beli satu, uji dengan [teknisi.md](teknisi.md), baru beli sisanya.
Setiap barang punya dua pilihan; yang pertama yang biasa.

| barang | biasa | atau | cari | hindari |
|---|---|---|---|---|
""",
}
KITS: dict[Language, str] = {
    "en": "\n## What a hall costs\n\nSums of the usual choices above, without work and without carriage.\n\n| hall | what | Rp |\n|---|---|---|\n",
    "id": "\n## Biaya satu balai\n\nJumlah dari pilihan yang biasa di atas, tanpa upah dan ongkos kirim.\n\n| balai | isinya | Rp |\n|---|---|---|\n",
}


def pages(path: Path) -> dict[Language, str]:
    """Return the page in each language. Raises WiringFault for an item that lacks something, or a kit with an unknown item."""
    tree = tomllib.loads(path.read_text(encoding="utf-8"))
    items = {item["id"]: item for item in tree["items"]}
    for id, item in items.items():
        if set(item) != KEYS or any(not item[key].get(language) for key in KEYS - {"id"} for language in PAGES):
            raise WiringFault(f"{path.name}: {id} needs {', '.join(sorted(KEYS))}, each in both languages")
    for kit in tree["kits"]:
        for id in set(kit["items"]) - set(items):
            raise WiringFault(f"{path.name}: a kit has '{id}', which no item is")
    return {language: "".join(_lines(items, tree["kits"], language)) for language in PAGES}


def _lines(items: Mapping[str, Any], kits: list[dict[str, Any]], language: Language) -> Iterator[str]:
    yield OPENING[language]
    for item in items.values():
        choices = [f"{item[key][language]}: {money(item[key]['price'], language)}" for key in ("first", "second")]
        yield f"| **{item['name'][language]}** | {' | '.join(choices)} | {item['look'][language]} | {item['avoid'][language]} |\n"
    yield KITS[language]
    for kit in kits:
        names = ", ".join(f"{count} {TIMES} {items[id]['name'][language]}" for id, count in kit["items"].items())
        total = [sum(items[id]["first"]["price"][end] * count for id, count in kit["items"].items()) for end in (0, 1)]
        yield f"| **{kit['name'][language]}** | {names} | {money(total, language)} |\n"


def money(thousands: list[int], language: Language) -> str:
    """Return a class of prices, given in thousands of rupiah: ``Rp 250.000-500.000`` in Indonesian, ``Rp 250,000 to 500,000`` in English."""
    if not any(thousands):
        return "-"
    low, high = (f"{value * 1000:,}" for value in thousands)
    if language == "id":
        return f"Rp {low}-{high}".replace(",", ".")
    return f"Rp {low} to {high}"
