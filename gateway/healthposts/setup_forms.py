"""``/atur/posyandu``: every health post, and the form of one.

Promises: what is typed wrong stands beside its field; a form of a new one sent twice makes one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from gateway.choices.forms import PlainForm, Unsound
from gateway.errors import Reason, Refusal
from gateway.healthposts import model
from gateway.healthposts.desk import NEW, HealthPostDesk
from gateway.healthposts.model import Draft, Rule
from gateway.portal.i18n import Words
from gateway.portal.typed import Typed, read_day

PATH = "/atur/posyandu"
NEW_ITEM = "baru"
KINDS: Mapping[str, str] = {
    "weekday": "Hari tertentu setiap bulan, misalnya Selasa kedua",
    "day": "Tanggal tertentu setiap bulan, misalnya tanggal 10",
    "none": "Hanya tanggal yang ditulis di bawah",
}
NTH: Mapping[str, str] = {"1": "pertama", "2": "kedua", "3": "ketiga", "4": "keempat", "5": "terakhir"}

Lines = Callable[[], Sequence[tuple[str, str]]]
"""The ids and names of the queue's lines."""


class PostList(PlainForm):
    """All health posts."""

    path = after = PATH
    title = "Posyandu"
    template = "setup_healthposts.html"
    labels: Mapping[str, str] = {}

    def __init__(self, desk: HealthPostDesk) -> None:
        self._desk = desk

    def shown(self, item: str, typed: Mapping[str, str], speak: Words) -> dict[str, object]:
        """Return the health posts, and the next day of each."""
        del item, typed, speak
        today = self._desk.today()
        posts = [(one, model.days(one.draft, today, model.year_ahead(today))[:1] if today else []) for one in self._desk.every()]
        return {"posts": posts}

    def choose(self, item: str, act: str, typed: dict[str, str], speak: Words) -> None:
        """Choose nothing: each health post has its page."""
        del item, act, typed, speak
        raise Refusal("field-invalid", field="act")


class PostForm(PlainForm):
    """One health post, present or new."""

    path = f"{PATH}/{{item}}"
    after = PATH
    title = "Posyandu"
    template = "setup_healthpost.html"
    labels: Mapping[str, str] = {
        "name": "Nama posyandu", "place": "Tempat", "bring": "Yang dibawa", "starts": "Mulai jam", "ends": "Sampai jam",
        "kind": "Kapan", "nth": "Yang ke berapa", "weekday": "Hari", "day": "Tanggal", "extra": "Tanggal lain",
        "skipped": "Tanggal yang libur", "line": "Antrean yang dibuka",
    }  # fmt: skip

    def __init__(self, desk: HealthPostDesk, lines: Lines) -> None:
        self._desk = desk
        self._lines = lines

    def filled(self, item: str) -> dict[str, str]:
        """Return the health post as it is, or what is usual."""
        if item == NEW_ITEM:
            usual = {"starts": "08.00", "ends": "11.00", "kind": "weekday", "nth": "2", "weekday": "1", "day": "10"}
            return dict.fromkeys(self.labels, "") | usual
        draft = self._desk.find(_id(item)).draft
        rule = draft.rule
        return {
            "name": draft.name, "place": draft.place, "bring": draft.bring, "starts": f"{draft.starts:%H.%M}", "ends": f"{draft.ends:%H.%M}",
            "kind": rule.kind, "nth": str(rule.nth or 2), "weekday": str(rule.weekday), "day": str(rule.day or 10), "extra": _written(draft.extra),
            "skipped": _written(draft.skipped), "line": draft.line,
        }  # fmt: skip

    def basis(self, item: str) -> object:
        """Return what is filled in; for a new one also which there are, so that a form sent twice makes one."""
        return [self.filled(item), [one.id for one in self._desk.every()] if item == NEW_ITEM else []]

    def shown(self, item: str, typed: Mapping[str, str], speak: Words) -> dict[str, object]:
        """Return what can be chosen, and the next days as they are now."""
        del typed
        today = self._desk.today()
        ahead = []
        if item != NEW_ITEM and today:
            ahead = model.days(self._desk.find(_id(item)).draft, today, model.year_ahead(today))[:6]
        return {
            "kinds": [(key, speak(said)) for key, said in KINDS.items()], "nths": [(key, speak(said)) for key, said in NTH.items()],
            "weekdays": [(str(number), name) for number, name in enumerate(speak.weekdays)],
            "lines": [("", speak("Tidak ada"))] + [(id_, speak(name)) for id_, name in self._lines()], "ahead": ahead,
            "is_new": item == NEW_ITEM,
        }  # fmt: skip

    def choose(self, item: str, act: str, typed: dict[str, str], speak: Words) -> None:
        """Write it down, or take it away."""
        if act == "remove" and item != NEW_ITEM:
            self._desk.remove(_id(item))
            return
        form = Typed(typed)
        draft = self._draft(form)
        if form.wrong or draft is None:
            raise Unsound({name: speak.tell(reason.sentence, reason.facts) for name, reason in form.wrong.items()})
        self._desk.save(NEW if item == NEW_ITEM else _id(item), draft)

    def _draft(self, form: Typed) -> Draft | None:
        name, place = form.text("name", model.NAME_LIMIT), form.text("place", model.PLACE_LIMIT)
        bring = form.text("bring", model.BRING_LIMIT, needed=False)
        starts, ends = form.clock_time("starts"), form.clock_time("ends")
        kind, line = form.choice("kind", KINDS), form.choice("line", [id_ for id_, _ in self._lines()], needed=False)
        rule = Rule()
        if kind == "weekday":
            nth, weekday = form.choice("nth", NTH), form.choice("weekday", [str(number) for number in range(7)])
            rule = Rule(kind, int(nth or 1), int(weekday or 0))
        elif kind == "day":
            rule = Rule(kind, day=int(form.choice("day", [str(number) for number in range(1, 32)]) or 1))
        extra, skipped = _dates(form, "extra"), _dates(form, "skipped")
        if starts is None or ends is None:
            return None
        return Draft(name, place, bring, starts, ends, rule, extra, skipped, line)


def _dates(form: Typed, name: str) -> tuple[date, ...]:
    found = []
    for line in form.text(name, 40 * model.DATES_LIMIT, needed=False, lines=True).split("\n"):
        if line:
            day = read_day(line)
            if day is None:
                form.wrong.setdefault(
                    name, Reason("Bukan tanggal: {line}. Tulis seperti 10-12-2026, satu baris satu tanggal.", line=line[:40])
                )
                continue
            found.append(day)
    return tuple(sorted(set(found)))[: model.DATES_LIMIT]


def _written(days: tuple[date, ...]) -> str:
    return "\n".join(f"{day:%d-%m-%Y}" for day in days)


def _id(item: str) -> int:
    if not (item.isascii() and item.isdecimal() and len(item) < 10):  # noqa: PLR2004 - no id is longer
        raise Refusal("healthpost-unknown")
    return int(item)
