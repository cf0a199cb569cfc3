"""Which closings of a button's contact are intended presses. Pure.

A press counts when the contact has *rested*, open without a break, for ``rest_s`` before it. That one rule
gives one press for a contact that bounces, for a button that is held, and for an impatient finger that
presses again at once; and the press counts at its first edge, so the answer is immediate.

A contact that finds no rest for ``stuck_s`` (held down, wet, chattering) is switched off and said to be
stuck. It counts again only after it has rested for ``recovery_s``.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ContactRules:
    """The times of one contact, in seconds."""

    rest_s: float = 1.5
    """Open for so long before a press counts: shorter than the next person needs, longer than a double press."""
    stuck_s: float = 30.0
    """Without rest for so long: stuck."""
    recovery_s: float = 5.0
    """Open for so long before a stuck contact is believed again."""


LOST_S = 0.5
"""An edge that has not come for so long is lost; until then it may only be on its way from the chip's thread."""
APART_S = 0.1
"""A finger is off a contact when that has been open for so long: longer than any bounce."""


class Contact:
    """One contact, told of its edges in order. Times are seconds of a clock that never goes back; not thread-safe."""

    def __init__(self, rules: ContactRules = ContactRules()) -> None:
        self._rules = rules
        self._open_since_s: float | None = float("-inf")
        self._restless_since_s: float | None = None
        self._stuck = False
        self._doubted_since_s: float | None = None
        """Since when reading the contact has contradicted its edges."""
        self.ignored = 0
        """Closings that were no intended press."""

    def closed(self, at_s: float) -> bool:
        """Note that the contact closed; return whether this is an intended press."""
        self._reconsider(at_s)
        self._doubted_since_s = None
        intended = self._restless_since_s is None and not self._stuck
        self._close(at_s)
        self.ignored += not intended
        return intended

    def opened(self, at_s: float) -> None:
        """Note that the contact opened."""
        self._reconsider(at_s)
        self._doubted_since_s = None
        if self._open_since_s is None:
            self._open_since_s = at_s

    def observe(self, *, closed: bool, at_s: float) -> None:
        """Note how the contact stands, as read without an edge: lost edges heal, and nothing ever counts as a press.

        Believed only when it has contradicted the edges for ``LOST_S``: a press whose edge is on its way must not be taken for a lost one.
        """
        if closed == (self._open_since_s is None):
            self._doubted_since_s = None
        elif self._doubted_since_s is None:
            self._doubted_since_s = at_s
        elif at_s - self._doubted_since_s >= LOST_S:
            if closed:
                self._reconsider(at_s)
                self._doubted_since_s = None
                self._close(at_s)
            else:
                self.opened(at_s)

    def stuck(self, at_s: float) -> bool:
        """Return whether the contact is switched off because it finds no rest."""
        self._reconsider(at_s)
        return self._stuck

    def is_touched(self, at_s: float) -> bool:
        """Return whether a finger is on the contact; a stuck one is no finger."""
        self._reconsider(at_s)
        return not self._stuck and (self._open_since_s is None or at_s - self._open_since_s < APART_S)

    def _close(self, at_s: float) -> None:
        self._open_since_s = None
        if self._restless_since_s is None:
            self._restless_since_s = at_s

    def _reconsider(self, at_s: float) -> None:
        needed_s = self._rules.recovery_s if self._stuck else self._rules.rest_s
        if self._open_since_s is not None and at_s - self._open_since_s >= needed_s:
            self._restless_since_s = None
            self._stuck = False
        elif self._restless_since_s is not None and at_s - self._restless_since_s >= self._rules.stuck_s:
            self._stuck = True
