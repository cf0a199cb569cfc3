"""The people of ``bench-buttons``: what fingers and contacts do to the pins, and how many presses were meant.

What was meant follows from how a visitor is made, never from the rule under test.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Protocol

DOWN, UP = False, True
"""The level of a pin with a pull-up whose contact closes to ground."""
BOUNCES = (0, 0, 1, 2, 3, 4, 6)
BOUNCE_S = (0.0001, 0.002)
PUSH_S = (0.03, 0.4)
PAUSE_S = (1.55, 4.0)
"""Between one visitor's last edge and the next one's first."""
STUCK_S, RECOVERY_S = 30.0, 5.0

Edge = tuple[float, int, bool]
"""When, which pin, which level."""


class Wall(Protocol):
    """Where the pins are."""

    givers: dict[int, str]
    """What each pin gives a number for."""
    keys: dict[int, str]
    """Which act each key of the keypad does."""

    def move(self, pin: int, level: bool) -> None:
        """Let a pin change."""

    def wait(self, seconds: float) -> None:
        """Let time pass; nothing that was pressed grows stale."""

    def reported(self, pin: int) -> bool:
        """Whether the device of this pin says that it is stuck."""


@dataclass(frozen=True)
class Visit:
    """What one visitor does, and means."""

    edges: list[Edge]
    means: tuple[str, ...]


class Finger:
    """Presses as people do, and tells what was meant."""

    def __init__(self, wall: Wall, random: Random) -> None:
        self.intended: Counter[str] = Counter()
        self.kinds: Counter[str] = Counter(stuck=0, unreported=0)
        self._wall = wall
        self._random = random
        self._means = {**wall.givers, **wall.keys}

    def press_until(self, presses: int) -> None:
        """Let visitors come until so many presses were meant."""
        kinds: list[tuple[str, int, Callable[[], Visit]]] = [
            ("bouncing", 600, self._bouncing),
            ("held", 80, self._held),
            ("impatient", 160, self._impatient),
            ("two-buttons", 60, self._two_buttons),
            ("two-keys", 60, self._two_keys),
            ("stuck", 2, lambda: Visit([], ())),
        ]
        names, weights, makes = zip(*kinds, strict=True)
        while self.intended.total() < presses:
            [which] = self._random.choices(range(len(names)), weights)
            self.kinds[names[which]] += 1
            if names[which] == "stuck":
                self._get_stuck()
                continue
            visit = makes[which]()
            self.intended.update(visit.means)
            self._play(visit.edges)
            self._wall.wait(self._random.uniform(*PAUSE_S))

    def _play(self, edges: list[Edge], at_s: float = 0.0) -> None:
        for when_s, pin, level in sorted(edges):
            self._wall.wait(when_s - at_s)
            self._wall.move(pin, level)
            at_s = when_s

    def _change(self, pin: int, at_s: float, level: bool) -> list[Edge]:
        """Return the edges of a contact that changes once, and bounces."""
        edges = [(at_s, pin, level)]
        for _ in range(self._random.choice(BOUNCES)):
            for bounced in (not level, level):
                at_s += self._random.uniform(*BOUNCE_S)
                edges.append((at_s, pin, bounced))
        return edges

    def _push(self, pin: int, at_s: float, held_s: float) -> list[Edge]:
        return [*self._change(pin, at_s, DOWN), *self._change(pin, at_s + held_s, UP)]

    def _short(self) -> float:
        return self._random.uniform(*PUSH_S)

    def _any(self) -> int:
        return self._random.choice(list(self._means))

    def _bouncing(self) -> Visit:
        pin = self._any()
        return Visit(self._push(pin, 0.0, self._short()), (self._means[pin],))

    def _held(self) -> Visit:
        pin = self._any()
        return Visit(self._push(pin, 0.0, self._random.uniform(1.0, 28.0)), (self._means[pin],))

    def _impatient(self) -> Visit:
        """Two to five pushes of one person, none of them patient."""
        pin, edges, at_s = self._any(), list[Edge](), 0.0
        for _ in range(self._random.randint(2, 5)):
            held_s = self._short()
            edges += self._push(pin, at_s, held_s)
            at_s += held_s + self._random.uniform(0.05, 1.4)
        return Visit(edges, (self._means[pin],))

    def _two_buttons(self) -> Visit:
        """Two people at two buttons at once: each gets a number."""
        first, second = self._random.sample(list(self._wall.givers), 2)
        edges = self._push(first, 0.0, self._short()) + self._push(second, self._random.uniform(0.0, 0.03), self._short())
        return Visit(edges, (self._means[first], self._means[second]))

    def _two_keys(self) -> Visit:
        """A hand on two keys of one keypad: the first is meant."""
        first, second = self._random.sample(list(self._wall.keys), 2)
        edges = self._push(first, 0.0, self._short()) + self._push(second, self._random.uniform(0.001, 0.03), self._short())
        return Visit(edges, (self._means[first],))

    def _get_stuck(self) -> None:
        """Jam a contact, held or chattering, until long after it should have been switched off; then mend it."""
        pin, until_s = self._any(), self._random.uniform(STUCK_S + 2, 3 * STUCK_S)
        chatters = self._random.random() < 0.5
        edges, at_s = self._change(pin, 0.0, DOWN), 1.0
        while chatters and at_s < until_s - 1:
            edges += [*self._change(pin, at_s, UP), *self._change(pin, at_s + self._random.uniform(0.1, 1.2), DOWN)]
            at_s += self._random.uniform(1.3, 3.0)
        self.intended[self._means[pin]] += 1
        self._play(edges)
        self._wall.wait(max(0.0, until_s - max(edges)[0]))
        self.kinds["unreported"] += not self._wall.reported(pin)
        self._play(self._change(pin, 0.0, UP))
        self._wall.wait(RECOVERY_S + 0.1)
        self.kinds["unreported"] += self._wall.reported(pin)
