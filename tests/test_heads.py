"""The running head of a lane says one thing, however many rows it is reckoned over at once."""

from __future__ import annotations

from functools import reduce

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.heads import head_after, head_over

WORD = st.text(max_size=9)


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(["", "ab" * 32]), st.lists(st.tuples(WORD, WORD, WORD, WORD), min_size=1, max_size=6))
def test_columns_and_rows_have_one_head(head: str, rows: list[tuple[str, str, str, str]]) -> None:
    """A hall that reckons row by row and a centre that reckons a run at once agree, whatever the rows hold."""
    firsts, times, bootids, uptimes = zip(*rows, strict=True)

    assert head_over(head, firsts, times, bootids, uptimes) == reduce(lambda now, row: head_after(now, *row), rows, head)
