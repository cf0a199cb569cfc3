"""Codes for those who left no name, and counts in which nobody is found."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.privacy import codes, counts

KEY = "0123456789abcdef0123456789ab"


def test_the_same_form_gives_the_same_code_and_another_gives_another() -> None:
    """Whoever taps twice has one code; whoever changes a word, or another browser, has another."""
    code = codes.code_of(KEY, "jalan", "Berlubang")
    assert (code, len(code)) == (codes.code_of(KEY, "jalan", "Berlubang"), 16)
    others = [codes.code_of(KEY, "jalanB", "erlubang"), codes.code_of(KEY[:-1], "jalan", "Berlubang")]
    assert code not in others
    assert codes.number_of(code).upper() not in code


@given(code=st.text(codes.SIGNS, min_size=16, max_size=16))
def test_a_code_is_read_as_people_type_it(code: str) -> None:
    """In small letters, with or without hyphens, with letters that look alike."""
    shown = codes.spaced(code)
    assert {codes.plain(typed) for typed in (shown, shown.lower(), code.replace("0", "o").replace("1", "l"), f" {shown} ")} == {
        code
    }
    assert codes.plain(code + "A") != code


@given(found=st.dictionaries(st.text("abcdef", min_size=1, max_size=2), st.integers(0, 30), max_size=9))
def test_nobody_is_found_in_counts(found: dict[str, int]) -> None:
    """No count below five is told, the whole is the same, and what is not told cannot be reckoned from it."""
    told = counts.merged(found)
    if told is None:
        assert sum(found.values()) < counts.FEW
    else:
        assert (min(told.values(), default=counts.FEW) >= counts.FEW, sum(told.values())) == (True, sum(found.values()))
        assert all(found[name] == n for name, n in told.items() if name != counts.OTHERS)


def test_one_alone_is_counted_with_the_next() -> None:
    """A single report of bribes hides behind the smallest count that could be told."""
    assert counts.merged({"jalan": 9, "dana": 6, "pungutan": 1}) == {"jalan": 9, counts.OTHERS: 7}
    assert counts.merged({"jalan": 4}) is None
