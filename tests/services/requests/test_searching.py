"""Finding requests at the counter, and what a search by name leaves behind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.services.requests import searching
from gateway.services.requests.searching import Search, folded
from tests.support.requests import ANSWERS, Office

PEOPLE = ("Siti Aminah", "Ni Made Ayu", "Mu'in bin Sa\N{LATIN SMALL LETTER E WITH ACUTE}d", "Aminah Siti Rahayu")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Open one to which four people have come."""
    made = Office(tmp_path / "hall")
    for name in PEOPLE:
        made.file(ANSWERS | {"nama": name})
    yield made
    made.store.close()


def find(office: Office, typed: str) -> tuple[str, list[int]]:
    """Return how it was found, and the numbers."""
    found = Search(office.store, office.vault, office.view).find(typed, who="7")
    return found.by, [one.request.number for one in found.requests]


def test_each_way_of_looking_finds_its_own(office: Office) -> None:
    """By number and code the one, by day all of it, by name whoever is called so, in any order, however it is written."""
    code = office.desk.look(2, who="7").request.code
    assert [find(office, typed) for typed in ("2", "REG-0002", "9", f"{code[:4]}-{code[4:]}".lower(), "23 November 2026", "24-11-2026")] == [
        ("number", [2]), ("number", [2]), ("number", []), ("code", [2]), ("date", [1, 2, 3, 4]), ("date", []),
    ]  # fmt: skip
    assert [find(office, typed) for typed in ("siti aminah", "AYU MADE", "muin saed", "Budi", "", "s", "  . ")] == [
        ("name", [4, 1]), ("name", [2]), ("name", [3]), ("name", []), ("", []), ("", []), ("", []),
    ]  # fmt: skip


def test_a_search_by_name_is_one_entry_without_the_name(office: Office) -> None:
    """By whom, and how many were opened; a search by number is none."""
    before = len(office.audited())
    find(office, "2")
    find(office, "siti aminah")
    [entry] = office.audited()[before:]
    assert (entry.act, entry.who, entry.version, entry.why) == ("search", "7", 4, searching.WHY)
    assert office.files_with(b"siti aminah") == []


def test_what_was_erased_is_passed_over(office: Office) -> None:
    """It has no name any more."""
    with office.store.transaction() as tx:
        request = office.desk._require(tx, 1)
        office.vault.erase(tx, "request", request.record, who="7", why="diminta")
    assert find(office, "siti aminah") == ("name", [4])


def test_names_are_compared_as_people_say_them() -> None:
    """Without accents, marks and capitals."""
    assert [
        folded(name) for name in ("  Mu'in  Sa\N{LATIN SMALL LETTER E WITH ACUTE}d ", "D\N{RIGHT SINGLE QUOTATION MARK}ARTA-Wan")
    ] == ["muin saed", "darta wan"]
