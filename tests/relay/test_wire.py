"""The wire's forms: what is written is read back, limits hold, and whatever bytes arrive end in an answer or in Unreadable."""

from __future__ import annotations

import json
import zlib
from itertools import islice
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.relay.batches import BATCH_LIMIT, PLAIN_LIMIT_BYTES, READ_LIMIT, WIRE_LIMIT_BYTES, pack, read_events, unpack
from gateway.relay.envelope import Envelope, Unreadable, decode
from gateway.relay.receipts import Receipt, Refused, Rejected, decode_answer, encode_receipt, encode_refused
from gateway.relay.topics import LANES, Heard, Topics, heard, intake_filters
from tests.support.hall_days import hall_days

HALL = "3510012001"
WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
SEQS = st.integers(1, 2**53 - 1)
DATA = st.dictionaries(WORDS, st.one_of(st.integers(-(2**53), 2**53), WORDS, st.booleans(), st.none()), max_size=5)
RELAXED = settings(deadline=None, max_examples=60)


def event(seq: int = 1, data: object = None, lane: str = "record") -> Envelope:
    """Return an event of the contract's own example."""
    text = json.dumps(data or {}, ensure_ascii=False, separators=(",", ":"))
    place = (HALL, "7f3a90c2", lane, seq, "id.balai.ticket.called.v1", "ticket/7f3a90c2/118/A-012")
    return Envelope(*place, "2026-11-23T09:14:03.120+07:00", "trusted", "b0010001", "812345.120", text)


@given(seq=SEQS, data=DATA, lane=st.sampled_from(LANES))
@RELAXED
def test_an_event_is_read_back_as_it_was_written(seq: int, data: dict[str, object], lane: str) -> None:
    """Encoding and decoding return the same event."""
    written = event(seq, data, lane)

    assert decode(json.loads(written.encode())) == written


def test_an_event_is_a_cloudevent_with_a_derived_id() -> None:
    """The envelope is that of the contract, its id made of its place."""
    told = json.loads(event(1842, {"counter": "2"}).encode())

    assert told == {
        "specversion": "1.0",
        "id": "7f3a90c2-record-1842",
        "source": "/halls/3510012001",
        "type": "id.balai.ticket.called.v1",
        "subject": "ticket/7f3a90c2/118/A-012",
        "time": "2026-11-23T09:14:03.120+07:00",
        "datacontenttype": "application/json",
        "epoch": "7f3a90c2",
        "lane": "record",
        "seq": 1842,
        "clock": "trusted",
        "bootid": "b0010001",
        "uptime": "812345.120",
        "data": {"counter": "2"},
    }


def test_unknown_attributes_are_kept() -> None:
    """What a later version adds survives reading and writing."""
    told = json.loads(event().encode()) | {"traceparent": "00-1"}

    assert decode(told).rest == {"traceparent": "00-1"}
    assert json.loads(decode(told).encode()) == told


@pytest.mark.parametrize(
    "change",
    [
        {"id": "7f3a90c2-record-2"},
        {"seq": 0},
        {"seq": True},
        {"seq": "1"},
        {"seq": 2**53},
        {"epoch": "7F3A90C2"},
        {"epoch": "../../etc"},
        {"lane": "fast"},
        {"source": "3510012001"},
        {"specversion": "2.0"},
        {"subject": "\ud800"},
        {"time": None},
    ],
)
def test_a_strange_event_is_unreadable(change: dict[str, object]) -> None:
    """An event whose place or form is not the contract's is refused with a reason."""
    with pytest.raises(Unreadable):
        decode(json.loads(event().encode()) | change)


@given(
    sizes=st.lists(st.integers(0, 3000), min_size=1, max_size=40),
    limit_bytes=st.integers(4096, WIRE_LIMIT_BYTES),
    seed=st.randoms(),
)
@RELAXED
def test_a_batch_keeps_its_limits_and_its_order(sizes: list[int], limit_bytes: int, seed: Random) -> None:
    """However well the events compress, a payload stays within its limit and holds the first events in order."""
    events = [event(seq, {"noise": "".join(seed.choices("0123456789abcdef", k=size))}) for seq, size in enumerate(sizes, 1)]

    batch = pack(events, limit_bytes=limit_bytes)

    assert batch.count >= 1
    assert len(batch.payload) <= limit_bytes
    assert unpack(batch.payload) == events[: batch.count]


def test_a_batch_holds_at_most_500_events() -> None:
    """The 501st event waits for the next batch."""
    assert pack([event(seq) for seq in range(1, 700)]).count == BATCH_LIMIT


def test_a_reader_takes_as_many_events_as_it_says() -> None:
    """A batch of as many as the centre's receipts tell is read, in columns and as an array; one more is refused."""
    events = [event(seq) for seq in range(1, READ_LIMIT + 2)]
    for simply in (False, True):
        large = pack(events, READ_LIMIT, simply=simply)

        assert unpack(large.payload) == events[:READ_LIMIT]
        with pytest.raises(Unreadable, match="1 to 2000 events"):
            unpack(pack(events, READ_LIMIT + 1, simply=simply).payload)


def test_a_batch_costs_few_bytes_an_event() -> None:
    """A batch of hall-days costs less than a twentieth of its events sent one by one, and one event alone less than a third."""
    days = enumerate(islice(hall_days(1), BATCH_LIMIT), 1)
    events = [
        event(seq, told.data)._replace(type=told.type, subject=told.subject, time=stamp.time, uptime=stamp.uptime)
        for seq, (stamp, told) in days
    ]
    alone_bytes = [len(one.encode()) for one in events]

    assert len(pack(events).payload) * 20 < sum(alone_bytes)
    assert len(pack(events[7:8]).payload) * 3 < alone_bytes[7]


@pytest.mark.parametrize("payload", [b"[%s]", b"{%s}"])
def test_the_first_byte_tells_what_is_not_compressed(payload: bytes) -> None:
    """An array and columns are read as they are; what is in neither is refused for itself."""
    with pytest.raises(Unreadable, match="not JSON"):
        read_events(payload)


def test_a_bomb_is_not_unpacked() -> None:
    """A payload that would unpack to more than the limit is refused before it fills the memory."""
    with pytest.raises(Unreadable, match="unpacked"):
        read_events(zlib.compress(b"[" + b" " * (PLAIN_LIMIT_BYTES + 10) + b"]", 9))


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{}",
        b"[",
        b"[]",
        b"null",
        b"\x78",
        b"\x78\x9c\x00",
        b"[\xff]",
        b"[" * 60_000,
        zlib.compress(b"[1]")[:-2],
        zlib.compress(b"[1]") + b"x",
    ],
)
def test_garbage_is_unreadable(payload: bytes) -> None:
    """What is no batch is refused with a reason, never with a crash."""
    with pytest.raises(Unreadable):
        read_events(payload)


@given(st.binary(max_size=300))
@settings(deadline=None, max_examples=300)
def test_any_bytes_end_in_an_answer(payload: bytes) -> None:
    """Whatever arrives is read or Unreadable."""
    for read in (unpack, decode_answer):
        for form in (payload, b"[" + payload, b"{" + payload, zlib.compress(payload)):
            try:
                read(form)
            except Unreadable:
                continue


@given(
    after=st.integers(0, 2**53 - 1),
    through=st.integers(0, 2**53 - 1),
    nonce=WORDS,
    rejects=st.lists(st.tuples(SEQS, WORDS, WORDS), max_size=5),
)
@RELAXED
def test_a_receipt_is_read_back(after: int, through: int, nonce: str, rejects: list[tuple[int, str, str]]) -> None:
    """Encoding and decoding return the same receipt."""
    written = Receipt("centre", "7f3a90c2", "record", after, through, "abc", nonce, tuple(Rejected(*one) for one in rejects))

    assert decode_answer(encode_receipt(written)) == written


def test_a_refusal_is_read_back() -> None:
    """The centre's refusal of a payload names it by its SHA-256."""
    assert decode_answer(encode_refused("centre", Refused("ab" * 32, "poison"))) == Refused("ab" * 32, "poison")


def test_a_halls_topics_are_those_of_the_contract() -> None:
    """Names and root as in the contract; the root is a setting."""
    topics = Topics(HALL)

    assert topics.up("urgent") == "balai/v1/3510012001/up/urgent"
    assert topics.receipt == "balai/v1/3510012001/receipt"
    assert Topics(HALL, "uji/v2").hello == "uji/v2/3510012001/hello"
    assert intake_filters("uji/v2") == ("uji/v2/+/up/+", "uji/v2/+/hello")


@pytest.mark.parametrize("hall", ["", "351001200", "35.10.01.2001", "+", "#", "35100120011", "٣٥١٠٠١٢٠٠١", "3510012001\n"])
def test_a_strange_hall_has_no_topics(hall: str) -> None:
    """Nothing but ten digits becomes a topic level."""
    with pytest.raises(ValueError, match="village code"):
        Topics(hall)


@pytest.mark.parametrize(
    ("lane", "root"), [("fast", "balai/v1"), ("record", "balai/+"), ("record", "/balai"), ("record", "Balai")]
)
def test_a_strange_lane_or_root_has_no_topics(lane: str, root: str) -> None:
    """Wildcards, capitals and unknown lanes are refused."""
    with pytest.raises(ValueError, match="not a"):
        Topics(HALL, root).up(lane)


@pytest.mark.parametrize("lane", LANES)
def test_a_topic_is_heard_as_it_was_said(lane: str) -> None:
    """The centre reads a hall's topics back."""
    assert heard(Topics(HALL).up(lane)) == Heard(HALL, "up", lane)
    assert heard(Topics(HALL).hello) == Heard(HALL, "hello", "")


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "balai/v1",
        "balai/v1/x/up/record",
        "balai/v1/3510012001/up/fast",
        "balai/v1/3510012001/up/record/x",
        "balai/v2/3510012001/hello",
        "balai/v1/3510012001/receipt",
    ],
)
def test_a_strange_topic_is_nobodys(topic: str) -> None:
    """A topic that no hall writes means nothing."""
    assert heard(topic) is None
