"""``/atur/salinan``: the hall's choices as one text to keep, and a text that is tried and then applied."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.choices.copies import Copies, Unfit
from gateway.choices.forms import PlainForm, Unsound
from gateway.portal.i18n import Words


class CopyForm(PlainForm):
    """A file is chosen or pasted, looked through, and applied."""

    path = after = "/atur/salinan"
    title = "Salinan pengaturan"
    template = "setup_copy.html"
    labels: Mapping[str, str] = {"text": "Isi berkas"}

    def __init__(self, copies: Copies) -> None:
        self._copies = copies

    def basis(self, item: str) -> object:
        """Return all that is chosen."""
        del item
        return self._copies.export()

    def filled(self, item: str) -> dict[str, str]:
        """Return empty fields."""
        del item
        return {"text": "", "file": ""}

    def fill(self, act: str, typed: dict[str, str]) -> dict[str, str] | None:
        """Only look through the file, chosen or pasted."""
        return {"text": typed["file"] or typed["text"], "file": ""} if act == "look" else None

    def shown(self, item: str, typed: Mapping[str, str], speak: Words) -> dict[str, object]:
        """Return the present choices, and what the file would change or what is wrong with it."""
        del item
        present: dict[str, object] = {
            "present": self._copies.export(),
            "changes": [],
            "faults": {},
            "looked": bool(typed["text"]),
        }
        if typed["text"]:
            found = self._copies.bring_in(typed["text"], speak, only_look=True)
            present |= {"changes": found["changes"], "faults": found["wrong"]}
        return present

    def choose(self, item: str, act: str, typed: dict[str, str], speak: Words) -> None:
        """Apply the file."""
        del item, act
        try:
            self._copies.apply(self._copies.read(typed["text"], speak))
        except Unfit as unfit:
            raise Unsound({"text": speak("Berkas ini belum dapat dipakai.")}) from unfit
