"""``/atur/loket``: the counters of the hall, and for each line whether it serves, helps, or leaves it to others.

Promises: no line is left without a counter; no two counters have one name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from gateway.choices.forms import PlainForm, Unsound
from gateway.errors import Refusal
from gateway.portal.i18n import Words
from gateway.tickets.desk import TicketsDesk
from gateway.tickets.furniture import LONGEST_NAME
from gateway.tickets.model import CounterSetup, LineSetup
from gateway.tickets.setup_lines import NEW

COUNTERS = "/atur/loket"
SERVES = ("own", "help", "no")


class CounterList(PlainForm):
    """All counters."""

    path = after = COUNTERS
    title = "Loket"
    template = "setup_counters.html"
    labels: Mapping[str, str] = {}

    def __init__(self, desk: TicketsDesk) -> None:
        self._desk = desk

    def shown(self, item: str, typed: Mapping[str, str], speak: Words) -> dict[str, object]:
        """Return counters and lines."""
        del item, typed, speak
        lines, counters = self._desk.furniture.read()
        return {"counters": counters, "lines": lines}

    def choose(self, item: str, act: str, typed: dict[str, str], speak: Words) -> None:
        """Nothing is chosen on the list itself."""
        del item, act, typed, speak
        raise Refusal("field-invalid", field="act")


class CounterForm(PlainForm):
    """One counter, present or new."""

    path = f"{COUNTERS}/{{item}}"
    after = COUNTERS
    title = "Loket"
    template = "setup_counter.html"
    labels: Mapping[str, str] = {"name": "Nama loket", "serves": "Layanan", "sure": "Ya, hapus loket ini"}

    def __init__(self, desk: TicketsDesk) -> None:
        self._desk = desk

    def filled(self, item: str) -> dict[str, str]:
        """Return the counter as it is; a new one with the next number, helping everywhere."""
        lines, counters = self._desk.furniture.read()
        if item == NEW:
            counter = CounterSetup("", f"Loket {len(counters) + 1}", (), tuple(sorted(line.id for line in lines)))
        else:
            counter = _find(counters, item)
        return {"name": counter.name, "sure": "", **{f"serve-{line.id}": _serves(counter, line) for line in lines}}

    def basis(self, item: str) -> object:
        """Return the counter; a new one depends on nothing."""
        return "" if item == NEW else self.filled(item)

    def shown(self, item: str, typed: Mapping[str, str], speak: Words) -> dict[str, object]:
        """Return the lines."""
        del typed, speak
        return {"lines": self._desk.furniture.read()[0], "is_new": item == NEW}

    def choose(self, item: str, act: str, typed: dict[str, str], speak: Words) -> None:
        """Keep the counter as typed, or retire it."""
        lines, counters = self._desk.furniture.read()
        present = None if item == NEW else _find(counters, item)
        if act == "retire":
            if not typed["sure"]:
                raise Unsound({"sure": speak("Beri tanda di sini bila memang akan dihapus.")})
            left = [one for one in counters if one is not present]
            if not left:
                raise Refusal("last-counter")
            field = "sure"
        else:
            wanted = self._wanted(present, typed, counters, lines, speak)
            if present is None and replace(wanted, id="") in {replace(one, id="") for one in counters}:
                return
            left = [wanted if one is present else one for one in counters] if present else [*counters, wanted]
            field = "serves"
        if alone := unserved(lines, left):
            names = ", ".join(line.name for line in alone)
            raise Unsound({field: speak("Tidak ada loket lain untuk {lines}. Beri layanan itu satu loket dulu.", lines=names)})
        self._desk.furniture.arrange(lines, left)

    def _wanted(
        self,
        present: CounterSetup | None,
        typed: dict[str, str],
        counters: Sequence[CounterSetup],
        lines: Sequence[LineSetup],
        speak: Words,
    ) -> CounterSetup:
        name = " ".join(typed["name"].split())
        wrong: dict[str, str] = {}
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            wrong["name"] = speak("Tulis nama, paling panjang {high} huruf.", high=LONGEST_NAME)
        by_service = {way: tuple(sorted(line.id for line in lines if typed[f"serve-{line.id}"] == way)) for way in SERVES}
        if not by_service["own"]:
            wrong["serves"] = speak("Pilih paling sedikit satu layanan utama.")
        wanted = CounterSetup(present.id if present else _new_id(counters), name, by_service["own"], by_service["help"])
        other = next((one for one in counters if one is not present and one.name.casefold() == name.casefold()), None)
        if other is not None and replace(other, id="") != replace(wanted, id=""):
            wrong["name"] = speak("{name} sudah ada. Pakai nama lain.", name=other.name)
        if wrong:
            raise Unsound(wrong)
        return wanted


def unserved(lines: Sequence[LineSetup], counters: Sequence[CounterSetup]) -> list[LineSetup]:
    """Return the lines that no counter serves or helps."""
    served = {line for counter in counters for line in (*counter.lines, *counter.helps)}
    return [line for line in lines if line.id not in served]


def _serves(counter: CounterSetup, line: LineSetup) -> str:
    return "own" if line.id in counter.lines else "help" if line.id in counter.helps else "no"


def _new_id(counters: Sequence[CounterSetup]) -> str:
    taken = {one.id for one in counters}
    return next(str(number) for number in range(1, 999) if str(number) not in taken)


def _find(counters: Sequence[CounterSetup], counter_id: str) -> CounterSetup:
    for counter in counters:
        if counter.id == counter_id:
            return counter
    raise Refusal("unknown-counter", counter=counter_id)
