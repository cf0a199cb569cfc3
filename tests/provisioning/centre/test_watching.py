"""The table of halls: who needs somebody first, and what to do; from what has arrived and what halls say of themselves."""

from __future__ import annotations

import json
import re
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from click.testing import CliRunner

from gateway.mqtt.ports import Message, Received
from gateway.relay.topics import Topics
from provisioning.centre.intake import Intake
from provisioning.centre.ledger import Ledger
from provisioning.centre.opening import open_database, open_reader
from provisioning.centre.presences import RENEW_S, WRITE_S, Presences
from provisioning.centre.watching import HallView, by_urgency, judge
from provisioning.cli import main
from tests.support.arrivals import HALL, arrived, hello, loose, plain, rows, said
from tests.support.broker import FakeBroker
from tests.support.clock import FakeClock

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
WELL = HallView(HALL, "online", "0.1.0", "trusted", heard_at=NOW, presence_at=NOW)
TROUBLES = {
    "Dua kartu": {"alarm_at": NOW - timedelta(days=2)},
    "Catatan auditnya": {"audit_at": NOW - timedelta(days=2)},
    "Tidak terdengar": {"heard_at": NOW - timedelta(hours=27)},
    "Luring": {"state": "offline", "presence_at": NOW - timedelta(hours=2)},
    "tertahan": {"oldest_age_s": 3 * 3600, "depth": 5},
    "Sertifikatnya": {"certificate_until": NOW.date() + timedelta(days=9)},
    "nomor yang belum datang": {"gaps": 1, "gap_at": NOW - timedelta(hours=1)},
    "Jam balai": {"clock": "restored"},
    "tidak terbaca": {"dead": 1},
    "Belum pernah": {"state": ""},
}


def presence(**changes: object) -> bytes:
    """Return what a hall says of itself."""
    told = {"state": "online", "version": "0.1.0", "bootid": "b", "epoch": "7f3a90c2", "clock": "trusted", "depth": 0}
    return json.dumps({**told, "oldest_age_s": 0, **changes}).encode()


def received(payload: bytes, hall: str = HALL, *, retain: bool = False) -> Received:
    """Return a presence as it comes from the broker."""
    return Received(Topics(hall).presence, payload, retain, None)


@pytest.mark.parametrize("words", TROUBLES)
def test_each_trouble_says_what_to_do(words: str) -> None:
    """The sentence names the first step, not the state alone."""
    assert words in judge(replace(WELL, **TROUBLES[words]), NOW).advice  # type: ignore[arg-type]


def test_a_hall_that_is_well_asks_for_nothing() -> None:
    """A short outage, a young backlog and a fresh gap are the hall's everyday life."""
    busy = replace(WELL, state="offline", presence_at=NOW - timedelta(minutes=20), depth=900, oldest_age_s=1200, gap_at=NOW)

    assert (judge(WELL, NOW).advice, judge(busy, NOW).advice) == ("", "")


def test_the_most_urgent_stands_first() -> None:
    """In the order of the rules; among equals the one that waits longest; who is well comes last."""
    halls = [replace(WELL, hall=words, **changes) for words, changes in TROUBLES.items()]  # type: ignore[arg-type]
    older = replace(halls[3], hall="older", oldest_age_s=4 * 3600)
    shuffled = [*halls, older, WELL]
    Random(3).shuffle(shuffled)

    named = [hall.hall for hall, _ in by_urgency(shuffled, NOW)]
    assert named == [*list(TROUBLES)[:3], "older", *list(TROUBLES)[3:], HALL]


def test_a_presence_is_written_when_it_changes_and_else_rarely() -> None:
    """A hall whose backlog grows each minute costs one write in five; one that goes offline is written soon."""
    presences = Presences("balai/v1")
    writes = []
    for second in range(1, 1201):
        if second % 60 == 0:
            state = "offline" if second == 600 else "online"
            assert presences.hear(received(presence(depth=second, state=state)), "now", float(second))
        due = presences.due(float(second))
        presences.written(due, float(second))
        writes += [(second, one.depth, one.state) for one in due]

    assert writes == [
        (60, 60, "online"),
        (360, 360, "online"),
        (600, 600, "offline"),
        (660, 660, "online"),
        (960, 960, "online"),
    ]
    assert (RENEW_S, WRITE_S) == (300.0, 5.0)


@pytest.mark.parametrize("payload", [b"", b"[]", b"{}", b"\xff", b'{"state":"asleep"}', b"[" * 4000, b" " * 5000])
def test_a_strange_presence_is_let_go(payload: bytes) -> None:
    """Nothing is written, nothing is raised, and it is not taken for a batch."""
    presences = Presences("balai/v1")

    assert (presences.hear(received(payload), "now", 9.0), presences.due(99.0)) == (True, [])


def test_the_intake_keeps_presences_beside_the_events(address: str) -> None:
    """Live or kept by the broker, they are written in bounded turns; of a kept one nobody knows how old it is."""
    broker, clock = FakeBroker(Random(1)), FakeClock()
    hall = broker.connection(HALL)
    hall.start()
    other = Topics("3510012002").presence
    hall.publish(Message(other, presence(state="offline"), retain=True))
    with closing(open_database(address)) as database:
        connection = broker.connection("intake")
        intake = Intake(database, connection, clock, "balai/v1")
        connection.start()
        hall.publish(Message(Topics(HALL).presence, presence(depth=7, oldest_age_s=60), retain=True))
        clock.advance(WRITE_S)
        intake.step(0)
        with closing(open_reader(address)) as reader:
            views = {view.hall: view for view in reader.watch()}

    assert (views[HALL].state, views[HALL].depth, views[HALL].heard_at) == ("online", 7, clock.now())
    assert (views["3510012002"].state, views["3510012002"].heard_at) == ("offline", None)


def test_watch_shows_the_halls_beside_a_running_intake(address: str) -> None:
    """What has arrived and what was said stand in one row for each hall, with what to do first."""
    with closing(open_database(address)) as database:
        at = datetime.now(UTC) - timedelta(hours=1)
        stamp = at.isoformat(timespec="milliseconds")
        arrivals = [rows([1, 2, 5]), said(hello(record=(5, 0, 1))), rows([1], hall="3510012002", clock="restored")]
        presences = Presences("balai/v1")
        presences.hear(received(presence(certificate_until="2999-01-01")), stamp, 0.0)
        presences.hear(received(presence(clock=""), "3510012002"), stamp, 0.0)
        presences.hear(received(presence(), "3510012003"), stamp, 0.0)
        late = arrived(plain(loose(1, time="?", source="/halls/3510012003")), hall="3510012003")
        Ledger(database).enter([*arrivals, late, *presences.due(99.0)], stamp)
        result = CliRunner(env={"COLUMNS": "250"}).invoke(main, ("centre", "watch", "--once", "--database", address))

    lines = [re.split(" {2,}", line.strip()) for line in result.output.splitlines() if line.strip().startswith("35100")]
    told = [(cells[0], cells[1], cells[5], cells[9].split(":")[0]) for cells in lines]
    assert lines[0][7].endswith(" hari")
    assert lines[1][7] == "-"
    assert (result.exit_code, told) == (
        0,
        [
            (HALL, "daring", "60 menit", "Ada nomor yang belum datang"),
            ("3510012002", "daring", "-", "Jam balai belum bisa dipercaya"),
            ("3510012003", "daring", "-", "Ada kiriman yang tidak terbaca"),
        ],
    )


def test_a_narrow_terminal_shows_what_is_to_be_done(address: str) -> None:
    """In 80 letters a hall's code stays whole and the advice is readable; what else is known needs a wider one."""
    with closing(open_database(address)) as database:
        stamp = (datetime.now(UTC) - timedelta(hours=1)).isoformat(timespec="milliseconds")
        Ledger(database).enter([rows([1, 2, 5]), said(hello(record=(5, 0, 1)))], stamp)
    result = CliRunner(env={"COLUMNS": "80"}).invoke(main, ("centre", "watch", "--once", "--database", address))

    assert HALL in result.output
    assert "Belum pernah menyatakan diri" in result.output or "Ada nomor yang belum datang" in result.output
    assert "sertifikat" not in result.output
