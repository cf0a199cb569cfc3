"""The rules of a lane's sequence, under every order in which numbers may come."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.heads import head_after, head_over_absence
from provisioning.centre.model import ACCEPTED, Absence, Link, Standing
from provisioning.centre.sequence import advance, closing, is_absent, missing


def link(seq: int, verdict: str = ACCEPTED) -> Link:
    """Return what the head needs of a row."""
    return Link(seq, f"7f3a90c2-record-{seq}", "2026-11-23T09:14:03.120+07:00", "b", f"{seq}.0", verdict)


@settings(deadline=None, max_examples=200)
@given(st.sets(st.integers(1, 30)), st.integers(0, 30))
def test_through_is_the_end_of_what_follows_without_a_gap(present: set[int], start: int) -> None:
    """``through`` stops before the first number that is not here, wherever it began."""
    expected = start
    while expected + 1 in present:
        expected += 1

    reached = advance(Standing(start), [link(seq) for seq in sorted(present) if seq > start], [])

    assert reached.through == expected


@settings(deadline=None, max_examples=200)
@given(st.permutations(range(1, 13)), st.lists(st.integers(1, 5), min_size=1))
def test_the_head_does_not_depend_on_the_order_of_arrival(order: list[int], steps: list[int]) -> None:
    """However rows arrive and however often one looks, the same history has the same head."""
    whole = ""
    for seq in range(1, 13):
        whole = head_after(whole, *link(seq).identity)
    here: set[int] = set()
    standing = Standing()
    for index, seq in enumerate(order):
        here.add(seq)
        if index % steps[index % len(steps)] == 0 or index == len(order) - 1:
            reached = advance(standing, [link(one) for one in sorted(here) if one > standing.through], [])
            standing = Standing(reached.through, reached.head)

    assert standing == Standing(12, whole)


def test_another_history_has_another_head() -> None:
    """A row made in another run of the machine changes the head: a clone cannot pass."""
    clone = link(2)._replace(bootid="other")

    assert advance(Standing(), [link(1), link(2)], []).head != advance(Standing(), [link(1), clone], []).head


@settings(deadline=None, max_examples=200)
@given(st.sets(st.integers(1, 20)), st.sets(st.integers(1, 20)))
def test_absent_numbers_are_passed_over_and_rows_among_them_count(present: set[int], gone: set[int]) -> None:
    """``through`` moves over every number that is here or recorded as absent, and no further."""
    expected = 0
    while expected + 1 in present | gone:
        expected += 1
    absences = [Absence(first, last, "lost") for first, last in missing(sorted(set(range(1, 21)) - gone), 1, 20)]

    assert advance(Standing(), [link(seq) for seq in sorted(present)], absences).through == expected


def test_the_head_at_each_reject_is_remembered() -> None:
    """A receipt that must stop at a reject can name the head there."""
    first = head_after("", *link(1).identity)

    reached = advance(Standing(), [link(1), link(2, "schema"), link(3)], [])

    assert reached.heads == [(2, head_after(first, *link(2).identity))]


def test_the_head_over_an_absence_names_its_numbers() -> None:
    """Two centres that lost different numbers have different heads."""
    assert advance(Standing(), [link(3)], [Absence(1, 2, "lost")]).head == head_after(
        head_over_absence("", 1, 2), *link(3).identity
    )


@settings(deadline=None, max_examples=200)
@given(st.sets(st.integers(1, 30)), st.integers(1, 30), st.integers(0, 30))
def test_missing_ranges_hold_exactly_the_numbers_that_are_not_here(present: set[int], first: int, last: int) -> None:
    """Every number of the range is either here or in exactly one missing range."""
    ranges = list(missing(sorted(seq for seq in present if seq >= first), first, last))

    assert [seq for start, end in ranges for seq in range(start, end + 1)] == sorted(set(range(first, last + 1)) - present)


def test_a_number_is_absent_only_inside_a_recorded_range() -> None:
    """The edges of a range belong to it."""
    absences = [Absence(3, 5, "lost")]

    assert [seq for seq in range(1, 8) if is_absent(seq, absences)] == [3, 4, 5]


def test_an_epoch_closed_twice_ends_where_the_older_backup_ended() -> None:
    """What only the newer backup knew will not come any more."""
    assert [closing(None, 100), closing(100, 50), closing(50, 100)] == [100, 50, 50]
