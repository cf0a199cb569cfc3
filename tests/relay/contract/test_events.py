"""Every event that the product appends is told by a schema, and every schema tells an event that the product appends."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, time
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from gateway.budget import wire as budget_wire
from gateway.budget.model import Budget, Row
from gateway.bulletin import wire as bulletin_wire
from gateway.bulletin.model import Announcement
from gateway.devices.ledger import Tally
from gateway.equipment import wire as equipment_wire
from gateway.equipment.model import Note
from gateway.healthposts import wire as healthposts_wire
from gateway.healthposts.model import Draft, Post, Rule
from gateway.market import wire as market_wire
from gateway.market.model import Product, Wish
from gateway.store import outbox
from gateway.store.outbox import Event
from gateway.store.stamp import Stamp
from gateway.tickets import wire
from gateway.tickets.model import HallDay, TicketState
from gateway.tickets.tables import Ticket
from tests.support import contract, contract_pages
from tests.support.clock import FakeClock
from tests.support.store import open_test_store

ROOT = Path(__file__).parents[3]
STAMP = Stamp.of(FakeClock(), UTC)
EVENTS = contract.messages("events")
TICKET = Ticket(
    *(1, "7f3a90c2", 118, "administrasi", "A-012", "lansia", TicketState.CALLED, "loket-1", 2, 3, 1.0, "token"),
    *("b0010001", 1.0, "b0010001", 62.5, "", 0.0),
)
DAY = HallDay(118, date(2026, 11, 23), "trusted")
NEWS = Announcement(
    3,
    {"id": "Besok libur."},
    date(2026, 11, 23),
    None,
    important=True,
    media="image",
    blob="ab",
    category="event",
    held_on=date(2026, 11, 24),
    held_at="07:00",
    place="Lapangan",
)

CHIPS = Product(7, 2, Wish("Keripik", "food", 15_000, "per bungkus", "Renyah"), "shown", date(2026, 11, 23), "", None, 0)
MELATI = Post(4, Draft("Posyandu Melati", "Balai dusun", "Buku KIA", time(8), time(11), Rule("day", day=10), line="kesehatan"))
APBDES = Budget(2026, (Row("income", "4", "Pendapatan", 150, 75), Row("spending", "5", "Belanja", 150, None)))


def _made() -> list[Event]:
    """Let every function of every feature's wire make its event."""
    return [
        wire.issued(TICKET, "button", 100, TICKET),
        wire.called(TICKET, "loket-1", 61.5),
        wire.recalled(TICKET, "loket-1", 2),
        wire.served(TICKET),
        wire.skipped(TICKET),
        wire.held(TICKET, "papers"),
        wire.brought_back(TICKET, "staff"),
        wire.transferred(TICKET, "bantuan", "2", 61.5),
        wire.undone(TICKET, "call-next", "waiting"),
        wire.completed(TICKET, 240.0),
        wire.no_show(TICKET),
        wire.cancelled(TICKET, "day-closed"),
        wire.rated(TICKET, 4, "phone"),
        wire.arranged("7f3a90c2", {"lines": [], "counters": []}),
        wire.line_opened("7f3a90c2", "bantuan", is_open=False),
        wire.line_continued("7f3a90c2", 118, "bantuan", 12, 40),
        wire.day_opened(DAY, "7f3a90c2", "calendar"),
        wire.day_dated(DAY, "7f3a90c2"),
        bulletin_wire.published(NEWS, "7f3a90c2"),
        bulletin_wire.changed(NEWS, "7f3a90c2"),
        bulletin_wire.withdrawn(NEWS, "7f3a90c2"),
        equipment_wire.changed("7f3a90c2", "printer", "escpos-usb", Note.FAULTY, reason="kertas habis", skipped=3),
        equipment_wire.counted(
            "7f3a90c2", "printer", "escpos-usb", ordinal=118, date="2026-11-23", tally=Tally(slips=3, faulty_s=2.4)
        ),
        budget_wire.published(APBDES, "7f3a90c2"),
        budget_wire.removed(2026, "7f3a90c2"),
        healthposts_wire.changed(MELATI, [date(2026, 12, 10)], "7f3a90c2"),
        healthposts_wire.removed(4, "7f3a90c2"),
        market_wire.published(CHIPS, "7f3a90c2"),
        market_wire.withdrawn(CHIPS, "staff", "7f3a90c2"),
    ]


def _functions(module: ModuleType) -> list[str]:
    own = [name for name, item in vars(module).items() if getattr(item, "__module__", "") == module.__name__]
    return [name for name in own if not name.startswith("_")]


def test_every_function_of_the_wire_is_tried() -> None:
    """A new event of a feature cannot be forgotten by the tests beside this one."""
    assert len(_made()) == sum(
        len(_functions(one)) for one in (wire, budget_wire, bulletin_wire, equipment_wire, healthposts_wire, market_wire)
    )


@pytest.mark.parametrize("event", _made(), ids=lambda event: event.type)
def test_an_event_is_as_its_schema_tells(event: Event) -> None:
    """Lane, subject and data are those of the schema, and nothing besides."""
    assert contract.judge(contract.as_sent(STAMP, event)) == ""


def _types_in_the_source() -> Iterator[str]:
    """Find every event type that is written out in the product; docstrings are no code."""
    for path in [*(ROOT / "gateway").rglob("*.py"), *(ROOT / "provisioning").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and re.fullmatch(r"id\.balai\.[a-z.-]+\.v\d+", str(node.value)):
                yield str(node.value)


def test_code_and_schemas_name_the_same_events() -> None:
    """A type without a schema, or a schema without a type, is found before anybody sends it.

    For a new type write ``gateway/relay/contract/events/TYPE.json`` (like the others there) and run ``make contract``.
    """
    assert {*_types_in_the_source(), *(event.type for event in _made())} == set(EVENTS)


@pytest.mark.parametrize(("name", "schema"), contract.documents().items(), ids=[*contract.documents()])
def test_a_schema_is_sound(name: str, schema: dict[str, Any]) -> None:
    """It is a schema of 2020-12, says what it is about, and what it refers to is there."""
    if "$schema" not in schema:
        return
    Draft202012Validator.check_schema(schema)
    assert schema["title"]
    assert schema["description"]
    contract.fault(name, {})
    if name.startswith("events/"):
        assert name == f"events/{schema['title'].removeprefix('id.balai.')}"
        assert schema["properties"]["type"] == {"const": schema["title"]}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda event: event["data"].update(officer="Siti"), "officer"),
        (lambda event: event["data"].pop("counter"), "counter"),
        (lambda event: event["data"].update(waited_s="long"), "long"),
        (lambda event: event.update(lane="bulk"), "record"),
        (lambda event: event.update(subject="ticket/x"), "ticket/x"),
        (lambda event: event.update(time="yesterday"), "yesterday"),
        (lambda event: event.update(type="id.balai.ticket.sung.v1"), "events/ticket.sung.v1.json"),
    ],
    ids=["more", "less", "other", "lane", "subject", "time", "type"],
)
def test_a_strange_event_is_found_and_the_remedy_told(change: Callable[[dict[str, Any]], object], told: str) -> None:
    """The control: what no schema tells does not pass, and whoever added it learns what to write where."""
    event = contract.as_sent(STAMP, wire.called(TICKET, "loket-1", 61.5))
    change(event)

    assert told in contract.judge(event)
    assert "make contract" in contract.judge(event)


def test_whatever_the_product_appends_is_judged(tmp_path: Path) -> None:
    """An event of the product with a field that no schema names is found in any test; one that a test makes up is not."""
    store = open_test_store(tmp_path, FakeClock())
    event = wire.called(TICKET, "loket-1", 61.5)
    event.data["officer"] = "Siti"
    product: dict[str, Any] = {"__name__": "gateway.strange", "outbox": outbox}
    exec("def act(tx, stamp, event): return outbox.append(tx, stamp, event)", product)  # noqa: S102 - stands for code of the product
    with store.transaction() as tx:
        outbox.append(tx, STAMP, event)
        assert contract.UNTOLD == []
        product["act"](tx, STAMP, event)
        assert [fault.split(":")[0] for fault in contract.UNTOLD] == [event.type]
    contract.UNTOLD.clear()
    store.close()


def test_the_page_of_events_is_made_of_the_schemas() -> None:
    """docs/events.md says what the schemas say. ``make contract`` writes it."""
    assert contract_pages.PAGE.read_text(encoding="utf-8").endswith("\n".join([*contract_pages.table(), ""]))
