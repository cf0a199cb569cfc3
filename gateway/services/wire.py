"""What the centre learns of the catalogue: what the village has made of a service. Described in docs/events.md."""

from __future__ import annotations

from gateway.services.document import INDONESIAN, Service
from gateway.services.tables import Now
from gateway.store.outbox import Event


def changed(now: Now, service: Service | None, epoch: str) -> Event:
    """The village has changed, confirmed or given back a service; ``service`` is None when there is none any more."""
    told: dict[str, object] = {"service": now.service, "layers": list(now.layers), "confirmed": now.confirmed}
    if service is not None:
        told |= {
            "version": now.version,
            "name": service.name[INDONESIAN],
            "offered": service.offered,
            "line": service.line,
            "fee_rp": service.fee_rp,
            "promise_days": service.promise_days,
            "requirements": [one.text[INDONESIAN] for one in service.requirement],
        }
    return Event("record", "id.balai.catalogue.changed.v1", f"service/{epoch}/{now.service}", told)
