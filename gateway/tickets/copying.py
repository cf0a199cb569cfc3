"""Lines and counters as rows of a copied file, and back. hall.py hands it to whoever copies the hall's choices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, asdict, fields
from typing import Any

from gateway.choices.faults import unknown
from gateway.choices.section import Section
from gateway.errors import Refusal
from gateway.portal import problems
from gateway.portal.i18n import Words
from gateway.tickets.furniture import Furniture, require_sound
from gateway.tickets.model import CounterSetup, LineSetup

Rows = Mapping[str, Sequence[Mapping[str, Any]]]
KINDS: dict[str, type[LineSetup | CounterSetup]] = {"line": LineSetup, "counter": CounterSetup}


class FurnitureRows:
    """The hall's furniture in rows named ``line`` and ``counter``."""

    def __init__(self, furniture: Furniture) -> None:
        self._furniture = furniture

    def rows(self) -> Rows:
        """Return all lines and counters."""
        lines, counters = self._furniture.read()
        return {"line": [asdict(line) for line in lines], "counter": [asdict(counter) for counter in counters]}

    def unsound(self, rows: Rows, speak: Words) -> dict[str, str]:
        """Return what is wrong, by key such as ``line.bantuan.cap``."""
        wrong: dict[str, str] = {}
        for name, kind in KINDS.items():
            for row in rows[name]:
                wrong |= {f"{name}.{row.get('id', '?')}.{key}": said for key, said in _wrong(kind, row, speak).items()}
        if not wrong:
            try:
                require_sound(*_setups(rows))
            except Refusal as refusal:
                name = "line" if refusal.code == "line-setup" else "counter"
                wrong[name] = f"{problems.sentence(refusal, speak)} {problems.remedy(refusal, speak)}"
        return wrong

    def arrange(self, rows: Rows, sections: Sequence[Section]) -> None:
        """Let these be lines and counters, and choose ``sections``, in one transaction."""
        self._furniture.arrange(*_setups(rows), *sections)


def _setups(rows: Rows) -> tuple[list[LineSetup], list[CounterSetup]]:
    counters = [
        CounterSetup(**{**row, "lines": tuple(row["lines"]), "helps": tuple(row.get("helps", ()))}) for row in rows["counter"]
    ]
    return [LineSetup(**row) for row in rows["line"]], counters


def _wrong(kind: type[LineSetup | CounterSetup], row: Mapping[str, Any], speak: Words) -> dict[str, str]:
    known = {field.name: field for field in fields(kind)}
    wrong = {key: unknown(key, known, speak) for key in row if key not in known}
    for key, field in known.items():
        if key not in row:
            if field.default is MISSING:
                wrong[key] = speak("Harus diisi.")
        elif field.type == "str" and not isinstance(row[key], str):
            wrong[key] = speak("Tulis teks di antara tanda kutip.")
        elif field.type == "bool" and not isinstance(row[key], bool):
            wrong[key] = speak("Tulis true atau false.")
        elif field.type == "int" and not (isinstance(row[key], int) and not isinstance(row[key], bool)):
            wrong[key] = speak("Tulis angka bulat.")
        elif field.type.startswith("tuple") and not (
            isinstance(row[key], list | tuple) and all(isinstance(one, str) for one in row[key])
        ):
            wrong[key] = speak("Tulis daftar di antara [ dan ].")
    return wrong
