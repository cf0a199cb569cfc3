"""A hall whose history is not the centre's begins a new epoch, and loses nothing by it. The real intake, real stores."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.mqtt.ports import Message
from gateway.relay.cursors import AGES_S
from gateway.relay.receipts import Receipt, encode_receipt
from gateway.store import epochs, outbox
from tests.support.broker import Faults
from tests.support.cards import HALL, Regency


@pytest.fixture
def regency(tmp_path: Path) -> Iterator[Regency]:
    """Return a centre, a broker and no hall yet."""
    made = Regency(tmp_path)
    yield made
    made.close()


def test_the_head_is_the_same_at_both_ends(regency: Regency) -> None:
    """Hall and centre reckon the head over the same words, also when the hall walks it anew from its rows."""
    hall = regency.insert_card("a")
    hall.append(7)
    regency.settle()

    with hall.store.reader() as db:
        [lane] = [lane for lane in outbox.lanes(db) if lane.last]
        walked = outbox.head_at(db, lane.epoch, "record", 7)
    assert {lane.head, walked} == set(regency.ask("SELECT head FROM lanes"))


def test_an_older_image_of_the_card_begins_a_new_epoch_when_the_centre_knows_more(regency: Regency) -> None:
    """What is made after the image is written again is not swallowed as duplicates of what was made before."""
    hall = regency.insert_card("a")
    hall.append(4)
    regency.settle()
    image = hall.image()
    hall.append(6, "before")
    regency.settle()
    hall.pull()
    again = regency.insert_card("a", image)
    again.append(2, "after")
    regency.settle()

    assert regency.facts() == regency.made("record", "before", "after")
    assert len(regency.epochs()) == 2


def test_an_older_image_that_has_caught_up_is_found_by_its_head(regency: Regency) -> None:
    """Offline it has made more than the centre knows: only the head tells that these are other facts."""
    hall = regency.insert_card("a")
    hall.append(4)
    regency.settle()
    image = hall.image()
    hall.append(6, "before")
    regency.settle()
    hall.pull()
    again = regency.insert_card("a", image, online=False)
    again.append(30, "after")
    again.go_online()
    regency.settle()

    assert regency.facts() == regency.made("record", "before", "after")
    assert regency.ask("SELECT count(*) FROM conflicts") == [0]


def test_only_what_is_unconfirmed_is_issued_again_when_both_agree_on_the_rest(regency: Regency) -> None:
    """A hall that comes back as an older image does not send a month again."""
    hall = regency.insert_card("a")
    hall.append(50)
    regency.settle()
    image = hall.image()
    hall.append(6, "before")
    regency.settle()
    hall.pull()
    again = regency.insert_card("a", image, online=False)
    again.append(9, "after")
    again.go_online()
    regency.settle()

    assert regency.ask("SELECT count(*) FROM events WHERE was <> ''") == [9]
    assert regency.facts() == regency.made("record", "before", "after")


def test_two_cards_alive_are_told_apart_and_both_arrive(regency: Regency) -> None:
    """Each goes on in an epoch of its own; the centre has both histories once, and raises an alarm."""
    hall = regency.insert_card("a")
    hall.append(3)
    regency.settle()
    twin = regency.insert_card("b", hall.image())
    for _ in range(3):
        hall.append(2, "first")
        twin.append(2, "second")
        regency.settle()
    regency.days(2)

    assert regency.facts() == regency.made("record", "first", "second")
    assert regency.ask("SELECT kind FROM alarms") == ["two-live-epochs"]


def test_two_living_cards_do_not_keep_each_other_from_sending(regency: Regency) -> None:
    """Each hears what the other's epochs are told, and neither asks about it for ever instead of sending."""
    hall = regency.insert_card("a")
    hall.append(3, lane="urgent")
    regency.settle()
    twin = regency.insert_card("b", hall.image(), machine="two")
    hall.append(2, "first")
    twin.append(2, "second")
    for _ in range(40):
        regency.step(2.5)

    assert (hall.depth, twin.depth) == (0, 0)


def test_an_answer_that_was_overtaken_lowers_nothing(regency: Regency) -> None:
    """What a hello's late answer does not know of yet is not lost at the centre."""
    hall = regency.insert_card("a")
    hall.append(4)
    regency.settle()
    [epoch] = hall.epochs()
    with hall.store.reader() as db:
        head = outbox.head_at(db, epoch, "record", 3) or ""
    hall.uplink.progress.said_hello("n1", [(epoch, "record")], hall.clock.monotonic_s())
    regency.stop_intake()
    for after, confirmed in ((2, 4), (4, 3)):
        told = Receipt("centre", epoch, "record", after, 3, head, "n1")
        regency.say(Message(f"balai/v1/{HALL}/receipt", encode_receipt(told)))
        hall.uplink.progress.greeting.unanswered.add((epoch, "record"))
        hall.step(0.1)
        with hall.store.reader() as db:
            assert [lane.confirmed for lane in outbox.lanes(db) if lane.last] == [confirmed]


def test_one_card_alone_raises_no_alarm(regency: Regency) -> None:
    """Neither restarts nor a restored card are two cards."""
    hall = regency.insert_card("a")
    hall.append(3)
    regency.settle()
    image = hall.image()
    hall.append(3)
    regency.settle()
    hall.pull()
    hall = regency.insert_card("a", image)
    regency.settle()
    regency.days(3)

    assert (len(regency.epochs()), regency.ask("SELECT kind FROM alarms")) == (2, [])


def test_a_card_in_another_machine_begins_a_new_epoch_at_its_start(regency: Regency) -> None:
    """Before any fact: what its twin makes meanwhile never has the same number."""
    hall = regency.insert_card("a", machine="one")
    hall.append(3)
    regency.settle()
    twin = regency.insert_card("b", hall.image(), machine="two")
    hall.append(5, "first")
    twin.append(5, "second")
    regency.settle()

    assert regency.ask("SELECT count(*) FROM conflicts") == [0]
    assert regency.facts() == regency.made("record", "first", "second")


def test_the_same_machine_goes_on_in_its_epoch(regency: Regency) -> None:
    """A restart, or a machine that does not say who it is, changes nothing."""
    hall = regency.insert_card("a", machine="one")
    hall.append(3)
    for machine in ("one", "", "one"):
        hall.pull()
        hall = regency.insert_card("a", hall.image(), machine=machine)
    regency.settle()

    assert len(regency.epochs()) == 1


def test_a_centre_restored_while_a_twin_writes_in_its_place_loses_nothing(regency: Regency) -> None:
    """What was confirmed before the restore is issued again when nobody can show that it is still there."""
    hall = regency.insert_card("a")
    hall.append(4)
    regency.settle()
    image = hall.image()
    backup = regency.backup()
    hall.append(10, "first")
    regency.settle()
    hall.go_offline()
    regency.restore(backup)
    twin = regency.insert_card("b", image)
    twin.append(8, "second")
    regency.settle()
    hall.go_online()
    regency.settle()

    assert regency.facts() == regency.made("record", "first", "second")


def test_the_head_survives_pruning(regency: Regency) -> None:
    """A lane whose oldest rows are gone still knows its head, and can be lowered to any row that it keeps."""
    hall = regency.insert_card("a", keep_days=5)
    backup = regency.backup()
    for day in range(12):
        hall.append(5)
        regency.settle()
        regency.days(1)
        backup = regency.backup() if day == 9 else backup
    with hall.store.reader() as db:
        assert outbox.lanes(db)[1].oldest > 20
    regency.restore(backup)
    regency.days(1)
    regency.settle()

    assert regency.facts() == regency.made("record")
    assert len(regency.epochs()) == 1


def test_a_receipt_without_a_head_is_believed_nothing(regency: Regency) -> None:
    """Who does not say which history it has may have any."""
    hall = regency.insert_card("a")
    hall.append(2)
    regency.stop_intake()
    hall.step()
    [epoch] = hall.epochs()
    told = Receipt("centre", epoch, "record", 0, 2)
    regency.say(Message(f"balai/v1/{HALL}/receipt", encode_receipt(told)))
    hall.step()

    assert hall.depth == 2


def test_a_centre_that_errs_cannot_make_the_hall_open_epochs_without_end(regency: Regency) -> None:
    """Between two epochs that the centre's words begin lies ever more time."""
    hall = regency.insert_card("a")
    hall.append(2)
    regency.settle()
    for _ in range(50):
        regency.spoil_heads()
        hall.append(1)
        hall.go_offline()
        hall.go_online()
        for _ in range(3):
            regency.step(20)

    assert 2 <= len(hall.epochs()) <= 5


def test_an_epoch_that_was_left_keeps_only_what_was_agreed(tmp_path: Path) -> None:
    """Its rows move on with the id they had first, whatever happens to them later."""
    regency = Regency(tmp_path)
    hall = regency.insert_card("a", online=False)
    hall.append(3)
    for _ in range(2):
        with hall.store.transaction() as tx:
            epochs.leave(tx, hall.stamp, hall.randomness, "diverged")
    first, _second, third = hall.epochs()
    with hall.store.reader() as db:
        lanes = {lane.epoch: (lane.last, lane.confirmed) for lane in outbox.lanes(db) if lane.lane == "record"}
        rows = outbox.claim(db, third, "record", 0, 10)

    assert lanes[first] == (0, 0)
    assert [(row.type.split(".")[2], row.was) for row in rows if row.type.split(".")[2] == "ticket"] == [
        ("ticket", f"{first}-record-{seq}") for seq in (1, 2, 3)
    ]
    regency.close()
    shutil.rmtree(tmp_path / "cards")


def test_numbers_above_a_gap_tell_of_another_card(regency: Regency) -> None:
    """The first card died when its newest batch was at the centre and the one before was not; nothing waits for that one for ever."""
    hall = regency.insert_card("a")
    hall.append(2)
    regency.settle()
    image = hall.image()
    for loss in (1.0, 0.0):
        regency.broker.faults = Faults(loss=loss)
        hall.append(2)
        hall.step()
        regency.clock.advance(AGES_S["record"])
        hall.step()
    regency.step()
    hall.pull()
    again = regency.insert_card("a", image)
    regency.settle()

    assert len(again.epochs()) == 2
    assert regency.ask("SELECT count(*) FROM lanes WHERE gap_at <> ''") == [0]
    assert regency.ask("SELECT first || '-' || last || ' ' || kind FROM absences") == ["3-4 hole"]


def test_a_closed_epoch_that_became_empty_is_told(regency: Regency) -> None:
    """Its rows moved on after its end was told: the centre waits for none of them under the old numbers."""
    hall = regency.insert_card("a")
    hall.append(2)
    regency.settle()
    for loss in (1.0, 0.0):
        regency.broker.faults = Faults(loss=loss)
        hall.append(2, lane="urgent")
        hall.step()
    with hall.store.transaction() as tx:
        [first] = hall.epochs()
        epochs.open_new(tx, hall.stamp, hall.randomness, "restored")
    hall.step()
    regency.step()
    assert regency.ask("SELECT closed_last FROM lanes WHERE gap_at <> ''") == [4]
    with hall.store.transaction() as tx:
        epochs.reissue(tx, first, "urgent", 0)
    hall.go_offline()
    hall.go_online()
    regency.settle()

    assert regency.ask("SELECT count(*) FROM lanes WHERE gap_at <> ''") == [0]
    assert len(regency.facts()) == 6
