"""What the hall tells the centre of its commands. Each event is described in docs/events.md.

What a trial of settings waits for is ``urgent``: behind a backlog, a spent budget or a cap of ours its receipt would come too
late, and good settings would return.
"""

from __future__ import annotations

from gateway.relay.orders import kind_of
from gateway.store.inbox import Answer, Command, CommandState
from gateway.store.outbox import Event
from gateway.store.trials import Trial


def answered(command: Command, answer: Answer, *, on_trial: bool = False) -> Event:
    """The command was carried out, ``on_trial`` or for good, or it was not: with code and reason."""
    told = {"causation": command.id, "kind": kind_of(command.type)}
    if answer.state is CommandState.APPLIED:
        return Event(
            "urgent" if on_trial else "record",
            "id.balai.command.applied.v1",
            f"command/{command.id}",
            told | ({"said": answer.said} if answer.said else {}),
        )
    return Event(
        "record", "id.balai.command.rejected.v1", f"command/{command.id}", told | {"code": answer.code, "reason": answer.reason}
    )


def returned(trial: Trial) -> Event:
    """Settings that the centre had put are as they were: no receipt came with them."""
    return Event(
        "urgent", "id.balai.settings.returned.v1", f"command/{trial.command}", {"causation": trial.command, "put": trial.put}
    )
