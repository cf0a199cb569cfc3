"""``/atur/aturan``: the rules of the queue as numbers, with an example of the order that comes of them."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError

from gateway.choices.faults import faults
from gateway.choices.forms import PlainForm, Unsound
from gateway.portal.i18n import Words
from gateway.tickets.choices import QueueRules
from gateway.tickets.desk import TicketsDesk
from gateway.tickets.turns import PRIORITY_IN_A_ROW, Waiting, calling_order

FIGURES = (
    "priority_in_a_row", "calls_before_no_show", "skip_places", "undo_s", "double_press_s", "phone_per_address", "phone_per_minute",
    "phone_waiting",
)  # fmt: skip
CHOSEN = (*FIGURES, "leftover", "phone_tickets")
EXAMPLE = (False, False, True, True, True, True, True)
"""Who came in this order: with priority or without."""


class RulesForm(PlainForm):
    """Fairness, calls, skipping, taking back, leftovers and phone tickets."""

    path = after = "/atur/aturan"
    title = "Aturan antrean"
    template = "setup_rules.html"
    labels: Mapping[str, str] = {
        "priority_in_a_row": "Prioritas berturut-turut",
        "calls_before_no_show": "Panggilan sebelum tidak hadir",
        "skip_places": "Setelah dilewati",
        "undo_s": "Waktu untuk mengurungkan",
        "double_press_s": "Tekan dua kali",
        "leftover": "Yang masih menunggu saat hari berganti",
        "phone_tickets": "Nomor boleh diambil lewat ponsel",
        "phone_per_address": "Nomor untuk satu ponsel",
        "phone_per_minute": "Nomor lewat ponsel dalam satu menit",
        "phone_waiting": "Nomor lewat ponsel yang masih menunggu",
    }

    def __init__(self, desk: TicketsDesk) -> None:
        self._desk = desk

    def filled(self, item: str) -> dict[str, str]:
        """Return the rules that are chosen."""
        del item
        rules = self._desk.choices.current(QueueRules)
        figures = {name: f"{getattr(rules, name):g}" for name in FIGURES}
        return {**figures, "leftover": rules.leftover, "phone_tickets": "1" if rules.phone_tickets else ""}

    def fill(self, act: str, typed: dict[str, str]) -> dict[str, str] | None:
        """Only show the example anew."""
        return typed if act == "example" else None

    def shown(self, item: str, typed: Mapping[str, str], speak: Words) -> dict[str, object]:
        """Return the order in which an example is called, and the limits of each figure."""
        del item, speak
        in_a_row = int(typed["priority_in_a_row"]) if typed["priority_in_a_row"].isdecimal() else PRIORITY_IN_A_ROW
        waiting = [Waiting(number, priority, number) for number, priority in enumerate(EXAMPLE, start=1)]
        order = calling_order(waiting, 0, min(max(in_a_row, 1), 9))
        example = [(f"A-{number:03d}", EXAMPLE[number - 1]) for number in order]
        came = [(f"A-{one.ticket:03d}", one.priority) for one in waiting]
        return {"example": example, "came": came, "limits": {name: _limits(name) for name in FIGURES}}

    def choose(self, item: str, act: str, typed: dict[str, str], speak: Words) -> None:
        """Choose the rules as typed."""
        del item, act
        rules = self._desk.choices.current(QueueRules)
        wanted = {name: typed[name].strip().replace(",", ".") for name in FIGURES}
        chosen = {**rules.model_dump(), **wanted, "leftover": typed["leftover"], "phone_tickets": bool(typed["phone_tickets"])}
        try:
            self._desk.furniture.choose(QueueRules.model_validate(chosen))
        except ValidationError as error:
            raise Unsound(faults(error, speak)) from error


def _limits(name: str) -> tuple[int, int]:
    found = {type(rule).__name__: rule for rule in QueueRules.model_fields[name].metadata}
    return found["Ge"].ge, found["Le"].le
