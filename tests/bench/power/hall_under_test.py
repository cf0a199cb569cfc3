"""The real hall in a process of its own, with devices that say on the standard output what people see.

``python -m tests.bench.power.hall_under_test HALL.TOML FULL|NORMAL|OFF``: the composition root of ``gateway run``.
Standard input presses buttons (``press tombol-a``); its end stops the hall as SIGTERM would. ``NORMAL`` and ``OFF``
are the negative controls: the product has no such setting, so this entry gives its store another connection.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from pathlib import Path
from typing import Any

from gateway.devices import catalog
from gateway.devices.ports import BoardFace, Slip
from gateway.devices.simulated_board import SimulatedBoard
from gateway.devices.simulated_button import CLEAN
from gateway.devices.simulated_printer import SimulatedPrinter
from gateway.hall import Hall
from gateway.settings import Settings
from gateway.store import database
from gateway.store.connection import connect_writing
from tests.support.rules import RUSH, choose_rules


class TellingPrinter(SimulatedPrinter):
    """Whoever holds the paper believes its number: it counts from the moment at which the paper moves."""

    kind = "telling-printer"

    def print_slip(self, slip: Slip) -> None:
        """Say the number, then print it."""
        if not self.reason():
            tell(paper=slip.number)
        super().print_slip(slip)


class TellingBoard(SimulatedBoard):
    """Whoever sees a number on the board believes it."""

    kind = "telling-board"

    def show(self, face: BoardFace) -> None:
        """Say what the face shows, then show it."""
        tell(board=[face.number, face.counter, face.newest])
        super().show(face)


def tell(**what: object) -> None:
    """Write one line of JSON in one system call."""
    os.write(1, json.dumps(what).encode() + b"\n")


def weaken(level: str) -> None:
    """Give every store of this process a writing connection that syncs less."""

    def connect(path: Path) -> sqlite3.Connection:
        connection = connect_writing(path)
        connection.execute(f"PRAGMA synchronous={level}")
        return connection

    defaults: dict[str, Any] | None = database.Store.__init__.__kwdefaults__
    assert defaults is not None, "the store takes its way of connecting by name"
    defaults["connect"] = connect


def main(settings: Path, level: str) -> None:
    """Run the hall until standard input ends."""
    if level != "FULL":
        weaken(level)
    catalog.KINDS["telling-printer"] = lambda id, _options, clock: TellingPrinter(id, clock)
    catalog.KINDS["telling-board"] = lambda id, _options, _clock: TellingBoard(id)
    with Hall(Settings.load(settings)) as hall:
        choose_rules(hall.store, RUSH)
        tell(address=hall.address)
        buttons = {button.id: button for button in hall.devices.of_kind("simulated-button")}
        for line in sys.stdin:
            act, device = line.split()
            if act == "press":
                tell(pressed=device, counted=buttons[device].press(contact=CLEAN))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
