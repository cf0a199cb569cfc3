"""Data protection as staff meet it: browsers without scripts on a whole hall."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from gateway.hall import Hall
from gateway.people.model import Role
from gateway.settings import Settings
from tests.bench.stolen_people import hidden
from tests.support.hall_process import write_settings
from tests.support.spreadsheets import xlsx

PIN = "739164"
NIK = "3510014107900001"
LIST = [
    ["NIK", "Nama", "Dusun", "RT"],
    [NIK, "Siti <b>Aminah", "Krajan", "2"],
    ["3510010107880002", "Budi", "Krajan", "1"],
    ["12", "Salah", "", ""],
]


class Staff:
    """Somebody at a browser without scripts."""

    def __init__(self, hall: Hall, name: str) -> None:
        self.client = httpx.Client(base_url=hall.address, timeout=20, trust_env=False)
        assert self.client.post("/masuk", data={"officer": name, "pin": PIN}).status_code == 303
        self.csrf = re.findall(r'name="csrf" value="(\w+)"', self.client.get("/petugas").text)[0]

    def get(self, path: str) -> httpx.Response:
        """Open a page."""
        return self.client.get(path)

    def post(self, path: str, **fields: str) -> httpx.Response:
        """Send a form."""
        return self.client.post(path, data={"csrf": self.csrf, **fields})

    def bring(self, content: bytes, **fields: str) -> httpx.Response:
        """Send a list of residents."""
        return self.client.post(
            "/atur/data-warga", data={"csrf": self.csrf, "act": "bring", **fields}, files={"file": ("w.xlsx", content)}
        )


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """Run a hall with a head and a clerk."""
    with Hall(Settings.load(write_settings(tmp_path_factory.mktemp("hall"), devices=False))) as running:
        for name, role in (("Kades", Role.HEAD), ("Siti", Role.CLERK), ("Tekno", Role.TECHNICIAN)):
            running.people.add_officer(name, PIN, role)
        yield running


@pytest.fixture(scope="module")
def head(hall: Hall) -> Iterator[Staff]:
    """Sign the head in."""
    staff = Staff(hall, "Kades")
    yield staff
    staff.client.close()


@pytest.fixture(scope="module")
def clerk(hall: Hall) -> Iterator[Staff]:
    """Sign a clerk in."""
    staff = Staff(hall, "Siti")
    yield staff
    staff.client.close()


@pytest.fixture(scope="module")
def person(head: Staff, clerk: Staff) -> str:
    """Bring a list, first with what is wrong in it; return the page of one person, as a clerk finds it."""
    told = head.bring(xlsx(LIST))
    assert (
        told.status_code,
        "Baris 4" in told.text,
        clerk.post("/petugas/warga", who=NIK).text.count("/petugas/data/resident/"),
    ) == (200, True, 0)
    assert head.bring(xlsx(LIST), skip="1").status_code == 303
    [record] = re.findall(r"/petugas/data/resident/(\w+)", clerk.post("/petugas/warga", who="aminah").text)
    return f"/petugas/data/resident/{record}"


def test_a_clerk_shows_copies_and_corrects_but_does_not_erase(clerk: Staff, person: str) -> None:
    """The page shows four digits, the person's own copy all; names are text; a correction is refused in words or kept."""
    shown = clerk.get(person).text
    assert (NIK in shown, "\N{BULLET}0001" in shown, "Siti &lt;b&gt;Aminah" in shown) == (False, True, True)
    copied = clerk.post(person, act="copy")
    assert (copied.status_code, NIK in copied.text, copied.headers["cache-control"]) == (200, True, "no-store")
    form = person.replace("data/resident", "warga")
    assert NIK not in clerk.get(form).text
    wrong = clerk.post(form, name="Siti", born_on="kemarin")
    assert (wrong.status_code, "Tanggal lahir" in wrong.text, 'value="kemarin"' in wrong.text) == (422, True, True)
    assert clerk.post(form, name="Siti Aminah", born_on="1-7-1990").status_code == 303
    assert ("1990-07-01" in clerk.get(person).text, clerk.post(person, act="erase", why="x").status_code) == (True, 403)


def test_the_counter_fills_in_what_is_known(clerk: Staff, person: str) -> None:
    """By the NIK that somebody has brought: only what is empty, and nothing for a NIK that is not in the list."""
    phone = clerk.client
    begun = phone.post("/layanan/skck/ajukan", data=hidden(phone.get("/layanan/skck/ajukan").text) | {"cara": "semua"}).headers[
        "location"
    ]
    phone.post(begun, data={"dari": "semua", "act": "next", "isi-nama": "Nama Lain", "isi-keperluan": "Kerja"})
    own = phone.post(f"{begun}/kirim").headers["location"]
    number = int(re.findall(r"REG-0*(\d+)", phone.get(own).text)[0])
    path = f"/loket/permohonan/{number}"
    for nik, filled in (("1" * 16, False), ("3510010107880002", True)):
        form = hidden(clerk.get(path).text) | {"act": "fill", "isi-nik": nik, "isi-nama": "Nama Lain"}
        page = clerk.post(path, **form).text
        assert ("Dusun Krajan RT 01" in page, "Nama Lain" in page) == (filled, True)


def test_who_may_see_nothing_sees_nothing(hall: Hall, clerk: Staff, person: str) -> None:
    """A technician opens no list and no person; a clerk neither keys nor log; a stranger is led to the sign-in whatever the NIK."""
    technician = Staff(hall, "Tekno")
    kept = (
        "/atur/data-warga",
        "/atur/pelindungan-data",
        "/atur/pelindungan-data/kunci",
        "/atur/pelindungan-data/catatan",
        "/atur/pelindungan-data/kebocoran",
    )
    assert [technician.get(path).status_code for path in (*kept, "/petugas/warga", "/petugas/data", person)] == [403] * 8
    assert [clerk.get(path).status_code for path in kept] == [403] * 5
    technician.client.close()
    with httpx.Client(base_url=hall.address, timeout=20, trust_env=False) as stranger:
        answers = {
            (one.status_code, one.headers["location"])
            for one in (stranger.post("/petugas/warga", data={"who": who}) for who in (NIK, "1" * 16))
        }
    assert len(answers) == 1


def test_the_paper_counts_once_it_is_typed_back(head: Staff) -> None:
    """Shown once, for the own PIN; typed back wrongly it stays asked for; then it is told who printed it."""
    path = "/atur/pelindungan-data/kunci"
    assert head.post(path, act="make", own="000001").status_code in {401, 429}
    shown = head.post(path, act="make", own=PIN).text
    groups, asked = re.findall(r"<strong>(\w{4})</strong>", shown), re.findall(r"Kelompok ([\d, ]+)", shown)[0]
    assert (len(groups), "belum dicetak" in head.get("/atur/pelindungan-data").text) == (14, True)
    wrong = head.post(path, act="prove", typed="AAAA")
    assert (wrong.status_code, asked in wrong.text, groups[0] in wrong.text) == (400, True, False)
    typed = " ".join(groups[int(number) - 1] for number in asked.split(", "))
    assert "Kunci pemulihan berlaku" in head.post(path, act="prove", typed=typed.lower()).text
    assert "oleh Kades" in head.get("/atur/pelindungan-data").text
    assert head.post(path, act="prove", typed=typed).status_code == 409


def test_the_log_names_officers_who_stand_in_it_by_number(head: Staff, clerk: Staff) -> None:
    """Requests, letters and reports note an officer's number: the head reads and looks for the name."""
    path = "/atur/pelindungan-data/catatan"
    assert clerk.post("/loket/permohonan", cari="Aminah").status_code == 200
    found = [head.post(path, act="show", who=who, what="search").text for who in ("Siti", "siti", "Kades")]
    assert ['<span lang="">Siti</span>' in page for page in found] == [True, True, False]
    assert ";Siti;search;request;" in head.post(path, act="table", who="Siti").text
    notice = head.post("/atur/pelindungan-data/kebocoran", what="Kartu hilang", since="2026-01-01", until="2999-01-01").text
    assert re.findall(r"^- (Siti|\d+): permohonan surat", notice, re.MULTILINE) == ["Siti"]


def test_what_was_done_is_found_checked_and_taken_along(head: Staff, person: str) -> None:
    """Who opened what, by person and by act; the chain is whole; the table is one that a spreadsheet opens; a breach is filled in."""
    path = "/atur/pelindungan-data/catatan"
    found = head.post(path, act="show", who="Siti", what="export").text
    assert (
        found.count('<td data-label="Petugas"><span lang="">Siti</span></td>') >= 1,
        "memberi salinan</td>" in found,
        "membuka</td>" in found,
    ) == (
        True,
        True,
        False,
    )
    assert "semuanya utuh" in head.post(path, act="verify").text
    table = head.post(path, act="table")
    assert (table.headers["content-type"], "nomor;waktu;petugas" in table.text, NIK in table.text) == (
        "text/csv; charset=utf-8",
        True,
        False,
    )
    assert head.post(path, act="show", since="99999").status_code == 422
    notice = head.post("/atur/pelindungan-data/kebocoran", what="Kartu hilang", since="2026-01-01", until="2999-01-01").text
    assert [
        words for words in ("Pasal 46", "Kartu hilang", "data warga: 2 catatan", "- Siti: data warga") if words not in notice
    ] == []


def test_a_record_is_erased_for_a_reason(head: Staff, clerk: Staff, person: str) -> None:
    """Without one it stays; then nobody opens it, nor finds the person."""
    assert (head.post(person, act="erase", why=" ").status_code, clerk.get(person).status_code) == (400, 200)
    assert head.post(person, act="erase", why="diminta yang bersangkutan").status_code == 303
    assert (clerk.get(person).status_code, clerk.post("/petugas/warga", who=NIK).text.count("/petugas/data/resident/")) == (
        410,
        0,
    )
    assert ["Tidak ada catatan" in head.post("/petugas/data", code=code).text for code in ("XXXX", "")] == [True, True]
    assert [
        clerk.get(f"/petugas/data/{odd}").status_code
        for odd in ("resident/a.b", "own-key/resident-lookup", "x/1", "resident/" + "a" * 99)
    ] == [404] * 4
