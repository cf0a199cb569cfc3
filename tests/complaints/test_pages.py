"""The pages of complaints and needs as a browser without scripts meets them, in a whole hall."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from PIL import Image

from gateway.hall import Hall
from gateway.people.model import Role
from gateway.settings import Settings
from gateway.store import inbox
from gateway.store.inbox import Command
from gateway.tickets.choices import QueueRules
from tests.complaints.browsing import hidden
from tests.support.clock import FakeClock
from tests.support.hall_process import write_settings

PIN = "739164"
NIK = "3510014107900001"


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """Run a hall with a head, a clerk and a technician."""
    path = write_settings(tmp_path_factory.mktemp("hall"), devices=False)
    with Hall(Settings.load(path), clock=FakeClock()) as running:
        for name, role in (("Siti", Role.HEAD), ("Budi", Role.CLERK), ("Tono", Role.TECHNICIAN)):
            running.people.add_officer(name, PIN, role)
        yield running


@pytest.fixture(autouse=True)
def another_quarter(hall: Hall) -> None:
    """Let what was tried before be forgotten."""
    clock = hall.clock
    assert isinstance(clock, FakeClock)
    clock.advance(900)


@contextmanager
def _browser(hall: Hall, officer: str = "") -> Iterator[httpx.Client]:
    with httpx.Client(base_url=hall.address, timeout=20, trust_env=False) as client:
        if officer:
            client.post("/masuk", data={"officer": officer, "pin": PIN})
        yield client


def _complain(client: httpx.Client, words: str, **more: str) -> str:
    form = {"key": hidden(client.get("/pengaduan").text, "key"), "jenis": "jalan", "cerita": words, **more}
    return str(re.findall(r'id="code">([0-9A-Z-]+)<', client.post("/pengaduan", data=form).text)[0])


def _report(client: httpx.Client, **more: str) -> httpx.Response:
    form = {
        "key": hidden(client.get("/bantuan").text, "key"),
        "jenis": "lansia",
        "siapa": "Sarinem",
        "tempat": "Krajan RT 2",
        **more,
    }
    return client.post("/bantuan", data=form)


def test_the_page_with_the_code_leads_nowhere_by_accident(hall: Hall) -> None:
    """It has no switch of languages, which would take the code away; sent once more it shows the same code."""
    with _browser(hall) as phone:
        form = {"key": "s" * 24, "jenis": "jalan", "cerita": "Lampu mati."}
        pages = [phone.post("/pengaduan", data=form).text for _ in range(2)]
    assert re.findall(r'id="code">([^<]+)<', pages[0]) == re.findall(r'id="code">([^<]+)<', pages[1])
    assert 'class="languages"' not in pages[0]


def _found(clerk: httpx.Client, words: str) -> tuple[str, str]:
    """Return address and page of the complaint that says so."""
    paths = re.findall(r'href="(/petugas/pengaduan/[0-9a-z]{8})"', clerk.get("/petugas/pengaduan").text)
    return next((path, page) for path in paths if words in (page := clerk.get(path).text))


def _picture() -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (40, 30), "#0b4f6c").save(content, "PNG")
    return content.getvalue()


def test_from_a_complaint_to_its_answer(hall: Hall) -> None:
    """Told on a phone, passed on and answered by a clerk, read and found enough with the code; no cookie, no code in an address."""
    with _browser(hall) as phone, _browser(hall, "Budi") as clerk:
        code = _complain(phone, "Jalan Melati berlubang.")
        thread = phone.post("/pengaduan/kode", data={"kode": code})
        photo = phone.post(
            "/pengaduan/foto", data={"kode": code, "key": hidden(thread.text, "key")}, files={"file": ("a.png", _picture())}
        )
        assert ("Diterima" in thread.text, dict(phone.cookies), photo.status_code) == (True, {}, 200)
        path, page = _found(clerk, "Jalan Melati berlubang.")
        assert "Jalan Melati berlubang." in page
        shown = clerk.get(re.findall(r'<img src="(/petugas/[^"]+)"', page)[0])
        assert (shown.content[:2], shown.headers["cache-control"]) == (b"\xff\xd8", "no-store")
        csrf, key = hidden(page, "csrf"), hidden(page, "key")
        forms = [{"act": "forward", "handler": "kepala"}, {"act": "answer", "answer": "Diperbaiki Senin.", "key": key}]
        assert [clerk.post(path, data={"csrf": csrf, **form}).status_code for form in forms for _ in range(2)] == [303] * 4
        read = phone.post("/pengaduan/kode", data={"kode": code.lower()}).text
        assert (read.count("Diperbaiki Senin."), "Jawaban ini cukup" in read) == (1, True)
        assert "Pelapor menyatakan cukup." in phone.post("/pengaduan/cukup", data={"kode": code}).text
        late = phone.post("/pengaduan/tulis", data={"kode": code, "key": key, "cerita": "Masih begitu"})
        answer = clerk.post(path, data={"csrf": csrf, "act": "answer", "answer": "Segera lagi", "key": "z" * 20})
        told = [(one.status_code, "Laporan ini sudah selesai." in one.text, word in one.text) for one, word in (
            (late, "Masih begitu"), (answer, "Segera lagi"),
        )]  # fmt: skip
        assert told == [(409, True, True)] * 2


def test_a_refusal_keeps_what_was_typed(hall: Hall) -> None:
    """On every form: the sentence stands on the page, with the words still in it."""
    with _browser(hall) as phone, _browser(hall, "Budi") as clerk:
        nameless = phone.post("/pengaduan", data={"key": "k" * 20, "jenis": "jalan", "cerita": "Lubang besar", "siapa": "nama"})
        empty = _report(phone, tempat=" ", cerita="Tidak makan")
        code = _complain(phone, "Jembatan putus.")
        path, *_ = re.findall(r'href="(/petugas/pengaduan/[0-9a-z]{8})"', clerk.get("/petugas/pengaduan").text)
        form = {"csrf": hidden(clerk.get(path).text, "csrf"), "act": "answer", "answer": "x" * 2001, "key": "k" * 20}
        long = clerk.post(path, data=form)
        unread = phone.post("/pengaduan/foto", data={"kode": code, "key": "k" * 20}, files={"file": ("a.png", b"no picture")})
    assert [(one.status_code, word in one.text) for one, word in (
        (nameless, "Lubang besar"), (empty, "Tidak makan"), (long, "x" * 2001), (unread, "Jembatan putus."),
    )] == [(422, True)] * 4  # fmt: skip


def test_who_complained_is_shown_to_whoever_asks_and_that_is_noted(hall: Hall) -> None:
    """In no list and on no page before; a technician sees nothing of any of it, a stranger is sent to sign in."""
    with _browser(hall) as phone, _browser(hall, "Siti") as head, _browser(hall, "Tono") as technician:
        _complain(phone, "Papan anggaran tidak ada.", siapa="nama", nama="Sulastri", nomor="0812")
        path, page = _found(head, "Papan anggaran")
        assert "Sulastri" not in head.get("/petugas/pengaduan").text + page
        shown = head.post(path, data={"csrf": hidden(page, "csrf"), "act": "contact"}).text
        assert "Sulastri 0812" in shown
        refused = [
            technician.get(one).status_code for one in (path, "/petugas/pengaduan", "/petugas/bantuan", "/petugas/bantuan/cek")
        ]
        assert (refused, phone.get(path).status_code) == ([403] * 4, 303)


def test_from_a_report_to_a_visit(hall: Hall) -> None:
    """Told by a neighbour, compared, joined and visited by the team; the neighbour is told that somebody looks after it, and no more."""
    with _browser(hall) as phone, _browser(hall, "Budi") as clerk:
        codes = [
            re.findall(r'id="code">([0-9A-Z-]+)<', _report(phone, siapa=who).text)[0] for who in ("Mbah Sarinem", "Bu Sarinem")
        ]
        first, second = re.findall(r'href="(/petugas/bantuan/[0-9a-z]{8})"', clerk.get("/petugas/bantuan").text)
        csrf = hidden(clerk.get(first).text, "csrf")
        alike = clerk.post(first, data={"csrf": csrf, "act": "compare"}).text
        assert f'value="join:{second.rpartition("/")[2]}"' in alike
        joined = {"csrf": csrf, "act": f"join:{second.rpartition('/')[2]}"}
        visit = {"csrf": csrf, "act": "visit", "result": "needs-help", "note": "Atap bocor.", "key": "v" * 20}
        assert [
            clerk.post(path, data=form).status_code for path, form in ((first, joined), (second, visit), (second, visit))
        ] == [303] * 3
        page = clerk.get(second).text
        assert (page.count("Atap bocor."), "Mbah Sarinem" in page, "Bu Sarinem" in page) == (1, True, True)
        said = [phone.post("/bantuan/kode", data={"kode": code}).text for code in codes]
        assert all("Tim desa sudah datang dan mengurusnya." in one and "Sarinem" not in one for one in said)


def test_an_aid_check_shows_no_number_again(hall: Hall) -> None:
    """A list of the head's, a check of the clerk's with the person there; alike for an unknown number; limited for each officer."""
    with _browser(hall, "Siti") as head, _browser(hall, "Budi") as clerk:
        form = {"csrf": hidden(head.get("/petugas/bantuan/penerima").text, "csrf"), "program": "pkh", "masa": "Triwulan 4"}
        taken = head.post("/petugas/bantuan/penerima", data=form, files={"file": ("a.csv", f"nik\n{NIK}\n".encode())})
        assert (taken.status_code, "1 NIK" in taken.text, clerk.get("/petugas/bantuan/penerima").status_code) == (200, True, 403)
        ask = {"csrf": hidden(clerk.get("/petugas/bantuan/cek").text, "csrf"), "hadir": "1"}
        found, unknown = (clerk.post("/petugas/bantuan/cek", data={**ask, "nik": nik}).text for nik in (NIK, "3510019999999999"))
        assert ("Triwulan 4" in found, "Tidak ada catatan program" in unknown) == (True, True)
        assert NIK not in found
        alone = clerk.post("/petugas/bantuan/cek", data={**ask, "hadir": "", "nik": NIK})
        assert (alone.status_code, "Triwulan" in alone.text) == (422, False)
        statuses = [clerk.post("/petugas/bantuan/cek", data={**ask, "nik": NIK}).status_code for _ in range(20)]
        assert statuses[-1] == 429


def test_a_flood_is_slowed_down_and_the_code_is_not_guessed(hall: Hall) -> None:
    """Six complaints from one address, then a wait; eight wrong codes, then a wait; what was typed is still there."""
    with _browser(hall) as phone:
        sent = [
            phone.post("/pengaduan", data={"key": f"{'k' * 20}{n}", "jenis": "jalan", "cerita": f"Lubang {n}"}) for n in range(7)
        ]
        assert [one.status_code for one in sent] == [200] * 6 + [429]
        assert ("Lubang 6" in sent[-1].text, int(sent[-1].headers["retry-after"]) > 0) == (True, True)
        guesses = [phone.post("/pengaduan/kode", data={"kode": f"AAAA{n}"}).status_code for n in range(9)]
        assert guesses == [404] * 8 + [429]


def test_nonsense_is_told_and_never_a_fault(hall: Hall) -> None:
    """Whatever is sent to these addresses, the answer is a sentence."""
    bodies = [
        b"",
        b"\xff\xfe",
        b"kode=" + b"%00" * 900,
        b"jenis=jalan&cerita=" + "\N{PILE OF POO}".encode() * 30,
        b"key=" + b"k" * 30 + b"&jenis=" + b"x" * 900,
    ]
    paths = [
        "/pengaduan",
        "/pengaduan/kode",
        "/pengaduan/tulis",
        "/pengaduan/cukup",
        "/pengaduan/foto",
        "/bantuan",
        "/bantuan/kode",
    ]
    heads = [
        {"content-type": kind} for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain")
    ]
    with _browser(hall) as phone:
        statuses = {
            phone.post(path, content=body, headers=head).status_code for path in paths for body in bodies for head in heads
        }
        assert statuses <= {400, 404, 422, 429}
        large = phone.post("/pengaduan/foto", data={"kode": "x"}, files={"file": ("a.png", bytes(9 * 1024**2))})
        assert large.status_code == 413


def test_everybody_finds_the_doors_and_the_figures(hall: Hall) -> None:
    """From ``/desa`` and ``/petugas``; the board says nothing of it."""
    with _browser(hall) as phone, _browser(hall, "Budi") as clerk:
        doors, own = phone.get("/desa").text, clerk.get("/petugas").text
        assert all(f'href="{path}"' in doors for path in ("/pengaduan", "/bantuan", "/bantuan/program"))
        assert all(f'href="{path}"' in own for path in ("/petugas/pengaduan", "/petugas/bantuan"))
        assert [phone.get(path).status_code for path in ("/pengaduan/angka", "/bantuan/angka", "/bantuan/program")] == [200] * 3
        assert "Lubang" not in phone.get("/papan").text


def test_the_regency_answers_and_tells_of_programmes_by_its_commands(hall: Hall) -> None:
    """Each command comes twice and is carried out once; the answer stands with whoever has the code; a number of nobody is refused."""
    effects = hall.village.effects()
    with _browser(hall) as phone:
        code = _complain(phone, "Air keruh.")
        number = hall.village.concerns.complaints_view.by_code(code).line.one.id
        wishes: tuple[tuple[str, str, dict[str, Any]], ...] = (
            ("complaint.answered", f"complaint/{number}", {"text": "Pipa diganti."}),
            ("complaint.answered", "complaint/zzzzzzzz", {"text": "Pipa diganti."}),
            ("aid.put", "aid/beras", {"name": {"id": "Beras daerah"}}),
        )
        answers = []
        for rev, (kind, subject, data) in enumerate(wishes, 1):
            command = Command(f"c-{rev}", f"id.balai.{kind}.v1", subject, rev, hall.clock.now() + timedelta(days=1), data)
            with hall.store.transaction() as tx:
                assert [inbox.receive(tx, command, hall.clock.now()) for _ in range(2)] == [True, False]
                answers += [inbox.apply(tx, command, effects[kind].act, withdraws=False) for _ in range(2)]
        assert [(one.state, one.code) for one in answers[::2]] == [
            ("applied", ""),
            ("rejected", "report-unknown"),
            ("applied", ""),
        ]
        read = phone.post("/pengaduan/kode", data={"kode": code}).text
        assert (read.count("Pipa diganti."), "Beras daerah" in phone.get("/bantuan/program").text) == (1, True)


def test_the_hall_chooses_its_days_and_kinds(hall: Hall) -> None:
    """Fewer days, one category less, one of its own; a wrong line is told beside its field, with all that was typed still there."""
    with _browser(hall, "Siti") as head, _browser(hall) as phone:
        page = head.get("/atur/pengaduan").text
        form = dict(re.findall(r'name="([a-z_]+)"[^>]* value="(\d+|[0-9a-f]{20,})"', page))
        form |= {name: "1" for name in re.findall(r'name="(kind-[a-z]+)"', page) if name != "kind-dana"} | {"act": "save"}
        wrong = head.post("/atur/pengaduan", data={**form, "forward_days": "2", "own": "Sampah!"})
        assert (wrong.status_code, "Sampah!" in wrong.text, 'value="2"' in wrong.text) == (422, True, True)
        saved = head.post("/atur/pengaduan", data={**form, "forward_days": "2", "own": "sampah Sampah di pasar"})
        offered = phone.get("/pengaduan").text
        assert (saved.status_code, 'value="dana"' in offered, "Sampah di pasar" in offered) == (303, False, True)
        assert head.get("/atur/warga-butuh-bantuan").status_code == 200


def test_working_days_are_those_of_the_halls_hours(hall: Hall) -> None:
    """Who opens on Saturdays works on Saturdays; a day off of the hall's own counts for nobody; without hours it is Monday to Friday."""
    calendar, days = hall.village.concerns.calendar, (date(2026, 11, 27), date(2026, 11, 28), date(2026, 11, 29))
    usual = [calendar.now().works(day) for day in days]
    hall.choices.change(QueueRules(week=("08.00-12.00",) * 6 + ("",), holidays=("2026-11-27 Bersih desa",)))
    chosen = [calendar.now().works(day) for day in days]
    hall.choices.change(QueueRules())
    assert (usual, chosen) == ([True, False, False], [False, True, False])
