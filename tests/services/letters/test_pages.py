"""Letters as a village secretary, a clerk and a villager meet them: browsers without scripts on a whole hall."""

from __future__ import annotations

import io
import re
import subprocess
from collections.abc import Iterator
from html import unescape
from random import Random

import httpx
import pytest
from PIL import Image

from gateway.hall import Hall
from gateway.people.model import Role
from gateway.services.letters import tables
from gateway.settings import Settings
from tests.support.hall_process import write_settings
from tests.support.portal import PIN
from tests.support.setting_up import fields_of, send, sign_in, wrong

HEAD, NUMBERS, TEMPLATES, LETTERS = "/atur/kop-surat", "/atur/nomor-surat", "/atur/templat-surat", "/loket/surat"
SKU = {
    "nama": "Siti Aminah", "nik": "3510014107900001", "tempat-lahir": "Banyuwangi", "tanggal-lahir": "1 Juli 1990", "pekerjaan": "Pedagang",
    "alamat": "Dusun Krajan RT 02 RW 01", "nama-usaha": "Warung Bu Siti", "jenis-usaha": "Warung makan", "alamat-usaha": "Dusun Krajan",
    "mulai-usaha": "2019", "keperluan": "Pinjaman KUR",
}  # fmt: skip


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """Run a hall whose date is confirmed, with a head and a clerk; its letters are set up by the first test."""
    with Hall(Settings.load(write_settings(tmp_path_factory.mktemp("hall"), devices=False)), randomness=Random(7)) as running:
        running.people.add_officer("Siti", PIN, Role.HEAD)
        running.people.add_officer("Budi", PIN, Role.CLERK)
        running.clock.confirm_by_staff()
        yield running


@pytest.fixture
def head(hall: Hall) -> Iterator[httpx.Client]:
    """Sign in as the head of the office."""
    with httpx.Client(base_url=hall.address, timeout=60, trust_env=False) as client:
        sign_in(client)
        yield client


def set_up(client: httpx.Client) -> None:
    """Fill in what a letter needs, once."""
    if "Surat berikutnya" in client.get(NUMBERS).text:
        return
    sent = [
        send(client, HEAD, regency="Kabupaten Banyuwangi", district="Genteng", village="Desa Genteng Kulon", signers="Ahmad Fauzi | Kepala Desa\nDewi | a.n. Kepala Desa / Sekretaris"),
        send(client, NUMBERS, village_code="429.510"),
        send(client, NUMBERS, "last", last="11"),
    ]  # fmt: skip
    assert [one.status_code for one in sent] == [303, 303, 303], [wrong(one.text) for one in sent]


def form_of(page: str) -> dict[str, str]:
    """Return the hidden fields of the page's form."""
    return {name: unescape(value) for name, value in re.findall(r'<input type="hidden" name="(csrf|key)" value="([^"]*)"', page)}


def write(client: httpx.Client, path: str = f"{LETTERS}/baru/sku", **answers: str) -> httpx.Response:
    """Fill in the form at ``path`` and send it."""
    fields = form_of(client.get(path).text) | {f"isi-{name}": text for name, text in (SKU | answers).items()}
    return client.post(path, data=fields)


def printed(client: httpx.Client, path: str, chosen: str = "") -> str:
    """Open the document of a letter and return what stands on it."""
    answer = client.get(f"{path}/surat.pdf{chosen}")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=answer.content, capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


def press(client: httpx.Client, path: str, act: str, **more: str) -> httpx.Response:
    """Press a button on the page of a letter, also one that an older page still has."""
    return client.post(path, data=form_of(client.get(f"{LETTERS}/baru/sku").text) | {"act": act, **more})


def test_a_village_sets_up_its_letters(head: httpx.Client) -> None:
    """Head, signers, pattern, the last number of the paper book; each fault beside its field; then the next number is shown."""
    assert "belum diatur" in write(head).text
    bad = send(head, HEAD, regency="Kabupaten Banyuwangi", district="Genteng", village="", signers="Ahmad")
    assert set(wrong(bad.text)) == {"village", "signers"}
    assert "pattern" in wrong(send(head, NUMBERS, village_code="429.510", pattern="{kode}/{tahun}").text)
    set_up(head)
    assert re.search(r"470/012/429\.510/20\d\d", head.get(NUMBERS).text)
    codes = fields_of(head.get(NUMBERS).text)["codes"]
    assert "skck = 331" in codes
    assert send(head, NUMBERS, codes=codes.replace("skck = 331\n", "").replace("wali = 474", "wali = 474.9")).status_code == 303
    kept = fields_of(head.get(NUMBERS).text)["codes"]
    assert [line in kept for line in ("skck = 470", "skck = 331", "wali = 474.9", "nikah = 474.2")] == [True, False, True, True]
    assert write(head).status_code == 303
    backwards = send(head, NUMBERS, "last", last="5")
    assert "Nomor terakhir di buku ini sudah 12" in backwards.text


def test_a_clerk_writes_prints_signs_and_hands_over(head: httpx.Client) -> None:
    """From the list to the paper to the person; the form sent twice is one letter; the list names nobody."""
    set_up(head)
    page = head.get(f"{LETTERS}/baru/sku").text
    fields = form_of(page) | {f"isi-{name}": text for name, text in SKU.items()}
    first, again = (head.post(f"{LETTERS}/baru/sku", data=fields) for _ in range(2))
    path = first.headers["location"]
    assert (first.status_code, path) == (303, again.headers["location"])
    assert "Dewi · a.n. Kepala Desa" in head.get(path).text
    paper = printed(head, path, "?penandatangan=1")
    assert (printed(head, path, "?penandatangan=0"), "Dewi ·" in head.get(path).text) == (paper, False)
    for said in ("Siti Aminah", "Warung Bu Siti", "Dewi", "a.n. Kepala Desa", "Sekretaris", "1 Juli 1990"):
        assert said in paper
    assert [press(head, path, act).status_code for act in ("sign", "collect")] == [303, 303]
    assert "Sudah diserahkan" in head.get(path).text
    listed = head.get(f"{LETTERS}?daftar=buku&nomor=012&layanan=sku").text
    assert re.search(r"510/012/429\.510/20\d\d", listed)
    assert "Aminah" not in listed
    assert head.get("/surat").headers["location"] == LETTERS


def test_what_is_wrong_stays_in_the_form(head: httpx.Client) -> None:
    """No letter, no number; each fault stands with its question, and what was typed is still there."""
    set_up(head)
    answer = write(head, nik="123", nama="")
    assert (answer.status_code, set(re.findall(r'id="([\w-]+)-wrong"', answer.text))) == (422, {"nik", "nama"})
    assert "Warung Bu Siti" in answer.text


def test_a_wrong_letter_is_replaced_or_taken_back(head: httpx.Client) -> None:
    """The correction opens with the old answers and names the old number; the old one leads to the new; a void one needs its reason."""
    set_up(head)
    old = write(head, nama="Siti Amina").headers["location"]
    number = re.search(r"<h1>([^<]*)</h1>", head.get(old).text)
    assert 'value="Siti Amina"' in head.get(f"{old}/perbaiki").text
    new = write(head, f"{old}/perbaiki").headers["location"]
    assert number
    assert f"menggantikan surat nomor {number[1]}" in printed(head, new)
    assert f'href="{new}"' in head.get(old).text
    refused = press(head, old, "void", alasan="x")
    assert (refused.status_code, "tidak dapat dilakukan lagi" in refused.text) == (409, True)
    assert press(head, new, "void", alasan=" ").status_code == 422
    press(head, new, "void", alasan="dobel")
    assert "Batal: dobel" in " ".join(re.sub("<[^>]*>", " ", head.get(new).text).split())


def test_a_village_changes_a_template(head: httpx.Client) -> None:
    """A look first, as a picture and as a PDF; a broken one is told with its line and not kept; back to the shipped one again."""
    set_up(head)
    page = f"{TEMPLATES}/skck"
    text = fields_of(head.get(page).text)["text"].replace("Surat Pengantar SKCK", "Pengantar Catatan Kepolisian")
    looked = send(head, page, "look", text=text)
    mark = re.search(r"contoh/([0-9a-f]{32})\.png", looked.text)
    assert mark
    assert Image.open(io.BytesIO(head.get(f"{TEMPLATES}/contoh/{mark[1]}.png").content)).size > (300, 400)
    assert head.get(f"{TEMPLATES}/contoh/{mark[1]}.pdf").content.startswith(b"%PDF")
    broken = send(head, page, text=text + "\n#tidak-ada()")
    assert (broken.status_code, wrong(broken.text)["text"].startswith(f"Baris {text.count(chr(10)) + 2}:")) == (422, True)
    assert "#tidak-ada()" in broken.text
    assert send(head, page, text=text).status_code == 303
    assert "diubah desa" in head.get(TEMPLATES).text
    assert send(head, page, "return", text="x").status_code == 303
    assert "diubah desa" not in head.get(TEMPLATES).text


def test_a_logo_is_put_and_taken_away(head: httpx.Client) -> None:
    """Any picture; something else is refused."""
    picture = io.BytesIO()
    Image.new("RGB", (600, 400), "#0b4f6c").save(picture, "PNG")
    csrf = form_of(head.get(HEAD).text)["csrf"]
    assert head.post(f"{HEAD}/logo", data={"csrf": csrf}, files={"file": ("x.png", picture.getvalue())}).status_code == 303
    assert Image.open(io.BytesIO(head.get(f"{HEAD}/logo").content)).size == (480, 320)
    assert head.post(f"{HEAD}/logo", data={"csrf": csrf}, files={"file": ("x.png", b"no picture")}).status_code == 422
    assert head.post(f"{HEAD}/logo", data={"csrf": csrf, "act": "remove"}, files={"file": ("", b"")}).status_code == 303
    assert head.get(f"{HEAD}/logo").status_code == 404


def test_a_villager_checks_a_letter_at_the_hall(hall: Hall, head: httpx.Client) -> None:
    """Without scripts: the address is pasted, the name typed; whatever is wrong is told, and how to go on."""
    set_up(head)
    letter = int(write(head).headers["location"].rpartition("/")[2])
    code = hall.village.documents.code_of(hall.village.letters.find(letter), who="1")
    found = []
    with httpx.Client(base_url=hall.address, timeout=20, trust_env=False) as phone:
        assert 'name="kode"' in phone.get("/verifikasi").text
        for text, name in (
            (code, "siti aminah"),
            (code, "Maling"),
            (code[:-20] + "A" * 20, "Siti Aminah"),
            ("halo", "x"),
            (code.replace("#1.3510", "#1.3511"), "x"),
        ):
            page = phone.post("/verifikasi", data={"kode": text, "nama": name}).text
            found += re.findall(r'data-verdict="([a-z]+)"', page)
        press(head, f"{LETTERS}/{letter}", "void", alasan="dobel")
        found += re.findall(
            r'data-verdict="([a-z]+)"', phone.post("/verifikasi", data={"kode": code, "nama": "Siti Aminah"}).text
        )
        ends = [phone.post("/verifikasi", data={"kode": "x", "nama": "x"}).status_code for _ in range(30)]
    assert found == ["genuine", "othername", "forged", "unread", "elsewhere", "void"]
    assert (ends[0], ends[-1]) == (200, 429)


def test_a_clerk_may_write_letters_and_nothing_else(hall: Hall) -> None:
    """Setting up is for who may; strangers see no letter."""
    with httpx.Client(base_url=hall.address, timeout=20, trust_env=False) as client:
        assert client.get(LETTERS).headers["location"].startswith("/masuk")
        sign_in(client, "Budi")
        assert [client.get(path).status_code for path in (LETTERS, f"{LETTERS}/baru/sku", HEAD, NUMBERS, TEMPLATES)] == [
            200,
            200,
            403,
            403,
            403,
        ]
        assert client.get(f"{LETTERS}/999/surat.pdf").status_code == 404


def test_numbers_used_on_paper_stand_in_the_book_with_who_said_so(hall: Hall, head: httpx.Client) -> None:
    """The officer who was signed in, as for every letter."""
    set_up(head)
    letter = int(write(head).headers["location"].rpartition("/")[2])
    by_hand = hall.village.letters.find(letter)
    assert send(head, NUMBERS, "last", last=str(by_hand.running + 1)).status_code == 303
    with hall.store.reader() as db:
        [outside] = tables.listed(db, ("outside",), {}, 1 << 40, 9)
    assert (outside.running, outside.issued_by) == (by_hand.running + 1, by_hand.issued_by)
