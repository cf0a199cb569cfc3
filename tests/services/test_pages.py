"""The catalogue as people and a village secretary meet it: browsers without scripts on a whole hall."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from random import Random

import httpx
import pytest

from gateway.hall import Hall
from gateway.people.model import Role
from gateway.portal.i18n import LANGUAGES
from gateway.settings import Settings
from gateway.store import inbox
from gateway.store.inbox import Answer, Command, CommandState
from tests.services.test_reading import SHIPPED, WHOLE
from tests.support.hall_process import write_settings
from tests.support.orders import PINNED
from tests.support.portal import PIN
from tests.support.setting_up import fields_of, send, sign_in, wrong

FORMS = "/atur/layanan-surat"


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """Run a hall that obeys a regency, with a head and a clerk."""
    relay = f'centre_key = "{PINNED}"\n'
    file = write_settings(tmp_path_factory.mktemp("hall"), devices=False, broker="mqtt://127.0.0.1:1", relay=relay)
    with Hall(Settings.load(file), randomness=Random(7)) as running:
        running.people.add_officer("Siti", PIN, Role.HEAD)
        running.people.add_officer("Budi", PIN, Role.CLERK)
        yield running


@pytest.fixture
def phone(hall: Hall) -> Iterator[httpx.Client]:
    """Open a browser without scripts."""
    with httpx.Client(base_url=hall.address, timeout=20, trust_env=False) as client:
        yield client


@pytest.fixture
def secretary(phone: httpx.Client) -> httpx.Client:
    """Sign in as the head of the office."""
    sign_in(phone)
    return phone


def obey(hall: Hall, kind: str, rev: int, data: dict[str, object]) -> Answer:
    """Let the hall carry out an order about the service ``izin-hajatan``, as its downlink does."""
    assert hall.regency.wire is not None
    effect = hall.regency.wire.downlink._effects[kind]
    order = Command(f"{rev:016x}-{rev:016x}", f"id.balai.{kind}.v1", "catalogue/izin-hajatan", rev, hall.clock.now(), data)
    with hall.store.transaction() as tx:
        inbox.receive(tx, order, hall.clock.now())
        return inbox.apply(tx, order, effect.act, withdraws=effect.withdraws)


def services(page: str) -> list[str]:
    """Return the names of the services that a page lists, without their language."""
    return [unescape(re.sub("<[^>]*>", "", name)) for name in re.findall(r"<strong>(.*?)</strong> <span", page)]


def test_everybody_sees_what_to_bring(phone: httpx.Client) -> None:
    """From the front page to the list, to one service, to its line; each page says 304 to who has it."""
    assert 'href="/layanan"' in phone.get("/").text
    listed = phone.get("/layanan")
    assert len(services(listed.text)) == len(SHIPPED.services)
    one = phone.get("/layanan/sktm")
    said = (
        "Surat pengantar RT/RW",
        "Tidak dipungut biaya",
        "1 hari kerja",
        "90 hari",
        "Kepala desa atau lurah",
        "belum memastikannya",
    )
    assert [word for word in (*said, 'href="/#line-bantuan"', "Bantuan sosial") if word not in one.text] == []
    assert 'id="line-bantuan"' in phone.get("/").text
    for page in (listed, one):
        assert phone.get(page.url, headers={"if-none-match": page.headers["etag"]}).status_code == 304
    assert phone.get("/layanan/tidak-ada").status_code == 404


def test_a_service_is_found_by_words_and_by_life(phone: httpx.Client) -> None:
    """The best first; what nobody has is told; what was typed stands in the field, harmless, and is kept nowhere."""
    found = phone.get("/layanan", params={"cari": "beasiswa"})
    assert (services(found.text)[0], found.headers["cache-control"]) == ("SKTM untuk sekolah atau kuliah", "no-store")
    assert 'value="beasiswa"' in found.text
    deaths = services(phone.get("/layanan", params={"peristiwa": "death"}).text)
    assert ({"Surat Keterangan Ahli Waris", "Surat Keterangan Kematian"} - {*deaths}, len(deaths) < 10) == (set(), True)
    none = phone.get("/layanan", params={"cari": '"><script>x</script>'}).text
    assert ("Tidak ada yang cocok" in none, "<script>x" in none) == (True, False)
    assert len(services(phone.get("/layanan", params={"peristiwa": "nonsense", "cari": " "}).text)) == len(SHIPPED.services)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reader_gets_the_own_language_or_is_told(phone: httpx.Client, language: str) -> None:
    """What there is in Javanese and English is in them; what there is not is marked as Indonesian for who reads aloud."""
    page = phone.get("/layanan/sktm", params={"bahasa": language}).text
    assert {"id": "Surat Keterangan Tidak", "en": "Certificate of low", "jv": "Serat Katrangan Boten"}.get(
        language, "Surat"
    ) in page
    assert ('<span lang="id">Surat Keterangan Tidak Mampu' in page) is (language in {"osi", "mad"})


def test_a_first_visit_is_light(phone: httpx.Client) -> None:
    """P10 for the longest page of the catalogue in each language, and no script at all: page and style, as they travel."""
    for language in LANGUAGES:
        page = phone.get("/layanan", params={"bahasa": language})
        parts = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)) | {"/static/pattern.svg"}
        travelled = sum(int(phone.get(part).headers["content-length"]) for part in parts) + len(page.content)
        assert (travelled <= 50_000, len(parts) + 1 <= 6, "<script" in page.text) == (True, True, False)


def test_the_village_changes_and_confirms_a_service(hall: Hall, secretary: httpx.Client) -> None:
    """A line taken away, one added, a fee, a tick: the villager sees it at once, and no more doubt."""
    form = fields_of(secretary.get(f"{FORMS}/domisili").text)
    bring = "\n".join(line for line in form["bring"].split("\n") if "pengantar" not in line) + "\nFoto rumah\n"
    answer = send(secretary, f"{FORMS}/domisili", bring=bring, fee_rp="5.000", promise_days="2", sure="1")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{FORMS}?sudah=simpan")
    page = secretary.get("/layanan/domisili").text
    assert [word in page for word in ("Foto rumah", "Rp5.000", "2 hari kerja", "pengantar RT", "belum memastikannya")] == [
        *(True, True, True),
        *(False, False),
    ]
    assert "Certificate of residence" in secretary.get("/layanan/domisili?bahasa=en").text
    assert (
        hall.village.services.written("domisili")
        == 'fee_rp = 5000\npromise_days = 2\nbring = ["ktp", "kk", "foto-rumah"]\n\n[[requirement]]\nid = "foto-rumah"\ntext = "Foto rumah"\n'
    )
    send(secretary, f"{FORMS}/domisili/berkas", act="return", sure="1")
    assert (hall.village.services.written("domisili"), "Rp5.000" in secretary.get("/layanan/domisili").text) == ("", False)


def test_a_service_that_is_not_offered_is_not_seen(secretary: httpx.Client) -> None:
    """Not in the list, not found, not by its address; it can be offered again."""
    send(secretary, f"{FORMS}/penelitian", offered=None)
    assert secretary.get("/layanan/penelitian").status_code == 404
    assert services(secretary.get("/layanan?cari=skripsi").text) == []
    send(secretary, f"{FORMS}/penelitian", offered="1")
    assert secretary.get("/layanan/penelitian").status_code == 200


def test_what_is_typed_wrong_stays_and_is_told(secretary: httpx.Client) -> None:
    """Beside its field; nothing is changed."""
    answer = send(secretary, f"{FORMS}/sku", bring=" \n ", fee_rp="banyak", promise_days="61", line="tidak-ada")
    assert (answer.status_code, wrong(answer.text), 'value="banyak"' in answer.text) == (
        422,
        {
            "bring": "Tulis paling sedikit satu syarat, satu baris satu syarat.",
            "fee_rp": "Tulis angka 0 sampai 10000000.",
            "promise_days": "Tulis angka 0 sampai 60.",
            "line": "Pilih salah satu.",
        },
        True,
    )
    assert secretary.get(f"{FORMS}/tidak-ada").status_code == 404


def test_a_new_service_is_one_file_on_the_page(secretary: httpx.Client) -> None:
    """Looked through with its faults, mended, saved, seen by everybody, and deleted."""
    path = f"{FORMS}/baru/berkas"
    looked = send(secretary, path, act="look", name="izin-panen", text=WHOLE.replace("promise_days = 1", "promise_days = 99"))
    assert "izin-panen.toml (desa), baris 4, promise_days: Paling besar 60." in looked.text
    looked = send(secretary, path, act="look", name="izin-panen", text=WHOLE)
    assert ("Denah tempat" in looked.text, secretary.get("/layanan/izin-panen").status_code) == (True, 404)
    for name, text, field in (("Izin!", WHOLE, "name"), ("sku", WHOLE, "name"), ("x", " ", "text"), ("x", "a =", "text")):
        assert list(wrong(send(secretary, path, name=name, text=text).text)) == [field]
    assert send(secretary, path, name="izin-panen", text=WHOLE).status_code == 303
    assert "Denah tempat" in secretary.get("/layanan/izin-panen").text
    assert "Izin hajatan" in secretary.get(FORMS).text
    assert list(wrong(send(secretary, f"{FORMS}/izin-panen/berkas", act="return").text)) == ["sure"]
    assert send(secretary, f"{FORMS}/izin-panen/berkas", act="return", sure="1").status_code == 303
    assert secretary.get("/layanan/izin-panen").status_code == 404


def test_a_form_made_before_a_change_is_refused(secretary: httpx.Client) -> None:
    """Two secretaries do not overwrite each other unseen."""
    stale = fields_of(secretary.get(f"{FORMS}/wali").text)
    send(secretary, f"{FORMS}/wali", fee_rp="1000")
    answer = secretary.post(f"{FORMS}/wali", data=stale | {"act": "save", "fee_rp": "2000"})
    assert (answer.status_code, "Rp1.000" in secretary.get("/layanan/wali").text) == (409, True)


def test_a_clerk_cannot_change_services(phone: httpx.Client) -> None:
    """Only who may set up the hall."""
    sign_in(phone, "Budi")
    assert [phone.get(path).status_code for path in (FORMS, f"{FORMS}/sku", f"{FORMS}/sku/berkas")] == [403, 403, 403]


def test_the_regency_puts_a_service_and_takes_it_back(hall: Hall, phone: httpx.Client) -> None:
    """By its order, once; a wrong file is answered with its line; what it withdraws comes back by no late order."""
    refused = obey(hall, "catalogue.put", 1, {"toml": WHOLE.replace("keep_days = 365", "keep_days = 0")})
    assert (refused.state, refused.code) == (CommandState.REJECTED, "service-unfit")
    assert "izin-hajatan.toml (kabupaten), baris 6, keep_days: Paling kecil 1." in refused.reason
    put = obey(hall, "catalogue.put", 2, {"toml": WHOLE})
    assert (put.state, put.said) == (CommandState.APPLIED, {"version": 1, "whole": True})
    assert "Denah tempat" in phone.get("/layanan/izin-hajatan").text
    assert obey(hall, "catalogue.withdraw", 4, {}).state is CommandState.APPLIED
    assert obey(hall, "catalogue.put", 3, {"toml": WHOLE}).state is CommandState.SUPERSEDED
    assert phone.get("/layanan/izin-hajatan").status_code == 404
