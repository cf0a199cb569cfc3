"""What counts as told, and from when."""

from __future__ import annotations

from gateway.relay import batches
from gateway.relay.envelope import Envelope
from tests.bench.power.facts import Diary, Fact, acknowledged, publishes
from tests.bench.power.trace import Call, Moment


def sent(target: str, content: bytes, call: str = "sendto") -> list[Moment]:
    """Return the two moments of one send."""
    hexed = "".join(f"\\x{byte:02x}" for byte in content)
    made = Call(call, f'9<{target}>, "{hexed}", {len(content)}', len(content))
    return [Moment(made, begins=True), Moment(made, begins=False, ends=True)]


PORTAL = "TCP:[127.0.0.1:8080->127.0.0.1:5000]"
DIARY = Diary(
    8080,
    1883,
    {5000: ["/api/v1/tickets", "/api/v1/counters/1/recall"]},
    [Fact("officer", ("Siti",))],
)


def answer(status: str, body: bytes) -> bytes:
    """Return an HTTP answer."""
    return b"HTTP/1.1 %s\r\ncontent-length: %d\r\n\r\n" % (status.encode(), len(body)) + body


def test_ticket_counts_from_the_first_byte_of_its_answer() -> None:
    """Whoever has seen 201 begins to believe, even when the number is still on its way."""
    head, body = answer("201 Created", b'{"number":"A-001","token":"t"}').split(b"\r\n\r\n")
    moments = sent(PORTAL, head + b"\r\n\r\n") + sent(PORTAL, body)
    assert acknowledged(moments, DIARY) == {0: [Fact("ticket", ("A-001", "t"))]}


def test_refused_request_promises_nothing() -> None:
    """A refusal is no fact, and the next answer on the connection belongs to the next request."""
    moments = sent(PORTAL, answer("409 Conflict", b"{}")) + sent(PORTAL, answer("200 OK", b'{"number":"A-001","counter":"1"}'))
    assert acknowledged(moments, DIARY) == {2: [Fact("recall", ("A-001", "1"))]}


def test_command_counts_when_it_is_done() -> None:
    """Progress promises nothing; ``done`` does."""
    moments = sent("UNIX-STREAM:[1->2]", b'{"progress": 0.5}\n') + sent("UNIX-STREAM:[1->2]", b'{"done": {}}\n')
    assert acknowledged(moments, DIARY) == {2: [Fact("officer", ("Siti",))]}


def test_published_event_is_a_fact() -> None:
    """What has left for the centre may never become another event."""
    event = Envelope(
        "3510012001",
        "7f3a90c2",
        "record",
        3,
        "id.balai.x.v1",
        "s",
        "2026-11-23T08:00:00.000+07:00",
        "trusted",
        "b",
        "1.000",
        "{}",
    )
    payload = batches.pack([event]).payload
    topic = b"balai/v1/3510012001/up/record"
    body = len(topic).to_bytes(2, "big") + topic + b"\x00\x01" + b"\x00" + payload
    connect = b"\x10\x07\x00\x04MQTT\x05"
    size = bytes([len(body) % 128 | 128, len(body) // 128]) if len(body) > 127 else bytes([len(body)])
    moments = sent("TCP:[127.0.0.1:4000->127.0.0.1:1883]", connect + b"\x32" + size + body)
    assert acknowledged(moments, DIARY) == {
        0: [
            Fact(
                "published",
                (
                    "7f3a90c2",
                    "record",
                    3,
                    "id.balai.x.v1",
                    "s",
                    "2026-11-23T08:00:00.000+07:00",
                ),
            )
        ]
    }


def test_cut_off_packet_is_left_out() -> None:
    """A publish of which only a part was sent has told nobody anything."""
    assert list(publishes(b"\x32\x20\x00\x01a")) == []
