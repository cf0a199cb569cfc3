"""What the hall says about where it stands (hello), and what the centre answers (receipt, refused).

Pure wire forms. A receipt says: every sequence up to ``through`` is committed, or rejected for ever,
in the centre's database, and ``rejected`` lists every reject after ``after``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.relay.batches import BATCH_LIMIT
from gateway.relay.envelope import SEQ_LIMIT, Unreadable

REJECTS_LIMIT = 500
"""Rejects in one receipt, at the most."""
RECEIPT_LIMIT_BYTES = 256 * 1024
"""A longer answer is not read."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """One event that the centre refuses for ever."""

    seq: int
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the centre has committed of one lane."""

    centre: str
    """The identity of the centre's database."""
    epoch: str
    lane: str
    after: int
    through: int
    head: str = ""
    hello: str = ""
    """The nonce of the hello that it answers, or empty."""
    rejected: tuple[Rejected, ...] = ()
    agreed: bool = False
    """In the answer to a hello: the history up to the hello's ``confirmed`` is the one that the hall told by its head."""
    top: int = 0
    """In the answer to a hello about an open epoch: the greatest number that the centre has, when it lies above ``through``."""
    takes: int = BATCH_LIMIT
    """So many events of one batch the centre reads."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The centre could not read a payload."""

    sha256: str
    """Of the payload, in hex."""
    reason: str


@dataclass(frozen=True, slots=True)
class LaneStand:
    """Where one lane stands in the hall: its newest, its confirmed, and the oldest sequence still kept."""

    last: int
    confirmed: int
    oldest: int
    head: str | None = None
    """The running head at ``confirmed``; None when it was never reckoned."""
    closed: bool = False
    """Whether its epoch is closed: nothing is made in it any more."""


def encode_hello(
    nonce: str,
    bootid: str,
    epochs: Sequence[tuple[str, str, Mapping[str, LaneStand]]],
    *,
    uptime_ms: int = 0,
    audit: str = "",
    held: Sequence[str] = (),
) -> bytes:
    """Write a hello; ``epochs`` are (epoch, state, lanes), ``uptime_ms`` the time since the machine started, ``held`` the ids of orders."""
    stands = [
        {
            "epoch": epoch,
            "state": state,
            "lanes": {
                lane: {"last": stand.last, "confirmed": stand.confirmed, "oldest": stand.oldest, "head": stand.head or ""}
                for lane, stand in lanes.items()
            },
        }
        for epoch, state, lanes in epochs
    ]
    return _json(
        {"nonce": nonce, "bootid": bootid, "uptime_ms": uptime_ms, "epochs": stands, "audit": audit, "inbox": {"held": [*held]}}
    )


def encode_receipt(receipt: Receipt) -> bytes:
    """Write a receipt."""
    message: dict[str, Any] = {
        "centre": receipt.centre,
        "epoch": receipt.epoch,
        "lane": receipt.lane,
        "after": receipt.after,
        "through": receipt.through,
        "head": receipt.head,
        "rejected": [{"seq": one.seq, "code": one.code, "reason": one.reason} for one in receipt.rejected],
    }
    if receipt.hello:
        message["hello"] = receipt.hello
        message["agreed"] = receipt.agreed
    if receipt.top > receipt.through:
        message["top"] = receipt.top
    if receipt.takes > BATCH_LIMIT:
        message["takes"] = receipt.takes
    return _json(message)


def encode_refused(centre: str, refused: Refused) -> bytes:
    """Write that a payload could not be read."""
    return _json({"centre": centre, "refused": refused.sha256, "reason": refused.reason})


def decode_answer(payload: bytes) -> Receipt | Refused:
    """Read what the centre answers. Raises Unreadable with the reason."""
    if len(payload) > RECEIPT_LIMIT_BYTES:
        raise Unreadable("the answer is too long")
    try:
        answer = json.loads(payload.decode("utf-8"))
    except (ValueError, RecursionError):
        raise Unreadable("the answer is not JSON") from None
    if not isinstance(answer, dict):
        raise Unreadable("the answer is not an object")
    if "refused" in answer:
        return Refused(_text(answer, "refused").lower(), _text(answer, "reason", ""))
    rejected = answer.get("rejected") or []
    if not isinstance(rejected, list) or len(rejected) > REJECTS_LIMIT:
        raise Unreadable("rejected is not a list of at most 500")
    return Receipt(
        centre=_text(answer, "centre", ""),
        epoch=_text(answer, "epoch"),
        lane=_text(answer, "lane"),
        after=_number(answer, "after"),
        through=_number(answer, "through"),
        head=_text(answer, "head", ""),
        hello=_text(answer, "hello", ""),
        rejected=tuple(_rejected(one) for one in rejected),
        agreed=answer.get("agreed") is True,
        top=_number(answer, "top", 0),
        takes=max(BATCH_LIMIT, _number(answer, "takes", BATCH_LIMIT)),
    )


def _rejected(one: object) -> Rejected:
    if not isinstance(one, dict):
        raise Unreadable("a reject is not an object")
    return Rejected(_number(one, "seq"), _text(one, "code"), _text(one, "reason", ""))


def _text(message: Mapping[str, Any], name: str, missing: str | None = None) -> str:
    value = message.get(name, missing)
    if value is None and missing is not None:
        return missing
    if not isinstance(value, str):
        raise Unreadable(f"{name} is not a text")
    return value


def _number(message: Mapping[str, Any], name: str, missing: int | None = None) -> int:
    value = message.get(name, missing)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < SEQ_LIMIT:
        raise Unreadable(f"{name} is not a number")
    return value


def _json(message: Mapping[str, Any]) -> bytes:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
