"""What a clerk asks of a counter, by form or by program: one act and what it is about.

Promises: a number is understood however it was typed; what an act needs and was not given is refused before anything happens.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Unpack

from gateway.errors import Refusal
from gateway.tickets.counters import Called, CountersDesk, How
from gateway.tickets.model import label

Name = Literal[
    "call-next", "recall", "serve", "complete", "no-show", "skip", "hold", "transfer", "call", "bring-back", "cancel", "pause", "resume", "undo"
]  # fmt: skip
"""Every act at a counter."""

PLAIN: dict[str, Callable[..., Called]] = {
    "call-next": CountersDesk.call_next,
    "recall": CountersDesk.recall,
    "serve": CountersDesk.serve,
    "complete": CountersDesk.complete,
    "no-show": CountersDesk.no_show,
    "skip": CountersDesk.skip,
    "pause": CountersDesk.pause,
    "resume": CountersDesk.resume,
    "undo": CountersDesk.undo,
}
ABOUT_A_NUMBER: dict[str, Callable[..., Called]] = {
    "call": CountersDesk.call,
    "bring-back": CountersDesk.bring_back,
    "cancel": CountersDesk.cancel,
}
LONGEST = 40
NUMBER = re.compile(r"([A-Za-z]{1,2})[\W_]*(\d{1,4})")


@dataclass(frozen=True, slots=True)
class Wish:
    """One act; what it is not about is empty."""

    act: str
    number: str = ""
    reason: str = ""
    """Why the present ticket is put aside."""
    line: str = ""
    counter: str = ""
    """To which counter alone the present ticket goes."""

    def carry_out(self, desk: CountersDesk, at: str, **how: Unpack[How]) -> Called:
        """Do it at the counter ``at``. Raises what the act raises, and Refusal ``field-invalid``."""
        if self.act in PLAIN:
            return PLAIN[self.act](desk, at, **how)
        if self.act in ABOUT_A_NUMBER:
            return ABOUT_A_NUMBER[self.act](desk, at, as_printed(_given("number", self.number)), **how)
        if self.act == "hold":
            return desk.hold(at, _given("reason", self.reason), **how)
        if self.act == "transfer":
            return desk.transfer(at, _given("line", self.line), self.counter, **how)
        raise Refusal("field-invalid", field="act")

    @property
    def name(self) -> str:
        """The act with what it is about, in few letters: it tells two wishes of one page apart."""
        return ":".join(part for part in (self.act, as_printed(self.number), self.reason, self.line, self.counter) if part)


def from_form(fields: dict[str, str]) -> Wish:
    """Read a wish from a page: ``act`` is ``recall``, ``call:A-013``, ``hold:papers``, ``transfer:bantuan`` or ``transfer:bantuan:2``."""
    act, *about = (part[:LONGEST] for part in fields.get("act", "").split(":"))
    first, second = (*about, "", "")[:2]
    if act in ABOUT_A_NUMBER:
        return Wish(act, number=first or fields.get("number", "")[:LONGEST])
    return Wish(act, reason=first) if act == "hold" else Wish(act, line=first, counter=second)


def as_printed(typed: str) -> str:
    """Return a number as slips have it: ``a 13`` is ``A-013``; what is no number stays as it was typed."""
    found = NUMBER.fullmatch(typed.strip())
    return label(found[1].upper(), int(found[2])) if found else typed.strip()


def _given(field: str, value: str) -> str:
    if not value:
        raise Refusal("field-invalid", field=field)
    return value
