"""The laptop's regency: a real Mosquitto and a real intake that live as long as the hall, and not longer."""

from __future__ import annotations

import queue
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.demo.centre_reading import read_centre
from gateway.demo.children import find_mosquitto
from gateway.demo.regency import Regency
from gateway.mqtt.address import BrokerAddress
from gateway.mqtt.connection import PahoConnection
from gateway.mqtt.connection import Protocol as MqttVersion
from gateway.mqtt.ports import Message, Received
from gateway.mqtt.session import Habits
from gateway.relay.receipts import Receipt, decode_answer
from gateway.relay.topics import Topics
from tests.support.arrivals import HALL, batch
from tests.support.mosquitto import Mosquitto, executable
from tests.support.waiting import until

LIMIT_S = 20.0
ROOT = Path(__file__).parents[2]


def listens(address: str) -> bool:
    """Tell whether somebody takes connections at ``mqtt://127.0.0.1:PORT``."""
    try:
        socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2])), timeout=2).close()
    except OSError:
        return False
    return True


def confirmed(address: str, seqs: range, protocol: MqttVersion = "auto") -> int:
    """Send events as a hall does, again and again until the centre's receipt; return its ``through``."""
    topics = Topics(HALL)
    connection = PahoConnection(BrokerAddress.parse(address), Habits(f"{HALL}-test"), protocol=protocol, retry_s=(0.05, 0.2))
    connection.subscribe([topics.receipt])
    connection.start()
    end_s = time.monotonic() + LIMIT_S
    try:
        while time.monotonic() < end_s:
            connection.publish(Message(topics.up("record"), batch(seqs)))
            try:
                happening = connection.happenings.get(timeout=0.3)
            except queue.Empty:
                continue
            if isinstance(happening, Received):
                answer = decode_answer(happening.payload)
                connection.acknowledge(happening)
                if isinstance(answer, Receipt) and answer.through >= seqs[-1]:
                    return answer.through
        raise AssertionError("no receipt came")
    finally:
        connection.stop()


@pytest.fixture
def path_with_mosquitto(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Mosquitto be found also by a plain user, whose PATH lacks Debian's sbin."""
    monkeypatch.setenv("PATH", str(Path(executable()).parent), prepend=":")


@pytest.fixture
def regency(tmp_path: Path, path_with_mosquitto: None) -> Iterator[Regency]:
    """Run a regency of one's own, broker and intake."""
    made = Regency(tmp_path / "regency", mosquitto=find_mosquitto())
    made.start()
    yield made
    made.stop()


def test_the_whole_way_is_there(regency: Regency) -> None:
    """What a hall sends is confirmed by the centre and stands in its database."""
    assert not regency.demo_only
    assert confirmed(regency.address, range(1, 4)) == 3
    assert read_centre(regency.database).count == 3


def test_a_pulled_cable_stays_pulled_until_it_is_plugged(regency: Regency) -> None:
    """The broker is gone and no look brings it back; plugged, it listens at the same address and nothing is lost."""
    assert confirmed(regency.address, range(1, 3)) == 2
    regency.pull_uplink()
    regency.step()
    assert (listens(regency.address), regency.pulled) == (False, True)
    regency.plug_uplink()
    regency.step()
    assert confirmed(regency.address, range(3, 5)) == 4
    assert read_centre(regency.database).count == 4


def both_run(regency: Regency) -> bool:
    """Let the regency look once more; tell whether both children run then."""
    regency.step()
    return all(child is not None and child.poll() is None for child in (regency._broker, regency._intake))


def test_a_child_that_dies_is_started_again(regency: Regency) -> None:
    """Killed, broker and intake are back after a few looks, with what the centre had."""
    assert confirmed(regency.address, range(1, 3)) == 2
    for child in (regency._broker, regency._intake):
        assert child is not None
        child.kill()
        child.wait()
    assert until(lambda: both_run(regency))
    assert confirmed(regency.address, range(3, 5)) == 4


def test_both_children_end_with_it(regency: Regency) -> None:
    """After the end nobody listens, and a second end does no harm."""
    assert until(lambda: listens(regency.address))
    regency.stop()
    children = [child for child in (regency._broker, regency._intake) if child is not None]
    assert [child.poll() is not None for child in children] == [True, True]
    assert not listens(regency.address)
    regency.stop()


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv ties a child to its parent; util-linux has it")
@pytest.mark.usefixtures("path_with_mosquitto")
def test_a_killed_hall_leaves_no_broker_behind(tmp_path: Path) -> None:
    """Even kill -9 of the hall ends its children: the next start finds no stranger at its database."""
    script = (
        "import sys, pathlib; from gateway.demo.regency import Regency; from gateway.demo.children import find_mosquitto; "
        f"regency = Regency(pathlib.Path({str(tmp_path)!r})); regency.start(); print(regency.address, flush=True); sys.stdin.read()"
    )
    hall = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert hall.stdin is not None
    assert hall.stdout is not None
    with hall, hall.stdin, hall.stdout:
        address = hall.stdout.readline().strip()
        assert until(lambda: listens(address))
        hall.send_signal(signal.SIGKILL)
        hall.wait(LIMIT_S)
        assert until(lambda: not listens(address))


def test_a_broker_that_runs_elsewhere_is_used_and_left_alone(tmp_path: Path) -> None:
    """Only the intake is ours; pulling the cable does nothing to somebody else's broker."""
    with Mosquitto(tmp_path / "elsewhere") as broker:
        regency = Regency(tmp_path / "regency", broker=broker.address)
        regency.start()
        try:
            assert (regency.address, regency.demo_only) == (broker.address, False)
            assert confirmed(regency.address, range(1, 3)) == 2
            regency.pull_uplink()
            assert (regency.pulled, listens(broker.address)) == (False, True)
        finally:
            regency.stop()
        assert listens(broker.address)


def test_a_laptop_without_mosquitto_still_sees_the_whole_way(tmp_path: Path) -> None:
    """The stand-in broker takes its place, marked as for the demo only."""
    regency = Regency(tmp_path / "regency")
    regency.start()
    try:
        assert regency.demo_only
        assert confirmed(regency.address, range(1, 3), "3.1.1") == 2
    finally:
        regency.stop()
