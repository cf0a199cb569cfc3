"""What must be true of requests after a cut: none that was acknowledged is lost, none is half-done, each opens by the key that is on the card."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from random import Random
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from gateway.clock import Clock
from gateway.errors import Refusal
from gateway.privacy.bearer import Closed, address_of, open_for_bearer
from gateway.privacy.device_key import DeviceKey
from gateway.privacy.vault import Vault
from gateway.safekeeping import DEVICE_KEY
from gateway.services.requests.drafts import DRAFT
from gateway.services.requests.filing import KIND
from gateway.store.database import Store
from tests.bench.power.facts import Fact

HALL = "3510012001"
KINDS = frozenset({"draft", "request", "registered", "cancelled"})


class Known(Protocol):
    """What the hall knows of requests, read once."""

    requests: list[tuple[Any, ...]]
    """Token, number, state, record and version of the sealed record."""
    request_steps: dict[int, int]
    request_numbers: int
    drafts: dict[str, tuple[bytes, int]]
    sealed: set[tuple[Any, ...]]

    @property
    def events(self) -> Mapping[Any, tuple[Any, ...]]:
        """Type, subject and time of every event, by epoch, lane and number."""


def holds(state: Known, fact: Fact) -> bool:
    """Return whether what was told of a request is so."""
    if fact.kind == "draft":
        token, name = fact.values
        body, filed = state.drafts.get(address_of(token), (b"", 0))
        try:
            return bool(filed) or json.loads(open_for_bearer(body, token, DRAFT)).get("nama") == name
        except Closed:
            return False
    found = next((request for request in state.requests if request[0] == fact.values[0]), None)
    if found is None:
        return False
    if fact.kind == "cancelled":
        return bool(found[2] == "cancelled")
    return fact.kind == "request" or bool(found[1] == fact.values[1])


def half_done(state: Known) -> Iterable[str]:
    """Yield what is there only in part: a request without its event, its seal, its steps or the end of its draft; a hole in the numbers."""
    told: dict[int, list[str]] = {}
    for kind, subject, _ in state.events.values():
        if kind.startswith("id.balai.request."):
            told.setdefault(int(subject.rpartition("/")[2]), []).append(kind)
    became = sorted(filed for _, filed in state.drafts.values() if filed)
    numbers = sorted(request[1] for request in state.requests)
    if numbers != list(range(1, state.request_numbers + 1)):
        yield f"hole: requests {numbers} of 1..{state.request_numbers}"
    if became != numbers:
        yield f"half-done: drafts became {became}, and there are {numbers}"
    if told.keys() - set(numbers):
        yield f"half-done: told of requests that are not there: {sorted(told.keys() - set(numbers))}"
    for _, number, how, record, version in state.requests:
        acts = told.get(number, [])
        if acts.count("id.balai.request.filed.v1") != 1 or len(acts) != state.request_steps.get(number):
            yield f"half-done: request {number} is {how}, has {state.request_steps.get(number)} steps and was told as {acts}"
        if (KIND, record, version) not in state.sealed:
            yield f"half-done: request {number} without what was answered"


def sealed_for_ever(store: Store, clock: Clock, zone: ZoneInfo, state: Known) -> Iterable[str]:
    """Yield the requests that the key on the card does not open."""
    if not state.requests:
        return
    key = DeviceKey(Path(store.directory) / DEVICE_KEY, Random(1).randbytes)
    vault = Vault(store, clock, zone, HALL, key, lambda _db: {})
    with store.reader() as db:
        for _, number, _, record, version in state.requests:
            try:
                vault.read(db, KIND, record, version)
            except Refusal as refusal:
                yield f"lost: request {number} opens no more: {refusal.code}"
