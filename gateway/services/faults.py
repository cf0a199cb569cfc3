"""What is wrong in a file of a service: which file, which line, which key, and what to write instead."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gateway.errors import Reason

if TYPE_CHECKING:
    from gateway.portal.i18n import Words

PLACE = "{file}, baris {line}, {key}: {reason}"
WHOLE = "{file}, baris {line}: {reason}"
"""Where the fault is about no key."""


class Fault(NamedTuple):
    """One thing that is wrong."""

    file: str
    line: int
    """From 1."""
    key: str
    """For example ``field.nik.kind``; empty where it is about the whole line."""
    reason: Reason
    """A sentence that says what to do."""

    @property
    def told(self) -> Reason:
        """The fault as one sentence."""
        facts = {"file": self.file, "line": self.line, "reason": self.reason}
        return Reason(PLACE, key=self.key, **facts) if self.key else Reason(WHOLE, **facts)

    def says(self, speak: Words) -> str:
        """Return the sentence in the reader's language."""
        return speak.tell(self.told.sentence, self.told.facts)


class Unfit(Exception):
    """A service that cannot be offered: everything that is wrong in its files, in the order of their lines."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = sorted(faults, key=lambda fault: (fault.file, fault.line))
        super().__init__("; ".join(fault.told for fault in self.faults))


def unknown_part(name: str, known: Collection[str]) -> Reason:
    """Return what is said of a part that neither the file nor the shared ones have."""
    near = difflib.get_close_matches(name, known, 1)
    if near:
        return Reason("Bagian {name} tidak ada. Mungkin maksudnya {near}.", name=name, near=near[0])
    return Reason("Bagian {name} tidak ada. Tulis sendiri di bawah, atau pakai nama dari daftar bersama.", name=name)
