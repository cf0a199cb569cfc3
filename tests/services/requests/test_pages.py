"""Requests as a phone without scripts and a clerk's browser meet them, on a whole hall."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from html import unescape
from random import Random

import httpx
import pytest
from PIL import Image

from gateway.devices.simulated_printer import SimulatedPrinter
from gateway.hall import Hall
from gateway.people.model import Role
from gateway.services.requests.choices import RequestRules
from gateway.settings import Settings
from tests.support.hall_process import write_settings
from tests.support.portal import PIN
from tests.support.requests import ANSWERS, NIK
from tests.support.setting_up import send, wrong
from tests.support.waiting import until

PHONE = {"x-real-ip": "10.0.0.7"}
"""What makes a request one of a stranger, and not of the hall's own screen."""


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """Run a hall with a head and a technician."""
    with Hall(Settings.load(write_settings(tmp_path_factory.mktemp("hall"))), randomness=Random(7)) as running:
        running.people.add_officer("Siti", PIN, Role.HEAD)
        running.people.add_officer("Tono", PIN, Role.TECHNICIAN)
        yield running


@pytest.fixture
def phone(hall: Hall) -> Iterator[httpx.Client]:
    """Open a villager's browser without scripts, and without cookies."""
    with httpx.Client(base_url=hall.address, timeout=20, trust_env=False, headers=PHONE) as client:
        yield client


@pytest.fixture
def clerk(hall: Hall) -> Iterator[httpx.Client]:
    """Open the browser at the counter."""
    with httpx.Client(base_url=hall.address, timeout=20, trust_env=False) as client:
        assert client.post("/masuk", data={"officer": "Siti", "pin": PIN}).status_code == 303
        yield client


def hidden(page: str, which: int = 0) -> dict[str, str]:
    """Return the hidden fields of a page's form."""
    form = re.findall(r"<form [^>]*method=\"post\".*?</form>", page, re.DOTALL)[which]
    return {unescape(name): unescape(value) for name, value in re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', form)}


def asked(page: str) -> list[str]:
    """Return the questions that a page asks."""
    return list(dict.fromkeys(re.findall(r'name="isi-([^"]*)"', page)))


def pages(hall: Hall, most: int) -> None:
    """Let the hall's database grow to so many pages; it has a whole card again with a great number."""
    with hall.store.transaction() as tx:
        tx.execute(f"PRAGMA max_page_count={most}").fetchall()


def begin(client: httpx.Client, service: str = "skck", how: str = "semua", **fields: str) -> str:
    """Begin a request and return the address of its draft."""
    path = f"/layanan/{service}/ajukan"
    begun = client.post(path, data=hidden(client.get(path, params=fields).text) | {"cara": how, **fields})
    assert begun.status_code == 303
    return begun.headers["location"]


def fill(client: httpx.Client, draft: str, answers: dict[str, str]) -> httpx.Response:
    """Send answers, all on one page."""
    typed = {f"isi-{one}": text for one, text in answers.items()}
    return client.post(draft, data={"dari": "semua", "act": "next", **typed})


def file(client: httpx.Client, answers: dict[str, str]) -> str:
    """Hand in a request on a phone and return the address of its page."""
    draft = begin(client)
    fill(client, draft, answers)
    return client.post(f"{draft}/kirim").headers["location"]


def test_a_request_from_phone_to_counter_to_collected(phone: httpx.Client, clerk: httpx.Client) -> None:
    """Begun without the NIK, completed by a clerk, approved, signed, ready on the phone, collected."""
    draft = begin(phone)
    page = phone.get(draft).text
    assert ("nik" in asked(page), "nama" in asked(page)) == (False, True)
    assert fill(phone, draft, ANSWERS).headers["location"] == f"{draft}/syarat"
    check = phone.get(f"{draft}/periksa").text
    assert ("Siti Aminah Pujiastuti" in check, "Petugas akan menanyakan" in check) == (True, True)
    own = phone.post(f"{draft}/kirim").headers["location"]
    assert phone.post(f"{draft}/kirim").headers["location"] == phone.get(draft).headers["location"] == own
    status = phone.get(own).text
    assert ("Belum lengkap" in status, "Siti" in status, "NIK" in status) == (True, False, True)
    number = int(re.findall(r"REG-0*(\d+)", status)[0])

    path = f"/loket/permohonan/{number}"
    assert path in clerk.get("/loket/permohonan").text
    opened = clerk.get(path).text
    typed = {f"isi-{one}": text for one, text in ANSWERS.items()} | {
        f"ada-{one}": "1" for one in ("pengantar-rt", "ktp", "kk", "akta-lahir")
    }
    assert clerk.post(path, data=hidden(opened) | typed | {"act": "save", "isi-nik": "351"}).status_code == 422
    assert clerk.post(path, data=hidden(opened) | typed | {"act": "save"}).status_code == 303
    assert "Sedang diperiksa" in phone.get(own).text
    for act in ("approve", "sign"):
        assert clerk.post(path, data=hidden(clerk.get(path).text, -1 if act == "sign" else 1) | {"act": act}).status_code == 303
    assert "Siap diambil" in phone.get(own).text
    assert f"Siap diambil, nomor registrasi REG-{number:04d}" in phone.get("/papan").text
    tickets = {phone.post(own, data={"act": "pick-up", "key": key * 20}).headers["location"] for key in ("a", "b", "b")}
    assert (len(tickets), "Mengambil surat yang sudah siap" in phone.get(tickets.pop()).text) == (1, True)
    stale = hidden(clerk.get(path).text) | {"act": "collect"}
    assert [clerk.post(path, data=stale).status_code for _ in range(2)] == [303, 303]
    assert "Sudah diambil" in phone.get(own).text


def test_one_question_a_page(phone: httpx.Client) -> None:
    """Each alone, with what is wrong beside it; nothing typed is lost; one may go back, skip, and see all at once."""
    draft = begin(phone, how="paged")
    assert asked(phone.get(draft).text) == ["nama"]
    empty = phone.post(draft, data={"dari": "nama", "act": "next", "isi-nama": " "})
    assert (empty.status_code, "Harus diisi." in empty.text) == (422, True)
    onward = phone.post(draft, data={"dari": "nama", "act": "next", "isi-nama": "Siti"}).headers["location"]
    assert asked(phone.get(onward).text) == ["tempat-lahir"]
    onward = phone.post(draft, data={"dari": "tempat-lahir", "act": "skip"}).headers["location"]
    wrong = phone.post(onward, data={"dari": "tanggal-lahir", "act": "next", "isi-tanggal-lahir": "31-2-1990"})
    assert (wrong.status_code, "31-2-1990" in wrong.text, "tidak ada di kalender" in wrong.text) == (422, True, True)
    back = phone.post(draft, data={"dari": "tanggal-lahir", "act": "back"}).headers["location"]
    assert asked(phone.get(back).text) == ["tempat-lahir"]
    phone.post(draft, data={"dari": "nama", "act": "whole"})
    whole = phone.get(draft).text
    assert (len(asked(whole)) > 5, 'value="Siti"' in whole, 'value="31-2-1990"' in whole) == (True, True, True)
    assert phone.post(f"{draft}/kirim").status_code == 422


def test_a_photograph_is_small_upright_and_knows_nothing(phone: httpx.Client, clerk: httpx.Client) -> None:
    """Whatever the phone sends is drawn anew; what is no picture is told; the clerk sees it."""
    draft, sent = begin(phone), io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Kamera Siti"
    Image.new("RGB", (3000, 2000), "#884422").save(sent, "JPEG", exif=exif)
    bad = phone.post(f"{draft}/foto/pengantar-rt", data={"act": "send"}, files={"photo": ("a.jpg", b"no picture")})
    assert (bad.status_code, 'role="alert"' in bad.text) == (422, True)
    assert (
        phone.post(f"{draft}/foto/pengantar-rt", data={"act": "send"}, files={"photo": ("a.jpg", sent.getvalue())}).status_code
        == 303
    )
    kept = phone.get(f"{draft}/foto/pengantar-rt").content
    assert (b"Kamera" in kept, Image.open(io.BytesIO(kept)).size) == (False, (1600, 1067))
    assert "Foto tersimpan" in phone.get(f"{draft}/syarat").text
    assert phone.post(f"{draft}/foto/ktp", data={"act": "send"}, files={"photo": ("a.jpg", sent.getvalue())}).status_code == 422
    assert "karena memuat NIK" in phone.get(f"{draft}/syarat").text
    fill(phone, draft, {"nama": "Siti"})
    number = re.findall(r"REG-0*(\d+)", phone.get(phone.post(f"{draft}/kirim").headers["location"]).text)[0]
    assert clerk.get(f"/loket/permohonan/{number}/foto/pengantar-rt").content == kept
    assert phone.get(f"/loket/permohonan/{number}/foto/pengantar-rt").status_code in {303, 403}


def test_a_code_leads_back_and_is_not_found_by_trying(hall: Hall) -> None:
    """However it is typed; after eight wrong ones this phone waits."""
    with httpx.Client(base_url=hall.address, timeout=20, trust_env=False, headers=PHONE) as phone:
        own = file(phone, {"nama": "Siti"})
        code = re.findall(r'class="claim">([^<]*)', phone.get(own).text)[0]
        assert phone.post("/permohonan", data={"kode": code.lower().replace("-", " ")}).headers["location"] == own
        tries = [phone.post("/permohonan", data={"kode": f"2222-222{n}"}).status_code for n in range(2, 11)]
        assert tries == [404] * 8 + [429]


def test_a_clerk_enters_a_request_for_somebody(phone: httpx.Client, clerk: httpx.Client) -> None:
    """With NIK and KK, since nobody else listens; a NIK that does not fit the birth is doubted and kept; its link is nobody else's."""
    draft = begin(clerk, asal="staff")
    assert "nik" in asked(clerk.get(draft).text)
    assert phone.get(draft).headers["location"].startswith("/masuk")
    fill(clerk, draft, ANSWERS | {"nik": NIK[:6] + "020790" + NIK[12:]})
    assert "tidak cocok dengan tanggal lahirnya" in clerk.get(f"{draft}/periksa").text
    place = clerk.post(f"{draft}/kirim").headers["location"]
    assert place.startswith("/loket/permohonan/")
    assert "tidak cocok dengan tanggal lahirnya" in clerk.get(place).text


def test_who_is_no_clerk_opens_nothing(hall: Hall, phone: httpx.Client) -> None:
    """A technician has no business there; a stranger signs in first."""
    assert phone.get("/loket/permohonan").headers["location"].startswith("/masuk")
    with httpx.Client(base_url=hall.address, timeout=20, trust_env=False) as technician:
        technician.post("/masuk", data={"officer": "Tono", "pin": PIN})
        assert [technician.get(path).status_code for path in ("/loket/permohonan", "/loket/permohonan/1")] == [403, 403]


def test_nonsense_is_answered_in_words(phone: httpx.Client, clerk: httpx.Client) -> None:
    """Unknown drafts, requests, services and acts; no form without its key."""
    paths = ["/ajukan/x", "/ajukan/x/periksa", "/ajukan/x/foto/y", "/permohonan/x", "/layanan/x/ajukan", "/permohonan/%00"]
    assert [phone.get(path).status_code for path in paths] == [404] * 6
    assert phone.post("/layanan/skck/ajukan", data={"cara": "semua"}).status_code == 400
    assert clerk.get("/loket/permohonan/999999").status_code == 404
    own = file(phone, {"nama": "Siti"})
    assert phone.post(own, data={"act": "cancel", "key": "k" * 20}).status_code == 303
    assert "Dibatalkan" not in phone.get(own).text
    assert phone.post(own, data={"act": "cancel", "key": "k" * 20, "yakin": "1"}).status_code == 303
    assert "Dibatalkan" in phone.get(own).text


def test_a_number_that_goes_ahead_is_not_for_the_asking(hall: Hall, phone: httpx.Client) -> None:
    """Who forges the form of the front page gets none."""
    key = hidden(phone.get("/").text)["key"]
    assert phone.post("/", data={"key": key, "line": "administrasi", "priority": "ambil"}).status_code == 422


def test_a_clerk_finds_by_name_and_number(phone: httpx.Client, clerk: httpx.Client) -> None:
    """A number leads to its page, a name to a list; the name is in no address."""
    own = file(phone, {"nama": "Paijo Sutrisno"})
    number = re.findall(r"REG-0*(\d+)", phone.get(own).text)[0]
    csrf = hidden(clerk.get("/loket/permohonan").text)["csrf"]
    assert (
        clerk.post("/loket/permohonan", data={"csrf": csrf, "cari": f"reg {number}"}).headers["location"]
        == f"/loket/permohonan/{number}"
    )
    found = clerk.post("/loket/permohonan", data={"csrf": csrf, "cari": "paijo"})
    assert (found.status_code, f"/loket/permohonan/{number}" in found.text) == (200, True)
    assert clerk.post("/loket/permohonan", data={"cari": "paijo"}).status_code == 403


def test_the_slip_of_a_request_comes_out(hall: Hall, clerk: httpx.Client) -> None:
    """Of the hall's own printer, once."""
    draft = begin(clerk, asal="staff")
    fill(clerk, draft, ANSWERS)
    printer = hall.devices.printers[0]
    assert isinstance(printer, SimulatedPrinter)
    before = printer.printed
    clerk.post(f"{draft}/kirim")
    assert until(lambda: printer.printed == before + 1)


def test_a_touch_screen_asks_everything_and_leads_nowhere_else(hall: Hall, phone: httpx.Client) -> None:
    """With the NIK, since it is the hall's own; no link leads away, no language stays, nobody else begins so."""
    with httpx.Client(base_url=hall.address, timeout=20, trust_env=False) as kiosk:
        pages = [kiosk.get("/anjungan/permohonan?bahasa=en").text, kiosk.get("/layanan/skck/ajukan?asal=kiosk").text]
        draft = begin(kiosk, asal="kiosk")
        assert "nik" in asked(kiosk.get(draft).text)
        fill(kiosk, draft, ANSWERS)
        pages += [kiosk.get(draft).text, kiosk.get(f"{draft}/syarat").text, kiosk.get(f"{draft}/periksa").text]
        own = kiosk.post(f"{draft}/kirim").headers["location"]
        pages.append(kiosk.get(own).text)
    leads = {
        unescape(one).partition("?")[0]
        for page in pages
        for one in re.findall(r'<(?:a|form)\b[^>]*? (?:href|action)="([^"]+)"', page)
    }
    ways = ("/anjungan", "/ajukan/", "/permohonan/")
    assert {one for one in leads if not one.startswith(ways) and not re.fullmatch("/layanan/[a-z-]+/ajukan", one)} == set()
    assert [('lang="en"' in page, "data-back-s" in page) for page in pages] == [(True, True), *[(False, True)] * 5]
    form = hidden(phone.get("/layanan/skck/ajukan").text)
    assert phone.post("/layanan/skck/ajukan", data=form | {"asal": "kiosk"}).status_code == 403
    assert phone.get("/anjungan/permohonan").status_code == 403


def test_the_hall_decides_about_phones_and_numbers(hall: Hall, phone: httpx.Client, clerk: httpx.Client) -> None:
    """Asked on the Wi-Fi once the head has said so; begun on no phone, if that is the wish; a clerk begins all the same."""
    try:
        assert send(clerk, "/atur/permohonan", private_numbers_over_http="1").status_code == 303
        assert "nik" in asked(phone.get(begin(phone)).text)
        assert send(clerk, "/atur/permohonan", private_numbers_over_http=None, by_phone=None).status_code == 303
        page = phone.get("/layanan/skck/ajukan").text
        assert ("dimulai di loket" in page, "<form method" in page) == (True, False)
        assert phone.post("/layanan/skck/ajukan", data={"key": "k" * 20, "cara": "semua"}).status_code == 409
        assert begin(clerk, asal="staff").startswith("/ajukan/")
        assert list(wrong(send(clerk, "/atur/permohonan", board_min="999").text)) == ["board_min"]
    finally:
        hall.choices.change(RequestRules())


def test_what_a_clerk_has_typed_goes_along_with_the_next_step(phone: httpx.Client, clerk: httpx.Client) -> None:
    """The step that leads on takes the answers that stand in the fields: nobody approves what was on the card before."""
    status = phone.get(file(phone, ANSWERS | {"nama": "Siti Aminah Salahtulis"})).text
    path = "/loket/permohonan/" + re.findall(r"REG-0*(\d+)", status)[0]
    page = clerk.get(path).text
    assert re.search(r'<button class="act main" name="act" value="complete" form="answers"', page)
    typed = {f"isi-{one}": text for one, text in ANSWERS.items()}
    assert clerk.post(path, data=hidden(page) | typed | {"act": "complete", "isi-nik": "351"}).status_code == 422
    seen = {f"ada-{one}": "1" for one in ("pengantar-rt", "ktp", "kk", "akta-lahir")}
    form = hidden(page) | typed | seen | {"act": "complete"}
    assert [clerk.post(path, data=form).status_code for _ in range(2)] == [303, 303]
    page = clerk.get(path).text
    assert ("Sedang diperiksa" in page, "Salahtulis" in page) == (True, False)
    assert re.search(r"Riwayat.*\w+, \d+ \w+ \d{4} \d\d\.\d\d", page, re.DOTALL)
    form = hidden(page) | typed | seen | {"act": "approve", "isi-nama": "Siti Aminah Dibetulkan"}
    assert [clerk.post(path, data=form).status_code for _ in range(2)] == [303, 303]
    page = clerk.get(path).text
    assert ("Menunggu tanda tangan" in page, "Siti Aminah Dibetulkan" in page) == (True, True)


def test_a_photograph_that_is_too_large_leads_back_to_its_page(phone: httpx.Client) -> None:
    """And what another site or no page had sent leads to the front page only."""
    draft = begin(phone)
    headers = {"content-type": "multipart/form-data; boundary=x", "referer": f"{phone.base_url}{draft}/syarat"}
    refused = phone.post(f"{draft}/foto/pengantar-rt", content=bytes(9 << 20), headers=headers)
    assert (refused.status_code, f'href="{draft}/syarat"' in refused.text) == (413, True)
    elsewhere = phone.get("/tidak-ada", headers={"referer": "http://elsewhere.test/jahat"}).text
    itself = phone.get("/tidak-ada", headers={"referer": f"{phone.base_url}/tidak-ada"}).text
    assert [("jahat" in page, ">Kembali<" in page) for page in (elsewhere, itself)] == [(False, False), (False, False)]


def test_what_was_typed_stands_there_while_the_card_is_full(hall: Hall, phone: httpx.Client) -> None:
    """On the page that was sent, with the remedy; the same form is taken once there is room."""
    draft = begin(phone)
    typed = dict.fromkeys(asked(phone.get(draft).text), "Lereng Raung " * 150)
    pages(hall, 1)  # no more than there are
    refused = fill(phone, draft, typed)
    pages(hall, 1_000_000)
    assert (refused.status_code, "Penyimpanan balai penuh" in refused.text, "Lereng Raung" in refused.text) == (503, True, True)
    assert (fill(phone, draft, {"nama": "Siti"}).status_code, "Lereng Raung" in phone.get(draft).text) == (303, False)
