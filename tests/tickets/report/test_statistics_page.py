"""The page and the table on the real portal, over a real past."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import httpx
import pytest

from tests.support.past import write_past
from tests.support.portal import PIN, RunningPortal, running_portal

MONTH = "?dari=2026-11-01&sampai=2026-11-23"


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPortal]:
    """A hall that has been open for ten days, forty people on each."""
    with running_portal(tmp_path_factory.mktemp("hall")) as portal:
        write_past(portal.desk._store, date(2026, 11, 23), days=10, people=40)
        yield portal


@pytest.fixture
def officer(past: RunningPortal) -> Iterator[httpx.Client]:
    """A browser in which Siti has signed in."""
    with past.client() as client:
        client.post("/masuk", data={"officer": "Siti", "pin": PIN})
        yield client


def figure(page: str, name: str) -> str:
    """Return one of the great figures."""
    found = re.search(rf"<dt>{name}</dt><dd>(.*?)</dd>", page)
    return found[1] if found else ""


def test_a_stranger_sees_no_figures(past: RunningPortal) -> None:
    """Whoever has not signed in is sent to do so."""
    with past.client() as client:
        answers = [client.get(path) for path in ("/statistik", "/statistik/tabel.csv")]
    assert all(answer.status_code in {303, 401} for answer in answers)


def test_today_is_shown_first(officer: httpx.Client) -> None:
    """The figures of the present hall-day, its name, and the preset that is chosen."""
    page = officer.get("/statistik").text
    assert figure(page, "Orang") == "40"
    assert "Senin, 23 November 2026" in page
    assert re.search(r'aria-current="page">Hari ini<', page)


def test_a_month_adds_its_days(officer: httpx.Client) -> None:
    """Ten days of forty people are four hundred, and each day has its row."""
    page = officer.get("/statistik" + MONTH).text
    assert figure(page, "Orang") == "400"
    assert page.count('<th scope="row">') >= 2 + 10
    assert "waktu tidak terukur" in page


def test_charts_have_words_for_those_who_cannot_see_them(officer: httpx.Client) -> None:
    """Each picture has a title and a description of its own; no style stands inside it."""
    page = officer.get("/statistik" + MONTH).text
    charts = re.findall(r'<svg class="chart.*?</svg>', page, re.DOTALL)
    assert len(charts) == 4
    for chart in charts:
        named = re.search(r'aria-labelledby="(\S+) (\S+)"', chart)
        assert named is not None
        assert all(page.count(f'id="{one}"') == 1 for one in named.groups())
        assert "style=" not in chart


def test_a_time_without_visits_says_so(officer: httpx.Client) -> None:
    """No chart of nothing, no division by nought."""
    page = officer.get("/statistik?dari=2020-01-01&sampai=2020-01-31").text
    assert "Tidak ada yang mengambil nomor" in page
    assert "<svg class" not in page.replace('<svg class="icon"', "")


@pytest.mark.parametrize(
    "asked", ["?dari=besok", "?dari=%00&sampai=x", "?dari=9999-12-31&sampai=0001-01-01", "?sampai=2026-11-23"]
)
def test_nonsense_is_answered(officer: httpx.Client, asked: str) -> None:
    """A mistyped date shows something, never an error."""
    assert [officer.get(path + asked).status_code for path in ("/statistik", "/statistik/tabel.csv")] == [200, 200]


def test_no_token_number_or_officer_is_in_page_or_table(officer: httpx.Client) -> None:
    """Figures of lines and counters lead to nobody."""
    page, table = officer.get("/statistik" + MONTH).text, officer.get("/statistik/tabel.csv" + MONTH)
    assert not re.search(r"[A-Z]-\d{3}", page + table.text)
    assert "Siti" not in table.text


def test_the_table_is_a_file_with_the_period_in_its_name(officer: httpx.Client) -> None:
    """Ten days of two lines are twenty rows below the head."""
    table = officer.get("/statistik/tabel.csv" + MONTH)
    assert table.headers["content-disposition"] == 'attachment; filename="antrean-3510012001-2026-11-01-2026-11-23.csv"'
    assert len(table.text.splitlines()) == 21


def test_the_page_speaks_english(officer: httpx.Client) -> None:
    """Links, the form and the numbers keep the reader's language."""
    page = officer.get("/statistik?bahasa=en").text
    assert "Half of the people called within" in page
    assert '<input type="hidden" name="bahasa" value="en">' in page
