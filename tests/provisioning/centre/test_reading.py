"""Whatever bytes arrive, the centre reads a batch, a hello or something unreadable, and never fails."""

from __future__ import annotations

import hashlib
import json
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.relay.columns import turned
from gateway.relay.topics import Topics
from provisioning.centre.hellos import read_correction
from provisioning.centre.model import EpochReport, Hello, LaneReport
from provisioning.centre.reading import Batch, Unread, read
from tests.support.arrivals import HALL, RECEIVED_AT, arrived, batch, envelope, hello, loose, plain, said

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=8), children, max_size=4),
    max_leaves=12,
)
NAMES = (
    "specversion",
    "source",
    "epoch",
    "lane",
    "seq",
    "id",
    "type",
    "subject",
    "time",
    "clock",
    "bootid",
    "uptime",
    "data",
    "was",
)


def test_a_batch_is_read_in_its_order() -> None:
    """Each event becomes a row with its number, whether the batch came compressed or not."""
    arrival = arrived(batch([3, 1, 2]))

    assert isinstance(arrival, Batch)
    assert [(row.seq, row.verdict, row.data) for row in arrival.rows] == [(seq, "accepted", '{"line":"A"}') for seq in (3, 1, 2)]


def test_what_the_centre_does_not_know_it_keeps() -> None:
    """A field added by a later version is stored beside the event."""
    arrival = arrived(plain(loose(1, severity="high")))

    assert isinstance(arrival, Batch)
    assert (arrival.rows[0].verdict, json.loads(arrival.rows[0].rest)) == ("accepted", {"severity": "high"})


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"specversion": "0.3"}, "specversion is not 1.0"),
        ({"id": "7f3a90c2-record-9"}, "id is not the one of its place"),
        ({"type": "ticket issued"}, "type does not end in a version"),
        ({"type": None}, "type is not a text"),
        ({"subject": ""}, "subject is not 1 to 200 characters"),
        ({"subject": "\ud800"}, "subject holds half a character"),
        ({"time": "yesterday"}, "time is not an instant with its offset"),
        ({"time": "2026-11-23T09:14:03"}, "time is not an instant with its offset"),
        ({"clock": "broken"}, "clock is not a known state"),
        ({"uptime": "long"}, "uptime is not seconds"),
        ({"data": [1]}, "data is not an object"),
        ({"data": {"x": "\udfff"}}, "data holds half a character"),
        ({"data": {"x": float("nan")}}, "data holds a number that JSON does not know"),
        ({"data": {"x": "y" * 50_000}}, "the event is over 49152 bytes"),
        ({"was": "somewhere"}, "was is not an id"),
    ],
)
def test_a_well_placed_event_of_wrong_form_is_rejected_with_its_reason(changes: dict[str, Any], reason: str) -> None:
    """The lane goes on: the event keeps its number, its verdict is ``schema``, and the whole of it is kept as evidence."""
    event = loose(2, **changes)

    arrival = arrived(plain(loose(1), event))

    assert isinstance(arrival, Batch)
    assert [(row.seq, row.verdict, row.reason) for row in arrival.rows] == [(1, "accepted", ""), (2, "schema", reason)]
    assert arrival.rows[1].rest == json.dumps(event, separators=(",", ":"))


def test_a_number_written_as_a_word_in_a_text_is_only_a_text() -> None:
    """An event that speaks of Infinity or NaN is not taken for one that holds them."""
    arrival = arrived(plain(loose(1, data={"name": 'Infinity "NaN"'})))

    assert isinstance(arrival, Batch)
    assert arrival.rows[0].verdict == "accepted"


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"[1]", "an event is not an object"),
        (plain(loose(1, source="/halls/3510012002")), "source is not the hall of the topic"),
        (plain(loose(1, lane="bulk")), "lane is not the lane of the topic"),
        (plain(loose(1, epoch="7F3A90C2")), "epoch is not 8 hexadecimal digits"),
        (plain(loose(0)), "seq is not a positive number"),
        (plain(loose(1, seq=True)), "seq is not a positive number"),
        (plain(loose(1, seq=2**53)), "seq is not a positive number"),
        (plain(loose(1, seq="1")), "seq is not a positive number"),
    ],
)
def test_a_payload_without_clear_places_is_refused_whole(payload: bytes, reason: str) -> None:
    """The hall learns the payload's SHA-256 and the reason, and splits the batch."""
    topic = Topics(HALL).up("record")

    assert arrived(payload) == Unread(HALL, topic, hashlib.sha256(payload).hexdigest(), reason)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"[\xff]",
        b"[{]",
        b"[]",
        b"[" * 30_000,
        b"[" + b" " * 70_000 + b"]",
        zlib.compress(b"[" + b" " * 5_000_000 + b"1]"),
        batch(range(1, 50))[:-4],
    ],
)
def test_garbage_is_refused_whole(payload: bytes) -> None:
    """Not an array, not UTF-8, too deep, too long, too long when unpacked, cut off: each has a reason."""
    arrival = arrived(payload)

    assert isinstance(arrival, Unread)
    assert (arrival.sha256, arrival.reason != "") == (hashlib.sha256(payload).hexdigest(), True)


@pytest.mark.parametrize(
    "topic",
    ["balai/v1/3510012001/presence", "balai/v1/3510012001/up/other", "balai/v1/../up/record", "other/3510012001/up/record", ""],
)
def test_a_topic_that_no_hall_writes_is_nobodys(topic: str) -> None:
    """Nothing is read, entered or answered from a strange topic."""
    assert read(topic, batch([1]), "balai/v1", RECEIVED_AT) is None


def test_a_hello_is_read_to_its_last_lane() -> None:
    """The centre knows what the hall says of each epoch."""
    closed = EpochReport("7f3a90c2", closed=True, lanes={"record": LaneReport(9, 5, 2, closed=True)})
    following = EpochReport("0000abcd", closed=False, lanes={})

    assert said(hello("n7", state="closed", record=(9, 5, 2))) == Hello(HALL, "n7", "b0010001", (closed, following))


@pytest.mark.parametrize(
    "payload",
    [
        b"\xff",
        b"[]",
        b"{}",
        b'{"epochs":[{}]}',
        b'{"epochs":[{"epoch":"7f3a90c2","state":"open","lanes":{"other":{}}}]}',
        b'{"epochs":[{"epoch":"7f3a90c2","state":"open","lanes":{"record":{"last":-1,"confirmed":0,"oldest":1}}}]}',
        b'{"epochs":[{"epoch":"7f3a90c2","state":"ajar","lanes":{}}]}',
        b'{"epochs":[],"nonce":7}',
        b'{"epochs":[]}',
        b'{"epochs":[{"epoch":"7f3a90c2","state":"closed","lanes":{}}]}',
        b'{"epochs":[{"epoch":"7f3a90c2","state":"open","lanes":{}},{"epoch":"0000abcd","state":"open","lanes":{}}]}',
        b'{"epochs":' + b"[" * 60_000,
        b" " * 70_000,
    ],
)
def test_a_strange_hello_is_refused(payload: bytes) -> None:
    """A hello that is not one is answered like any unreadable payload."""
    assert isinstance(said(payload), Unread)


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=300), st.sampled_from(["up/record", "up/urgent", "hello"]))
def test_no_bytes_make_the_reader_fail(payload: bytes, tail: str) -> None:
    """Random bytes are unreadable, compressed or not."""
    for form in (payload, zlib.compress(payload), b"[" + payload + b"]"):
        assert read(f"balai/v1/{HALL}/{tail}", form, "balai/v1", RECEIVED_AT) is not None


@settings(deadline=None, max_examples=300)
@given(st.dictionaries(st.sampled_from(NAMES), JSON, max_size=4))
def test_no_attribute_makes_the_reader_fail_and_every_row_can_be_stored(changes: dict[str, Any]) -> None:
    """Whatever an attribute holds, the answer is a row of storable texts or a refusal."""
    arrival = arrived(plain({**loose(1), **changes}))

    if isinstance(arrival, Batch):
        assert b"".join(value.encode() for value in arrival.rows[0] if isinstance(value, str)) != b""
    else:
        assert isinstance(arrival, Unread)


@pytest.mark.parametrize("bootid", ["b\0", "\ud800", "b" * 300, 7, None])
def test_a_correction_that_no_database_would_take_is_none(bootid: object) -> None:
    """The event is kept as any other; what it says of a clock is not believed, and stops no intake."""
    told = plain(loose(1, type="id.balai.clock.corrected.v1", data={"bootid": bootid, "offset_ms": 5}))
    arrival = read(f"balai/v1/{HALL}/up/record", told, "balai/v1", RECEIVED_AT)
    assert isinstance(arrival, Batch)
    assert read_correction(arrival.rows[0]) is None


@pytest.mark.parametrize(
    ("word", "reason"),
    [("x" * 2000, "what events have in common is too long"), ("x" * 300, "what breaks the form is too long to be kept")],
)
def test_a_hundred_bytes_that_would_become_megabytes_are_refused(word: str, reason: str) -> None:
    """What is said once for 2000 events is bounded where it is repeated, and what is kept of events that break the form is too."""
    columns = turned([envelope(seq, data="{}") for seq in range(1, 2001)]) or {}
    columns["kinds"] = [[word, *columns["kinds"][0][1:]]]
    columns["data"], columns["uptime"] = [[["x"] * 2000]], [0] * 2000
    payload = zlib.compress(json.dumps(columns).encode(), 9)
    arrival = arrived(payload)

    assert len(payload) < 400
    assert isinstance(arrival, Unread)
    assert arrival.reason == reason


def test_few_events_that_break_the_form_are_kept_whole() -> None:
    """Halved often enough, the same events are rejected one by one, and each can be read again by a later version."""
    arrival = arrived(plain(*[loose(seq, clock="staff", note="x" * 500) for seq in range(1, 51)]))

    assert isinstance(arrival, Batch)
    assert [json.loads(row.rest)["note"] for row in arrival.rows] == ["x" * 500] * 50
