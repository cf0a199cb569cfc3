"""Only what the centre has signed for this hall is read: whatever a broker changes, it is nothing any more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.relay.envelope import EVENT_LIMIT_BYTES, Unreadable
from gateway.relay.orders import decode_order
from gateway.relay.signing import read_key, sign, spell_key, verified
from tests.support.arrivals import HALL
from tests.support.orders import KEY, PINNED, STRANGER, order

BODY = order(text="Posyandu").encode()
SIGNED = sign([KEY], HALL, BODY)


@given(st.binary(max_size=400))
def test_what_was_signed_is_returned_as_it_was(body: bytes) -> None:
    """No canonical form is needed: the bytes that were signed are the bytes that are read."""
    assert verified(sign([KEY], HALL, body), HALL, PINNED) == body


@given(st.integers(0, len(SIGNED) - 1), st.integers(1, 255))
def test_no_byte_can_be_changed(place: int, change: int) -> None:
    """A broker that alters one byte anywhere has made a message that nobody obeys."""
    altered = bytearray(SIGNED)
    altered[place] ^= change
    with pytest.raises(Unreadable):
        verified(bytes(altered), HALL, PINNED)


@pytest.mark.parametrize("addressee", ["3510012002", "all", ""])
def test_what_is_for_one_hall_is_nothing_for_another(addressee: str) -> None:
    """The addressee is signed too: a broker cannot pass an order on to a hall that was not meant."""
    with pytest.raises(Unreadable, match="not the centre's for this hall"):
        verified(SIGNED, addressee, PINNED)


@pytest.mark.parametrize(
    "payload",
    [b"", BODY, b"balai-down-1\n" + BODY, b"balai-down-1 AAAA\n" + BODY, SIGNED.replace(b"-1 ", b"-2 "), b"\n" + SIGNED],
)
def test_what_is_not_signed_is_not_read(payload: bytes) -> None:
    """Without a line of signatures there is no order."""
    with pytest.raises(Unreadable, match="not signed"):
        verified(payload, HALL, PINNED)


def test_a_strangers_signature_counts_for_nothing() -> None:
    """Only the pinned key commands."""
    with pytest.raises(Unreadable, match="not the centre's"):
        verified(sign([STRANGER], HALL, BODY), HALL, PINNED)


@pytest.mark.parametrize("key", [KEY, STRANGER])
def test_while_keys_change_either_signature_is_enough(key: object) -> None:
    """A hall that has heard of the new key and one that has not obey the same message."""
    pinned = PINNED if key is KEY else spell_key(STRANGER.public_key())
    assert verified(sign([KEY, STRANGER], HALL, BODY), HALL, pinned) == BODY


@given(st.binary(max_size=300))
def test_no_bytes_are_a_crash(payload: bytes) -> None:
    """Nonsense is refused with a reason."""
    with pytest.raises(Unreadable):
        verified(payload, HALL, PINNED)


def test_a_message_over_the_limit_is_not_looked_at() -> None:
    """No broker makes a hall check megabytes."""
    with pytest.raises(Unreadable, match="over"):
        verified(sign([KEY], HALL, b"x" * (EVENT_LIMIT_BYTES + 300)), HALL, PINNED)


@pytest.mark.parametrize("text", ["", "abc", PINNED[:-1], PINNED + "\n", "ä" * 44])
def test_a_key_is_thirty_two_bytes(text: str) -> None:
    """Anything else is a mistake in the settings, and is named."""
    with pytest.raises(ValueError, match="32 bytes"):
        read_key(text)


TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
JSON = st.recursive(st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS, lambda inner: st.lists(inner, max_size=3))


@given(
    st.dictionaries(TEXTS, JSON, max_size=4), st.integers(1, 2**53 - 1), st.sampled_from(["ping", "key.put", "a.no-one.knows"])
)
def test_an_order_arrives_as_it_was_asked(data: dict[str, object], rev: int, kind: str) -> None:
    """Writing and reading are each other's inverse, for kinds and versions of tomorrow too."""
    asked = order(7, kind, rev=rev, version=3, data=data)
    assert decode_order(asked.encode()) == asked


def _without(name: str) -> bytes:
    return order().encode().replace(f'"{name}":'.encode(), f'"not-{name}":'.encode())


@pytest.mark.parametrize("name", ["specversion", "id", "source", "type", "subject", "time", "rev", "notafter", "data"])
def test_an_order_that_lacks_something_is_refused(name: str) -> None:
    """Each attribute is needed."""
    with pytest.raises(Unreadable):
        decode_order(_without(name))


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (b'"rev":1', b'"rev":0'),
        (b'"rev":1', b'"rev":true'),
        (b'"rev":1', b'"rev":9007199254740993'),
        (b"/centre", b"/halls/3510012001"),
        (b"id.balai.ping.v1", b"id.balai.ping"),
        (b"id.balai.ping.v1", b"ping.v1"),
        (b'"subject":"ping"', b'"subject":"../ping"'),
        (b"+00:00", b""),
        (b"2026", b"0000"),
        (b"2026", b"9999"),
        (b'"data":{}', b'"data":[]'),
        (b'"data":{}', b'"data":{"a":NaN}'),
        (b'"data":{}', b'"data":{"a":"\\ud800"}'),
        (b'"data":{}', b'"data":{"a":' + b"[" * 20_000 + b"]" * 20_000 + b"}"),
    ],
)
def test_an_order_of_another_form_is_refused(was: bytes, becomes: bytes) -> None:
    """Whatever cannot be kept or compared is no order, even with a good signature."""
    with pytest.raises(Unreadable):
        decode_order(order().encode().replace(was, becomes))


@given(st.binary(max_size=200))
def test_no_signed_bytes_are_a_crash(body: bytes) -> None:
    """A centre gone mad is refused with a reason."""
    with pytest.raises(Unreadable):
        decode_order(body)


def test_an_order_over_the_limit_is_not_sent() -> None:
    """It would pass no broker."""
    with pytest.raises(ValueError, match="at most"):
        order(text="x" * EVENT_LIMIT_BYTES).encode()
