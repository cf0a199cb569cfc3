"""The names under which hall and centre speak, and the way back from a name to its meaning.

Topic levels hold only ``[a-z0-9-]``: other brokers refuse or mangle dots and spaces. A topic that says
anything else is nobody's, so a strange name can never become a path, a query or a hall.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

ROOT = "balai/v1"
"""The first levels unless the settings say otherwise."""

LANES = ("urgent", "record", "parcel", "bulk")
"""The lanes in the order of their haste."""

_HALL = re.compile(r"[0-9]{10}", re.ASCII)
_ROOT = re.compile(r"[a-z0-9-]+(/[a-z0-9-]+)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics of one hall. Raises ValueError for a hall or a root that no broker should see."""

    hall: str
    """The ten-digit village code, for example ``3510012001``."""
    root: str = ROOT

    def __post_init__(self) -> None:
        if not _HALL.fullmatch(self.hall):
            raise ValueError(f"not a ten-digit village code: {self.hall!r}")
        if not _ROOT.fullmatch(self.root):
            raise ValueError(f"not a topic root: {self.root!r}")

    def up(self, lane: str) -> str:
        """Where batches of a lane go up. Raises ValueError for an unknown lane."""
        if lane not in LANES:
            raise ValueError(f"not a lane: {lane!r}")
        return f"{self.root}/{self.hall}/up/{lane}"

    @property
    def hello(self) -> str:
        """Where the hall says where it stands."""
        return f"{self.root}/{self.hall}/hello"

    @property
    def receipt(self) -> str:
        """Where the centre says what it has committed."""
        return f"{self.root}/{self.hall}/receipt"

    @property
    def down(self) -> str:
        """Where the centre speaks to this hall."""
        return f"{self.root}/{self.hall}/down"

    @property
    def all_down(self) -> str:
        """Where the centre speaks to every hall."""
        return all_down(self.root)

    @property
    def presence(self) -> str:
        """Retained: whether the hall is online, as far as the broker knows."""
        return f"{self.root}/{self.hall}/presence"

    @property
    def live(self) -> str:
        """Retained: the queue now, for people at home."""
        return f"{self.root}/{self.hall}/live"

    @property
    def enrol_request(self) -> str:
        """Where the hall asks for its next certificate."""
        return f"{self.root}/enrol/{self.hall}/request"

    @property
    def enrol_certificate(self) -> str:
        """Where the centre answers that wish."""
        return f"{self.root}/enrol/{self.hall}/certificate"


def all_down(root: str = ROOT) -> str:
    """Return where the centre speaks to every hall."""
    return f"{root}/all/down"


@dataclass(frozen=True, slots=True)
class Heard:
    """What a topic of a hall means to the centre."""

    hall: str
    kind: str
    """``up``, ``hello``, ``presence`` or ``live``."""
    lane: str
    """The lane of ``up``, else empty."""


def intake_filters(root: str = ROOT, share: str = "") -> tuple[str, str]:
    """Return what an intake subscribes to: the batches and hellos of every hall, or its part of them as one of ``share``."""
    prefix = f"$share/{share}/" if share else ""
    return f"{prefix}{root}/+/up/+", f"{prefix}{root}/+/hello"


def heard(topic: str, root: str = ROOT) -> Heard | None:
    """Return what ``topic`` means, or None when it is not one that a hall writes."""
    if not topic.startswith(f"{root}/"):
        return None
    match topic[len(root) + 1 :].split("/"):
        case [hall, "up", lane] if _HALL.fullmatch(hall) and lane in LANES:
            return Heard(hall, "up", lane)
        case [hall, "hello" | "presence" | "live" as kind] if _HALL.fullmatch(hall):
            return Heard(hall, kind, "")
        case _:
            return None


def enrol_filter(root: str = ROOT) -> str:
    """Return what the centre's signing subscribes to."""
    return f"{root}/enrol/+/request"


def enrolling(topic: str, root: str = ROOT) -> str:
    """Return the hall that asks for a certificate at ``topic``, or empty when it is not such a topic."""
    match topic.removeprefix(f"{root}/").split("/"):
        case ["enrol", hall, "request"] if topic.startswith(f"{root}/") and _HALL.fullmatch(hall):
            return hall
        case _:
            return ""
