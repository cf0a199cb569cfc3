"""The one trial of settings that may run: what was put, what was before, and until when it may last.

Everything is in the database, so that a power cut at any instant leaves either the former settings or a trial that ends.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.store.outbox import Reads


@dataclass(frozen=True, slots=True)
class Trial:
    """Settings of which it is not yet known whether the centre can still be reached with them."""

    command: str
    """The id of the command that put them."""
    put: dict[str, Any]
    former: dict[str, Any]
    epoch: str
    lane: str
    seq: int
    """The place of the answer ``applied``: its receipt ends the trial."""
    bootid: str
    due_s: float
    """When it ends without a receipt, on the uptime of the run ``bootid``."""
    boots: int
    """How many runs of the machine it has seen."""


def running(db: Reads) -> Trial | None:
    """Return the trial that runs, or None."""
    row = db.execute("SELECT command, put, former, epoch, lane, seq, bootid, due_s, boots FROM trial").fetchone()
    return Trial(row[0], json.loads(row[1]), json.loads(row[2]), *row[3:]) if row else None


def begin(tx: Reads, trial: Trial) -> None:
    """Keep a trial. Raises sqlite3.IntegrityError while another runs."""
    tx.execute(
        "INSERT INTO trial VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(trial.command, _text(trial.put), _text(trial.former), trial.epoch, trial.lane, trial.seq),
            *(trial.bootid, trial.due_s, trial.boots),
        ),
    )


def begin_anew(tx: Reads, bootid: str, due_s: float) -> None:
    """Give the trial its time again: the machine was started, and nobody knows how long it was off."""
    tx.execute("UPDATE trial SET bootid = ?, due_s = ?, boots = boots + 1", (bootid, due_s))


def end(tx: Reads) -> None:
    """Forget the trial: its settings stay, or have been taken back."""
    tx.execute("DELETE FROM trial")


def _text(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
