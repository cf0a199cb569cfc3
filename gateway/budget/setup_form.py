"""``/atur/anggaran``: a file is chosen or pasted, judged line by line, looked at, and shown to everybody."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.budget.desk import BudgetDesk
from gateway.budget.model import PARTS, ROWS_LIMIT
from gateway.budget.reading import read_budgets
from gateway.choices.forms import PlainForm, Unsound
from gateway.portal.i18n import Words

PATH = "/atur/anggaran"
REMOVE = "remove-"


class BudgetForm(PlainForm):
    """The page on which budgets are brought in."""

    path = after = PATH
    title = "Anggaran desa"
    template = "setup_budget.html"
    labels: Mapping[str, str] = {"text": "Isi berkas"}

    def __init__(self, desk: BudgetDesk) -> None:
        self._desk = desk

    def basis(self, item: str) -> object:
        """Return nothing that a form depends on: showing a year anew replaces it whole."""
        del item
        return ""

    def filled(self, item: str) -> dict[str, str]:
        """Return empty fields."""
        del item
        return {"text": "", "file": ""}

    def fill(self, act: str, typed: dict[str, str]) -> dict[str, str] | None:
        """Only look through the file, chosen or pasted."""
        return {"text": typed["file"] or typed["text"], "file": ""} if act == "look" else None

    def shown(self, item: str, typed: Mapping[str, str], speak: Words) -> dict[str, object]:
        """Return what is shown already, and what the file says or what is wrong in it, line by line."""
        del item
        judged = read_budgets(typed["text"]) if typed["text"].strip() else None
        faults = [(number, speak.tell(reason.sentence, reason.facts)) for number, reason in judged.faults] if judged else []
        return {
            "present": list(self._desk.every().values()), "judged": judged, "faults": faults, "parts": PARTS, "rows_limit": ROWS_LIMIT,
        }  # fmt: skip

    def choose(self, item: str, act: str, typed: dict[str, str], speak: Words) -> None:
        """Show what the file says, or take a year away."""
        del item
        year = act.removeprefix(REMOVE)
        if act.startswith(REMOVE) and year.isascii() and year.isdecimal() and len(year) == 4:  # noqa: PLR2004 - a year
            self._desk.remove(int(year))
            return
        judged = read_budgets(typed["file"] or typed["text"])
        if not judged.budgets:
            raise Unsound({"text": speak("Berkas ini belum dapat dipakai.")})
        self._desk.publish(judged.budgets.values())
