"""The queue's pages below ``/atur``, as browsers without scripts meet them."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import httpx
import pytest

from gateway.people.model import Role
from gateway.portal.i18n import words
from gateway.tickets.choices import QueueRules
from gateway.tickets.hours import Door, DoorState
from gateway.tickets.model import CounterSetup, LineSetup
from gateway.tickets.setup_hours import today
from gateway.tickets.setup_palette import COLOURS
from tests.portal.test_look import contrast
from tests.support.portal import PIN, RunningPortal, running_portal
from tests.support.setting_up import fields_of, send, sign_in, wrong
from tests.support.tickets import WIB

PATHS = (
    "/atur/layanan",
    "/atur/layanan/surat",
    "/atur/layanan/baru",
    "/atur/loket",
    "/atur/loket/1",
    "/atur/jam",
    "/atur/aturan",
)


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[RunningPortal]:
    """Serve a hall with a head, Siti, and a clerk, Budi."""
    with running_portal(tmp_path) as running:
        running.people.add_officer("Budi", PIN, Role.CLERK)
        yield running


@pytest.fixture
def head(hall: RunningPortal) -> Iterator[httpx.Client]:
    """A browser in which the head is signed in."""
    with hall.client() as client:
        sign_in(client)
        yield client


def lines(hall: RunningPortal) -> tuple[LineSetup, ...]:
    """Return the lines as they are."""
    return hall.desk.furniture.read()[0]


def counters(hall: RunningPortal) -> tuple[CounterSetup, ...]:
    """Return the counters as they are."""
    return hall.desk.furniture.read()[1]


def rules(hall: RunningPortal) -> QueueRules:
    """Return the rules as they are."""
    return hall.desk.choices.current(QueueRules)


# Who may, and what every form keeps


@pytest.mark.parametrize("path", PATHS)
def test_only_who_may_set_up_sees_and_sends_a_page(hall: RunningPortal, path: str) -> None:
    """A stranger is led to the sign-in, a clerk is told whose page it is, and neither changes anything."""
    with hall.client() as client:
        assert client.get(path).headers["location"].startswith("/masuk")
        assert client.post(path, data={"act": "save"}).headers["location"].startswith("/masuk")
        sign_in(client, "Budi")
        assert [client.get(path).status_code, client.post(path, data={"act": "save"}).status_code] == [403, 403]


@pytest.mark.parametrize("path", PATHS)
def test_a_form_of_another_site_changes_nothing(head: httpx.Client, path: str) -> None:
    """Without the token of this session it is 403."""
    assert head.post(path, data={"act": "save"}).status_code == 403


@pytest.mark.parametrize("path", ["/atur/layanan/surat", "/atur/loket/1", "/atur/jam", "/atur/aturan"])
def test_saving_what_is_so_already_is_saved(head: httpx.Client, path: str) -> None:
    """A page sent as it was filled is no fault, and says so with the next page."""
    answer = send(head, path)
    assert answer.status_code == 303
    assert "Sudah disimpan." in head.get(answer.headers["location"]).text


def test_a_form_sent_twice_chooses_once(hall: RunningPortal, head: httpx.Client) -> None:
    """Two taps on a slow line: the second finds everything so and says saved."""
    form = {**fields_of(head.get("/atur/aturan").text), "act": "save", "skip_places": "5"}
    assert [head.post("/atur/aturan", data=form).status_code for _ in range(2)] == [303, 303]
    form = {**fields_of(head.get("/atur/layanan/baru").text), "act": "save", "name": "Pajak"}
    assert [head.post("/atur/layanan/baru", data=form).status_code for _ in range(2)] == [303, 303]
    form = {**fields_of(head.get("/atur/loket/baru").text), "act": "save", "serve-pajak": "own"}
    assert [head.post("/atur/loket/baru", data=form).status_code for _ in range(2)] == [303, 303]
    assert (len(lines(hall)), len(counters(hall)), rules(hall).skip_places) == (3, 3, 5)


def test_two_officers_at_once_never_overwrite_each_other_unseen(hall: RunningPortal, head: httpx.Client) -> None:
    """The later form is refused, shows what is so now and what was typed; sent again it is taken."""
    former = fields_of(head.get("/atur/jam").text)
    send(head, "/atur/jam", day_0="08.00-12.00")
    stale = head.post("/atur/jam", data={**former, "act": "save", "day_1": "09.00-11.00"})
    assert stale.status_code == 409
    assert "sudah diubah petugas lain" in stale.text
    assert "<dt>Selasa</dt><dd>09.00-11.00</dd>" in stale.text
    assert fields_of(stale.text)["day_0"] == "08.00-12.00"
    assert rules(hall).week[:2] == ("08.00-12.00", "")
    again = head.post("/atur/jam", data={**fields_of(stale.text), "act": "save", "day_1": "09.00-11.00"})
    assert again.status_code == 303
    assert rules(hall).week[:2] == ("08.00-12.00", "09.00-11.00")


def test_another_line_may_change_meanwhile(hall: RunningPortal, head: httpx.Client) -> None:
    """Only a change of the same line makes its form stale."""
    former = fields_of(head.get("/atur/layanan/surat").text)
    send(head, "/atur/layanan/bantuan", name="Bansos")
    assert head.post("/atur/layanan/surat", data={**former, "act": "save", "name": "Surat-surat"}).status_code == 303
    assert [line.name for line in lines(hall)] == ["Surat-surat", "Bansos"]


# Lines


def test_a_line_is_changed_in_every_field(hall: RunningPortal, head: httpx.Client) -> None:
    """Name, letter, colour, picture, cap and whether it is open; the front page shows it at once."""
    typed: dict[str, str | None] = {
        "name": "  Surat   dan KTP ",
        "letter": "k",
        "colour": "#5b3a8c",
        "icon": "card",
        "cap": "40",
        "open": None,
    }
    assert send(head, "/atur/layanan/surat", "save", **typed).headers["location"] == "/atur/layanan?sudah=simpan"
    assert lines(hall)[0] == LineSetup("surat", "K", "Surat dan KTP", "#5b3a8c", "card", 40, open=False)
    assert "Surat dan KTP" in head.get("/atur/layanan").text


@pytest.mark.parametrize(
    ("field", "text"),
    [("name", " "), ("name", "x" * 41), ("letter", "1"), ("letter", "ABC"), ("letter", "B"), ("colour", "red"), ("icon", "skull"), ("cap", "-1"), ("cap", "10000")],
)  # fmt: skip
def test_a_line_with_a_fault_is_kept_as_typed(hall: RunningPortal, head: httpx.Client, field: str, text: str) -> None:
    """The fault stands beside its field, what was typed elsewhere stays, and nothing changes."""
    before = lines(hall)
    answer = send(head, "/atur/layanan/surat", **{"name": "Surat baru", field: text})
    assert answer.status_code == 422
    assert list(wrong(answer.text)) == [field]
    if field != "name":
        assert fields_of(answer.text)["name"] == "Surat baru"
    assert lines(hall) == before


def test_a_new_line_is_helped_by_every_counter(hall: RunningPortal, head: httpx.Client) -> None:
    """Whoever takes its first number does not wait in vain, and who helps is told; letter and colour are free ones."""
    assert "layanan baru ini dibantu: Loket 1, Loket 2." in head.get("/atur/layanan/baru").text
    assert "dibantu Loket 1, Loket 2" in head.get(send(head, "/atur/layanan/baru", name="Pajak & PBB").headers["location"]).text
    line = lines(hall)[-1]
    assert (line.id, line.letter, line.name) == ("pajak-pbb", "C", "Pajak & PBB")
    assert line.colour not in {one.colour for one in lines(hall)[:-1]}
    assert ["pajak-pbb" in one.helps for one in counters(hall)] == [True, True]


def test_a_letter_is_one_until_a_line_has_two(head: httpx.Client) -> None:
    """Whoever types a letter beside the suggested one does not double it; a hall with two letters may go on with them."""

    def longest() -> str:
        field = re.search(r'<input id="letter"[^>]* maxlength="(\d)"', head.get("/atur/layanan/baru").text)
        return field[1] if field else ""

    assert longest() == "1"
    assert send(head, "/atur/layanan/surat", letter="AB").status_code == 303
    assert longest() == "2"


def test_after_z_there_are_two_letters(hall: RunningPortal, head: httpx.Client) -> None:
    """A hall with twenty-six lines can have another one."""
    more = [LineSetup(f"l{letter.lower()}", letter, f"Layanan {letter}") for letter in string.ascii_uppercase[2:]]
    hall.desk.furniture.arrange([*lines(hall), *more], counters(hall))
    assert send(head, "/atur/layanan/baru", name="Pajak").status_code == 303
    assert lines(hall)[-1].letter == "AA"


def test_lines_move_up_and_down(hall: RunningPortal, head: httpx.Client) -> None:
    """By one place, never over the edge."""
    send(head, "/atur/layanan", "down-surat")
    assert [line.id for line in lines(hall)] == ["bantuan", "surat"]
    send(head, "/atur/layanan", "down-surat")
    assert [line.id for line in lines(hall)] == ["bantuan", "surat"]
    send(head, "/atur/layanan", "up-surat")
    assert [line.id for line in lines(hall)] == ["surat", "bantuan"]
    assert [send(head, "/atur/layanan", act).status_code for act in ("up-none", "sideways-surat", "")] == [404, 422, 422]


def test_a_line_goes_only_when_that_is_meant_and_nobody_is_in_it(hall: RunningPortal, head: httpx.Client) -> None:
    """First the tick, then nobody waiting or put aside, and never the last line."""
    assert list(wrong(send(head, "/atur/layanan/bantuan", "retire").text)) == ["sure"]
    hall.issue("bantuan")
    assert send(head, "/atur/layanan/bantuan", "retire", sure="1").status_code == 409
    hall.call("1")
    hall.desk.counters.hold("1", "papers")
    assert send(head, "/atur/layanan/bantuan", "retire", sure="1").status_code == 409
    assert len(lines(hall)) == 2


def test_a_line_that_went_leaves_no_counter_without_work(hall: RunningPortal, head: httpx.Client) -> None:
    """A counter that had only this line serves what it helped."""
    assert send(head, "/atur/layanan/surat", "retire", sure="1").status_code == 303
    assert [line.id for line in lines(hall)] == ["bantuan"]
    assert [(one.lines, one.helps) for one in counters(hall)] == [(("bantuan",), ()), (("bantuan",), ())]
    assert send(head, "/atur/layanan/bantuan", "retire", sure="1").status_code == 409
    assert len(lines(hall)) == 1


def test_a_letter_never_names_two_lines_on_one_day(hall: RunningPortal, head: httpx.Client) -> None:
    """After A-001 for one line there is no A-001 for another until tomorrow."""
    hall.issue("surat")
    send(head, "/atur/layanan/surat", letter="K")
    answer = send(head, "/atur/layanan/bantuan", letter="A")
    assert answer.status_code == 409
    assert "Huruf A hari ini sudah dipakai" in answer.text
    assert send(head, "/atur/layanan/surat", letter="A").status_code == 303


@pytest.mark.parametrize("colour", COLOURS)
def test_white_letters_are_read_on_every_colour(colour: str) -> None:
    """4.5 to 1 (WCAG 2.2 AA)."""
    assert contrast(colour, "#ffffff") >= 4.5


# Counters


def test_a_counter_is_changed_and_added(hall: RunningPortal, head: httpx.Client) -> None:
    """Its name, and for each line whether it serves, helps or neither."""
    send(head, "/atur/loket/2", name="Meja depan", **{"serve-surat": "no", "serve-bantuan": "own"})
    send(head, "/atur/loket/baru", **{"serve-surat": "own", "serve-bantuan": "no"})
    assert counters(hall)[1:] == (
        CounterSetup("2", "Meja depan", ("bantuan",)),
        CounterSetup("3", "Loket 3", ("surat",)),
    )


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": ""}, "name"), ({"name": "x" * 41}, "name"), ({"name": "loket 2"}, "name"),
        ({"serve-surat": "help", "serve-bantuan": "no"}, "serves"), ({"serve-surat": "x", "serve-bantuan": "x"}, "serves"),
    ],
)  # fmt: skip
def test_a_counter_with_a_fault_is_kept_as_typed(
    hall: RunningPortal, head: httpx.Client, typed: dict[str, str], field: str
) -> None:
    """The fault stands beside its field, and nothing changes."""
    before = counters(hall)
    answer = send(head, "/atur/loket/1", **typed)
    assert (answer.status_code, list(wrong(answer.text))) == (422, [field])
    assert counters(hall) == before


def test_no_line_is_left_without_a_counter(hall: RunningPortal, head: httpx.Client) -> None:
    """Neither by what a counter serves nor by taking one away."""
    send(head, "/atur/loket/2", **{"serve-surat": "own", "serve-bantuan": "no"})
    answer = send(head, "/atur/loket/1", **{"serve-surat": "own", "serve-bantuan": "no"})
    assert "Bantuan sosial" in wrong(answer.text)["serves"]
    assert list(wrong(send(head, "/atur/loket/1", "retire", sure="1").text)) == ["sure"]
    assert send(head, "/atur/loket/2", "retire", sure="1").status_code == 303
    assert send(head, "/atur/loket/1", "retire", sure="1").status_code == 409
    assert [one.id for one in counters(hall)] == ["1"]


def test_a_counter_at_work_stays(hall: RunningPortal, head: httpx.Client) -> None:
    """Somebody stands there."""
    hall.issue("surat")
    hall.call("2")
    assert send(head, "/atur/loket/2", "retire", sure="1").status_code == 409
    assert len(counters(hall)) == 2


@pytest.mark.parametrize("path", ["/atur/layanan/none", "/atur/loket/9"])
def test_what_is_not_there_is_not_found(head: httpx.Client, path: str) -> None:
    """An old link is 404 with the way out."""
    assert head.get(path).status_code == 404


# Hours and rules


def test_hours_are_kept_as_people_type_them(hall: RunningPortal, head: httpx.Client) -> None:
    """And shown in the one way in which they are kept."""
    typed = {
        "day_0": "8-12 dan 13:00 s/d 15.30",
        "day_5": "tutup",
        "holidays": "25-12-2026 Natal\r\n\r\n1 januari 2027",
        "last_ticket_min": "15",
    }
    assert send(head, "/atur/jam", **typed).status_code == 303
    assert rules(hall).week == ("08.00-12.00, 13.00-15.30", *("",) * 6)
    assert (rules(hall).holidays, rules(hall).last_ticket_min) == (("2026-12-25 Natal", "2027-01-01"), 15)


@pytest.mark.parametrize(
    ("field", "text"), [("day_3", "12.00-08.00"), ("day_3", "pagi"), ("day_3", "8-25"), ("holidays", "30-02-2026"), ("holidays", "Natal"), ("last_ticket_min", "241"), ("last_ticket_min", "x")]
)  # fmt: skip
def test_hours_with_a_fault_are_kept_as_typed(hall: RunningPortal, head: httpx.Client, field: str, text: str) -> None:
    """The fault stands beside its field with an example, and nothing changes."""
    before = rules(hall)
    answer = send(head, "/atur/jam", **{"day_1": "08.00-12.00", field: text})
    assert (answer.status_code, list(wrong(answer.text))) == (422, [field])
    assert (fields_of(answer.text)["day_1"], fields_of(answer.text)[field]) == ("08.00-12.00", text)
    assert rules(hall) == before


def test_the_usual_hours_are_filled_in_and_not_yet_chosen(hall: RunningPortal, head: httpx.Client) -> None:
    """What else was typed stays; saving chooses them."""
    answer = send(head, "/atur/jam", "usual", holidays="25-12-2026 Natal")
    filled = fields_of(answer.text)
    assert (filled["day_0"], filled["day_6"], filled["holidays"]) == ("08.00-12.00, 13.00-15.30", "", "25-12-2026 Natal")
    assert "Belum disimpan." in answer.text
    assert rules(hall).week == ()
    assert head.post("/atur/jam", data={**filled, "act": "save"}).status_code == 303
    assert rules(hall).week[4] == "08.00-11.30, 13.00-15.30"


NOW = datetime(2026, 11, 24, 9, 0, tzinfo=WIB)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (DoorState(Door.OPEN), "Belum ada jam buka: nomor dapat diambil kapan saja."),
        (DoorState(Door.OPEN, closes_at=NOW.replace(hour=15, minute=30)), "Hari ini buka sampai 15.30."),
        (DoorState(Door.CLOSED, opens_at=NOW.replace(hour=10)), "Sekarang tutup. Buka hari ini pukul 10.00."),
        (
            DoorState(Door.CLOSED, opens_at=NOW.replace(day=25, hour=8)),
            "Sekarang tutup. Buka Rabu, 25 November 2026 pukul 08.00.",
        ),
        (DoorState(Door.CLOSED), "Sekarang tutup."),
        (
            DoorState(Door.CLOSED, opens_at=NOW.replace(day=25, hour=8), holiday="Natal"),
            "Hari ini libur (Natal). Buka lagi Rabu, 25 November 2026 pukul 08.00.",
        ),
        (
            DoorState(Door.LAST_GIVEN, opens_at=NOW.replace(day=25, hour=8)),
            "Nomor terakhir hari ini sudah lewat waktunya. Buka lagi Rabu, 25 November 2026 pukul 08.00.",
        ),
    ],
)
def test_what_the_hours_mean_is_said_in_words(state: DoorState, said: str) -> None:
    """So that a mistyped hour is noticed at once."""
    assert today(state, NOW, words("id")) == said


def test_every_rule_is_chosen_on_its_page(hall: RunningPortal, head: httpx.Client) -> None:
    """Figures, what becomes of leftovers, and whether phones may take numbers."""
    figures = {
        "priority_in_a_row": "3", "calls_before_no_show": "2", "skip_places": "4", "undo_s": "7,5", "double_press_s": "1", "phone_per_address": "2",
        "phone_per_minute": "10", "phone_waiting": "30",
    }  # fmt: skip
    assert send(head, "/atur/aturan", leftover="carry", phone_tickets=None, **figures).status_code == 303
    assert rules(hall) == QueueRules(
        priority_in_a_row=3, calls_before_no_show=2, skip_places=4, undo_s=7.5, double_press_s=1, phone_per_address=2,
        phone_per_minute=10, phone_waiting=30, leftover="carry", phone_tickets=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("priority_in_a_row", "0", "Paling kecil 1."), ("priority_in_a_row", "banyak", "Tulis angka bulat."), ("undo_s", "61", "Paling besar 60."),
        ("undo_s", "x", "Tulis angka."), ("skip_places", "2.5", "Tulis angka bulat."),
    ],
)  # fmt: skip
def test_a_rule_with_a_fault_is_kept_as_typed(hall: RunningPortal, head: httpx.Client, field: str, text: str, said: str) -> None:
    """The fault says what would do."""
    before = rules(hall)
    answer = send(head, "/atur/aturan", **{field: text})
    assert (answer.status_code, wrong(answer.text)) == (422, {field: said})
    assert fields_of(answer.text)[field] == text
    assert rules(hall) == before


def test_an_example_shows_the_order_before_it_is_chosen(hall: RunningPortal, head: httpx.Client) -> None:
    """With one priority in a row they alternate; nothing is saved."""
    before = rules(hall)
    page = send(head, "/atur/aturan", "example", priority_in_a_row="1").text
    order = page.split("Mereka dipanggil dengan urutan ini:")[1]
    assert order.index("A-003") < order.index("A-001") < order.index("A-004") < order.index("A-002") < order.index("A-005")
    assert rules(hall) == before
