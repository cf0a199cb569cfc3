"""Makes every image of a recording and starts the hall from each, on all processors at once.

Each worker lives through the whole recording on a card of its own and cuts at its share of the boundaries, so an
image depends on seed and boundary only, never on how many workers there are.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.power.card import Card, Change
from tests.bench.power.cuts import Cut, cuts
from tests.bench.power.facts import Fact
from tests.bench.power.reopening import examine
from tests.bench.power.replay import Replay
from tests.bench.power.trace import Moment

MEMORY = Path("/dev/shm")
"""Images live in memory: the card is only a model here."""
STRETCH = 16
"""So many boundaries of the sample in a row go to one worker."""
SHOWN = 5
"""So many examples of each kind of violation are kept."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What one or more lives of the process did, and what was told when."""

    folder: str
    """The recorded folder's absolute path at that time."""
    made: Sequence[str]
    """Folders below it that were durably there before."""
    lives: Sequence[Sequence[Moment]]
    told: Mapping[int, Sequence[Fact]]
    """Facts by the moment's index, counted through all lives."""


@dataclass(slots=True)
class Findings:
    """What the images showed."""

    images: Counter[str] = field(default_factory=Counter)
    """Started images by kind."""
    boundaries: int = 0
    checks: int = 0
    """Acknowledged facts looked for, in all images together."""
    violations: Counter[str] = field(default_factory=Counter)
    """Images with a violation, by what is wrong (the word before the colon)."""
    examples: list[str] = field(default_factory=list)

    def add(self, other: Findings) -> None:
        """Count another worker's findings in."""
        self.images += other.images
        self.boundaries += other.boundaries
        self.checks += other.checks
        self.violations += other.violations
        self.examples = (self.examples + other.examples)[: 8 * SHOWN]


@dataclass(frozen=True, slots=True)
class Boundary:
    """A moment at which the plug may be pulled: after a write, a sync, a name, or an acknowledgement."""

    number: int
    moment: int
    what: str


def boundaries(recording: Recording) -> Iterator[tuple[Boundary, Card]]:
    """Live through the recording and stop at every boundary, with the card as it is then."""
    replay = Replay(recording.folder, recording.made)
    number, index = 0, 0
    for life in recording.lives:
        replay.new_process()
        for moment in life:
            what = replay.step(moment)
            if index in recording.told:
                what = "ack"
            if what:
                yield Boundary(number, index, what), replay.card
                number += 1
            index += 1


@dataclass(frozen=True, slots=True)
class Sample:
    """Which images are made: those of every ``every``-th boundary, ``attempts`` of each random kind."""

    seed: int
    attempts: int = 1
    every: int = 1

    def takes(self, boundary: Boundary) -> bool:
        """Return whether the boundary is in the sample; another seed takes others."""
        return boundary.number % self.every == self.seed % self.every

    def worker(self, boundary: Boundary, workers: int) -> int:
        """Return who makes it: whole stretches go to one worker, so that equal images of neighbours meet."""
        return boundary.number // self.every // STRETCH % workers


def start_all(recording: Recording, sample: Sample, workers: int = 0) -> Findings:
    """Start the hall from every image of the sample and return what was found."""
    workers = workers or os.cpu_count() or 1
    context = multiprocessing.get_context("fork")
    with context.Pool(workers, _begin, (recording, sample)) as pool:
        found = Findings()
        for share in pool.imap_unordered(_start_share, [(worker, workers) for worker in range(workers)]):
            found.add(share)
    return found


_work: tuple[Recording, Sample] | None = None


def _begin(recording: Recording, sample: Sample) -> None:
    global _work  # noqa: PLW0603 - handed to forked workers without copying
    _work = recording, sample
    logging.disable(logging.CRITICAL)


def _start_share(share: tuple[int, int]) -> Findings:
    assert _work is not None, "workers begin before they are given work"
    recording, sample = _work
    worker, workers = share
    found = Findings()
    facts: Counter[Fact] = Counter()
    told = sorted(recording.told)
    seen: set[tuple[int, int, tuple[int, ...]]] = set()
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None, prefix="power-") as memory:
        for boundary, card in boundaries(recording):
            while told and told[0] <= boundary.moment:
                facts.update(recording.told[told.pop(0)])
            if not sample.takes(boundary) or sample.worker(boundary, workers) != worker:
                continue
            found.boundaries += 1
            for cut in cuts(card, boundary.number, sample.seed, sample.attempts):
                key = (card.version, len(told), _identity(cut.chosen))
                if key in seen:
                    continue
                seen.add(key)
                _start(card, cut, facts, Path(memory) / "image", found, boundary)
    return found


def _identity(chosen: Sequence[Change]) -> tuple[int, ...]:
    return tuple(map(id, chosen))


def _start(
    card: Card,
    cut: Cut,
    facts: Counter[Fact],
    folder: Path,
    found: Findings,
    boundary: Boundary,
) -> None:
    folder.mkdir()
    try:
        card.render(folder, cut.chosen)
        wrong = examine(folder, facts)
    finally:
        shutil.rmtree(folder)
    found.images[cut.kind] += 1
    found.checks += facts.total()
    for kind in {sentence.split(":", 1)[0] for sentence in wrong}:
        found.violations[kind] += 1
        if found.violations[kind] <= SHOWN:
            first = next(sentence for sentence in wrong if sentence.startswith(kind))
            place = f"boundary={cut.boundary} after={boundary.what} moment={boundary.moment} image={cut.kind}/{cut.attempt}"
            found.examples.append(f"{place} {first}")
