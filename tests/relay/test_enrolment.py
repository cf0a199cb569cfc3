"""What hall and centre say about a certificate can be read back, is what the contract tells, and no nonsense breaks a reader."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.relay.enrolment import (
    LIMIT_BYTES,
    Answer,
    Wish,
    decode_answer,
    decode_wish,
    encode_answer,
    encode_wish,
    name_of,
)
from gateway.relay.envelope import Unreadable
from gateway.relay.topics import Topics, enrolling
from tests.support import contract

WORDS = st.text(st.characters(codec="utf-8"), max_size=50)


@given(WORDS, WORDS)
def test_a_wish_comes_back_as_it_was(csr: str, token: str) -> None:
    """Whatever the texts are."""
    assert decode_wish(encode_wish(Wish(csr, token))) == Wish(csr, token)


@given(WORDS.filter(bool), st.booleans())
def test_an_answer_comes_back_as_it_was(text: str, refused: bool) -> None:
    """A certificate or a refusal, never both."""
    answer = Answer(name_of(b"x"), code=text, reason=text) if refused else Answer(name_of(b"x"), certificate=text)
    assert decode_answer(encode_answer(answer)) == answer


@given(st.binary(max_size=200))
@example(b"[" * 100_000)
@example(b"[" * (LIMIT_BYTES - 1))
@example(b'{"csr":7}')
@example(b'{"csr":"\\ud800"}')
@example(b'{"request":"x"}')
@example(b'{"request":"x","certificate":"y","code":"z"}')
@example(b"\xff{}")
def test_no_nonsense_breaks_a_reader(payload: bytes) -> None:
    """It is refused as unreadable, or read as what it says."""
    for read in (decode_wish, decode_answer):
        try:
            told = read(payload)
        except Unreadable:
            continue
        assert repr(told).encode()


def test_what_is_said_is_what_the_contract_tells() -> None:
    """Both messages, whole and as short as they can be."""
    said = {
        "certificate-request": [encode_wish(Wish("csr")), encode_wish(Wish("csr", "token"))],
        "certificate": [
            encode_answer(Answer(name_of(b""), certificate="pem")),
            encode_answer(Answer(name_of(b""), code="hall-code", reason="x")),
        ],
    }
    faults = [contract.fault(name, json.loads(one)) for name, payloads in said.items() for one in payloads]
    assert faults == [""] * 4


@pytest.mark.parametrize(
    ("topic", "hall"),
    [
        (Topics("3510012001").enrol_request, "3510012001"),
        (Topics("3510012001", "other/root").enrol_request, ""),
        ("balai/v1/enrol/intake/request", ""),
        ("balai/v1/enrol/3510012001/certificate", ""),
        ("enrol/3510012001/request", ""),
        ("balai/v1/enrol/3510012001/request/x", ""),
    ],
)
def test_only_a_hall_asks(topic: str, hall: str) -> None:
    """Any other topic is nobody's."""
    assert enrolling(topic) == hall
