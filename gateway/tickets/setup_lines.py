"""``/atur/layanan``: the lines of the hall, in their order; each with name, letter, colour, picture and cap.

Promises: no line is without a counter; a letter never names two lines on one hall-day; a line that is taken away is retired.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from gateway.choices.forms import PlainForm, Unsound
from gateway.errors import Refusal
from gateway.portal.i18n import Words
from gateway.tickets.desk import TicketsDesk
from gateway.tickets.furniture import LETTER, LONGEST_NAME
from gateway.tickets.model import CounterSetup, LineSetup
from gateway.tickets.setup_palette import COLOURS, ICONS

LINES = "/atur/layanan"
NEW = "baru"
LARGEST_CAP = 9999
LONGEST_ID = 24


class LineList(PlainForm):
    """All lines, with buttons that move one up or down."""

    path = after = LINES
    title = "Layanan"
    template = "setup_lines.html"
    labels: Mapping[str, str] = {}

    def __init__(self, desk: TicketsDesk) -> None:
        self._desk = desk

    def basis(self, item: str) -> object:
        """Return the order of the lines."""
        del item
        return [line.id for line in self._desk.furniture.read()[0]]

    def shown(self, item: str, typed: Mapping[str, str], speak: Words) -> dict[str, object]:
        """Return lines, and which counters serve and help each."""
        del item, typed
        lines, counters = self._desk.furniture.read()
        own = {line.id: _named((one for one in counters if line.id in one.lines), speak) for line in lines}
        helped = {line.id: _named((one for one in counters if line.id in one.helps), speak) for line in lines}
        return {"lines": lines, "own": own, "helped": helped}

    def choose(self, item: str, act: str, typed: dict[str, str], speak: Words) -> None:
        """Move a line by one place."""
        del item, typed, speak
        lines, counters = self._desk.furniture.read()
        self._desk.furniture.arrange(moved(lines, act), counters)


class LineForm(PlainForm):
    """One line, present or new."""

    path = f"{LINES}/{{item}}"
    after = LINES
    title = "Layanan"
    template = "setup_line.html"
    labels: Mapping[str, str] = {
        "name": "Nama layanan",
        "letter": "Huruf",
        "colour": "Warna",
        "icon": "Gambar",
        "cap": "Paling banyak nomor sehari",
        "open": "Layanan ini buka",
        "sure": "Ya, hapus layanan ini",
    }

    def __init__(self, desk: TicketsDesk) -> None:
        self._desk = desk

    def filled(self, item: str) -> dict[str, str]:
        """Return the line as it is; a new one with the next free letter and colour."""
        lines, _ = self._desk.furniture.read()
        if item == NEW:
            letter = _free_letter({line.letter for line in lines})
            colour = next((one for one in COLOURS if one not in {line.colour for line in lines}), next(iter(COLOURS)))
            line = LineSetup("", letter, "", colour=colour, icon="people")
        else:
            line = _find(lines, item)
        return {
            "name": line.name, "letter": line.letter, "colour": line.colour, "icon": line.icon, "cap": str(line.cap or ""),
            "open": "1" if line.open else "", "sure": "",
        }  # fmt: skip

    def basis(self, item: str) -> object:
        """Return the line; a new one depends on nothing."""
        return "" if item == NEW else self.filled(item)

    def shown(self, item: str, typed: Mapping[str, str], speak: Words) -> dict[str, object]:
        """Return colours and pictures to choose from, those that are in use already among them, and who will help a new line."""
        colours, icons = dict(COLOURS), dict(ICONS)
        if item != NEW:
            present = self.filled(item)
            colours.setdefault(present["colour"], "warna sekarang")
            icons.setdefault(present["icon"], "gambar sekarang")
        # One letter unless the hall has lines with two: whoever types beside the suggestion does not double it.
        lines, counters = self._desk.furniture.read()
        letters = max(len(letter) for letter in (typed["letter"][:2], *(line.letter for line in lines)))
        letter = typed["letter"][:2] or "A"
        return {
            "colours": colours, "icons": icons, "is_new": item == NEW, "letters": letters, "letter": letter, "helpers": _named(counters, speak),
        }  # fmt: skip

    def choose(self, item: str, act: str, typed: dict[str, str], speak: Words) -> None:
        """Keep the line as typed, or retire it."""
        lines, counters = self._desk.furniture.read()
        if act == "retire":
            if not typed["sure"]:
                raise Unsound({"sure": speak("Beri tanda di sini bila memang akan dihapus.")})
            self._retire(_find(lines, item), lines, counters)
            return
        present = None if item == NEW else _find(lines, item)
        wanted = self._wanted(present, typed, lines, speak)
        if present is not None:
            self._desk.furniture.arrange([wanted if line is present else line for line in lines], counters)
        elif replace(wanted, id="") not in {replace(line, id="") for line in lines}:
            # Every counter helps a new line until somebody says otherwise: nobody waits in vain.
            helping = [replace(one, helps=(*one.helps, wanted.id)) for one in counters]
            self._desk.furniture.arrange([*lines, wanted], helping)

    def _wanted(self, present: LineSetup | None, typed: dict[str, str], lines: Sequence[LineSetup], speak: Words) -> LineSetup:
        name, letter, cap = " ".join(typed["name"].split()), typed["letter"].strip().upper(), typed["cap"].strip() or "0"
        wrong: dict[str, str] = {}
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            wrong["name"] = speak("Tulis nama, paling panjang {high} huruf.", high=LONGEST_NAME)
        if not LETTER.fullmatch(letter):
            wrong["letter"] = speak("Tulis satu atau dua huruf, A sampai Z.")
        taken = next((line for line in lines if line is not present and line.letter == letter), None)
        choices = self.shown(present.id if present else NEW, typed, speak)
        if typed["colour"] not in choices["colours"]:  # type: ignore[operator]  # a dict of this form's own making
            wrong["colour"] = speak("Pilih salah satu warna.")
        if typed["icon"] not in choices["icons"]:  # type: ignore[operator]  # as above
            wrong["icon"] = speak("Pilih salah satu gambar.")
        if not (cap.isdecimal() and int(cap) <= LARGEST_CAP):
            wrong["cap"] = speak("Tulis angka 1 sampai {high}, atau kosongkan bila tidak dibatasi.", high=LARGEST_CAP)
        if wrong:
            raise Unsound(wrong)
        wanted = LineSetup(
            present.id if present else new_id(name, {line.id for line in lines}), letter, name, typed["colour"], typed["icon"],
            int(cap), bool(typed["open"]),
        )  # fmt: skip
        if taken is not None and replace(taken, id="") != replace(wanted, id=""):
            raise Unsound(
                {"letter": speak("Huruf {letter} sudah dipakai {line}. Pilih huruf lain.", letter=letter, line=taken.name)}
            )
        return wanted

    def _retire(self, line: LineSetup, lines: Sequence[LineSetup], counters: Sequence[CounterSetup]) -> None:
        left = [one for one in lines if one is not line]
        if not left:
            raise Refusal("last-line")
        released = [replace(one, lines=_without(one.lines, line.id), helps=_without(one.helps, line.id)) for one in counters]
        # A counter whose only line goes away serves from now on what it had helped.
        released = [one if one.lines else replace(one, lines=one.helps or (left[0].id,), helps=()) for one in released]
        self._desk.furniture.arrange(left, released)


def moved(lines: Sequence[LineSetup], act: str) -> list[LineSetup]:
    """Return the lines after ``up-ID`` or ``down-ID``. Raises Refusal ``field-invalid``, ``unknown-line``."""
    way, _, line_id = act.partition("-")
    if way not in {"up", "down"}:
        raise Refusal("field-invalid", field="act")
    order = list(lines)
    at = order.index(_find(lines, line_id))
    to = min(max(at + (1 if way == "down" else -1), 0), len(order) - 1)
    order.insert(to, order.pop(at))
    return order


def new_id(name: str, taken: set[str]) -> str:
    """Return a name for the database: the words of ``name``, and a number where there is one already."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:LONGEST_ID].strip("-") or "layanan"
    return next(one for one in (plain, *(f"{plain}-{number}" for number in range(2, 999))) if one not in {*taken, NEW})


def _free_letter(taken: set[str]) -> str:
    """Return the first letter that no line has; after A to Z there are AA, AB and so on."""
    letters = string.ascii_uppercase
    pairs = (first + second for first in letters for second in letters)
    return next(one for one in chain(letters, pairs) if one not in taken)


def _named(counters: Iterable[CounterSetup], speak: Words) -> str:
    return ", ".join(speak(one.name) for one in counters)


def _find(lines: Sequence[LineSetup], line_id: str) -> LineSetup:
    for line in lines:
        if line.id == line_id:
            return line
    raise Refusal("unknown-line", line=line_id)


def _without(ids: tuple[str, ...], gone: str) -> tuple[str, ...]:
    return tuple(one for one in ids if one != gone)
