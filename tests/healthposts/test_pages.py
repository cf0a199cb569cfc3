"""Health posts as a village sets them up and people find them: a whole hall, browsers without scripts, and the calendar file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

import httpx
import pytest
from icalendar import Calendar

from gateway.errors import Refusal
from gateway.hall import Hall
from gateway.healthposts.desk import NEW, HealthPostDesk
from gateway.healthposts.ics import calendar_of
from gateway.healthposts.model import Draft, Post, Rule, Session
from gateway.people.model import Role
from gateway.settings import Settings
from tests.healthposts.test_model import MELATI
from tests.support.clock import FakeClock
from tests.support.hall_process import write_settings
from tests.support.portal import PIN
from tests.support.setting_up import send, sign_in, wrong
from tests.support.store import open_test_store
from tests.support.tickets import WIB


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """Run a hall with a head; it is Monday, 23 November 2026."""
    clock = FakeClock()
    with Hall(Settings.load(write_settings(tmp_path_factory.mktemp("hall"), devices=False)), clock=clock) as running:
        running.people.add_officer("Siti", PIN, Role.HEAD)
        yield running


@pytest.fixture
def head(hall: Hall) -> Iterator[httpx.Client]:
    """Open a browser in which the head has signed in."""
    with httpx.Client(base_url=hall.address, timeout=20, trust_env=False) as client:
        sign_in(client)
        yield client


def test_written_down_shown_reminded_and_taken_away(hall: Hall, head: httpx.Client) -> None:
    """A fault beside its field; then page, calendar, front page and board know it; a changed rule and removal follow."""
    assert 'href="/posyandu"' not in head.get("/desa").text
    new = {"name": "Posyandu Melati", "place": "Balai dusun", "bring": "Buku KIA", "kind": "none", "line": "kesehatan"}
    bad = send(head, "/atur/posyandu/baru", **new, extra="24-11-2026\n31-2-2027", starts="8 pagi")
    assert set(wrong(bad.text)) == {"extra", "starts"}
    assert send(head, "/atur/posyandu/baru", **new, extra="24-11-2026").status_code == 303
    assert 'href="/posyandu"' in head.get("/desa").text
    page = head.get("/posyandu").text
    assert ("Posyandu Melati" in page, "Besok" in page, "Selasa, 24 November 2026" in page) == (True, True, True)
    reminder = "Besok: Posyandu Melati, 08.00\N{EN DASH}11.00, di Balai dusun. Bawa: Buku KIA."
    assert (reminder in head.get("/").text, head.get("/papan/isi").json()["texts"]) == (True, [reminder])
    file = head.get("/posyandu/1.ics")
    assert (file.headers["content-type"], file.content.startswith(b"BEGIN:VCALENDAR\r\n")) == (
        "text/calendar; charset=utf-8",
        True,
    )
    assert send(head, "/atur/posyandu/1", kind="weekday", nth="5", weekday="4", extra="").status_code == 303
    assert "Jumat, 27 November 2026" in head.get("/posyandu").text
    assert send(head, "/atur/posyandu/1", ends="07.00").status_code == 422
    assert send(head, "/atur/posyandu/1", "remove").status_code == 303
    assert [head.get(path).status_code for path in ("/posyandu", "/posyandu/1.ics", "/atur/posyandu/1", "/atur/posyandu/x")] == [
        200, 404, 404, 404,
    ]  # fmt: skip


def test_a_form_of_a_new_one_sent_twice_makes_one(hall: Hall, head: httpx.Client) -> None:
    """The second is told that something has changed."""
    page = head.get("/atur/posyandu/baru").text
    from_page = {"name": "Posyandu Mawar", "place": "Rumah RT", "starts": "8.00", "ends": "10.00", "kind": "day", "day": "10"}
    form = (
        from_page
        | {name: page.split(f'name="{name}" value="')[1].split('"')[0] for name in ("csrf", "made_from")}
        | {"act": "save"}
    )
    answers = [head.post("/atur/posyandu/baru", data=form).status_code for _ in range(2)]
    assert (answers, [one.draft.name for one in hall.village.square.healthposts.every()]) == ([303, 409], ["Posyandu Mawar"])


def test_the_calendar_file_is_what_phones_read() -> None:
    """Read back by a reader of RFC 5545: times with their zone, names that stay, commas and long words whole; lines of 75 octets."""
    draft = Draft("Posyandu Melati, Dusun Krajan; RT 1", "Balai " + "é" * 60, "Buku KIA", MELATI.starts, MELATI.ends, Rule())
    day = datetime(2026, 11, 24, tzinfo=WIB)
    found = [Session(Post(7, draft), day.date()), Session(Post(7, draft), (day + timedelta(days=28)).date())]
    made = calendar_of(found, title="Posyandu", bring="Bawa:", hall="3510012001", zone=WIB, made_at=day)
    assert (max(len(line) for line in made.split(b"\r\n")) <= 75, made.count(b"\n") == made.count(b"\r\n")) == (True, True)
    events = Calendar.from_ical(made).walk("VEVENT")
    assert [(str(one["uid"]), one.decoded("dtstart")) for one in events] == [
        ("posyandu-7-2026-11-24@3510012001.balai", datetime(2026, 11, 24, 8, tzinfo=WIB)),
        ("posyandu-7-2026-12-22@3510012001.balai", datetime(2026, 12, 22, 8, tzinfo=WIB)),
    ]
    assert (str(events[0]["summary"]), str(events[0]["location"]), str(events[0]["description"])) == (
        draft.name, draft.place, "Bawa: Buku KIA",
    )  # fmt: skip


def test_a_line_is_opened_on_the_day_and_closed_after_it(tmp_path: Path) -> None:
    """Once each, also after a restart; a clerk who closes it meanwhile is not overruled; a line that is gone stops nothing."""
    clock, done = FakeClock(), list[tuple[str, bool]]()
    store = open_test_store(tmp_path, clock)
    desk = HealthPostDesk(store, clock, WIB)
    desk.save(NEW, Draft("Melati", "Balai", "", MELATI.starts, MELATI.ends, Rule("day", day=24), line="kesehatan"))
    desk.save(NEW, Draft("Mawar", "Balai", "", MELATI.starts, MELATI.ends, Rule("day", day=24), line="hilang"))

    def open_line(line_id: str, *, is_open: bool) -> None:
        if line_id == "hilang":
            raise Refusal("unknown-line", line=line_id)
        done.append((line_id, is_open))

    for _ in range(3 * 24):  # from Monday 08.00 to Thursday 08.00
        desk.mind_lines(open_line)
        HealthPostDesk(store, clock, WIB).mind_lines(open_line)
        clock.advance(3600)
    store.close()
    assert done == [("kesehatan", True), ("kesehatan", False)]


def test_the_queues_own_line_follows_a_health_post(hall: Hall) -> None:
    """A line that is closed on other days takes numbers on the day, and none after the hours."""
    square, furniture, clock = hall.village.square, hall.tickets.furniture, cast("FakeClock", hall.clock)
    furniture.open_line("kesehatan", is_open=False)
    post = square.healthposts.save(NEW, replace(MELATI, rule=Rule(), extra=(clock.now().astimezone(WIB).date(),)))
    opened = []
    for hours in (0, 4):
        clock.advance(hours * 3600)
        square.healthposts.mind_lines(furniture.open_line)
        opened += [line.open for line in furniture.read()[0] if line.id == "kesehatan"]
    square.healthposts.remove(post)
    assert opened == [True, False]
