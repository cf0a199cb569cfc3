"""The metrics of an intake: true, read-only, bounded, and never in its way."""

from __future__ import annotations

import http.client
import re
import socket
from contextlib import closing
from random import Random

import pytest
from click.testing import CliRunner

from gateway.errors import Refusal
from gateway.mqtt.ports import Message
from gateway.relay.topics import Topics
from provisioning.centre.intake import Intake
from provisioning.centre.metrics import OVERVIEW_S, Metrics, served
from provisioning.centre.opening import open_database
from provisioning.cli import main
from tests.support.arrivals import HALL, batch, hello, loose, plain
from tests.support.broker import FakeBroker
from tests.support.clock import FakeClock

TOPICS = Topics(HALL)


def ask(port: int, path: str = "/metrics", method: str = "GET") -> tuple[int, str]:
    """Ask as Prometheus does."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    with closing(connection):
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def values(page: str) -> dict[str, float]:
    """Return the numbers of a page by their names."""
    assert all(re.fullmatch(r'# (HELP|TYPE) .+|[a-z_]+(\{[a-z]+="[^"]+"\})? [0-9.]+', line) for line in page.splitlines())
    return {name: float(value) for name, _, value in (line.partition(" ") for line in page.splitlines() if line[0] != "#")}


def test_the_page_tells_what_the_intake_has_done(address: str) -> None:
    """Messages, verdicts, answers, commits, gaps and dead letters are those of the database and of the wire."""
    broker, clock = FakeBroker(Random(1)), FakeClock()
    with closing(open_database(address)) as database:
        intake = Intake(database, broker.connection("intake"), clock, "balai/v1")
        broker.made[0].start()
        hall = broker.connection(HALL)
        hall.start()
        hall.publish(Message(TOPICS.presence, b'{"state":"online"}', retain=True))
        for payload in (batch([1, 2]), plain(loose(4, clock="?")), b"\xff", batch([1, 2])):
            hall.publish(Message(TOPICS.up("record"), payload))
        hall.publish(Message(TOPICS.hello, hello(record=(4, 0, 1))))
        intake.metrics.served = True
        clock.advance(10)
        intake.step(0)
        clock.advance(OVERVIEW_S)
        intake.step(0)

        told = values(intake.metrics.page())

    expected = {
        'messages_total{kind="batch"}': 3,
        'messages_total{kind="hello"}': 1,
        'messages_total{kind="refused"}': 1,
        'events_total{verdict="accepted"}': 4,
        'events_total{verdict="rejected"}': 1,
        "answers_total": 3,
        "connected": 1,
        "storage_failed": 0,
        "commit_seconds_count": 1,
        "lanes": 1,
        "lanes_with_gaps": 1,
        "oldest_gap_seconds": OVERVIEW_S,
        "dead_letters": 2,
        'halls{state="online"}': 1,
    }
    assert {name: told[f"balai_intake_{name}"] for name in expected} == expected


def test_the_endpoint_answers_one_question_and_changes_nothing() -> None:
    """Other paths and other methods are refused; a reader that says nothing does not stop the next for ever."""
    with served(Metrics(), "127.0.0.1", 0) as port:
        asked = [ask(port), ask(port, "/"), ask(port, "/metrics?x=1"), ask(port, "/metrics", "POST")]

    assert [status for status, _ in asked] == [200, 404, 404, 501]
    assert values(asked[0][1])["balai_intake_connected"] == 0


def test_a_taken_port_is_named() -> None:
    """The sentence says which, and the intake does not start half."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Refusal) as refused, served(Metrics(), "127.0.0.1", port):
            pass

    assert (refused.value.code, str(port) in refused.value.sentence) == ("port-taken", True)


@pytest.mark.parametrize("place", ["9464", ":9464", "127.0.0.1:", "127.0.0.1:99999", "127.0.0.1:x"])
def test_a_strange_place_for_the_metrics_is_named(place: str) -> None:
    """Nothing is opened before it is understood."""
    options = ("--broker", "mqtt://127.0.0.1:1", "--database", "sqlite:///nowhere/centre.db", "--metrics", place)
    result = CliRunner().invoke(main, ("centre", "intake", *options))

    assert (result.exit_code, "127.0.0.1:9464" in result.output) == (2, True)
