"""How long to wait before trying again: doubling, and never in step with two hundred other halls."""

from __future__ import annotations

from random import Random


class Backoff:
    """Waits that double from ``first_s`` to ``most_s``, each shortened by chance to no less than half."""

    def __init__(self, first_s: float, most_s: float, randomness: Random) -> None:
        self._first_s = first_s
        self._most_s = most_s
        self._randomness = randomness
        self._wait_s = first_s

    def next_s(self) -> float:
        """Return the next wait in seconds."""
        wait_s = self._wait_s * self._randomness.uniform(0.5, 1.0)
        self._wait_s = min(self._wait_s * 2, self._most_s)
        return wait_s

    def reset(self) -> None:
        """Begin again with the first wait: something has succeeded."""
        self._wait_s = self._first_s
