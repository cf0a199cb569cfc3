"""A hall whose clerks are faster than people: for tests and benches that call without pause."""

from __future__ import annotations

from pathlib import Path

from gateway.choices import tables
from gateway.clock import SystemClock
from gateway.store.database import Store
from gateway.store.opening import open_store
from gateway.tickets.choices import QueueRules

WITHOUT_PAUSE = QueueRules(double_press_s=0.0, calls_before_no_show=1)
"""A second press is a second call, and one call is enough for a no-show."""

RUSH = WITHOUT_PAUSE.model_copy(update={"phone_per_address": 9999, "phone_per_minute": 9999, "phone_waiting": 9999})
"""And a bench, which takes its numbers as phones do, takes thousands."""


def choose_rules(store: Store, rules: QueueRules = WITHOUT_PAUSE) -> None:
    """Write the rules as if the hall had always had them: without an event."""
    with store.transaction() as tx:
        tables.write(tx, rules.section, rules.model_dump_json(), "")


def begin_with_rules(directory: Path, rules: QueueRules = RUSH) -> None:
    """Make the store of a hall that has not started yet, with its rules chosen."""
    store = open_store(directory, lambda: None, SystemClock())
    choose_rules(store, rules)
    store.close()
