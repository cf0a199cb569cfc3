"""What the centre learns of letters: numbers and kinds, never names; and the key that proves them. Described in docs/events.md."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.proof.proof import spelled
from gateway.services.letters.tables import Letter
from gateway.store.outbox import Event


def issued(letter: Letter, replaced: Letter | None) -> Event:
    """A letter got its number; ``replaced`` is the one whose place it takes."""
    data: dict[str, object] = {
        "number": letter.number,
        "on": letter.on.isoformat(),
        "service": letter.service,
        "version": letter.version,
    }
    if letter.request is not None:
        data["request"] = letter.request
    if replaced is not None:
        data["replaces"] = replaced.number
    return _about(letter, "id.balai.letter.issued.v1", data)


def voided(letter: Letter) -> Event:
    """A letter counts no more, and none took its place."""
    return _about(letter, "id.balai.letter.voided.v1", {"number": letter.number, "on": letter.on.isoformat()})


def used_outside(letters: Sequence[Letter]) -> Event:
    """Numbers were used on paper, or by the hall in a history that was lost: from the first to the last of ``letters``."""
    data: dict[str, object] = {"first": letters[0].number, "last": letters[-1].number, "count": len(letters)}
    return _about(letters[0], "id.balai.letter.used-outside.v1", data)


def key(name: str, public: bytes, village: str, epoch: str) -> Event:
    """The hall signs letters with another key from now on; ``village`` is what it calls itself."""
    return Event(
        "record",
        "id.balai.letter.key.v1",
        f"letter-key/{epoch}/{name}",
        {"key": name, "public": spelled(public), "village": village},
    )


def _about(letter: Letter, kind: str, data: dict[str, object]) -> Event:
    return Event("record", kind, f"letter/{letter.epoch}/{letter.id}", data)
