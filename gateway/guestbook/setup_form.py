"""``/atur/buku-tamu``: how long names are kept."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.choices.desk import Choices
from gateway.choices.forms import PlainForm, Unsound
from gateway.guestbook.choices import GuestBookChoices
from gateway.portal.i18n import Words

PATH = "/atur/buku-tamu"
LONGEST_DAYS = 365


class GuestBookForm(PlainForm):
    """The one choice of the guest book."""

    path = after = PATH
    title = "Buku tamu"
    template = "setup_guestbook.html"
    labels: Mapping[str, str] = {"keep_days": "Nama disimpan berapa hari"}

    def __init__(self, choices: Choices) -> None:
        self._choices = choices

    def filled(self, item: str) -> dict[str, str]:
        """Return what is chosen now."""
        del item
        return {"keep_days": str(self._choices.current(GuestBookChoices).keep_days)}

    def choose(self, item: str, act: str, typed: dict[str, str], speak: Words) -> None:
        """Choose anew; what is older is erased within the hour."""
        del item, act
        days = typed["keep_days"].strip()
        if not (days.isascii() and days.isdecimal() and len(days) <= 3 and 1 <= int(days) <= LONGEST_DAYS):  # noqa: PLR2004 - digits of 365
            raise Unsound({"keep_days": speak("Tulis angka 1 sampai {high}.", high=LONGEST_DAYS)})
        self._choices.change(GuestBookChoices(keep_days=int(days)))
