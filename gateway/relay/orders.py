"""One event from the centre as it travels down: the same envelope, with its revision and the instant after which it is void.

Pure. What is not the contract's form is refused with a reason, never with a crash; the signature is another matter
(``signing``), and was checked before a byte is read here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.relay.envelope import EVENT_LIMIT_BYTES, SEQ_LIMIT, Unreadable

SOURCE = "/centre"
SUBJECT_LIMIT = 120
"""Characters of a subject, at the most."""
GOOD_LIMIT = timedelta(days=400)
"""An order that says to be good for longer would be kept for ever."""
KINDS = (
    "announcement.put",
    "announcement.withdraw",
    "catalogue.put",
    "catalogue.withdraw",
    "request.answered",
    "complaint.answered",
    "need.answered",
    "aid.put",
    "aid.withdraw",
    "resend.request",
    "settings.put",
    "key.put",
    "key.rewrap",
    "release.offer",
    "backup.request",
    "ping",
)
"""What a centre may ask, as docs/orders.md describes each; a hall keeps a kind that it does not know."""

_ID = re.compile(r"[0-9a-f]{16}-[0-9a-f]{16}", re.ASCII)
_TYPE = re.compile(r"id\.balai\.([a-z]+(?:[.-][a-z]+)*)\.v([1-9][0-9]{0,2})", re.ASCII)
_SUBJECT = re.compile(r"[a-z0-9][a-z0-9._-]*(?:/[a-z0-9][a-z0-9._-]*)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Order:
    """What the centre asks of a hall, or of every hall."""

    id: str
    """The centre database's own name and 64 random bits: a restored centre repeats none."""
    kind: str
    """For example ``announcement.put``."""
    subject: str
    """What it is about; its revisions supersede each other."""
    rev: int
    """Higher is newer."""
    time: datetime
    """Aware; when it was asked, by the centre's clock."""
    notafter: datetime
    """Aware; after this instant it is void."""
    data: Mapping[str, Any]
    version: int = 1

    @property
    def type(self) -> str:
        """The type on the wire, for example ``id.balai.ping.v1``."""
        return type_of(self.kind, self.version)

    def encode(self) -> bytes:
        """Return the event as one JSON object without needless space. Raises ValueError over 48 KiB."""
        event = {
            "specversion": "1.0",
            "id": self.id,
            "source": SOURCE,
            "type": self.type,
            "subject": self.subject,
            "time": self.time.isoformat(timespec="milliseconds"),
            "datacontenttype": "application/json",
            "rev": self.rev,
            "notafter": self.notafter.isoformat(timespec="milliseconds"),
            "data": self.data,
        }
        body = json.dumps(event, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
        if len(body) > EVENT_LIMIT_BYTES:
            raise ValueError(f"an order is at most {EVENT_LIMIT_BYTES} bytes")
        return body


def decode_order(body: bytes) -> Order:
    """Read an order. Raises Unreadable with the reason, without its content."""
    try:
        event = json.loads(body.decode("utf-8"), parse_constant=_no_number)
        json.dumps(event, ensure_ascii=False).encode()  # what cannot be written again is kept nowhere
    except (ValueError, RecursionError):
        raise Unreadable("the order is not JSON") from None
    if not isinstance(event, dict):
        raise Unreadable("the order is not an object")
    if event.get("specversion") != "1.0" or event.get("source") != SOURCE:
        raise Unreadable("the order is not an event of the centre")
    type_ = _TYPE.fullmatch(_text(event, "type"))
    if type_ is None:
        raise Unreadable("type does not end in a version")
    if not _ID.fullmatch(id_ := _text(event, "id")):
        raise Unreadable("id is not two times 16 hexadecimal digits")
    if not is_subject(subject := _text(event, "subject")):
        raise Unreadable(f"subject is not 1 to {SUBJECT_LIMIT} plain characters")
    time, notafter = _instant(event, "time"), _instant(event, "notafter")
    if notafter - time > GOOD_LIMIT:
        raise Unreadable(f"the order is good for more than {GOOD_LIMIT.days} days")
    rev, data = event.get("rev"), event.get("data")
    if not isinstance(rev, int) or isinstance(rev, bool) or not 0 < rev < SEQ_LIMIT:
        raise Unreadable("rev is not a positive number")
    if not isinstance(data, dict):
        raise Unreadable("data is not an object")
    return Order(id_, type_[1], subject, rev, time, notafter, data, int(type_[2]))


def type_of(kind: str, version: int = 1) -> str:
    """Return the type on the wire of a kind."""
    return f"id.balai.{kind}.v{version}"


def kind_of(type_: str) -> str:
    """Return the kind of a type, with its version unless that is the first: ``ping``, ``ping.v2``."""
    return type_.removeprefix("id.balai.").removesuffix(".v1")


def is_subject(text: str) -> bool:
    """Return whether an order may be about ``text``."""
    return len(text) <= SUBJECT_LIMIT and _SUBJECT.fullmatch(text) is not None


def _text(event: Mapping[str, Any], name: str) -> str:
    value = event.get(name)
    if not isinstance(value, str):
        raise Unreadable(f"{name} is not a text")
    return value


def _instant(event: Mapping[str, Any], name: str) -> datetime:
    try:
        instant = datetime.fromisoformat(_text(event, name))
        instant.astimezone(UTC) + GOOD_LIMIT  # whoever reckons with it stays within what Python can count
    except (ValueError, OverflowError):
        raise Unreadable(f"{name} is not an instant") from None
    if instant.tzinfo is None:
        raise Unreadable(f"{name} has no offset")
    return instant


def _no_number(_text: str) -> None:
    raise ValueError("JSON knows no such number")
