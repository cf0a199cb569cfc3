"""The uplink against a model centre: whatever is lost, doubled or late, each event arrives once and is confirmed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlite_utils import Database

from gateway.clock import ClockState
from gateway.errors import Refusal
from gateway.mqtt.ports import Message
from gateway.relay.batches import unpack
from gateway.relay.cursors import AGES_S
from gateway.relay.receipts import Receipt, Rejected, encode_receipt
from gateway.store import epochs, outbox
from gateway.store.stamp import Stamp
from tests.support.broker import Faults
from tests.support.card import WornCard
from tests.support.relay import HALL, ZONE, RelayWorld

World = Callable[..., RelayWorld]


def test_every_event_arrives_and_is_confirmed(world: World) -> None:
    """What is appended is in the centre's database, in order, and then confirmed here."""
    here = world()
    here.append("record", 1200)
    here.append("bulk", 3)

    here.settle()

    here.check_complete()
    [epoch] = {epoch for epoch, _ in here.stands()}
    assert here.centre.committed[epoch, "record"].arrived == list(range(1, 1201))


def test_a_month_without_uplink_is_drained_urgent_first(world: World) -> None:
    """An urgent event overtakes the backlog of a month."""
    here = world()
    here.broker.stop()
    for _ in range(30):
        here.append("record", 300)
        here.step(86_400)
    here.append("urgent", 1)
    here.broker.published.clear()

    here.broker.start()
    here.settle()

    ups = [message.topic for message in here.broker.published if "/up/" in message.topic and message.topic.split("/")[2] == HALL]
    assert ups[0].endswith("/up/urgent")
    here.check_complete()


def test_larger_batches_go_only_to_a_centre_that_says_it_reads_them(world: World) -> None:
    """A centre that is silent about it gets 500 events at the most; one that has said more gets them, and is asked anew at each connection."""
    here = world()
    here.append("record", 1200)
    here.settle()
    cautious = here.batch_sizes()
    here.centre.takes = 1100
    here.broker.published.clear()
    here.broker.stop()
    here.append("record", 1200)
    here.broker.start()
    here.settle()

    assert (max(cautious), here.batch_sizes()) == (500, [1100, 100])
    here.check_complete()


def test_a_centre_that_reads_less_than_another_has_said_gets_what_it_reads(world: World) -> None:
    """Beside a newer intake an older one may refuse a large batch: its events come again in small ones, and none is set aside."""
    here = world(reads=lambda payload: len(unpack(payload)) <= 500)
    here.centre.takes = 2000
    here.append("record", 1900)

    here.settle()

    here.check_complete()
    with here.store.reader() as db:
        assert outbox.troubles(db) == []


def test_a_puback_confirms_nothing(world: World) -> None:
    """Without an intake the broker's acknowledgements confirm no event."""
    here = world()
    here.centre_up = False
    here.append(count=10)

    for _ in range(100):
        here.step(60)

    assert here.depth == 10
    here.centre_up = True
    here.settle()
    here.check_complete()


def test_a_receipt_that_the_card_does_not_take_is_asked_for_again(world: World) -> None:
    """A failed commit of a receipt costs a hello, not a day."""
    here, card = world(), WornCard()
    here.append()
    here.settle()
    here.append(count=10)
    here.store._db.conn.close()
    here.store._db = Database(card.connect(here.store.path), execute_plugins=False)
    card.fail("COMMIT")

    def work() -> None:
        for _ in range(20):
            here.step()

    with pytest.raises(Refusal, match=Refusal("storage-failed").sentence):
        work()
    assert here.depth == 10
    assert here.settle() <= 5
    here.check_complete()


def test_taking_the_brokers_word_is_a_choice(world: World) -> None:
    """With ``by_puback`` the broker's acknowledgement confirms, without any centre."""
    here = world(by_puback=True)
    here.centre_up = False
    here.append("record", 1200)

    here.settle()

    assert {lane: stand.confirmed for (_, lane), stand in here.stands().items()} == {"record": 1200}


def test_without_receipts_events_are_lost(world: World) -> None:
    """Control: with the broker's word taken for the centre's, a broker that forgets breaks the invariant."""
    here = world(by_puback=True, faults=Faults(loss=1.0))
    here.append("record", 10)
    here.settle()

    with pytest.raises(AssertionError, match="confirmed 10 but the centre has 0"):
        here.check()


def test_a_silent_broker_is_asked_ever_more_rarely(world: World) -> None:
    """While nothing is answered the hall sends less and less: after an hour a hello every ten minutes, jittered."""
    here = world()
    here.centre_up = False
    here.append(count=600)
    for _ in range(60):
        here.step(60)
    here.broker.published.clear()

    for _ in range(360):
        here.step(10)

    hellos = [message for message in here.broker.published if message.topic.endswith("/hello")]
    batches = [message for message in here.broker.published if "/up/" in message.topic]
    assert 4 <= len(hellos) <= 9
    assert len(batches) <= len(hellos)


def test_a_lost_broker_memory_is_mended(world: World) -> None:
    """A broker that acknowledged and then forgot everything costs nothing but repetition."""
    here = world()
    here.step()
    here.centre.connection.stop()
    here.append(count=50)
    here.step()
    here.broker.forget()
    here.centre.connection.start()

    here.settle()

    here.check_complete()


def test_a_restart_remembers_only_the_store(world: World) -> None:
    """A hall that crashed with everything under way sends again and nothing is applied twice."""
    here = world(held=True)
    here.append(count=700)
    here.step(1.0, deliveries=2)
    here.restart_hall()
    here.step(1.0, deliveries=2)
    here.restart_hall()

    here.settle()

    here.check_complete()


def test_closed_epochs_are_sent_until_they_are_confirmed(world: World) -> None:
    """Rows of a closed epoch keep epoch and sequence, and go up beside the open one's."""
    here = world()
    here.append("record", 5)
    with here.store.transaction() as tx:
        epochs.open_new(tx, Stamp.of(here.clock, ZONE), here.randomness, "restored")
    here.append("record", 2)

    here.settle()

    here.check_complete()
    assert len({epoch for epoch, _ in here.centre.committed}) == 2


def test_a_hello_says_where_every_lane_stands(world: World) -> None:
    """The first thing on a new connection is a hello with last, confirmed, oldest and head of each lane."""
    here = world()
    here.append("record", 3)

    here.step()

    [hello] = here.centre.hellos
    [epoch] = hello["epochs"]
    assert epoch["state"] == "open"
    assert epoch["lanes"] == {"record": {"last": 3, "confirmed": 0, "oldest": 1, "head": ""}}


def test_a_hello_goes_out_daily(world: World) -> None:
    """With nothing to send the hall still says hello once a day."""
    here = world()
    here.append()
    here.settle()
    before = len(here.centre.hellos)

    for _ in range(72):
        here.step(3600)

    assert len(here.centre.hellos) - before == 3


def test_a_lost_receipt_is_asked_for(world: World) -> None:
    """A receipt whose beginning the hall has not confirmed is ignored, and a hello asks at once."""
    here = world()
    here.append("record", 3)
    here.settle()
    here.append("record", 3)
    [epoch] = {epoch for epoch, _ in here.stands()}
    here.centre_up = False
    here.step()
    hellos = len([one for one in here.broker.published if one.topic.endswith("/hello")])

    told = Receipt("centre", epoch, "record", 5, 6, here.head(epoch, "record", 6))
    here.centre.connection.publish(Message(f"balai/v1/{HALL}/receipt", encode_receipt(told)))
    here.step(3)

    assert here.stands()[epoch, "record"].confirmed == 3
    assert len([one for one in here.broker.published if one.topic.endswith("/hello")]) == hellos + 1


def test_only_a_hellos_answer_lowers(world: World) -> None:
    """A receipt that knows less than is confirmed changes nothing, unless it answers the latest hello."""
    here = world()
    here.append("record", 10)
    here.settle()
    [epoch] = {epoch for epoch, _ in here.stands()}

    for nonce in ("", "ffffffffffffffff"):
        told = Receipt("centre", epoch, "record", 0, 4, here.head(epoch, "record", 4), hello=nonce)
        here.centre.connection.publish(Message(f"balai/v1/{HALL}/receipt", encode_receipt(told)))
        here.uplink.step()

    assert here.stands()[epoch, "record"].confirmed == 10


def test_a_centre_restored_from_its_backup_gets_what_it_lost(world: World) -> None:
    """At the next hello the centre's lower answer is believed and the rows go up again."""
    here = world()
    here.append("record", 10)
    here.settle()
    backup = here.centre.backup()
    here.append("record", 10)
    here.settle()

    here.centre.restore(backup)
    here.append("record", 1)
    here.broker.stop()
    here.broker.start()
    for _ in range(5):
        here.step()
    here.settle()

    here.check_complete()


def test_a_foreign_receipt_changes_nothing(world: World) -> None:
    """Receipts for unknown epochs, numbers never made, or no JSON at all are ignored."""
    here = world()
    here.append("record", 2)
    here.broker.stop()
    here.broker.start()
    here.centre_up = False
    here.step()
    payloads = [
        encode_receipt(Receipt("centre", "00000000", "record", 0, 2)),
        b"\xff\xfe",
        b"[]",
        json.dumps({"epoch": 1, "lane": "record", "after": 0, "through": 2}).encode(),
        b'{"epoch":"x","lane":"record","after":0,"through":1e999}',
    ]
    for payload in payloads:
        here.centre.connection.publish(Message(f"balai/v1/{HALL}/receipt", payload))
    here.step()

    assert here.depth == 2


def test_a_receipt_beyond_what_was_made_here_confirms_nothing(world: World) -> None:
    """``through`` above the last sequence is another history: nothing of ours is confirmed by it."""
    here = world()
    here.append("record", 2)
    here.centre_up = False
    here.step()
    [epoch] = {epoch for epoch, _ in here.stands()}
    told = Receipt("centre", epoch, "record", 0, 900, "ab", rejected=(Rejected(1, "schema", ""),))
    here.centre.connection.publish(Message(f"balai/v1/{HALL}/receipt", encode_receipt(told)))
    here.step()

    assert here.stands()[epoch, "record"].confirmed == 0


def test_rows_are_deleted_only_by_a_current_hellos_answer(world: World) -> None:
    """Confirmed rows stay until they are old and a hello's answer covers them."""
    here = world(keep_days=30)
    here.append("record", 5)
    here.settle()
    [key] = here.stands()

    for _ in range(29 * 4):
        here.step(6 * 3600)
    assert here.stands()[key].oldest == 1
    here.centre_up = False
    for _ in range(3 * 4):
        here.step(6 * 3600)
    assert here.stands()[key].oldest == 1
    here.centre_up = True
    for _ in range(20):
        here.step(600)

    assert here.stands()[key].oldest == 6


@pytest.mark.parametrize("state", [ClockState.UNSET, ClockState.RESTORED, ClockState.STAFF])
def test_a_clock_not_trusted_deletes_nothing(world: World, state: ClockState) -> None:
    """A clock that may be years ahead is no reason to delete."""
    here = world(keep_days=30)
    here.append("record", 5)
    here.settle()
    here.clock.set_wall(here.clock.now() + timedelta(days=4000), state)

    for _ in range(10):
        here.step(86_400)

    assert {stand.oldest for stand in here.stands().values()} == {1}


def test_the_silence_about_duplicates_would_be_resent_for_ever(world: World) -> None:
    """Control: a centre that does not answer duplicates leaves the hall waiting when its receipt was lost."""
    here = world(answers_duplicates=False)
    here.step()
    here.append("record", 5)
    here.uplink.step()
    here.clock.advance(AGES_S["record"])
    here.uplink.step()
    here.centre.step()
    while not here.connection.happenings.empty():
        here.connection.happenings.get()
    before = len(here.centre.said)

    here.clock.advance(200)
    here.uplink.step()
    here.centre.step()

    answers = here.centre.said[before:]
    assert all(receipt.hello for receipt in answers)


def test_a_wire_that_loses_and_doubles_loses_no_event(world: World) -> None:
    """With every fault at once each event still arrives exactly once."""
    faults = Faults(loss=0.2, unacknowledged=0.2, duplication=0.3, reordering=0.5)
    here = world(held=True, faults=faults, seed=7)
    for _ in range(40):
        here.append(here.randomness.choice(["urgent", "record", "parcel", "bulk"]), here.randomness.randrange(1, 40))
        here.step(here.randomness.uniform(0.1, 20), deliveries=here.randomness.randrange(10))
        here.check()
    here.broker.faults = Faults()
    here.broker.stop()
    here.broker.start()

    here.settle()

    here.check_complete()
