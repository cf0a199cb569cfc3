"""What hall and centre say to each other is told by ``asyncapi.json`` and its schemas, topic by topic."""

from __future__ import annotations

import copy
import json
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from gateway.relay.batches import unpack
from gateway.relay.columns import turned
from gateway.relay.contract import FOLDER
from gateway.relay.orders import KINDS
from gateway.relay.presence import Presence, will
from gateway.relay.receipts import Receipt, Refused, Rejected, encode_receipt, encode_refused
from gateway.relay.topics import LANES, ROOT, Topics
from gateway.tickets.view import QueueView
from provisioning.centre.orders import compose
from tests.support import contract, contract_pages
from tests.support.clock import FakeClock
from tests.support.relay import HALL, RelayWorld
from tests.support.tickets import open_queue

WHOLE = contract.documents()["asyncapi"]


@cache
def _asyncapi() -> type[BaseModel]:
    """Return the model of AsyncAPI 3, whose own fields pydantic warns of."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from asyncapi3.models.asyncapi import AsyncAPI3  # noqa: PLC0415 - it warns where it is imported
    model: type[BaseModel] = AsyncAPI3
    return model


def test_the_document_is_asyncapi_3() -> None:
    """Tools that read AsyncAPI 3 read it."""
    _asyncapi().model_validate(WHOLE)


@pytest.mark.parametrize(
    "change",
    [
        lambda whole: whole["channels"]["up"].update(adress="x"),
        lambda whole: whole["operations"]["sayHello"].update(action="publish"),
        lambda whole: whole["operations"]["sayHello"].pop("channel"),
        lambda whole: whole.update(asyncapi="2.6.0"),
    ],
    ids=["unknown-key", "unknown-action", "no-channel", "other-version"],
)
def test_what_is_not_asyncapi_3_is_found(change: Callable[[dict[str, Any]], object]) -> None:
    """The control: the model refuses what the specification refuses."""
    whole = copy.deepcopy(WHOLE)
    change(whole)
    with pytest.raises(ValidationError):
        _asyncapi().model_validate(whole)


def _references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from ([value["$ref"]] if isinstance(value.get("$ref"), str) else [])
        for one in value.values():
            yield from _references(one)
    elif isinstance(value, list):
        for one in value:
            yield from _references(one)


def _leads_somewhere(reference: str) -> bool:
    if not reference.startswith("#/"):
        return (FOLDER / reference).is_file()
    found: Any = WHOLE
    for part in reference[2:].split("/"):
        found = found.get(part, {})
    return bool(found)


def test_every_reference_leads_somewhere() -> None:
    """To a part of the document or to a schema beside it."""
    assert [each for each in _references(WHOLE) if not _leads_somewhere(each)] == []


def test_every_message_is_described() -> None:
    """Each schema is a message of the document, and no message is without one. ``make contract`` writes them."""
    assert WHOLE["components"]["messages"] == contract_pages.described()


def test_every_topic_of_the_code_is_a_channel() -> None:
    """Names and levels are those of ``Topics``, for the root that holds unless the settings say otherwise."""
    topics = Topics("0000000000")
    said = {topics.up("urgent").replace("urgent", "{lane}"), topics.hello, topics.receipt, topics.presence, topics.live}
    said |= {topics.down, topics.all_down, topics.enrol_request, topics.enrol_certificate}
    addresses = {channel["address"] for channel in WHOLE["channels"].values()}
    assert addresses == {topic.replace("0000000000", "{hall}") for topic in said}
    assert all(address.startswith(f"{ROOT}/") for address in addresses)
    assert WHOLE["components"]["parameters"]["lane"]["enum"] == [*LANES]


def _events(payload: bytes) -> list[dict[str, Any]]:
    return [json.loads(event.encode()) for event in unpack(payload)]


def test_all_that_a_hall_and_a_centre_say_is_told(world: Callable[..., RelayWorld]) -> None:
    """Batches, hellos, receipts, a refused payload and its tombstone, each as the schema of its topic says, and nothing besides."""
    hall = world(readable=lambda event: "strange" not in event.data)
    hall.append("urgent", 2, counter="1", line="surat")
    hall.append("record", 5, counter="1", line="surat")
    hall.append("record", 1, strange=True)
    hall.settle()

    said = {message.topic.removeprefix(f"{ROOT}/{HALL}/"): message for message in hall.broker.published}
    assert set(said) >= {"up/urgent", "up/record", "hello", "receipt"}
    for message in hall.broker.published:
        kind = message.topic.removeprefix(f"{ROOT}/{HALL}/").partition("/")[0]
        told = _events(message.payload) if kind == "up" else json.loads(message.payload)
        name = {"up": "batch"}.get(kind, "refused" if "refused" in told else kind)
        assert contract.fault(name, told) == "", message
        if kind == "up" and (columns := turned(unpack(message.payload))):
            assert contract.fault("columns", json.loads(json.dumps(columns))) == ""
    tombstones = [
        event
        for message in hall.broker.published
        if "/up/" in message.topic
        for event in _events(message.payload)
        if "quarantined" in event["type"]
    ]
    assert {contract.judge(event) for event in tombstones} == {""}


def test_the_kinds_of_orders_are_those_of_the_code() -> None:
    """Each kind that a centre may ask has its schema, and each channel down names all of them."""
    kinds = {f"id.balai.{kind}.v1" for kind in KINDS}
    assert set(contract.messages("commands")) == kinds
    keys = {contract_pages.key_of(kind.removeprefix("id.balai.")) for kind in kinds}
    assert [set(WHOLE["channels"][channel]["messages"]) for channel in ("down", "allDown")] == [keys, keys]


def test_an_order_of_the_centre_is_told() -> None:
    """As it is composed and encoded, and nothing besides."""
    data = {"texts": {"id": "Posyandu Kamis pagi."}, "ends_on": "2026-12-01", "important": False}
    order = compose("9f2c11d07a3b4e55", HALL, "announcement.put", data, name="posyandu", now=FakeClock().now())
    assert contract.fault("commands/announcement.put.v1", json.loads(order.wire.encode())) == ""


def test_presence_and_queue_are_told(tmp_path: Path) -> None:
    """The will, the presence and the queue of a hall with people in it."""
    with open_queue(tmp_path) as queue:
        queue.desk.issue("surat", origin="button")
        queue.desk.call_next("1")
        live = QueueView(queue.store, queue.desk.choices).current.as_json()
    assert contract.fault("live", json.loads(json.dumps(live))) == ""
    assert contract.fault("presence", json.loads(will(HALL, "7f3a90c2", "b0010001", "0.1.0").payload)) == ""


def test_presence_in_the_relay_is_told(world: Callable[..., RelayWorld]) -> None:
    """What waits, and since when."""
    hall = world()
    hall.append()
    hall.connection.start()
    Presence(hall.store, hall.connection, hall.clock, HALL, version="0.1.0", live=lambda: None).step()
    assert contract.fault("presence", json.loads(hall.broker.retained[Topics(HALL).presence].payload)) == ""


def test_an_answer_of_the_centre_is_told() -> None:
    """A receipt with everything in it, and a refusal."""
    receipt = Receipt(
        "centre", "7f3a90c2", "record", 1, 9, "ab" * 32, "nonce", (Rejected(3, "schema", "time is not an instant"),)
    )
    assert contract.fault("receipt", json.loads(encode_receipt(receipt))) == ""
    assert contract.fault("refused", json.loads(encode_refused("centre", Refused("ab" * 32, "not JSON")))) == ""
