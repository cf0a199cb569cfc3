"""What a centre rejects or cannot read: it is found, set aside and shown, and its lane never stops."""

from __future__ import annotations

from collections.abc import Callable

from gateway.store import outbox
from tests.support.relay import RelayWorld

World = Callable[..., RelayWorld]


def test_rejects_are_delivered_and_shown(world: World) -> None:
    """An event that the centre rejects for ever does not stop its lane and is shown with its code."""
    here = world(judge=lambda event: "schema" if event.seq == 7 else "")
    here.append("record", 20)

    here.settle()

    with here.store.reader() as db:
        assert [(one.seq, one.code) for one in outbox.troubles(db)] == [(7, "schema")]
    here.check_complete()


def test_an_event_that_no_centre_can_read_is_set_aside(world: World) -> None:
    """A refused batch is halved until the one event is found; it is quarantined and 99 % arrive."""
    here = world(readable=lambda event: "poison" not in event.data or event.type.endswith("quarantined.v1"))
    here.append("record", 300)
    here.append("record", 1, poison="poison")
    here.append("record", 299)

    here.settle()

    with here.store.reader() as db:
        assert [(one.seq, one.code) for one in outbox.troubles(db)] == [(301, "quarantined")]
    here.check_complete()


def test_many_poisoned_events_on_a_slow_link_are_all_found(world: World) -> None:
    """However many rounds the halving takes, the search is not begun anew while the centre answers."""
    here = world(readable=lambda event: event.seq % 29 != 0 or event.type.endswith("quarantined.v1"))
    here.append("urgent", 242)
    here.append("record", 140)

    here.settle(limit=100)

    here.check_complete()


def test_a_centre_that_knows_no_columns_gets_plain_arrays(world: World) -> None:
    """What is refused goes again in the first form there ever was: an older centre costs bytes, and sets no event aside."""
    here = world(reads=lambda payload: payload[:1] == b"[" or (payload[0] == 0x78 and not payload[1] & 0x20))
    here.append("record", 1200)

    here.settle()

    here.check_complete()
    with here.store.reader() as db:
        assert outbox.troubles(db) == []
