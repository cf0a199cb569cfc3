"""When the hall says hello, and who has not answered yet. Pure; times are seconds on the monotonic clock.

A hello that nobody hears (the broker says so, or is silent for some seconds) is said again soon, never in step with
others: a hall may reach the broker before any intake has subscribed.
"""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from gateway.relay.decisions import Key

WAIT_S = 5.0
"""After a new connection or a long silence the answer is awaited so long before anything is sent; then it is asked once more."""
GAP_S = 2.0
"""Between two hellos that missing receipts ask for."""
DAILY_S = 86_400.0
"""At the latest then the hall says hello again."""
UNHEARD_S = (2.0, 60.0)
"""The broker has nobody to give it to: the first and the longest wait before the next one."""
_NEVER = float("inf")


class Greeting:
    """The latest hello. ``due`` tells whether another should be said."""

    def __init__(self, randomness: Random) -> None:
        self.due = False
        self.nonce = ""
        self.unanswered: set[Key] = set()
        """The lanes of the latest hello for which no answer has come."""
        self._randomness = randomness
        self._said_s = 0.0
        self._again_s = _NEVER
        self._hold_until_s = 0.0
        self._holds = False
        self._handle: int | None = None
        self._asks_once_more = False
        self._unheard_wait_s = UNHEARD_S[0]

    def begin(self) -> None:
        """Begin anew on a new connection."""
        self.due = True
        self._asks_once_more = True
        self._unheard_wait_s = UNHEARD_S[0]

    def forget(self) -> None:
        """Forget the latest one: no answer to it counts any more, and the next one is awaited before anything is sent."""
        self.unanswered.clear()
        self.nonce = ""
        self._handle = None
        self._again_s = _NEVER
        self._hold_until_s = 0.0
        self._holds = True

    def make_nonce(self) -> str:
        """Return a nonce that was not used before."""
        return f"{self._randomness.getrandbits(64):016x}"

    def said(self, nonce: str, keys: Iterable[Key], now_s: float, handle: int, *, idle: bool) -> None:
        """Remember what was sent; ``idle``: nothing else is under way."""
        self.nonce, self.unanswered, self._handle = nonce, set(keys), handle
        self.due = False
        self._said_s = now_s
        self._again_s, self._hold_until_s = _NEVER, 0.0
        if self.unanswered and self._holds and idle:
            self._hold_until_s = now_s + WAIT_S
            if self._asks_once_more:
                self._again_s = now_s + WAIT_S * self._randomness.uniform(1.0, 2.0)
                self._asks_once_more = False
        self._holds = False

    def is_said_by(self, handle: int) -> bool:
        """Whether the latest one went by that handle."""
        return handle == self._handle

    def unheard(self, now_s: float) -> None:
        """Learn that nobody listens: nothing is sent until a hello has found somebody."""
        self.forget()
        self._hold_until_s = _NEVER
        self._again_s = now_s + self._unheard_wait_s * self._randomness.uniform(0.75, 1.25)
        self._unheard_wait_s = min(UNHEARD_S[1], 2 * self._unheard_wait_s)

    def answered(self, key: Key) -> bool:
        """Learn of an answer; return whether it was the last."""
        self.unanswered.discard(key)
        self._unheard_wait_s = UNHEARD_S[0]
        if self.unanswered:
            return False
        self._hold_until_s, self._again_s = 0.0, _NEVER
        return True

    def ask_for_missing(self, now_s: float) -> None:
        """Say another, unless one was said just now: a receipt was lost."""
        self.due = self.due or now_s - self._said_s >= GAP_S

    def look(self, now_s: float) -> None:
        """Notice that another is due by time alone."""
        if now_s >= self._again_s or now_s - self._said_s >= DAILY_S:
            self.due = True
            self._again_s = _NEVER

    def holds(self, now_s: float) -> bool:
        """Whether nothing is sent yet, because the answer is still awaited."""
        return now_s < self._hold_until_s

    def dues_s(self, now_s: float) -> list[float]:
        """Return when something changes by time alone."""
        dues_s = [self._said_s + DAILY_S, self._again_s]
        return [*dues_s, self._hold_until_s] if self._hold_until_s > now_s else dues_s
