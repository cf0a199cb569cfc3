"""The downlink against a centre that signs: what is the centre's is obeyed once and answered, and nothing else ever is."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from gateway.clock import ClockState
from gateway.errors import Refusal
from gateway.mqtt.ports import Received
from gateway.relay.batches import unpack
from gateway.relay.orders import Order
from gateway.relay.signing import sign, spell_key
from gateway.store import centre_keys, epochs
from gateway.store.stamp import Stamp
from tests.support.card import WornCard
from tests.support.clock import MORNING
from tests.support.downlink import DownWorld
from tests.support.orders import KEY, STRANGER, order
from tests.support.relay import HALL, ZONE

Worlds = Callable[..., DownWorld]


@pytest.fixture
def worlds(tmp_path: Path) -> Iterator[Worlds]:
    """Return a maker of worlds; all are closed at the end."""
    made: list[DownWorld] = []

    def make(kind: type[DownWorld] = DownWorld, **choices: Any) -> DownWorld:
        made.append(kind(tmp_path / f"hall-{len(made)}", **choices))
        return made[-1]

    yield make
    for one in made:
        one.close()


def put(number: int, text: str = "Posyandu", *, rev: int = 0, subject: str = "announcement/a", **choices: Any) -> Order:
    """Return an order that puts a note."""
    return order(number, "announcement.put", subject=subject, rev=rev or number, text=text, **choices)


def take(number: int, *, rev: int = 0, subject: str = "announcement/a") -> Order:
    """Return an order that takes a note away."""
    return order(number, "announcement.withdraw", subject=subject, rev=rev or number)


def setting(number: int, value: str, subject: str = "settings/a") -> Order:
    """Return an order that changes the setting."""
    return order(number, "settings.put", subject=subject, value=value)


def test_a_signed_order_is_carried_out_and_answered(worlds: Worlds) -> None:
    """To this hall or to all: done once, told once, and the broker may forget it."""
    hall = worlds()
    hall.ask(put(1))
    hall.ask(put(2, "Libur", subject="announcement/b"), "all")
    hall.step()

    assert hall.notes() == {"announcement/a": "Posyandu", "announcement/b": "Libur"}
    assert hall.answers() == [("1", "applied", ""), ("2", "applied", "")]
    assert hall.broker.sessions[HALL].unacknowledged == {}


def test_a_ping_says_which_version_answers(worlds: Worlds) -> None:
    """The answer carries what the effect tells."""
    hall = worlds()
    hall.obey(order(1))

    with hall.store.reader() as db:
        assert '"said":{"version":"0.1.0"}' in str(db.execute("SELECT data FROM outbox ORDER BY position DESC").fetchone()[0])


SIGNED = sign([KEY], HALL, put(1).encode())


@pytest.mark.parametrize(
    ("payload", "addressee"),
    [
        (put(1).encode(), HALL),
        (sign([STRANGER], HALL, put(1).encode()), HALL),
        (sign([KEY], "3510012002", put(1).encode()), HALL),
        (SIGNED, "all"),
        (sign([KEY], "all", put(1).encode()), HALL),
        (SIGNED[:-1] + b" ", HALL),
        (sign([KEY], HALL, b"{}"), HALL),
        (sign([KEY], HALL, b"\xff" * 100), HALL),
        (b"", HALL),
    ],
    ids=["unsigned", "stranger", "other-hall", "mine-to-all", "alls-to-me", "altered", "no-order", "no-text", "empty"],
)
def test_what_is_not_the_centres_for_this_hall_is_never_obeyed(
    worlds: Worlds, caplog: pytest.LogCaptureFixture, payload: bytes, addressee: str
) -> None:
    """It is refused, counted, told to the log without its content, and acknowledged so that it does not come for ever."""
    hall = worlds()
    hall.send(payload, addressee)
    hall.step()

    assert (hall.done(), hall.answers(), hall.downlink.refused) == ([], [], 1)
    assert hall.broker.sessions[HALL].unacknowledged == {}
    assert "order-refused" in caplog.text
    assert "Posyandu" not in caplog.text


def test_without_a_pinned_key_nothing_is_obeyed(worlds: Worlds) -> None:
    """Not even subscribed to; and what an earlier subscription still brings is let go."""

    class Keyless(DownWorld):
        pinned = ""

    hall = worlds(Keyless)
    hall.ask(put(1))
    hall.downlink.hand_over(Received(f"balai/v1/{HALL}/down", SIGNED, False, (HALL, 1)))
    hall.step()

    assert (hall.done(), hall.downlink.refused, any("down" in one for one in hall.connection.filters)) == ([], 0, False)


def test_an_order_that_comes_again_is_done_once_and_told_once(worlds: Worlds) -> None:
    """However often centre or broker repeat it, before and after it is answered."""
    hall = worlds()
    hall.obey(put(1), put(1))
    for _ in range(5):
        hall.obey(put(1))
    hall.restart_hall()
    hall.obey(put(1))

    assert (hall.done(), hall.answers()) == ([put(1).id], [("1", "applied", "")])


def test_an_expired_order_is_answered_and_not_done(worlds: Worlds) -> None:
    """Whether it came too late, or the hall came too late to it."""
    hall = worlds()
    hall.obey(put(1, asked_at=MORNING - timedelta(days=2)))

    assert (hall.done(), hall.answers()) == ([], [("1", "rejected", "expired")])


def test_a_clock_that_cannot_be_trusted_is_not_before_what_the_centre_has_signed(worlds: Worlds) -> None:
    """After a power cut the clock is behind: an old order is known to be old by a newer one."""
    hall = worlds()
    hall.obey(put(5, subject="announcement/new"))
    hall.clock.reboot("b0010002", MORNING - timedelta(days=30))
    hall.obey(put(1, asked_at=MORNING - timedelta(days=2)), put(2, "Baru", asked_at=MORNING - timedelta(hours=1)))
    hall.clock.set_state(ClockState.TRUSTED)
    hall.obey(put(3, subject="announcement/c", asked_at=MORNING - timedelta(days=2)))

    assert hall.answers() == [("5", "applied", ""), ("1", "rejected", "expired"), ("2", "applied", ""), ("3", "applied", "")]


def test_an_older_revision_is_superseded(worlds: Worlds) -> None:
    """Neither a late put nor a late withdrawal changes what a newer one has said; a withdrawal leaves its mark."""
    hall = worlds()
    hall.obey(put(3, rev=30))
    hall.obey(put(1, "Lama", rev=10), take(2, rev=20))
    hall.obey(take(4, rev=40))
    hall.obey(put(5, "Terlambat", rev=35))

    assert hall.notes() == {}
    assert [(who, code) for who, _, code in hall.answers()] == [
        *(("3", ""), ("1", "superseded"), ("2", "superseded"), ("4", ""), ("5", "superseded")),
    ]


def test_a_refused_order_leaves_nothing_and_is_told_with_its_code(worlds: Worlds) -> None:
    """What the effect had begun is undone."""
    hall = worlds()
    hall.obey(put(1, "refused"))

    assert (hall.notes(), hall.done(), hall.answers()) == ({}, [], [("1", "rejected", "announcement-empty")])


def test_a_poison_order_is_given_up_after_five_tries_and_holds_up_nobody(worlds: Worlds) -> None:
    """The others go on at once; the sixth look tells the centre."""
    hall = worlds()
    hall.obey(put(1, "poison"), put(2, subject="announcement/b"))
    at_once = hall.answers()
    for _ in range(6):
        hall.step()

    assert (at_once, hall.answers()) == ([("2", "applied", "")], [("2", "applied", ""), ("1", "rejected", "failed")])
    assert hall.notes() == {"announcement/b": "Posyandu"}


def test_a_kind_of_tomorrow_is_kept_and_done_after_the_update(worlds: Worlds) -> None:
    """It is told once as not possible here; the version that can do it does it by itself, as long as it is not void."""

    class Older(DownWorld):
        effects_off = frozenset({"announcement.put"})

    hall = worlds(Older)
    hall.obey(put(1), put(2, rev=20, subject="announcement/b", lasts=timedelta(minutes=1)))
    for _ in range(3):
        hall.obey(put(1))
    before = hall.answers()
    hall.clock.advance(120)
    hall.step()
    hall.effects_off = frozenset()
    hall.restart_hall()
    hall.step()

    assert before == [("1", "rejected", "not-here"), ("2", "rejected", "not-here")]
    assert hall.answers()[2:] == [("2", "rejected", "expired"), ("1", "applied", "")]
    assert hall.notes() == {"announcement/a": "Posyandu"}


def test_a_later_version_of_a_kind_is_kept_too(worlds: Worlds) -> None:
    """Its fields may mean what this version does not know."""
    hall = worlds()
    hall.obey(order(1, version=2))

    assert hall.answers() == [("1", "rejected", "not-here")]


def test_many_kinds_of_tomorrow_do_not_hold_up_today(worlds: Worlds) -> None:
    """What waits for an update is not looked at again and again."""
    hall = worlds()
    for number in range(1, 121):
        hall.ask(order(number, "weather.changed", subject=f"weather/{number}"))
        hall.step()
    hall.obey(put(500))

    assert hall.notes() == {"announcement/a": "Posyandu"}


def test_after_a_new_epoch_the_centre_is_told_again(worlds: Worlds) -> None:
    """The former word may never reach it: asked again in another epoch, the hall answers again, once."""
    hall = worlds()
    hall.obey(put(1))
    with hall.store.transaction() as tx:
        epochs.open_new(tx, Stamp.of(hall.clock, ZONE), hall.randomness, "restored")
    for _ in range(3):
        hall.obey(put(1))

    assert (hall.done(), hall.answers()) == ([put(1).id], [("1", "applied", ""), ("1", "applied", "")])


def test_keys_change_by_a_word_of_the_former(worlds: Worlds) -> None:
    """The next key must be signed by the present one; from then on only it commands, also after a restart."""
    hall = worlds()
    key = spell_key(STRANGER.public_key())
    hall.ask(order(1, "key.put", subject="key/commands", use="commands", key=key), key=STRANGER)
    hall.step()
    hall.obey(order(2, "key.put", subject="key/commands", use="commands", key=key))
    hall.restart_hall()
    hall.ask(put(3), key=KEY)
    hall.ask(put(4, "Baru"), key=STRANGER)
    hall.step()

    assert (hall.answers(), hall.downlink.refused) == ([("2", "applied", ""), ("4", "applied", "")], 1)


def test_a_key_pinned_anew_withdraws_those_that_came_by_the_former(worlds: Worlds) -> None:
    """A technician's word in the settings counts more than the wire's."""
    hall = worlds()
    hall.obey(order(1, "key.put", subject="key/sealing", use="sealing", key=spell_key(STRANGER.public_key())))
    with hall.store.reader() as db:
        pinned, others = (centre_keys.current(db, "sealing", key) for key in (hall.pinned, "other"))

    assert (pinned, others) == (spell_key(STRANGER.public_key()), "")


@pytest.mark.parametrize("data", [{}, {"use": "all", "key": "x"}, {"use": "commands", "key": "x"}, {"use": "commands", "key": 5}])
def test_a_key_that_is_none_is_refused(worlds: Worlds, data: dict[str, Any]) -> None:
    """Else the hall would never obey again."""
    hall = worlds()
    hall.obey(order(1, "key.put", subject="key/commands", **data), put(2))

    assert hall.answers() == [("1", "rejected", "field-invalid"), ("2", "applied", "")]


def test_events_are_sent_again_on_request(worlds: Worlds) -> None:
    """Confirmed or not, in batches, once; what is confirmed stays so."""
    hall = worlds()
    hall.append(count=1200)
    hall.settle()
    [epoch] = {epoch for epoch, _ in hall.stands()}
    hall.broker.published.clear()
    hall.obey(order(1, "resend.request", subject="resend/a", epoch=epoch, lane="record", first=101, last=1100))
    for _ in range(10):
        hall.step()

    batches = [unpack(message.payload) for message in hall.broker.published if message.topic.endswith("/up/record")]
    sent = [event.seq for batch in batches for event in batch]
    assert sorted(sent) == [*range(101, 1101), 1201]
    hall.check_complete()


@pytest.mark.parametrize(
    "wanted",
    [
        {"epoch": "0000abcd", "lane": "record", "first": 1, "last": 2},
        {"epoch": "", "lane": "fast", "first": 1, "last": 2},
        {"lane": "record", "first": 5, "last": 2},
        {"lane": "record", "first": True, "last": "x"},
    ],
)
def test_events_that_are_not_here_cannot_be_sent_again(worlds: Worlds, wanted: dict[str, Any]) -> None:
    """The centre is told so."""
    hall = worlds()
    hall.append()
    [epoch] = {epoch for epoch, _ in hall.stands()}
    hall.obey(order(1, "resend.request", subject="resend/a", **{"epoch": epoch} | wanted))

    assert hall.answers() == [("1", "rejected", "field-invalid")]


@pytest.mark.parametrize("failing", range(1, 7))
def test_a_card_that_fails_at_any_commit_costs_a_repetition(worlds: Worlds, failing: int) -> None:
    """Received, tried, carried out, answered: whichever commit is lost, after a restart it is done and told exactly once."""
    hall, card = worlds(), WornCard()
    hall.store._db.conn.close()
    hall.store._db = Database(card.connect(hall.store.path), execute_plugins=False)
    commits = 0
    strike = card.strike

    def count(sql: str) -> None:
        nonlocal commits
        commits += sql == "COMMIT"
        if sql == "COMMIT" and commits == failing:
            card.fail("COMMIT", sqlite3.SQLITE_IOERR)
        strike(sql)

    card.strike = count  # type: ignore[method-assign]  # the card decides by number, not by word
    for _ in range(4):
        with suppress(Refusal):
            hall.obey(put(1), put(2, "Libur", subject="announcement/b"))
    hall.restart_hall()
    hall.obey(put(1), put(2, "Libur", subject="announcement/b"))
    for _ in range(3):
        hall.step(6)

    assert sorted(hall.done()) == [put(1).id, put(2).id]
    assert sorted(hall.answers()) == [("1", "applied", ""), ("2", "applied", "")]


def test_a_flood_of_forgeries_does_not_make_the_hall_wait(worlds: Worlds) -> None:
    """More than one look can take is looked at again at once, and the order behind it is carried out."""
    hall = worlds()
    for number in range(60):
        hall.downlink.hand_over(Received(f"balai/v1/{HALL}/down", b"forged", False, (HALL, number)))
    hall.ask(put(1))
    hall.uplink.step()
    rest_s = hall.downlink.step()
    hall.downlink.step()

    assert (rest_s, hall.downlink.refused, hall.done()) == (0.0, 60, [put(1).id])
