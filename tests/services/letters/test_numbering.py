"""The rule of numbers: whatever pattern is taken writes no two numbers alike."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from gateway.services.letters.numbering import ROMAN, Rule, Unclear, judge_pattern, judge_rule

CODES = ("470", "474.2", "510", "474")
MARKS = st.sampled_from(["/", ".", "-", " ", "A/", "/DS/", "/7/", "", "7"])


@st.composite
def patterns(draw: st.DrawFn) -> str:
    """Return some fields in some order with marks between, before and behind: many can be taken, some cannot."""
    others = draw(st.lists(st.sampled_from(("kode", "desa", "bulan", "romawi")), max_size=3))
    fields = draw(st.permutations(["nomor", "tahun", *others]))
    return (draw(MARKS) + "".join(f"{{{field}}}{draw(MARKS)}" for field in fields)).strip()


PATTERNS = patterns()
DAYS = st.dates(date(2024, 1, 1), date(2031, 12, 31))


def taken(pattern: str) -> bool:
    """Return whether a pattern is taken."""
    try:
        judge_pattern(pattern)
    except Unclear:
        return False
    return True


@given(PATTERNS, st.sampled_from(CODES), st.integers(1, 99_999), st.integers(1, 99_999), DAYS, DAYS, st.integers(1, 5))
def test_no_two_numbers_of_a_book_are_alike(
    pattern: str, code: str, one: int, other: int, on: date, then: date, digits: int
) -> None:
    """Another running number or another year is another text, in any pattern that is taken, whatever the day and the code."""
    assume(taken(pattern) and (one, on.year) != (other, then.year))
    rule = Rule(pattern, "429.510", digits)
    assert rule.written(one, code, on) != rule.written(other, code, then)


@given(PATTERNS, PATTERNS, st.integers(1, 40), st.integers(1, 40), DAYS, DAYS, st.integers(1, 3))
@example("{nomor}/{bulan}/{tahun}", "{bulan}/{nomor}/{tahun}", 11, 11, date(2026, 11, 1), date(2026, 11, 1), 2)
@example("{nomor}/{tahun}", "{tahun}/{nomor}", 2026, 2026, date(2026, 1, 1), date(2026, 1, 1), 3)
@example("{nomor}/7/{tahun}", "{nomor}/{bulan}/{tahun}", 1, 1, date(2026, 7, 1), date(2026, 7, 1), 3)
def test_no_two_books_write_the_same(main: str, own: str, one: int, other: int, on: date, then: date, digits: int) -> None:
    """Where a rule is taken, a book of its own never writes what the main one writes, whatever the day and the number."""
    rule = Rule(main, "429.510", digits, {"474.2": own})
    try:
        judge_rule(rule, {"sku": "510"})
    except Unclear:
        return
    assert rule.written(one, "474.2", on) not in {rule.written(other, code, then) for code in ("470", "510")}


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("{kode}/{tahun}", "{nomor}"),
        ("{kode}/{nomor}", "{tahun}"),
        ("{nomor}/{nomor}/{tahun}", "{nomor}"),
        ("{nomor}{tahun}", "garis miring"),
        ("1{nomor}/{tahun}", "jangan ada"),
        ("{nomor}A/{tahun}", "jangan ada"),
        ("{nomer}/{tahun}", "nomer"),
        ("{nomor}/{tahun}#", "#"),
        ("{nomor}/{tahun", "{"),
        (" {nomor}/{tahun}", "spasi"),
        ("{nomor}/{tahun}/" + "x" * 90, "80"),
    ],
)
def test_a_bad_pattern_is_told_what_to_write(pattern: str, said: str) -> None:
    """Each fault has its sentence."""
    with pytest.raises(Unclear) as caught:
        judge_pattern(pattern)
    assert said in caught.value.reason


def test_the_usual_ways_of_writing_are_taken() -> None:
    """What Indonesian villages write."""
    on = date(2026, 11, 3)
    written = [
        Rule(pattern, "429.510").written(12, "470", on)
        for pattern in (
            "{kode}/{nomor}/{desa}/{tahun}",
            "{nomor}/{kode}/{romawi}/{tahun}",
            "No. {nomor}/DS-GK/{bulan}/{tahun}",
            "{kode} / {nomor} / {tahun}",
        )
        if taken(pattern)
    ]
    assert written == ["470/012/429.510/2026", "012/470/XI/2026", "No. 012/DS-GK/11/2026", "470 / 012 / 2026"]


@pytest.mark.parametrize(
    "rule",
    [
        Rule(village=""),
        Rule(village="429/510"),
        Rule(village="429.510", books={"474.2": "{nomor}/X"}),
        Rule("{nomor}/{tahun}", books={"474.2": "{nomor}/{tahun}"}),
        Rule("{nomor}/{tahun}", books={"474.2": "{tahun}/{nomor}"}),
        Rule(village="429.510", books={"a b": "{kode}/{nomor}/{tahun}"}),
    ],
)
def test_a_rule_that_does_not_hold_together_is_refused(rule: Rule) -> None:
    """No village code for a pattern that has it, a bad code, a bad pattern of a book, two books that write alike."""
    with pytest.raises(Unclear):
        judge_rule(rule, {"sku": "510"})


def test_months_are_roman() -> None:
    """All twelve."""
    assert "".join(ROMAN) == "IIIIIIIVVVIVIIVIIIIXXXIXII"
