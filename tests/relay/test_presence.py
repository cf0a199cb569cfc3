"""Presence and live queue: hints for others, never more often than promised, and true again after each reconnect."""

from __future__ import annotations

import json
from collections.abc import Callable

from gateway.relay.presence import Presence, will
from tests.support.relay import HALL, RelayWorld

World = Callable[..., RelayWorld]


def presence_in(here: RelayWorld, queue: dict[str, int]) -> Presence:
    """Return the presence of a hall whose connection is up."""
    here.connection.start()
    return Presence(here.store, here.connection, here.clock, HALL, version="1", live=lambda: queue)


def retained(here: RelayWorld, kind: str) -> dict[str, object]:
    """Return what the broker keeps."""
    told: dict[str, object] = json.loads(here.broker.retained[f"balai/v1/{HALL}/{kind}"].payload)
    return told


def test_the_hall_says_that_it_is_online(world: World) -> None:
    """The retained presence holds state, version, boot, epoch and backlog, and nothing personal."""
    here = world()
    here.append(count=2)
    here.clock.advance(90)
    presence_in(here, {}).step()

    told = retained(here, "presence")
    [epoch] = {epoch for epoch, _ in here.stands()}
    known = {"state": "online", "version": "1", "bootid": "b0010001", "epoch": epoch, "clock": "trusted"}
    assert told == {**known, "depth": 2, "oldest_age_s": 90}


def test_the_last_day_of_the_certificate_is_said_when_there_is_one(world: World) -> None:
    """The regency sees which hall will be turned away soon."""
    here = world()
    here.connection.start()
    wire = (here.store, here.connection, here.clock, HALL)
    Presence(*wire, version="1", live=lambda: None, certificate_until=lambda: "2027-11-23").step()

    assert retained(here, "presence")["certificate_until"] == "2027-11-23"


def test_the_will_says_offline() -> None:
    """What the broker publishes when the hall vanishes is retained and says offline."""
    message = will(HALL, "7f3a90c2", "b0010001", "1")

    assert json.loads(message.payload)["state"] == "offline"
    assert (message.topic, message.retain, message.qos) == (f"balai/v1/{HALL}/presence", True, 1)


def test_a_stop_on_purpose_says_offline(world: World) -> None:
    """A hall that is stopped leaves the word offline behind."""
    here = world()
    presence = presence_in(here, {})
    presence.step()
    presence.say_goodbye()

    assert retained(here, "presence")["state"] == "offline"


def test_the_queue_is_shown_at_most_every_five_seconds(world: World) -> None:
    """However often it changes, at most one live message in five seconds, and the last one is the truth."""
    here = world()
    queue = {"revision": 0}
    presence = presence_in(here, queue)
    for revision in range(100):
        queue["revision"] = revision
        presence.step()
        here.clock.advance(0.5)
    here.clock.advance(5)
    presence.step()

    lives = [message for message in here.broker.published if message.topic.endswith("/live")]
    assert len(lives) <= 12
    assert {(message.qos, message.retain) for message in lives} == {(0, True)}
    assert retained(here, "live") == {"revision": 99}


def test_an_unchanged_queue_is_not_repeated(world: World) -> None:
    """Nothing new, nothing sent."""
    here = world()
    presence = presence_in(here, {"revision": 1})
    for _ in range(20):
        presence.step()
        here.clock.advance(10)

    assert len([message for message in here.broker.published if message.topic.endswith("/live")]) == 1


def test_everything_is_shown_again_on_a_new_connection(world: World) -> None:
    """A broker that forgot its retained messages hears them again."""
    here = world()
    presence = presence_in(here, {"revision": 1})
    presence.step()
    here.broker.stop()
    here.broker.retained.clear()
    presence.step()
    here.broker.start()
    presence.step()

    assert retained(here, "presence")["state"] == "online"
    assert retained(here, "live") == {"revision": 1}
