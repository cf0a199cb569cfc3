"""Within a version fields are only ever added: what an earlier hall sent is still taken, and a later one is not turned away."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.relay.envelope import decode
from gateway.relay.orders import decode_order
from gateway.relay.receipts import decode_answer
from gateway.relay.topics import Topics
from provisioning.centre.model import ACCEPTED, Hello
from provisioning.centre.reading import Batch, read
from tests.support import contract, contract_pages

FOLDER = Path(__file__).parent
HALL, ROOT, NOW = "3510012001", "balai/v1", "2026-11-23T02:14:05.000+00:00"
EVENTS: list[dict[str, Any]] = [json.loads(line) for line in (FOLDER / "events.jsonl").read_text(encoding="utf-8").splitlines()]
MESSAGES: dict[str, Any] = json.loads((FOLDER / "messages.json").read_text(encoding="utf-8"))


def test_there_is_an_early_event_of_every_type() -> None:
    """Whoever adds a type adds a line to ``events.jsonl``: an event as it goes up today. It is never changed again."""
    assert sorted(contract.messages("events")) == sorted({event["type"] for event in EVENTS})


def test_there_is_an_early_order_of_every_kind_that_is_carried_out() -> None:
    """Whoever lets halls carry out another kind adds such an order to ``messages.json``, and never changes it again."""
    carried_out = {name for name, one in contract.messages("commands").items() if "`not-here`" not in one["description"]}
    assert sorted(carried_out) == sorted(MESSAGES[name]["type"] for name in MESSAGES if name.startswith("commands/"))


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event["type"])
def test_an_early_event_is_taken_for_ever(event: dict[str, Any]) -> None:
    """The intake accepts it, today's schema tells it, and it is written again as it was."""
    arrival = read(Topics(HALL).up(event["lane"]), json.dumps([event]).encode(), ROOT, NOW)

    assert isinstance(arrival, Batch)
    assert [(row.verdict, row.reason) for row in arrival.rows] == [(ACCEPTED, "")]
    assert contract.fault(f"events/{event['type'].removeprefix('id.balai.')}", event, closed=False) == ""
    assert json.loads(decode(event).encode()) == event


@pytest.mark.parametrize("name", MESSAGES)
def test_an_early_message_is_understood_for_ever(name: str) -> None:
    """Hello, receipt, refusal and orders of the first version mean what they meant."""
    message = MESSAGES[name]
    payload = json.dumps(message).encode()

    assert contract.fault(name.partition(" ")[0], message, closed=False) == ""
    if name.startswith("hello"):
        assert isinstance(read(Topics(HALL).hello, payload, ROOT, NOW), Hello)
    elif name.startswith("re"):
        decode_answer(payload)
    elif name.startswith("commands/"):
        assert json.loads(decode_order(payload).encode()) == message


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event["type"])
def test_a_later_event_is_kept(event: dict[str, Any]) -> None:
    """Attributes, fields, types and versions that nobody here knows are accepted, kept and no fault of an open schema."""
    name = f"events/{event['type'].removeprefix('id.balai.')}"
    later = event | {"traceparent": "00-1", "data": event["data"] | {"later": {"than": ["this"]}}}
    assert contract.fault(name, later, closed=False) == ""
    assert contract.fault(name, later) != ""
    for one in (later, later | {"type": event["type"].replace(".v1", ".v2")}, later | {"type": "id.balai.weather.changed.v1"}):
        arrival = read(Topics(HALL).up(one["lane"]), json.dumps([one]).encode(), ROOT, NOW)
        assert isinstance(arrival, Batch)
        [row] = arrival.rows
        assert (row.verdict, row.type, json.loads(row.data), json.loads(row.rest)) == (
            *(ACCEPTED, one["type"], one["data"], {"traceparent": "00-1"}),
        )


def broken(frozen: dict[str, str], today: dict[str, str]) -> list[str]:
    """Return how ``today`` breaks what was ``frozen``: a field gone, of another kind, or newly required of old senders."""
    faults = [f"{path} is gone" for path in frozen if path not in today]
    for path, what in today.items():
        kind, need = what.rsplit(", ", 1)
        former_kind, former_need = frozen.get(path, what).rsplit(", ", 1)
        if kind != former_kind and not set(former_kind.split("|")) < set(kind.split("|")):
            faults.append(f"{path} was {former_kind} and is {kind}")
        if need != former_need:
            faults.append(f"{path} was {former_need} and is {need}")
        parent, message = path.rpartition(".")[0], path.partition(".data.")[0]
        known = parent in frozen or any(each.startswith(f"{message}.data") for each in frozen)
        if path not in frozen and known and need == "required":
            faults.append(f"{path} is new and cannot be required")
    return faults


def test_no_field_is_ever_taken_away_changed_or_newly_required() -> None:
    """What a centre of an earlier version counts on stays. If this fails, the type needs a new version beside the old one."""
    assert broken(contract_pages.frozen(), contract_pages.shapes()) == []


def test_every_field_is_frozen() -> None:
    """A new field is frozen when it is added. ``make contract`` does it."""
    assert set(contract_pages.shapes()) == set(contract_pages.frozen())


@pytest.mark.parametrize(
    ("today", "faults"),
    [
        ({"a.data.x": "string, required", "a.data.y": "on|off|dim, optional", "a.data.z": "integer, optional"}, []),
        ({"a.data.y": "on|off, optional"}, ["a.data.x is gone"]),
        ({"a.data.x": "integer, required", "a.data.y": "on|off, optional"}, ["a.data.x was string and is integer"]),
        ({"a.data.x": "string, optional", "a.data.y": "on|off, optional"}, ["a.data.x was required and is optional"]),
        ({"a.data.x": "string, required", "a.data.y": "on, optional"}, ["a.data.y was on|off and is on"]),
        (
            {"a.data.x": "string, required", "a.data.y": "on|off, optional", "a.data.z": "string, required"},
            ["a.data.z is new and cannot be required"],
        ),
        ({"a.data.x": "string, required", "a.data.y": "on|off, optional", "b.data.z": "string, required"}, []),
    ],
    ids=["added", "gone", "retyped", "no-longer", "fewer-words", "newly-required", "another-type"],
)
def test_a_broken_promise_is_found(today: dict[str, str], faults: list[str]) -> None:
    """The control: each way of breaking an earlier reader is found, and adding is none."""
    assert broken({"a.data.x": "string, required", "a.data.y": "on|off, optional"}, today) == faults
