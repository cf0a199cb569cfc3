"""Orders go down once they are durable, again until they are answered, and to a hall that is away not at all."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

import pytest

from gateway.mqtt.ports import Message, Received
from gateway.relay.orders import Order, decode_order
from gateway.relay.signing import verified
from gateway.relay.topics import Topics
from provisioning.centre import asked_folder
from provisioning.centre.intake import Intake
from provisioning.centre.orders import OrderRow
from provisioning.centre.sqlite_database import SqliteIntakeDatabase, open_reader
from tests.support.arrivals import HALL, batch, hello
from tests.support.broker import FakeBroker, FakeConnection
from tests.support.clock import FakeClock
from tests.support.orders import KEY, PINNED, STRANGER, order_row

OTHER = "3510012002"


class Centre:
    """An intake that signs, and two halls at the same broker."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "centre.db"
        self.clock = FakeClock()
        self.broker = FakeBroker(Random(1))
        self.database = SqliteIntakeDatabase(self.path)
        self.start_intake()
        self.halls = {hall: self._hall(hall) for hall in (HALL, OTHER)}
        self.seq = 0

    def start_intake(self) -> None:
        """Begin a new life of the intake."""
        connection = self.broker.connection("intake", session_s=60)
        self.intake = Intake(self.database, connection, self.clock, "balai/v1", [KEY])
        connection.start()

    def _hall(self, hall: str) -> FakeConnection:
        connection = self.broker.connection(hall)
        connection.subscribe([Topics(hall).down, Topics(hall).all_down])
        connection.start()
        return connection

    def ask(self, *orders: OrderRow) -> None:
        """Leave orders as the command does."""
        for order in orders:
            asked_folder.leave(self.path, order)

    def step(self, seconds: float = 1.0) -> None:
        """Let time pass and the intake act."""
        self.clock.advance(seconds)
        self.intake.step(0)

    def said(self, hall: str = HALL) -> list[tuple[str, str]]:
        """Return addressee and end of the id of what a hall was sent since it last listened."""
        return [(addressee, order.id[-1]) for addressee, order in self.heard(hall)]

    def heard(self, hall: str = HALL) -> list[tuple[str, Order]]:
        """Return every signed order that has come, with its addressee."""
        heard, happenings = [], self.halls[hall].happenings
        while not happenings.empty():
            match happenings.get_nowait():
                case Received(topic, payload):
                    addressee = topic.split("/")[2]
                    heard.append((addressee, decode_order(verified(payload, addressee, PINNED))))
        return heard

    def tell(self, payload: bytes, topic: str) -> None:
        """Publish as a hall."""
        self.halls[HALL].publish(Message(topic, payload))

    def hello(self, epoch: str = "7f3a90c2", hall: str = HALL, held: Sequence[str] = ()) -> None:
        """Let a hall come."""
        self.tell(hello(epoch=epoch, held=held), Topics(hall).hello)

    def event(self, type: str = "id.balai.ticket.issued.v1", epoch: str = "7f3a90c2", hall: str = HALL, **data: object) -> None:
        """Let a hall say something."""
        self.seq += 1
        self.tell(batch([self.seq], hall=hall, epoch=epoch, type=type, data=json.dumps(data)), Topics(hall).up("record"))

    def answer(self, order: OrderRow, type: str = "id.balai.command.applied.v1", **choices: str) -> None:
        """Let the hall answer."""
        placed = {name: choices.pop(name) for name in ("epoch", "hall") if name in choices}
        self.event(type, **placed, causation=order.id, **choices)

    def state(self, order: OrderRow) -> list[tuple[str, str, str]]:
        """Return hall, state and code of every answer that counts."""
        reader = open_reader(self.path)
        answers = [(answer.hall, answer.state, answer.code) for answer in reader.order_answers(order.id)]
        reader.close()
        return answers


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    """Return a centre with two halls that are connected."""
    made = Centre(tmp_path)
    yield made
    made.database.close()


def test_what_was_asked_beside_the_intake_goes_down_signed(centre: Centre) -> None:
    """Each hall hears its own and what is for all; what was left is taken in and its file deleted."""
    centre.ask(order_row(1), order_row(2, OTHER), order_row(3, "all"))
    centre.step()

    assert (centre.said(), centre.said(OTHER)) == ([(HALL, "1"), ("all", "3")], [(OTHER, "2"), ("all", "3")])
    assert list(asked_folder.folder_of(centre.path).iterdir()) == []


def test_what_was_asked_while_nobody_was_there_is_sent_by_the_next_intake(centre: Centre) -> None:
    """An order is durable before anybody can send it, and sent once."""
    centre.broker.made[0].stop()
    centre.ask(order_row(1))
    centre.start_intake()
    centre.step()
    centre.start_intake()
    centre.step(600)

    assert centre.said() == [(HALL, "1")]


def test_an_order_that_cannot_be_read_is_set_aside(centre: Centre) -> None:
    """Somebody's file among the orders stops none of them."""
    folder = asked_folder.folder_of(centre.path)
    centre.ask(order_row(1))
    (folder / "0.json").write_text('["x"]')
    (folder / "1.json").write_text("{")
    centre.step()

    assert (centre.said(), sorted(path.name for path in folder.iterdir())) == ([(HALL, "1")], ["0.unread", "1.unread"])


def test_without_a_key_nothing_is_sent_and_everything_is_kept(centre: Centre) -> None:
    """An intake that cannot sign takes the orders in, and one that can sends them later."""
    centre.broker.made[0].stop()
    connection = centre.broker.connection("intake", session_s=60)
    intake = Intake(centre.database, connection, centre.clock, "balai/v1")
    connection.start()
    centre.ask(order_row(1))
    intake.step(0)
    before = centre.said()
    connection.stop()
    centre.start_intake()
    centre.step()

    assert (before, centre.said()) == ([], [(HALL, "1")])


def test_what_a_hall_keeps_is_not_sent_again_until_another_card_speaks(centre: Centre) -> None:
    """Its hello tells which orders lie in its inbox; a restored card keeps other ones, and says so."""
    orders = [order_row(number) for number in range(1, 4)]
    centre.ask(*orders)
    centre.step()
    centre.said()
    centre.hello(held=[orders[0].id, orders[2].id])
    centre.step()
    kept = centre.said()
    centre.hello()
    centre.step()

    assert (kept, centre.said()) == ([(HALL, "2")], [(HALL, "1"), (HALL, "2"), (HALL, "3")])


def test_a_hall_that_says_hello_is_sent_what_it_lacks(centre: Centre) -> None:
    """Whatever the broker lost, a hello brings its own orders and those for all, signed for this hall."""
    centre.ask(order_row(1), order_row(2, "all"))
    centre.step()
    centre.said()
    centre.hello()
    centre.step()

    assert (centre.said(), centre.said(OTHER)) == ([(HALL, "1"), (HALL, "2")], [("all", "2")])


def test_a_hall_that_does_not_answer_is_asked_ever_more_rarely(centre: Centre) -> None:
    """While it is heard it is asked again at once, after 30 s, a minute, two; a silent hall is not asked at all."""
    centre.ask(order_row(1))
    centre.step()
    centre.said()
    for _ in range(60):
        centre.step(60)
    silent = centre.said()
    times = 0
    for _ in range(360):
        centre.event()
        centre.step(10)
        times += len(centre.said())

    assert (silent, times) == ([], 7)


def test_an_answered_order_is_not_sent_again(centre: Centre) -> None:
    """Applied, rejected or kept until an update: the hall has it, and is left in peace."""
    orders = [order_row(1), order_row(2), order_row(3)]
    centre.ask(*orders)
    centre.step()
    centre.answer(orders[0], said="nothing")
    centre.answer(orders[1], "id.balai.command.rejected.v1", code="expired", reason="too late")
    centre.answer(orders[2], "id.balai.command.rejected.v1", code="not-here", reason="no catalogue")
    centre.step()
    centre.said()
    centre.hello()
    centre.step()

    assert centre.said() == []
    states = [centre.state(order) for order in orders]
    assert states == [[(HALL, "applied", "")], [(HALL, "rejected", "expired")], [(HALL, "kept", "not-here")]]


def test_a_restored_hall_is_asked_again_and_answers_again(centre: Centre) -> None:
    """In a new epoch it has lost what it had done; its answer there settles it, even if it is only that it knows it."""
    asked = order_row(1)
    centre.ask(asked)
    centre.step()
    centre.answer(asked)
    centre.step()
    centre.said()
    centre.hello(epoch="0000abcd")
    centre.step()
    again = centre.said()
    centre.answer(asked, "id.balai.command.rejected.v1", epoch="0000abcd", code="superseded")
    centre.step()
    centre.hello(epoch="0000abcd")
    centre.step()

    assert (again, centre.said(), centre.state(asked)) == ([(HALL, "1")], [], [(HALL, "applied", "")])


@pytest.mark.parametrize(
    ("types", "counts"),
    [
        (("command.applied", "command.rejected"), "applied"),
        (("command.rejected", "command.applied"), "applied"),
        (("command.applied", "settings.returned"), "returned"),
        (("settings.returned", "command.applied"), "returned"),
    ],
)
def test_the_answer_that_counts_does_not_depend_on_the_order(centre: Centre, types: tuple[str, str], counts: str) -> None:
    """``applied`` outranks a later ``rejected``; settings that came back outrank both."""
    asked = order_row(1)
    centre.ask(asked)
    centre.step()
    for kind in types:
        centre.answer(asked, f"id.balai.{kind}.v1")
    centre.step()

    assert [state for _, state, _ in centre.state(asked)] == [counts]


def test_nobody_answers_for_another_hall(centre: Centre) -> None:
    """An answer counts for the hall that gave it, and only to an order that was asked of it."""
    mine, everybodys = order_row(1), order_row(2, "all")
    centre.ask(mine, everybodys)
    centre.step()
    for order in (mine, everybodys):
        centre.answer(order, hall=OTHER)
    centre.event("id.balai.command.applied.v1", causation=5)
    centre.event("id.balai.command.applied.v1", causation="strange")
    centre.step()

    assert (centre.state(mine), centre.state(everybodys)) == ([], [(OTHER, "applied", "")])


def test_a_void_order_is_not_sent(centre: Centre) -> None:
    """After its last instant it goes out neither new nor again."""
    centre.ask(order_row(1))
    centre.step()
    centre.said()
    centre.ask(order_row(2))
    centre.clock.advance(2 * 86_400)
    centre.step()
    centre.hello()
    centre.step()

    assert centre.said() == []


def test_a_full_disk_keeps_what_was_left(centre: Centre) -> None:
    """Orders that the database does not take stay as files, and are taken a minute later; events go on meanwhile."""
    centre.database._connection.execute("ALTER TABLE orders RENAME TO away")
    centre.ask(order_row(1))
    centre.step()
    left = len(list(asked_folder.folder_of(centre.path).iterdir()))
    centre.database._connection.execute("ALTER TABLE away RENAME TO orders")
    centre.step(61)

    assert (left, centre.said()) == (1, [(HALL, "1")])


def test_while_keys_change_both_sign(centre: Centre) -> None:
    """Whoever has the former key and whoever has the next obey the same message."""
    centre.broker.made[0].stop()
    connection = centre.broker.connection("intake", session_s=60)
    intake = Intake(centre.database, connection, centre.clock, "balai/v1", [STRANGER, KEY])
    connection.start()
    centre.ask(order_row(1))
    intake.step(0)

    assert centre.said() == [(HALL, "1")]
