"""Who comes to a simulated hall-day, how long each takes, and what is unusual about them. All drawn from one seed."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from gateway.tickets.model import CounterSetup, LineSetup

PEOPLE = 400
OPENS_H = 8.0
LINES = (
    LineSetup("surat", "A", "Surat"),
    LineSetup("bantuan", "B", "Bantuan sosial"),
    LineSetup("penduduk", "C", "Kependudukan"),
)
COUNTERS = (
    CounterSetup("1", "Loket 1", lines=("surat", "penduduk")),
    CounterSetup("2", "Loket 2", lines=("surat",), helps=("penduduk",)),
    CounterSetup("3", "Loket 3", lines=("bantuan",), helps=("surat",)),
    CounterSetup("4", "Loket 4", lines=("penduduk", "surat"), helps=("bantuan",)),
)
SHARES = {"surat": 0.45, "bantuan": 0.18, "penduduk": 0.37}
MEANS_S = {"surat": 190.0, "bantuan": 270.0, "penduduk": 140.0}
HOURS = {7.7: 0.06, 8.0: 0.22, 9.0: 0.2, 10.0: 0.17, 11.0: 0.12, 12.0: 0.06, 13.0: 0.11, 14.0: 0.06}
"""Which part of the people comes from that hour on: many at opening, few over lunch."""
CLASSES = ("lansia", "disabilitas", "hamil")
TALK_SIGMA = 0.55
"""Of the logarithm of a service time: one talk in twenty lasts two and a half times the usual."""


@dataclass
class Person:
    """Somebody who comes, and what will be unusual about the visit."""

    comes_s: float
    """Seconds after midnight."""
    line: str
    priority: str
    service_s: float
    walk_s: float
    origin: str
    kind: str
    """``plain``, ``no-show``, ``cancels``, ``later``, ``skipped``, ``held`` or ``transferred``."""
    number: str = ""
    token: str = ""
    told: tuple[int, int] = (0, 0)
    plain_told: tuple[int, int] = (0, 0)
    called_s: float | None = None

    @property
    def waited_s(self) -> float | None:
        """Return how long it took until the first call."""
        return None if self.called_s is None else self.called_s - self.comes_s


@dataclass(frozen=True)
class Weather:
    """What kind of day it is."""

    paces: dict[str, float]
    """By line: service times are so many times the usual today."""
    clerks: dict[str, float]
    """By counter: so much slower than usual is the clerk."""
    lunches: dict[str, tuple[float, float]]
    """By counter: from and until, seconds after midnight."""
    forgetful: str
    """The counter whose clerk goes to lunch without pressing anything."""
    cuts_s: tuple[float, ...]


def weather(randomness: Random) -> Weather:
    """Draw one day."""
    slow = randomness.choice(COUNTERS).id
    lunches = {}
    for index, counter in enumerate(COUNTERS):
        begins_s = (12.0 + 0.75 * (index % 2) + randomness.uniform(-0.1, 0.1)) * 3600
        lunches[counter.id] = (begins_s, begins_s + randomness.uniform(30, 50) * 60)
    return Weather(
        {line: randomness.lognormvariate(0.0, 0.12) for line in MEANS_S},
        {counter.id: 1.5 if counter.id == slow else randomness.uniform(0.9, 1.1) for counter in COUNTERS},
        lunches,
        randomness.choice(COUNTERS).id,
        tuple(sorted(randomness.uniform(8.5, 14.0) * 3600 for _ in range(2))),
    )


def crowd(randomness: Random, day: Weather) -> list[Person]:
    """Draw everybody who comes on one day, in the order of their coming."""
    starts, weights = list(HOURS), list(HOURS.values())
    kinds = ("plain", "no-show", "cancels", "later", "skipped", "held", "transferred")
    people = []
    for _ in range(PEOPLE):
        start_h = randomness.choices(starts, weights)[0]
        comes_s = (start_h + randomness.random() * (0.3 if start_h < OPENS_H else 1.0)) * 3600
        line = randomness.choices(list(SHARES), list(SHARES.values()))[0]
        afternoon = 1.1 if comes_s > 13 * 3600 else 1.0
        mean_s = MEANS_S[line] * day.paces[line] * afternoon
        people.append(
            Person(
                comes_s,
                line,
                randomness.choice(CLASSES) if randomness.random() < 0.15 else "",
                min(1800.0, max(30.0, mean_s * randomness.lognormvariate(-(TALK_SIGMA**2) / 2, TALK_SIGMA))),
                randomness.uniform(10, 40),
                randomness.choices(("button", "phone", "kiosk"), (0.6, 0.3, 0.1))[0],
                randomness.choices(kinds, (79, 5, 3, 2, 3, 4, 4))[0],
            )
        )
    return sorted(people, key=lambda person: person.comes_s)
