"""The rules of requests: states, names that people type, days that are promised."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.services.document import Requirement
from gateway.services.requests import answers, model
from gateway.services.requests.model import LEGAL, Act, State


def test_every_state_can_be_reached_and_only_closed_ones_are_ends() -> None:
    """Nobody's request is stuck; what is cancelled alone never comes back."""
    reached = {State.INCOMPLETE, State.REVIEW} | set(LEGAL.values())
    assert reached == set(State)
    assert {state for state in State if not model.acts_in(state)} == {State.CANCELLED}


def test_where_nothing_is_signed_what_is_approved_is_ready() -> None:
    """Else it waits for whoever signs."""
    assert model.state_after(State.REVIEW, Act.APPROVE, signs=True) is State.SIGNATURE
    assert model.state_after(State.REVIEW, Act.APPROVE, signs=False) is State.READY
    assert model.state_after(State.COLLECTED, Act.APPROVE, signs=True) is None


@given(st.integers(1, 10**8))
def test_a_number_is_read_as_it_is_written(number: int) -> None:
    """Whole, bare, or in small letters."""
    assert {model.number_in(typed) for typed in (model.label(number), str(number), f" reg {number} ")} == {number}


@pytest.mark.parametrize("typed", ["", "REG-", "A-012", "0", "12a", "1" * 12, "١٢"])
def test_what_is_no_number_is_none(typed: str) -> None:
    """A queue's number is none either."""
    assert model.number_in(typed) is None


@given(st.text(model.CODE_LETTERS, min_size=8, max_size=8))
def test_a_code_is_read_as_it_is_told(code: str) -> None:
    """With its hyphen, in small letters, with spaces."""
    spaced = model.spaced_code(code)
    assert {model.plain_code(typed) for typed in (spaced, spaced.lower(), f" {code[:4]} {code[4:]}")} == {code}
    assert model.is_code(code)
    assert not model.is_code(code[:7] + "O")


def test_what_was_photographed_stays_so_when_a_clerk_sees_it() -> None:
    """And a tick that is taken away leaves the photograph."""
    assert model.shown_after({"ktp": "photo", "kk": "seen"}, ["ktp", "akta"]) == {"ktp": "both", "akta": "seen"}
    assert model.shown_after({"ktp": "both"}, []) == {"ktp": "photo"}


@pytest.mark.parametrize(
    ("text", "bears"),
    [("KTP asli dan satu fotokopi", True), ("Kartu Keluarga (KK)", True), ("Fotokopi akta kelahiran", True), ("fotokopi ktp saksi", True), ("Surat pengantar RT/RW", False), ("Foto rumah", False), ("Simpanan", False)],
)  # fmt: skip
def test_a_paper_with_a_number_is_photographed_only_where_nobody_listens(text: str, bears: bool) -> None:
    """Its picture tells what is not asked; other papers are sent as they are, and none that will not do as a photograph."""
    paper = Requirement(id="x", text={"id": text})
    assert (answers.may_send(paper, private=False), answers.may_send(paper, private=True)) == (not bears, True)
    assert not answers.may_send(paper.model_copy(update={"photo": False}), private=True)
