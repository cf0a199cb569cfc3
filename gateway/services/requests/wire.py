"""What the centre learns of requests: that one was filed, and each change. Described in docs/events.md.

Promises: nothing that tells of a person goes up here: the answers go up sealed, as ``record.sealed`` of the version that is named; what opens a page, token
and tracking code, stays here.
"""

from __future__ import annotations

from gateway.services.requests.tables import Request
from gateway.store.outbox import Event


def filed(request: Request, jumped: int) -> Event:
    """Somebody has handed in a request; ``jumped`` numbers before it were left out, at the beginning of a new history."""
    data = {
        "service": request.service,
        "version": request.version,
        "origin": request.origin,
        "ground": request.ground,
        "state": request.state.value,
    }
    return _about(
        request,
        "id.balai.request.filed.v1",
        **data,
        promised_on=request.promised_on,
        jumped=jumped or None,
        sealed=request.sealed,
    )


def changed(request: Request, act: str, by: str) -> Event:
    """A request stands otherwise, or says something else; ``by`` is ``staff``, ``holder`` or ``hall``, never a name."""
    data = {"act": act, "state": request.state.value, "by": by}
    return _about(
        request,
        "id.balai.request.changed.v1",
        **data,
        reason=request.reason,
        promised_on=request.promised_on,
        sealed=request.sealed,
    )


def _about(request: Request, type_: str, **data: object) -> Event:
    known = {name: value for name, value in data.items() if value is not None and value != ""}
    return Event("record", type_, f"request/{request.epoch}/{request.number}", known)
