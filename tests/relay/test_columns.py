"""A batch turned on its side comes back exactly, or it is not turned; and no columns, however wrong, do harm."""

from __future__ import annotations

import json
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.relay.batches import BATCH_LIMIT, pack, read_events, unpack
from gateway.relay.columns import turned, turned_back
from gateway.relay.envelope import EVENT_LIMIT_BYTES, Envelope, Unreadable
from gateway.relay.words import WORDS
from tests.support.arrivals import arrived, envelope

WORD = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
VALUE = st.recursive(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), WORD), st.lists, max_leaves=4)
TIME = st.datetimes().map(lambda time: time.isoformat(timespec="milliseconds") + "+07:00")
EVENT = st.fixed_dictionaries(
    {
        "type": WORD,
        "subject": st.one_of(WORD, st.lists(WORD, max_size=4).map("/".join)),
        "time": st.one_of(TIME, WORD),
        "clock": st.sampled_from(["trusted", "unset"]),
        "bootid": st.sampled_from(["b0010001", "b0010002"]),
        "uptime": st.one_of(st.integers(0, 10**12).map(lambda ms: f"{ms // 1000}.{ms % 1000:03}"), WORD),
        "data": st.dictionaries(WORD, VALUE, max_size=4).map(
            lambda data: json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        ),
    }
)
ORDINARY = turned([envelope(seq, subject=f"ticket/7f3a90c2/1/A-{seq:03}") for seq in range(1, 4)])


@given(st.lists(EVENT, min_size=1, max_size=8), st.integers(1, 2**53 - 9))
@settings(deadline=None, max_examples=200)
def test_whatever_is_packed_comes_back(changes: list[dict[str, object]], first: int) -> None:
    """Times of any kind, subjects with and without parents, strange names and values: the events read are those written."""
    events = [envelope(seq, **change) for seq, change in enumerate(changes, first)]

    assert unpack(pack(events).payload) == events
    assert unpack(pack(events, quickly=True).payload) == events


@pytest.mark.parametrize(
    "events",
    [
        [envelope(1), envelope(3)],
        [envelope(2), envelope(1)],
        [envelope(1), envelope(2, epoch="00000000")],
        [envelope(1), envelope(2, lane="bulk")],
        [envelope(1, was="7f3a90c2-record-9")],
        [envelope(1, rest={"traceparent": "00-1"})],
        [envelope(1, time="2026-11-23T09:14:03+07:00")],
        [envelope(1), envelope(2, time="2026-11-23T09:14:03.120+08:00")],
        [envelope(1, uptime="01.120")],
        [envelope(1, data="[1]")],
        [envelope(1, data="[0]")],
    ],
)
def test_what_would_not_come_back_is_not_turned(events: list[Envelope]) -> None:
    """A gap, another lane, attributes of other versions, a form that is not the hall's: these travel as an array."""
    assert turned(events) is None
    assert unpack(pack(events).payload) == events


def test_a_thousand_events_in_common_words_cannot_grow_without_end() -> None:
    """What is said once is bounded, since every event repeats it; and so is the number of events."""
    assert ORDINARY is not None
    long = {**ORDINARY, "kinds": [["x" * (EVENT_LIMIT_BYTES + 1), *ORDINARY["kinds"][0][1:]]]}
    many = {**ORDINARY, "kind": [0] * (BATCH_LIMIT + 1)}

    repeated = {**ORDINARY, "kind": [0] * BATCH_LIMIT, "kinds": [["x" * 10_000, *ORDINARY["kinds"][0][1:]]]}

    for one in (long, repeated):
        with pytest.raises(Unreadable, match="too long"):
            turned_back(one, BATCH_LIMIT)
    with pytest.raises(Unreadable, match="1 to 500"):
        turned_back(many, BATCH_LIMIT)


@given(
    st.sampled_from(sorted(ORDINARY or {})),
    st.recursive(VALUE | st.just(10**400), lambda inner: st.lists(inner, max_size=4), max_leaves=12),
)
@settings(deadline=None, max_examples=400)
def test_no_columns_make_the_reader_fail(name: str, value: Any) -> None:
    """Whatever a column holds, the batch is read or Unreadable."""
    columns = {**(ORDINARY or {}), name: value}
    for told in (columns, {key: column for key, column in columns.items() if key != name}):
        try:
            read_events(json.dumps(told).encode())
        except Unreadable:
            continue


def test_a_list_without_values_is_no_empty_text() -> None:
    """One event whose data's field has no value is Unreadable, never an event whose data is no JSON."""
    columns = turned([envelope(1)]) or {}
    kind, leaves = columns["kinds"][0], columns["data"][0][0]

    for names, values in ((["a"], [[]]), (["a"], []), ([], [[1]]), (["a", "a"], [[1], [2]])):
        with pytest.raises(Unreadable):
            read_events(json.dumps({**columns, "kinds": [[*kind[:4], *names]], "data": [[leaves, *values]]}).encode())


def test_what_every_reader_could_read_needs_no_words() -> None:
    """Packed simply, a batch is a JSON array, or zlib of it that needs nothing known before."""
    events = [envelope(seq) for seq in range(1, 100)]

    payload = pack(events, simply=True).payload

    assert [one["seq"] for one in json.loads(zlib.decompress(payload))] == list(range(1, 100))


def test_the_known_words_stay_what_they_are() -> None:
    """A released hall begins its batches with these words for ever: an edit would make every older batch unreadable."""
    assert f"{zlib.adler32(WORDS):08x}" == "9a2d49fd"


@given(st.lists(EVENT, min_size=1, max_size=5), st.booleans())
@settings(deadline=None, max_examples=100)
def test_the_centre_judges_columns_as_it_judges_an_array(changes: list[dict[str, object]], well: bool) -> None:
    """In whichever form events come, the centre enters the same rows with the same verdicts."""
    events = [envelope(seq, **({"data": change["data"]} if well else change)) for seq, change in enumerate(changes, 1)]

    assert arrived(pack(events).payload) == arrived(pack(events, simply=True).payload)


@pytest.mark.parametrize("simply", [False, True])
def test_a_hall_makes_no_batch_that_grows_over_what_a_reader_takes(*, simply: bool) -> None:
    """Long words in common, 2000 times: the hall takes fewer events, and what it sends is read."""
    events = [envelope(seq, type="id.balai." + "x" * 2000 + ".v1") for seq in range(1, 2001)]
    batch = pack(events, 2000, simply=simply)

    assert 0 < batch.count < 2000
    assert unpack(batch.payload) == events[: batch.count]
