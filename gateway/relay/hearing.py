"""What has come back over the wire, in words that the rules of sending weigh, and what of it may be forgotten."""

from __future__ import annotations

import logging

from gateway.mqtt.ports import Acknowledged, Received
from gateway.relay.envelope import Unreadable
from gateway.relay.receipts import Receipt, Refused, decode_answer

log = logging.getLogger(__name__)

Told = Receipt | Refused | Acknowledged | None
"""What an answer says; None when it says nothing that can be read."""


def told_by(answer: Received | Acknowledged) -> Told:
    """Return what an answer says."""
    if isinstance(answer, Acknowledged):
        return answer
    try:
        return decode_answer(answer.payload)
    except Unreadable as error:
        log.warning("event=answer-unreadable reason=%r", str(error))
        return None


def can_be_asked_again(told: Told, *, by_puback: bool = False) -> bool:
    """Whether losing what this decides costs only a hello: so is all that merely confirms, and it waits for no sync.

    ``by_puback`` there is no hello: a confirmation that a power cut takes back would send its events once more.
    """
    match told:
        case Receipt():
            return not told.hello
        case Acknowledged():
            return not told.too_large and not by_puback
        case _:
            return told is None
