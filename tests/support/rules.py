"""A hall whose clerks are faster than people: for tests and benches that call without pause."""

from __future__ import annotations

from gateway.choices import tables
from gateway.store.database import Store
from gateway.tickets.choices import QueueRules

WITHOUT_PAUSE = QueueRules(double_press_s=0.0, calls_before_no_show=1)
"""A second press is a second call, and one call is enough for a no-show."""


def choose_rules(store: Store, rules: QueueRules = WITHOUT_PAUSE) -> None:
    """Write the rules as if the hall had always had them: without an event."""
    with store.transaction() as tx:
        tables.write(tx, rules.section, rules.model_dump_json(), "")
