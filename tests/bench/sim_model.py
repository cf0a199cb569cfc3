"""Every state of a small world, not a sample: the rules of hall and centre themselves, searched breadth first to the end.

One hall, one lane, two facts, one hello and one or two things that go wrong: the card is rewritten, cloned or restored, and the centre is. Whatever
is on the wire may come never, twice or late. In each state confirmed facts are at the centre; and once all faults cease from there, every fact
of a living card is at the centre once. The decisions are those of ``Progress.answered``, ``retrace``, ``advance``, ``Replies`` and the heads.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import accumulate
from random import Random
from typing import Any, NamedTuple

from gateway.heads import head_after
from gateway.relay.decisions import Confirm, Diverge, Lower
from gateway.relay.progress import Progress
from gateway.relay.receipts import LaneStand, Receipt, decode_answer
from provisioning.centre.dues import BatchDue, HelloDue
from provisioning.centre.model import ACCEPTED, GENESIS, LaneKey, LaneReport, Link, Standing
from provisioning.centre.replies import Replies
from provisioning.centre.sequence import advance

LANE, HALL = "record", "3510012001"
FACTS, HELLOS, WIRE = 2, 1, 1
ROUNDS = 12
Fact = tuple[str, str]
"""The id it had first, and its stamp."""


class Epoch(NamedTuple):
    """One epoch of a card: its facts by number, from 1, and how many are confirmed."""

    name: str
    closed: bool
    rows: tuple[Fact, ...]
    confirmed: int = 0


class Card(NamedTuple):
    """One card: its epochs, the last one open, and the hello whose answer it awaits."""

    name: str
    epochs: tuple[Epoch, ...]
    nonce: str = ""
    unanswered: frozenset[str] = frozenset()


class Centre(NamedTuple):
    """What the centre has: rows by epoch and number, how far each epoch is contiguous, its end if it was told, and facts as often as they count."""

    rows: frozenset[tuple[str, int, Fact]] = frozenset()
    through: tuple[tuple[str, int, str], ...] = ()
    accepted: tuple[Fact, ...] = ()


class World(NamedTuple):
    """All of it; ``left`` is what may still happen: facts, hellos, and faults."""

    cards: tuple[Card, ...]
    up: tuple[Any, ...] = ()
    down: tuple[Receipt, ...] = ()
    centre: Centre = Centre()
    image: Card | None = None
    backup: Centre | None = None
    left: tuple[int, int, frozenset[str]] = (FACTS, HELLOS, frozenset())
    restored: bool = False
    hellos: int = 0


@dataclass(frozen=True)
class Rules:
    """The rules; each may be left out once."""

    heads: bool = True
    lowers: bool = True
    reissues: bool = True
    was: bool = True
    identity: bool = True
    contiguous: bool = True
    receipts: bool = True
    agreed: bool = True


def head_at(rows: Sequence[Fact], seq: int) -> str:
    """Return the head of these rows at a number."""
    return list(accumulate(rows[:seq], lambda head, fact: head_after(head, fact[0], fact[1], "", ""), initial=GENESIS))[-1]


class _Reading:
    """What ``Replies`` asks of a database, out of a centre's state."""

    centre = "0123456789abcdef"

    def __init__(self, state: Centre) -> None:
        self.state = state

    @contextmanager
    def reading(self) -> Iterator[_Reading]:
        yield self

    def standing(self, lane: LaneKey) -> Standing:
        return next((Standing(through, head) for epoch, through, head in self.state.through if epoch == lane.epoch), Standing())

    def links(self, lane: LaneKey, after: int, through: int) -> list[Link]:
        found = sorted((seq, fact) for epoch, seq, fact in self.state.rows if epoch == lane.epoch and after < seq <= through)
        return [Link(seq, *fact, "", "", ACCEPTED) for seq, fact in found]

    def head_below(self, _lane: LaneKey, _seq: int) -> tuple[int, str]:
        return 0, GENESIS

    def top(self, lane: LaneKey) -> int:
        return max((seq for epoch, seq, _ in self.state.rows if epoch == lane.epoch), default=0)

    def absences(self, _lane: LaneKey) -> list[Any]:
        return []

    def rejects(self, *_asked: object) -> list[Any]:
        return []


def answer(centre: Centre, due: BatchDue | HelloDue) -> Receipt:
    """Return the centre's own answer."""
    told = decode_answer(Replies(_Reading(centre), lambda _: 1, None, "balai/v1").answer(due))  # type: ignore[arg-type]
    assert isinstance(told, Receipt)
    return told


def entered(centre: Centre, epoch: str, first: int, rows: Sequence[Fact], rules: Rules) -> Centre:
    """Return the centre with a batch in it: the first to hold a number keeps it, and a fact counts once."""
    here = {(one, seq) for one, seq, _ in centre.rows}
    fresh = [(seq, fact) for seq, fact in enumerate(rows, first) if (epoch, seq) not in here]
    accepted = [*centre.accepted]
    for _, fact in fresh:
        if fact not in accepted or not rules.identity:
            accepted.append(fact)
    state = centre._replace(rows=centre.rows | {(epoch, seq, fact) for seq, fact in fresh}, accepted=tuple(sorted(accepted)))
    reading, lane = _Reading(state), LaneKey(HALL, epoch, LANE)
    before = reading.standing(lane)
    links = reading.links(lane, before.through, 1 << 30)
    if not rules.contiguous:
        links = [link._replace(seq=number) for number, link in enumerate(links, before.through + 1)]
    reached = advance(before, links, [])
    through = reached.through if rules.contiguous else max(reached.through, reading.top(lane))
    others = tuple(one for one in state.through if one[0] != epoch)
    return state._replace(through=tuple(sorted((*others, (epoch, through, reached.head)))))


def heard(card: Card, receipt: Receipt, rules: Rules, new_epoch: str) -> Card:
    """Return the card after what its own rules decide about a receipt."""
    if not rules.agreed:
        receipt = replace(receipt, agreed=True)
    stands = {(one.name, LANE): _stand(one) for one in card.epochs}
    ours = next((one for one in card.epochs if one.name == receipt.epoch), None)
    if ours is None:
        return card
    progress = Progress(Random(1))
    progress.online, progress.greeting.nonce = True, card.nonce
    progress.greeting.unanswered = {(epoch, LANE) for epoch in card.unanswered}
    known = rules.heads and receipt.through <= len(ours.rows)
    decisions = progress.answered(receipt, stands, 0.0, head_at(ours.rows, receipt.through) if known else None)
    card = card._replace(unanswered=frozenset(epoch for epoch, _ in progress.greeting.unanswered))
    for decision in decisions:
        match decision:
            case Confirm((epoch, _), through):
                card = _with(card, epoch, confirmed=through)
            case Lower((epoch, _), confirmed) if rules.lowers:
                card = _with(card, epoch, confirmed=confirmed)
            case Diverge((epoch, _), above) if rules.reissues:
                card = left(card, epoch, above, new_epoch, rules)
    return card


def _stand(one: Epoch) -> LaneStand:
    return LaneStand(len(one.rows), one.confirmed, 1, head_at(one.rows, one.confirmed), one.closed)


def _with(card: Card, epoch: str, *, confirmed: int) -> Card:
    return card._replace(epochs=tuple(one._replace(confirmed=confirmed) if one.name == epoch else one for one in card.epochs))


def left(card: Card, epoch: str, above: int, new_epoch: str, rules: Rules) -> Card:
    """Issue again, in the open epoch or in a new one, what lies above a number."""
    source = next(one for one in card.epochs if one.name == epoch)
    kept = [
        source._replace(closed=True, rows=source.rows[:above], confirmed=above) if one is source else one for one in card.epochs
    ]
    again = source.rows[above:]
    if not source.closed:
        kept.append(Epoch(new_epoch, closed=False, rows=()))
    target = kept[-1]
    if not rules.was:
        again = tuple((f"{target.name}-{number}", stamp) for number, (_, stamp) in enumerate(again, len(target.rows) + 1))
    kept[-1] = target._replace(rows=target.rows + again)
    return Card(card.name, tuple(kept))


def hello_of(card: Card, nonce: str) -> tuple[Card, tuple[Any, ...]]:
    """Return the card that awaits an answer, and its hello."""
    reports = tuple(
        (one.name, LaneReport(len(one.rows), one.confirmed, 1, head_at(one.rows, one.confirmed), one.closed))
        for one in card.epochs
    )
    asked = frozenset(one.name for one in card.epochs if one.rows)
    return card._replace(nonce=nonce, unanswered=asked), ("hello", nonce, reports)


def taken(world: World, message: tuple[Any, ...], rules: Rules, room: int = WIRE) -> World:
    """Return the world after the centre has taken a message and answered it; the wire has ``room`` for so many answers."""
    if message[0] == "hello":
        dues: list[BatchDue | HelloDue] = [
            HelloDue(LaneKey(HALL, epoch, LANE), report, message[1]) for epoch, report in message[2] if report.last
        ]
        centre = world.centre
    else:
        _, epoch, first, rows = message
        centre = entered(world.centre, epoch, first, rows, rules)
        dues = [BatchDue(LaneKey(HALL, epoch, LANE), first)]
    answers = tuple(answer(centre, due) for due in dues)
    return world._replace(centre=centre, down=tuple(dict.fromkeys((*world.down, *answers)))[-room:])


def batches(card: Card) -> Iterator[tuple[Any, ...]]:
    """Yield what a card may have on the wire: all that is unconfirmed, or its end alone, when what came before was lost."""
    for one in card.epochs:
        for first in {one.confirmed + 1, len(one.rows)}:
            if one.confirmed < first <= len(one.rows):
                yield ("batch", one.name, first, one.rows[first - 1 :])


def following(world: World, rules: Rules) -> Iterator[World]:
    """Yield every world that may come next."""
    facts, hellos, faults = world.left
    for index, card in enumerate(world.cards):
        if facts:
            yield _put(world, index, _made(card, f"{card.name}{facts}"))._replace(left=(facts - 1, hellos, faults))
        if hellos:
            asking, hello = hello_of(card, f"n{world.hellos}")
            yield _sent(_put(world, index, asking), hello)._replace(left=(facts, hellos - 1, faults), hellos=world.hellos + 1)
        for batch in batches(card):
            yield _sent(world, batch)
            if not rules.receipts:
                yield _put(world, index, _with(card, batch[1], confirmed=batch[2] + len(batch[3]) - 1))
        for receipt in world.down:
            yield _put(world, index, heard(card, receipt, rules, _fresh(world)))
    for message in world.up:
        yield taken(world, message, rules)  # it stays on the wire, and may come again
    yield from _faults(world)


def _made(card: Card, stamp: str) -> Card:
    one = card.epochs[-1]
    return card._replace(epochs=(*card.epochs[:-1], one._replace(rows=(*one.rows, (f"{one.name}-{len(one.rows) + 1}", stamp)))))


def _faults(world: World) -> Iterator[World]:
    facts, hellos, faults = world.left
    for fault in faults:
        spent = world._replace(left=(facts, hellos, faults - {fault}))
        if fault == "centre":
            if world.backup is None:
                yield world._replace(backup=world.centre)
            else:
                yield spent._replace(centre=world.backup, restored=True)
        elif world.image is None:
            yield world._replace(image=Card("image", world.cards[0].epochs))
        elif fault == "clone":
            yield spent._replace(cards=(*world.cards, Card("b", world.image.epochs)))
        elif fault == "rewrite":
            yield spent._replace(cards=(Card("b", world.image.epochs),))
        else:
            closed = tuple(one._replace(closed=True) for one in world.image.epochs)
            yield spent._replace(cards=(Card("b", (*closed, Epoch(_fresh(world), closed=False, rows=()))),))


def _fresh(world: World) -> str:
    names = {one.name for card in world.cards for one in card.epochs} | {epoch for epoch, _, _ in world.centre.rows}
    return next(name for name in (f"{number:08x}" for number in range(2, 99)) if name not in names)


def _put(world: World, index: int, card: Card) -> World:
    return world._replace(cards=(*world.cards[:index], card, *world.cards[index + 1 :]))


def _sent(world: World, message: tuple[Any, ...]) -> World:
    return world if message in world.up else world._replace(up=(*world.up, message)[-WIRE:])


def broken(world: World, rules: Rules) -> str:
    """Return which invariant is broken here, or once all faults have ceased, or empty."""
    if not world.restored and any(
        fact not in world.centre.accepted for card in world.cards for one in card.epochs for fact in one.rows[: one.confirmed]
    ):
        return "lost"
    settled = world._replace(up=(), down=())
    for turn in range(ROUNDS):
        before = (settled.cards, settled.centre)
        for index in range(len(settled.cards)):
            settled = _in_calm(settled, index, f"c{turn}-{index}", rules)
        if [card.epochs for card in before[0]] == [card.epochs for card in settled.cards] and before[1] == settled.centre:
            break
    if any(one.confirmed < len(one.rows) for card in settled.cards for one in card.epochs):
        return "stuck"
    owed = {fact for card in settled.cards for one in card.epochs for fact in one.rows}
    if owed - {*settled.centre.accepted}:
        return "lost"
    stamps = Counter(stamp for _, stamp in settled.centre.accepted)
    return "twice" if any(count > 1 for count in stamps.values()) else ""


def _in_calm(world: World, index: int, nonce: str, rules: Rules) -> World:
    """Let one card say hello, hear the answers, send what is unconfirmed, and hear those."""
    asking, hello = hello_of(world.cards[index], nonce)
    world = taken(_put(world, index, asking), hello, rules, ROUNDS)
    for messages in ((), tuple(batches(world.cards[index]))):
        for message in messages:
            world = taken(world, message, rules, ROUNDS)
        for receipt in world.down:
            world = _put(world, index, heard(world.cards[index], receipt, rules, _fresh(world)))
        world = world._replace(down=())
    return world


FAULTS = ("rewrite", "clone", "restore", "centre")
TWO_FAULTS = ("clone centre", "rewrite centre", "restore centre")
"""Searched to the end too, when there is time."""
LEFT_OUT: dict[str, tuple[Rules, str]] = {
    "heads tell histories apart": (Rules(heads=False), "rewrite"),
    "the centre may know less": (Rules(lowers=False), "centre"),
    "what others may have overwritten is issued again": (Rules(reissues=False), "rewrite"),
    "what is issued again keeps its first id": (Rules(was=False), "clone"),
    "a fact counts once over all epochs": (Rules(identity=False), "clone"),
    "only a receipt confirms": (Rules(receipts=False), "centre"),
    "through moves over contiguous numbers only, or heads differ": (Rules(contiguous=False, heads=False), "centre"),
    "only what both histories agree on need not be issued again": (Rules(agreed=False), "clone centre"),
}
"""Each rule left out once, and the faults among which that must be missed."""


def search(faults: str, rules: Rules | None = None) -> tuple[int, str]:
    """Visit every state in which each of ``faults`` happens at most once; return how many there were and what was broken first."""
    rules = rules or Rules()
    epochs = (Epoch("00000001", closed=False, rows=()),)
    first = World((Card("a", epochs),), left=(FACTS, HELLOS, frozenset(faults.split())))
    seen, waiting = {first}, deque([first])
    while waiting:
        world = waiting.popleft()
        if found := broken(world, rules):
            return len(seen), found
        for one in following(world, rules):
            if one not in seen:
                seen.add(one)
                waiting.append(one)
    return len(seen), ""
