"""A connection names what is wrong with its broker: nobody there, silent, untrusted, refusing; and never dies of it."""

from __future__ import annotations

import queue
import socket
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from gateway.errors import Refusal
from gateway.mqtt.address import BrokerAddress
from gateway.mqtt.backoff import Backoff
from gateway.mqtt.connection import PahoConnection, Protocol
from gateway.mqtt.ports import Acknowledged, Connected, Disconnected, Happening, Message
from gateway.mqtt.session import Habits
from gateway.mqtt.tls import Trust
from gateway.relay.connecting import probe
from tests.support.certificates import Authority
from tests.support.mosquitto import Mosquitto, Tls, free_port

HALL = "3510012001"
LIMIT_S = 15.0


def connection_to(
    address: str, *, trust: Trust | None = None, protocol: Protocol = "auto", will: Message | None = None
) -> PahoConnection:
    """Return a connection with short limits."""
    habits = Habits(HALL, answer_limit_s=0.5, acknowledge_limit_s=0.5, connect_limit_s=1.0)
    parsed = BrokerAddress.parse(address)
    return PahoConnection(parsed, habits, trust=trust, protocol=protocol, will=will, retry_s=(0.05, 0.2), randomness=Random(1))


def first(connection: PahoConnection, kind: type[Happening]) -> Happening:
    """Return the first happening of a kind."""
    while True:
        try:
            happening = connection.happenings.get(timeout=LIMIT_S)
        except queue.Empty:
            raise AssertionError("it never happened") from None
        if isinstance(happening, kind):
            return happening


def ending_of(connection: PahoConnection) -> str:
    """Start, wait for the first failure, stop, and return its code."""
    connection.start()
    ending = first(connection, Disconnected)
    connection.stop()
    assert isinstance(ending, Disconnected)
    return ending.code


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The authority of one regency."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def secure(tmp_path: Path, authority: Authority) -> Iterator[Mosquitto]:
    """A Mosquitto that takes only client certificates."""
    with Mosquitto(tmp_path / "broker", tls=Tls(authority)) as broker:
        yield broker


def test_nobody_there() -> None:
    """A port on which nobody listens is unreachable."""
    assert ending_of(connection_to(f"mqtt://127.0.0.1:{free_port()}")) == "broker-unreachable"


@pytest.mark.parametrize("scheme", ["mqtt", "mqtts"])
def test_somebody_who_never_answers(scheme: str) -> None:
    """A port that accepts and says nothing is silent, with TLS and without."""
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        assert ending_of(connection_to(f"{scheme}://127.0.0.1:{deaf.getsockname()[1]}")) == "broker-silent"


def test_a_port_without_tls_is_called_so(tmp_path: Path) -> None:
    """Mosquitto hangs up on whoever speaks TLS to its plain port: that is no broken network."""
    with Mosquitto(tmp_path) as broker:
        assert ending_of(connection_to(broker.address.replace("mqtt://", "mqtts://"))) == "broker-plain"


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_a_broker_that_falls_silent_is_left(tmp_path: Path, protocol: Protocol) -> None:
    """A frozen broker is noticed by the missing acknowledgement, and used again when it thaws."""
    with Mosquitto(tmp_path) as broker:
        connection = connection_to(broker.address, protocol=protocol)
        connection.start()
        first(connection, Connected)
        broker.freeze()
        connection.publish(Message("a/b", b"x"))
        ending = first(connection, Disconnected)
        broker.thaw()
        first(connection, Connected)
        connection.stop()

    assert isinstance(ending, Disconnected)
    assert ending.code == "broker-silent"


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_a_certificate_opens_the_door(secure: Mosquitto, authority: Authority, protocol: Protocol) -> None:
    """With its certificate a hall connects over TLS and may publish below its own name."""
    identity = authority.sign(HALL)
    connection = connection_to(
        secure.address, trust=Trust(authority.certificate, identity.certificate, identity.key), protocol=protocol
    )
    connection.start()
    first(connection, Connected)
    handle = connection.publish(Message(f"balai/v1/{HALL}/hello", b"{}"))

    assert first(connection, Acknowledged) == Acknowledged(handle or 0, "", unheard=protocol == "5")
    connection.stop()


def test_another_halls_name_is_refused(secure: Mosquitto, authority: Authority) -> None:
    """On MQTT 5 a publish below another hall's name comes back refused with its reason."""
    identity = authority.sign(HALL)
    connection = connection_to(
        secure.address, trust=Trust(authority.certificate, identity.certificate, identity.key), protocol="5"
    )
    connection.start()
    first(connection, Connected)
    connection.publish(Message("balai/v1/3510012002/hello", b"{}"))

    answer = first(connection, Acknowledged)
    connection.stop()
    assert isinstance(answer, Acknowledged)
    assert answer.refused == "tidak diizinkan"


def test_without_a_certificate_the_door_is_closed(secure: Mosquitto, authority: Authority) -> None:
    """A client without a certificate is refused, and told why."""
    assert ending_of(connection_to(secure.address, trust=Trust(authority.certificate))) == "certificate-refused"


def test_a_broker_of_another_authority_is_not_trusted(secure: Mosquitto, tmp_path: Path) -> None:
    """A broker whose certificate the hall's authority has not signed is never spoken to."""
    other = Authority(tmp_path / "other", "Other CA")

    assert ending_of(connection_to(secure.address, trust=Trust(other.certificate))) == "broker-foreign"


def test_missing_files_are_named(secure: Mosquitto, authority: Authority, tmp_path: Path) -> None:
    """A certificate file that is not there is a fault with a name, not a dead thread."""
    missing = Trust(authority.certificate, tmp_path / "none.pem", tmp_path / "none.key")

    assert ending_of(connection_to(secure.address, trust=missing)) == "certificate-unreadable"


def test_garbage_instead_of_mqtt_kills_no_thread() -> None:
    """A server that answers HTTP is left, and tried again."""
    with socket.create_server(("127.0.0.1", 0)) as wrong:
        wrong.settimeout(LIMIT_S)
        connection = connection_to(f"mqtt://127.0.0.1:{wrong.getsockname()[1]}")
        connection.start()
        for _ in range(3):
            caller, _address = wrong.accept()
            with caller:
                caller.recv(1024)
                caller.sendall(b"\x20\x05HTTP/1.1 400 Bad Request\r\n\r\n\x20\x02\x00")
        first(connection, Disconnected)
        connection.stop()


def test_a_message_over_the_brokers_limit_is_turned_away_before_it_is_sent(tmp_path: Path) -> None:
    """On MQTT 5 the broker's packet limit is kept: the connection lives and the answer says too large."""
    with Mosquitto(tmp_path, extra="max_packet_size 2000\n") as broker:
        connection = connection_to(broker.address, protocol="5")
        connection.start()
        first(connection, Connected)
        handle = connection.publish(Message("a/b", bytes(5000)))
        answer = first(connection, Acknowledged)
        state = connection.state
        connection.stop()

    assert answer == Acknowledged(handle or 0, "kiriman terlalu besar", too_large=True)
    assert isinstance(state, Connected)


@pytest.mark.parametrize(
    ("text", "host", "port", "encrypted"),
    [
        ("mqtt://centre", "centre", 1883, False),
        ("mqtts://centre", "centre", 8883, True),
        ("mqtt://[::1]:1884/", "::1", 1884, False),
    ],
)
def test_an_address_is_read(text: str, host: str, port: int, *, encrypted: bool) -> None:
    """Scheme, host and port, with the usual ports when none is given."""
    address = BrokerAddress.parse(text)

    assert (address.nodes, address.encrypted) == (((host, port),), encrypted)


def test_a_cluster_is_named_node_by_node() -> None:
    """Scheme and name stand once, each node with its own port, and the text of it can be read again."""
    address = BrokerAddress.parse("mqtts://hall:rahasia@a,b:8884,[::1]:8885")

    assert (address.nodes, address.user, address.password) == ((("a", 8883), ("b", 8884), ("::1", 8885)), "hall", "rahasia")
    assert str(address) == "mqtts://a:8883,b:8884,[::1]:8885"
    assert BrokerAddress.parse(str(address)).nodes == address.nodes


def test_the_nodes_of_a_cluster_are_tried_in_turn(tmp_path: Path) -> None:
    """However many nodes are down, the one that serves is found."""
    with Mosquitto(tmp_path / "broker") as broker:
        dead = ",".join(f"127.0.0.1:{free_port()}" for _ in range(3))
        connection = connection_to(f"mqtt://{dead},127.0.0.1:{broker.port}")
        connection.start()

        assert isinstance(first(connection, Connected), Connected)
        connection.stop()


def test_a_first_try_asks_every_node(tmp_path: Path) -> None:
    """A technician hears of a fault only when no node serves."""
    with Mosquitto(tmp_path / "broker") as broker:
        dead = ",".join(f"127.0.0.1:{free_port()}" for _ in range(3))
        probe(connection_to(f"mqtt://{dead},127.0.0.1:{broker.port}"))
        with pytest.raises(Refusal) as refused:
            probe(connection_to(f"mqtt://{dead}"))
    assert refused.value.code == "broker-unreachable"


def test_halls_spread_over_the_nodes_by_themselves() -> None:
    """Each hall begins with a node of its own choice, so that no node takes all of them."""
    address = "mqtt://a,b,c"
    firsts = {
        PahoConnection(BrokerAddress.parse(address), Habits(HALL), randomness=Random(seed))._nodes[0].host for seed in range(30)
    }

    assert firsts == {"a", "b", "c"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "centre:1883",
        "http://centre",
        "mqtt://",
        "mqtt://centre:0",
        "mqtt://centre:99999",
        "mqtt://c/x",
        "mqtt://[::1",
        "mqtt://a,",
        "mqtt://a,mqtt://b",
    ],
)
def test_a_strange_address_is_refused(text: str) -> None:
    """What is not a broker's address is refused with its remedy."""
    with pytest.raises(Refusal) as refused:
        BrokerAddress.parse(text)
    assert refused.value.code == "broker-address"


def test_a_password_is_never_shown() -> None:
    """Neither text nor representation of an address holds its password."""
    address = BrokerAddress.parse("mqtt://hall:rahasia@centre")

    assert (address.user, address.password) == ("hall", "rahasia")
    assert "rahasia" not in str(address) + repr(address)


def test_attempts_are_jittered_and_bounded() -> None:
    """Waits double to their most and are never the same for two halls."""
    waits_s = [Backoff(1, 30, Random(seed)).next_s() for seed in range(10)]
    backoff = Backoff(1, 30, Random(1))

    assert len(set(waits_s)) == 10
    assert all(0.5 * want <= backoff.next_s() <= want for want in [1, 2, 4, 8, 16, 30, 30])
