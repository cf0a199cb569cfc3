"""What happens when, and what an announcement is about: on the board, on ``/kabar``, in the calendar of a phone, by the regency's order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

import httpx
import pytest
from icalendar import Calendar

from gateway.bulletin.model import Draft, happening
from gateway.errors import Refusal
from gateway.hall import Hall
from gateway.people.model import Role
from gateway.settings import Settings
from tests.bulletin.test_desk import TODAY, Bulletin, bulletin
from tests.support.clock import FakeClock
from tests.support.hall_process import write_settings
from tests.support.portal import PIN
from tests.support.setting_up import sign_in
from tests.support.tickets import WIB

__all__ = ["bulletin"]
WORK = Draft(
    {"id": "Kerja bakti RW 2", "jv": "Gugur gunung RW 2"},
    category="event",
    held_on=date(2026, 11, 24),
    held_at="07:00",
    place="Lapangan",
)


def test_an_event_ends_by_itself(bulletin: Bulletin) -> None:
    """Told with its day, hour and place until it is over; what is no event has no hour."""
    bulletin.desk.publish(WORK, key="event-0001")
    assert bulletin.view.news("jv").texts == ("Gugur gunung RW 2 (Selasa, 24 November 2026, 07.00, Lapangan)",)
    bulletin.clock.advance(2 * 86_400)
    assert bulletin.view.news("id").texts == ()
    bulletin.desk.change(1, replace(WORK, held_on=date(2026, 11, 26)), key="event-0003")
    assert len(bulletin.view.news("id").texts) == 1
    bulletin.desk.withdraw(1)
    bulletin.desk.publish(Draft({"id": "Air mati"}, held_at="07:00", place="x"), key="event-0002")
    assert next((one.held_at, one.place) for one in bulletin.desk.every()) == ("", "")


def test_events_stand_in_their_order(bulletin: Bulletin) -> None:
    """By day and hour; what was before today is left out."""
    for number, (day, hour) in enumerate([(25, "09:00"), (25, "08:00"), (22, ""), (24, "")]):
        bulletin.desk.publish(
            Draft({"id": str(number)}, ends_on=date(2026, 12, 1), held_on=date(2026, 11, day), held_at=hour),
            key=f"event-{number:04d}",
        )
    assert [one.text("id") for one in happening(bulletin.desk.every(), TODAY)] == ["3", "1", "0"]


@pytest.mark.parametrize(
    "wrong", [{"category": "x"}, {"held_at": "25:00"}, {"held_at": "7"}, {"place": "x" * 81}, {"held_on": "besok"}]
)
def test_what_the_regency_orders_is_judged(bulletin: Bulletin, wrong: dict[str, object]) -> None:
    """A category, hour, place or day that is none is refused; the control is taken."""
    good = {"texts": {"id": "Beasiswa"}, "category": "school", "held_on": "2026-11-30", "held_at": "08:00", "place": "Pendopo"}
    with bulletin.store.transaction() as tx:
        bulletin.desk.put_for_regency(tx, "beasiswa", good)
    with pytest.raises(Refusal, match="tidak benar"), bulletin.store.transaction() as tx:
        bulletin.desk.put_for_regency(tx, "beasiswa", good | wrong)
    assert [(one.category, one.place, one.held_on) for one in bulletin.desk.every()] == [
        ("school", "Pendopo", date(2026, 11, 30))
    ]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Sign in as the head of a whole hall on Monday, 23 November 2026."""
    with Hall(Settings.load(write_settings(tmp_path_factory.mktemp("hall"), devices=False)), clock=FakeClock()) as hall:
        hall.people.add_officer("Siti", PIN, Role.HEAD)
        with httpx.Client(base_url=hall.address, timeout=20, trust_env=False) as browser:
            sign_in(browser)
            yield browser


def test_from_the_form_to_the_phones_calendar(client: httpx.Client) -> None:
    """Announced with a day; listed by what it is about and by language; kept by a phone; nothing announced, no door."""
    assert 'href="/kabar"' not in client.get("/desa").text
    page = client.get("/atur/pengumuman").text
    hidden = {name: page.split(f'name="{name}" value="')[1].split('"')[0] for name in ("csrf", "key")}
    event = {"text-id": "Lomba <voli>", "category": "event", "held_on": "2026-11-24", "held_at": "7.30", "place": "Lapangan"}
    assert client.post("/atur/pengumuman", data=hidden | event, files={"file": ("", b"")}).status_code == 303
    school = {"text-jv": "Beasiswa SMK", "category": "school", "key": hidden["key"][::-1], "csrf": hidden["csrf"]}
    assert client.post("/atur/pengumuman", data=school, files={"file": ("", b"")}).status_code == 303
    assert 'href="/kabar"' in client.get("/desa").text
    shown = client.get("/kabar").text
    for said in ("Lomba &lt;voli&gt;", "Selasa, 24 November 2026, 07.30, Lapangan", 'lang="jv">Beasiswa SMK', "Kalender acara"):
        assert said in shown, said
    only = client.get("/kabar?tentang=school").text
    assert ("Beasiswa SMK" in only, "Lomba" in only) == (True, False)
    own = client.get("/kabar?hanya=1").text
    assert ("Beasiswa SMK" in own, "Lomba" in own) == (False, True)
    [kept] = Calendar.from_ical(client.get("/kabar/acara.ics").content).walk("VEVENT")
    assert (str(kept["summary"]), str(kept["location"]), kept.decoded("dtstart")) == (
        "Lomba <voli>", "Lapangan", datetime(2026, 11, 24, 7, 30, tzinfo=WIB),
    )  # fmt: skip
    editing = client.get("/atur/pengumuman/1").text
    assert ('value="2026-11-24"' in editing, 'value="07:30"' in editing, "x" * 5 in editing) == (True, True, False)
