"""Opening hours and holidays as people type them."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.tickets import hours, hours_typed


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("08.00-12.00, 13.00-15.30", "08.00-12.00, 13.00-15.30"),
        ("8-12", "08.00-12.00"),
        (" 08:00 \N{EN DASH} 15:30 WIB ", "08.00-15.30"),
        ("8.00 s/d 12.00 dan 13.00 sampai 15.30", "08.00-12.00, 13.00-15.30"),
        ("Jam 8 - 12; 13 - 15", "08.00-12.00, 13.00-15.00"),
        ("08.00-12.00 13.00-15.30", "08.00-12.00, 13.00-15.30"),
        ("", ""),
        ("Libur", ""),
        ("-", ""),
    ],
)
def test_hours_are_read_as_people_write_them(typed: str, kept: str) -> None:
    """Points or colons, dashes or words, with or without minutes."""
    assert hours_typed.day_hours(typed) == kept


@pytest.mark.parametrize("typed", ["12-8", "08.00", "pagi", "8-12, 11-13", "24.30-25.00", "8-12-15", "08.61-09.00"])
def test_hours_that_make_no_sense_are_refused(typed: str) -> None:
    """Never guessed."""
    with pytest.raises(ValueError, match=r"\S"):
        hours_typed.day_hours(typed)


@given(st.lists(st.times(), min_size=0, max_size=6, unique_by=lambda at: (at.hour, at.minute)))
def test_hours_that_are_kept_are_read_back_as_they_are(times: list[time]) -> None:
    """Whatever is in the database can be saved again from the page."""
    ends = sorted(f"{at.hour:02d}.{at.minute:02d}" for at in times)
    kept = ", ".join(f"{start}-{until}" for start, until in zip(ends[::2], ends[1::2], strict=False))
    assert hours_typed.day_hours(kept) == kept


@given(st.text(max_size=40))
def test_no_text_is_more_than_refused(typed: str) -> None:
    """What is not refused is hours that the rules can read."""
    try:
        kept = hours_typed.day_hours(typed)
    except ValueError:
        return
    hours.spans(kept)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("2026-12-25 Natal", ("2026-12-25 Natal",)),
        ("25-12-2026 Natal", ("2026-12-25 Natal",)),
        ("25/12/2026: Natal", ("2026-12-25 Natal",)),
        ("25 Desember 2026 Natal", ("2026-12-25 Natal",)),
        ("17 agustus 2026", ("2026-08-17",)),
        ("1.1.2027 Tahun Baru\n\n25-12-2026 Natal\n25-12-2026 Natal", ("2026-12-25 Natal", "2027-01-01 Tahun Baru")),
        ("", ()),
    ],
)
def test_holidays_are_read_as_people_write_them(typed: str, kept: tuple[str, ...]) -> None:
    """Day first or year first, with or without a name; sorted, each once."""
    assert hours_typed.holidays(typed) == kept


@pytest.mark.parametrize("typed", ["Natal", "31-02-2026 x", "25 foo 2026", "25-12", "0-1-2026"])
def test_holidays_that_make_no_sense_are_refused(typed: str) -> None:
    """With the line in question."""
    with pytest.raises(ValueError, match=r"\S"):
        hours_typed.holidays(typed)


@given(st.dates(min_value=date(2000, 1, 1)), st.text(alphabet="abc XYZ", max_size=10))
def test_holidays_that_are_kept_are_read_back_as_they_are(on: date, name: str) -> None:
    """Whatever is in the database can be saved again from the page."""
    kept = hours_typed.holidays(f"{on.isoformat()} {name}")
    assert hours_typed.holidays("\n".join(kept)) == kept
    assert hours.holiday(kept[0])[0] == on
