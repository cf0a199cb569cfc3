"""Village codes: what is read without a doubt, and what is refused with its remedy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Refusal
from provisioning.fleet.codes import CODE, CodeFault, dotted, listed_code, village_code


@pytest.mark.parametrize(
    "cell",
    [
        "3510012001", "35.10.01.2001", " 3510012001 ", "'3510012001", '="3510012001"', "3.510.012.001", "3,510,012,001",
        "3510012001.0", "3510012001,00", "\u00a035 10 01 2001",
    ],
)  # fmt: skip
def test_what_spreadsheets_make_of_a_code_is_read(cell: str) -> None:
    """None of these leaves a doubt about the ten digits, so nothing is said of them."""
    assert listed_code(cell) == ("3510012001", "")


@pytest.mark.parametrize("cell", ["35.10.1.2001", "35.10.01.2001"])
def test_zeros_lost_within_dots_are_put_back(cell: str) -> None:
    """They can only have stood at the beginning of their part; whoever reads the list is told."""
    code, said = listed_code(cell)
    assert (code, bool(said)) == ("3510012001", cell == "35.10.1.2001")


@pytest.mark.parametrize(
    ("cell", "remedy"),
    [
        ("3,51001E+09", "Teks"), ("3.51E9", "Teks"), ("351012001", "Teks"), ("35100120011", "NIK"), ("0510012001", "sepuluh angka"), ("", "sepuluh angka"),
        ("desa", "sepuluh angka"), ("٣٥١٠٠١٢٠٠١", "sepuluh angka"), ("35.10.01", "sepuluh angka"), ("3510.012.001", "sepuluh angka"), ("217", "sepuluh angka"),
    ],
)  # fmt: skip
def test_what_cannot_be_known_is_not_guessed(cell: str, remedy: str) -> None:
    """The remedy says what to do in the spreadsheet."""
    with pytest.raises(CodeFault) as fault:
        listed_code(cell)
    assert remedy in fault.value.remedy


@given(st.text(max_size=30) | st.from_regex(r"[0-9.,' E+]{0,16}", fullmatch=True))
def test_any_cell_is_read_or_refused(cell: str) -> None:
    """Whatever stands there, ten digits come of it or a fault."""
    try:
        code, _ = listed_code(cell)
    except CodeFault:
        return
    assert CODE.fullmatch(code)


@given(st.from_regex(CODE, fullmatch=True))
def test_a_code_is_read_as_a_screen_shows_it(code: str) -> None:
    """What people copy from a screen is what they may type."""
    assert (village_code(dotted(code)), village_code(code), listed_code(dotted(code))) == (code, code, (code, "")) or code[
        6
    ] == "0"


@pytest.mark.parametrize("typed", ["", "35", "35100120011", "35.10.012001", "abc", "3510012001\n", "0010012001", "٣٥١٠٠١٢٠٠١"])
def test_a_strange_code_is_named(typed: str) -> None:
    """The refusal says how a code is written."""
    with pytest.raises(Refusal) as refused:
        village_code(typed)
    assert refused.value.code == "hall-code"
