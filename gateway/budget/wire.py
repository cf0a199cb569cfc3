"""What the centre learns of budgets: what they add up to. Described in docs/events.md."""

from __future__ import annotations

from gateway.budget.model import PARTS, Budget
from gateway.store.outbox import Event


def published(budget: Budget, epoch: str) -> Event:
    """The village shows the budget of a year, in place of the former one."""
    told: dict[str, object] = {"year": budget.year, "rows": len(budget.rows), "rest_rp": budget.rest_rp, "gaps": len(budget.gaps)}
    for part in PARTS:
        name, realised = part.replace("-", "_"), budget.realised(part)
        told[f"{name}_rp"] = budget.planned(part)
        if realised is not None:
            told[f"{name}_realised_rp"] = realised
    return Event("record", "id.balai.budget.published.v1", f"budget/{epoch}/{budget.year}", told)


def removed(year: int, epoch: str) -> Event:
    """The village shows the budget of a year no more."""
    return Event("record", "id.balai.budget.removed.v1", f"budget/{epoch}/{year}", {})
