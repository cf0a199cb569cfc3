"""What a board of one row tells at each moment: the call, the counter, and the number that a button gave last. Pure.

Promises: a new call is shown at once and blinks for five seconds, a recall again; whoever presses sees the number at once, unless a call
is blinking, then right after it; what is not called is marked, so that nobody takes it for a call; a hall that has called nobody shows dashes: a
dark board is a broken one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gateway.devices.ports import BoardFace

BLINK_S = 5.0
"""So long a call blinks."""
BRIGHT_S, DARK_S = 0.75, 0.25
"""Of each blink: one a second is seen by everybody and hurts nobody."""
GIVEN_S = 3.0
"""So long a number just given stands where else the call stands."""
TURN_S = 3.0
"""So long number and counter stand in turn on a board too narrow for both."""
BEAT_S = 0.25
"""How often a board that moves is looked at; all times above are whole beats."""
REST_S = 1.0
NOBODY = "---"


@dataclass(frozen=True, slots=True)
class Scene:
    """One moment."""

    number: str
    """A number; empty while the counter stands in its place."""
    counter: str
    """The counter, beside the number or alone; empty when it is not told now."""
    given: bool = False
    """The number was given and is not called: it is marked."""
    lit: bool = True
    below: str = ""
    """On a board of two rows, the number given last, marked as well."""


class LedScenes:
    """What one board tells. ``beside`` says whether it has room for number and counter at once. Times are monotonic seconds."""

    def __init__(self, beside: Callable[[BoardFace], bool], rows: int = 1) -> None:
        self._beside = beside
        self._rows = rows
        self._face: BoardFace | None = None
        self._queue: BoardFace | None = None
        """The last face that was no trial."""
        self._called_at_s = self._given_at_s = float("-inf")
        self._turns_from_s = 0.0

    def tell(self, face: BoardFace, at_s: float) -> None:
        """Note what is to be told from now on. The first face after a start is old news: it neither blinks nor counts as just given."""
        self._face = face
        if face.number and not face.call:
            return  # a trial, which calls nobody: before and after it the queue is as it was
        before, self._queue = self._queue, face
        if before is None:
            self._turns_from_s = at_s
            return
        if face.number and (face.number, face.counter, face.call) != (before.number, before.counter, before.call):
            self._called_at_s = self._turns_from_s = at_s
        is_new = face.newest not in {"", before.newest}
        if is_new or at_s < self._given_at_s + GIVEN_S:
            self._given_at_s = max(at_s if is_new else self._given_at_s, self._called_at_s + BLINK_S)

    def scene(self, at_s: float) -> Scene:
        """Return what is told at this moment."""
        face = self._face or BoardFace("", "")
        below = face.newest if self._rows > 1 else ""
        since_call_s = at_s - self._called_at_s
        lit = since_call_s >= BLINK_S or since_call_s % (BRIGHT_S + DARK_S) < BRIGHT_S
        if self._rows == 1 and 0 <= at_s - self._given_at_s < GIVEN_S and face.newest not in {"", face.number}:
            return Scene(face.newest, "", given=True)
        if not face.number:
            return Scene(NOBODY, "", below=below)
        if self._beside(face):
            return Scene(face.number, face.counter, lit=lit, below=below)
        if (at_s - self._turns_from_s) % (2 * TURN_S) < TURN_S or not face.counter:
            return Scene(face.number, "", lit=lit, below=below)
        return Scene("", face.counter, lit=lit, below=below)

    def rest_s(self, at_s: float) -> float:
        """Return in how many seconds there may be something else to tell."""
        face = self._face or BoardFace("", "")
        moves = at_s - self._called_at_s < BLINK_S or at_s - self._given_at_s < GIVEN_S
        turns = face.number and face.counter and not self._beside(face)
        return BEAT_S if moves or turns else REST_S
