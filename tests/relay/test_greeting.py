"""When the hall speaks: a hello that nobody heard, and events that wait for company."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gateway.relay.cursors import AGES_S
from tests.support.relay import RelayWorld

World = Callable[..., RelayWorld]


def let_nobody_listen(here: RelayWorld, *, tells: bool) -> None:
    """Let the hall come to a broker at which no centre has ever subscribed."""
    here.broker.tells_unheard = tells
    here.centre.connection.stop()
    here.broker.sessions.clear()
    here.centre_up = False
    here.append("record", 3)


def let_the_centre_listen(here: RelayWorld) -> None:
    """Let the centre subscribe, for the first time."""
    here.centre.connection.start()
    here.centre_up = True


@pytest.mark.parametrize(("tells", "limit_s"), [(True, 7), (False, 14)])
def test_a_hello_that_nobody_heard_is_said_again_soon(world: World, tells: bool, limit_s: int) -> None:
    """The hall was at the broker before the intake: it does not wait half a minute for an answer that cannot come."""
    here = world()
    let_nobody_listen(here, tells=tells)
    here.step(0.1)
    let_the_centre_listen(here)

    for _ in range(limit_s):
        here.step(1.0)

    assert here.depth == 0
    here.check_complete()


def test_nothing_is_sent_to_a_broker_that_has_nobody_to_give_it_to(world: World) -> None:
    """Only hellos go out, ever more rarely, and the backlog follows at once when somebody has heard one."""
    here = world()
    let_nobody_listen(here, tells=True)
    for _ in range(600):
        here.step(1.0)
    said = [message.topic.rpartition("/")[2] for message in here.broker.published]
    assert (set(said), 8 < len(said) < 40) == ({"hello"}, True)


def test_what_is_new_waits_for_company_but_never_long_and_urgent_never(world: World) -> None:
    """A trickle of events shares batches; what is urgent goes up alone, at once."""
    here = world()
    here.append("record")
    here.settle()
    before = len(here.broker.published)
    for _ in range(5):
        here.append("record")
        here.step(0.1)
    here.append("urgent")
    here.step(0.1)
    sent = [message.topic.rpartition("/")[2] for message in here.broker.published[before:] if "/up/" in message.topic]
    here.step(AGES_S["record"])
    sent += [message.topic.rpartition("/")[2] for message in here.broker.published[before:] if "/up/record" in message.topic]
    assert sent == ["urgent", "record"]


def test_a_broker_whose_word_is_taken_delivers_nothing_to_nobody(world: World) -> None:
    """With ``confirm = "puback"`` a broker that says it has no subscriber has confirmed nothing."""
    here = world(by_puback=True)
    let_nobody_listen(here, tells=True)
    here.step()
    nobody = here.depth
    let_the_centre_listen(here)
    here.settle()
    assert (nobody, here.depth) == (3, 0)
