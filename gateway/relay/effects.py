"""What a command does in a hall: the table that the hall gives to its downlink, and the commands that are the relay's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.clock import Clock
from gateway.errors import Refusal
from gateway.relay.signing import read_key
from gateway.store import centre_keys, jobs, outbox, parcels
from gateway.store.database import Transaction
from gateway.store.inbox import Act, Command
from gateway.store.jobs import Job

RESEND = "resend"
RELEASE = "release"
"""Kinds of jobs."""
VERSION_LIMIT = 40


@dataclass(frozen=True, slots=True)
class Effect:
    """How one kind of command is carried out."""

    act: Act
    withdraws: bool = False
    """Whether it leaves a tombstone: a put that comes late brings nothing back."""
    on_trial: bool = False
    """Whether it is taken back unless the centre confirms that it still hears the hall."""


Effects = Mapping[str, Effect]
"""By kind, for example ``announcement.put``."""


class OwnEffects:
    """The commands that concern nothing but the relay. ``pinned`` is the key that the settings name."""

    def __init__(self, version: str, pinned: str, clock: Clock) -> None:
        self._version = version
        self._pinned = pinned
        self._clock = clock

    def table(self) -> dict[str, Effect]:
        """Return them by kind."""
        return {
            "ping": Effect(self._answer_ping),
            "key.put": Effect(self._put_key),
            "resend.request": Effect(self._note_resend),
            "release.offer": Effect(self._note_release),
        }

    def _answer_ping(self, _tx: Transaction, _command: Command) -> Mapping[str, Any]:
        return {"version": self._version}

    def _put_key(self, tx: Transaction, command: Command) -> None:
        use, key = _text(command, "use"), _text(command, "key")
        if use not in centre_keys.USES:
            raise Refusal("field-invalid", field="use")
        try:
            read_key(key)
        except ValueError as error:
            raise Refusal("field-invalid", field="key") from error
        centre_keys.put(tx, use, key, self._pinned, self._clock.now().isoformat(timespec="milliseconds"))

    def _note_resend(self, tx: Transaction, command: Command) -> None:
        place = (_text(command, "epoch"), _text(command, "lane"))
        held = next((one for one in outbox.lanes(tx) if (one.epoch, one.lane) == place), None)
        if held is None or held.lane == parcels.LANE:  # the bytes of a parcel leave the card when they have arrived
            raise Refusal("field-invalid", field="epoch, lane")
        first, last = max(_count(command, "first"), held.oldest), min(_count(command, "last"), held.last)
        if first > last:
            raise Refusal("field-invalid", field="first, last")
        wanted = {"epoch": place[0], "lane": place[1], "next": first, "last": last}
        jobs.make(tx, Job(command.id, RESEND, wanted), self._clock.now())

    def _note_release(self, tx: Transaction, command: Command) -> None:
        if len(_text(command, "version")) > VERSION_LIMIT:
            raise Refusal("field-invalid", field="version")
        former = jobs.oldest(tx, RELEASE)
        if former is not None:
            jobs.finish(tx, former.command)
        jobs.make(tx, Job(command.id, RELEASE, command.data), self._clock.now())


def offered_release(db: outbox.Reads) -> str:
    """Return the version that the centre offers, or empty."""
    job = jobs.oldest(db, RELEASE)
    return str(job.data["version"]) if job else ""


def _text(command: Command, name: str) -> str:
    value = command.data.get(name)
    if not isinstance(value, str) or not value:
        raise Refusal("field-invalid", field=name)
    return value


def _count(command: Command, name: str) -> int:
    value = command.data.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise Refusal("field-invalid", field=name)
    return value
