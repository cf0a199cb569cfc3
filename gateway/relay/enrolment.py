"""What hall and centre say to each other about the hall's next certificate.

    request      {"csr":"<PEM>","token":"<one-time token or absent>"}
    certificate  {"request":"<SHA-256 of the request's payload>","certificate":"<PEM, up to the root>"}
              or {"request":"...","code":"<a refusal's code>","reason":"..."}

The broker's access list guarantees that a request at a hall's topic comes from whoever shows that hall's present
certificate. The token is for a hall that has none yet.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.relay.envelope import Unreadable

LIMIT_BYTES = 16 * 1024
"""No honest request or answer is longer."""


RENEW_AFTER = 2 / 3
"""Of its life a certificate is renewed; a third of two years is left for a hall that is away."""


def is_due(begins_at: datetime, ends_at: datetime, now: datetime) -> bool:
    """Return whether a certificate should be renewed."""
    return now - begins_at >= (ends_at - begins_at) * RENEW_AFTER


@dataclass(frozen=True, slots=True)
class Wish:
    """What a hall asks."""

    csr: str
    token: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the centre says to one request; either ``certificate`` or ``code`` is there."""

    request: str
    certificate: str = ""
    code: str = ""
    reason: str = ""


def name_of(payload: bytes) -> str:
    """Return the name by which an answer refers to a request's payload."""
    return hashlib.sha256(payload).hexdigest()


def encode_wish(wish: Wish) -> bytes:
    """Return a request's payload."""
    return _encode({"csr": wish.csr, "token": wish.token})


def decode_wish(payload: bytes) -> Wish:
    """Read a request. Raises Unreadable."""
    told = _decode(payload)
    return Wish(_text(told, "csr"), _text(told, "token"))


def encode_answer(answer: Answer) -> bytes:
    """Return an answer's payload."""
    return _encode({"request": answer.request, "certificate": answer.certificate, "code": answer.code, "reason": answer.reason})


def decode_answer(payload: bytes) -> Answer:
    """Read an answer. Raises Unreadable."""
    told = _decode(payload)
    answer = Answer(*(_text(told, key) for key in ("request", "certificate", "code", "reason")))
    if bool(answer.certificate) == bool(answer.code):
        raise Unreadable("neither a certificate nor a refusal")
    return answer


def _encode(told: dict[str, str]) -> bytes:
    return json.dumps({key: value for key, value in told.items() if value}, ensure_ascii=False).encode()


def _decode(payload: bytes) -> dict[str, Any]:
    if len(payload) > LIMIT_BYTES:
        raise Unreadable(f"over {LIMIT_BYTES} bytes")
    try:
        told = json.loads(payload.decode("utf-8"))
    except (ValueError, RecursionError):
        raise Unreadable("not JSON") from None
    if not isinstance(told, dict):
        raise Unreadable("not an object")
    return told


def _text(told: dict[str, Any], key: str) -> str:
    value = told.get(key, "")
    if not isinstance(value, str) or value != value.encode("utf-8", "replace").decode():
        raise Unreadable(f"{key} is not a text")
    return value
