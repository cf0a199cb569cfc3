"""The market as villagers, sellers and the staff meet it: browsers without scripts on a whole hall."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from gateway.hall import Hall
from gateway.people.model import Role
from gateway.settings import Settings
from tests.market.test_desk import photo
from tests.support.hall_process import write_settings
from tests.support.portal import PIN
from tests.support.setting_up import sign_in

CHIPS = {
    "title": "Keripik <b>pisang</b>", "category": "food", "price": "Rp15.000", "unit": "per bungkus", "text": "Renyah.", "name": "Bu Tini",
    "phone": "0812 3456 7890", "place": "Krajan", "agree": "1",
}  # fmt: skip
NOTHING = {"photo": ("", b"")}


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """Run a hall with a clerk."""
    with Hall(Settings.load(write_settings(tmp_path_factory.mktemp("hall"), devices=False))) as running:
        running.people.add_officer("Siti", PIN, Role.CLERK)
        yield running


@pytest.fixture
def phone(hall: Hall) -> Iterator[httpx.Client]:
    """Open a browser without scripts."""
    with httpx.Client(base_url=hall.address, timeout=20, trust_env=False) as client:
        yield client


def key_of(page: str) -> str:
    """Return the key hidden in a form."""
    found: list[str] = re.findall(r'name="key" value="([^"]*)"', page)
    return found[0]


def test_from_an_offer_to_a_sale_and_away_again(hall: Hall, phone: httpx.Client) -> None:
    """The whole way: a form with a fault, the code, the staff's look, the search, the chat, a report, leaving."""
    assert 'href="/lapak"' in phone.get("/desa").text
    page = phone.get("/lapak/jual").text
    form = CHIPS | {"key": key_of(page)}
    wrong = phone.post("/lapak/jual", data=form | {"phone": "12", "agree": ""}, files=NOTHING)
    assert (wrong.status_code, "Keripik &lt;b&gt;" in wrong.text, wrong.text.count('class="wrong"')) == (422, True, 3)
    sent = [phone.post("/lapak/jual", data=form, files={"photo": ("a.jpg", photo())}) for _ in range(2)]
    codes = {re.findall(r'class="code"[^>]*>([A-Z0-9-]+)<', one.text)[0] for one in sent}
    assert ([one.status_code for one in sent], len(codes), "Keripik" in phone.get("/lapak").text) == ([200, 200], 1, False)

    with httpx.Client(base_url=hall.address, timeout=20, trust_env=False) as staff:
        sign_in(staff)
        page = staff.get("/atur/lapak").text
        assert "0812-3456-7890" in page
        blob = re.findall(r"/atur/lapak/foto/([0-9a-f]{64})", page)[0]
        assert (phone.get(f"/lapak/foto/{blob}").status_code, staff.get(f"/atur/lapak/foto/{blob}").content[:2]) == (
            404,
            b"\xff\xd8",
        )
        csrf, id_ = re.findall(r'name="csrf" value="([^"]*)"><input type="hidden" name="id" value="(\d+)"', page)[0]
        assert staff.post("/atur/lapak", data={"csrf": csrf, "id": id_, "act": "approve"}).status_code == 303

    listed = phone.get("/lapak?cari=keripik+tini")
    assert ("Keripik &lt;b&gt;pisang" in listed.text, "1 ditemukan" in listed.text) == (True, True)
    assert "Keripik" not in phone.get("/lapak?jenis=craft").text
    one = phone.get(f"/lapak/{id_}")
    assert ("https://wa.me/6281234567890?text=Halo" in one.text, "0812-3456-7890" in one.text) == (True, True)
    whole, small = phone.get(f"/lapak/foto/{blob}"), phone.get(f"/lapak/foto/{blob}/kecil")
    assert (whole.content[:2], small.content[:2], f"{blob}/kecil" in listed.text) == (b"\xff\xd8", b"\xff\xd8", True)
    assert len(small.content) < len(whole.content)
    told = phone.post(f"/lapak/{id_}/lapor", data={"key": key_of(one.text), "alasan": "price"}, follow_redirects=True)
    assert "sudah sampai ke petugas" in told.text

    own = phone.post("/lapak/kelola", data={"code": codes.pop().lower(), "act": "open"})
    code = re.findall(r'name="code" value="([^"]*)"', own.text)[0]
    edit = phone.post("/lapak/kelola", data={"code": code, "product": id_, "act": "edit"})
    change = {
        "key": key_of(edit.text),
        "code": code,
        "product": id_,
        "title": "Keripik nangka",
        "category": "food",
        "act": "save",
    }
    saved = phone.post("/lapak/kelola", data=change, files=NOTHING)
    assert ("Perubahannya menunggu petugas" in saved.text, "Keripik nangka" in phone.get("/lapak").text) == (True, False)
    left = phone.post("/lapak/kelola", data={"code": code, "act": "leave"})
    assert ("sudah dihapus dari balai" in left.text, phone.get(f"/lapak/{id_}").status_code) == (True, 404)


def test_codes_are_not_found_by_trying(phone: httpx.Client) -> None:
    """A wrong code is told beside the form; after eight the phone waits."""
    answers = [phone.post("/lapak/kelola", data={"code": f"AAAAA-{n}", "act": "open"}).status_code for n in range(9)]
    assert answers == [404] * 8 + [429]


def test_nonsense_is_refused_in_words(phone: httpx.Client) -> None:
    """Bodies, ids and acts that no form sends are never a fault of the hall."""
    answers = [
        phone.post("/lapak/jual", content=b"x"),
        phone.post("/lapak/jual", data={"title": "x" * 20_000}, files=NOTHING),
        phone.post("/lapak/999/lapor", data={"alasan": "fraud", "key": "k" * 20}),
        phone.post("/lapak/999/lapor", data={"alasan": "x"}),
        phone.get("/lapak/99999999999999999999"),
        phone.get("/lapak/foto/../../hall.db"),
        phone.get("/lapak?cari=%00%ff&jenis=x"),
    ]
    assert [one.status_code for one in answers] == [400, 413, 404, 422, 404, 404, 200]


def test_the_staffs_page_is_the_staffs(phone: httpx.Client) -> None:
    """Nobody moderates without a session."""
    assert phone.get("/atur/lapak").headers["location"].startswith("/masuk")
    assert phone.post("/atur/lapak", data={"act": "approve", "id": "1"}).headers["location"].startswith("/masuk")


def test_a_folder_for_photographs_is_swept_at_start(tmp_path: Path) -> None:
    """What a power cut has left of a photograph is gone after the next start."""
    settings = Settings.load(write_settings(tmp_path, devices=False))
    with Hall(settings) as running:
        album = running.village.square.market.album
        (album.arrivals / "kiriman-1.part").write_bytes(b"half")
    with Hall(settings) as running:
        assert [*running.village.square.market.album.arrivals.iterdir()] == []
