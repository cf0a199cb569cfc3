"""S1: made-up people who use every form of a hall that asks for something personal, with browsers without scripts."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from html import unescape
from random import Random

import httpx
from PIL import Image

from tests.bench.stolen_marks import Person, make_person
from tests.support.spreadsheets import xlsx

PIN = "739164"
NOTHING = {"photo": ("", b"")}
PHOTO = "photo"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF"
"""How the hall begins every picture that it has drawn anew: the only one of this morning is a complaint's."""
FEATURES = ("resident", "listed", "request", "draft", "complaint", "need", "guest", "seller")


class Morning:
    """One morning with one made-up person for each feature."""

    def __init__(self, random: Random, features: tuple[str, ...] = FEATURES) -> None:
        self.people: dict[str, Person] = {feature: make_person(random) for feature in features}

    def marks(self) -> list[tuple[str, str]]:
        """Return all that must be found nowhere."""
        return [(f"{feature}/{what}", mark) for feature, person in self.people.items() for what, mark in person.marks().items()]

    def live(self, address: str) -> None:
        """Do it all. Raises AssertionError where a form was not taken: then nothing would be proved."""
        with _browser(address) as head, _browser(address, "10.0.0.7") as phone:
            assert head.post("/masuk", data={"officer": "Siti", "pin": PIN}).status_code == 303
            csrf = hidden(head.get("/atur/data-warga").text)["csrf"]
            self._bring_residents(head, csrf)
            self._ask_for_a_letter(phone, head)
            self._leave_a_draft(phone)
            self._complain(phone, head)
            self._report_a_neighbour(phone)
            self._sign_the_guest_book(phone)
            self._offer(phone)

    def _bring_residents(self, head: httpx.Client, csrf: str) -> None:
        one, other = self.people["resident"], self.people["listed"]
        title = ["NIK", "No KK", "Nama", "Alamat", "Dusun"]
        rows = [[who.nik, who.kk, who.name, who.words, "Krajan"] for who in (one, other)]
        table = "\n".join(";".join(row) for row in [title, *rows]).encode()
        for name, content in (("warga.csv", table), ("warga.xlsx", xlsx([title, *rows]))):
            taken = head.post("/atur/data-warga", data={"csrf": csrf, "act": "bring"}, files={"file": (name, content)})
            assert taken.status_code == 303, taken.text[-2000:]
        found = head.post("/petugas/warga", data={"csrf": csrf, "who": one.nik})
        record = re.findall(r"/petugas/data/resident/(\w+)", found.text)[0]
        assert (
            head.post("/petugas/warga", data={"csrf": csrf, "who": other.name.split()[0]}).text.count("/petugas/data/resident/")
            == 1
        )
        assert head.get(f"/petugas/data/resident/{record}").status_code == 200
        assert one.nik in head.post(f"/petugas/data/resident/{record}", data={"csrf": csrf, "act": "copy"}).text
        form = {"csrf": csrf, "name": one.name, "address": one.words, "job": "Petani", "nik": "", "kk": ""}
        assert head.post(f"/petugas/warga/{record}", data=form).status_code == 303
        assert head.post("/petugas/warga", data={"csrf": csrf, "who": self.people["request"].nik}).status_code == 200
        for path in ("/atur/pelindungan-data/catatan", "/atur/pelindungan-data/kebocoran"):
            assert head.get(path).status_code == 200

    def _ask_for_a_letter(self, phone: httpx.Client, head: httpx.Client) -> None:
        person = self.people["request"]
        draft = _begin(phone)
        answers = _answers(person)
        assert (
            phone.post(
                draft, data={"dari": "semua", "act": "next", **{f"isi-{one}": text for one, text in answers.items()}}
            ).status_code
            == 303
        )
        own = phone.post(f"{draft}/kirim").headers["location"]
        number = int(re.findall(r"REG-0*(\d+)", phone.get(own).text)[0])
        path = f"/loket/permohonan/{number}"
        typed = {f"isi-{one}": text for one, text in answers.items()} | {
            f"ada-{one}": "1" for one in ("pengantar-rt", "ktp", "kk", "akta-lahir")
        }
        wrong = head.post(path, data=hidden(head.get(path).text) | typed | {"act": "save", "isi-tanggal-lahir": "kemarin"})
        assert wrong.status_code == 422, "a wrong date was taken"
        assert head.post(path, data=hidden(head.get(path).text) | typed | {"act": "save"}).status_code == 303
        for act in ("approve", "sign"):
            page = head.get(path).text
            assert head.post(path, data=hidden(page, -1 if act == "sign" else 1) | {"act": act}).status_code == 303, act
        for letter in set(re.findall(r'href="([^"]*\.pdf[^"]*|/loket/surat/[^"]*)"', head.get(path).text)):
            head.get(unescape(letter))

    def _leave_a_draft(self, phone: httpx.Client) -> None:
        draft = _begin(phone)
        typed = {f"isi-{one}": text for one, text in _answers(self.people["draft"]).items()}
        assert phone.post(draft, data={"dari": "semua", "act": "next", **typed}).status_code == 303

    def _complain(self, phone: httpx.Client, head: httpx.Client) -> None:
        person = self.people["complaint"]
        form = {
            "jenis": "jalan",
            "cerita": person.words,
            "siapa": "nama",
            "nama": person.name,
            "nomor": person.phone,
            "tempat": person.words,
        }
        sent = phone.post("/pengaduan", data=hidden(phone.get("/pengaduan").text) | form)
        assert 'id="code"' in sent.text, sent.text[-2000:]
        [path] = re.findall(r'href="(/petugas/pengaduan/[0-9a-z]{8})"', head.get("/petugas/pengaduan").text)
        assert person.words in head.get(path).text
        code = re.findall(r'id="code">([0-9A-Z-]+)<', sent.text)[0]
        thread = phone.post("/pengaduan/kode", data={"kode": code}).text
        form = {"kode": code, "key": re.findall(r'name="key" value="([^"]*)"', thread)[-1]}
        assert phone.post("/pengaduan/foto", data=form, files={"file": ("a.png", _picture())}).status_code == 200

    def _report_a_neighbour(self, phone: httpx.Client) -> None:
        person = self.people["need"]
        form = {
            "jenis": "lansia",
            "siapa": person.name,
            "tempat": person.words,
            "cerita": person.words,
            "saya": "nama",
            "nama": person.name,
            "nomor": person.phone,
        }
        sent = phone.post("/bantuan", data=hidden(phone.get("/bantuan").text) | form)
        assert 'id="code"' in sent.text, sent.text[-2000:]

    def _sign_the_guest_book(self, phone: httpx.Client) -> None:
        person = self.people["guest"]
        form = {"name": person.name, "purpose": "office", "institution": person.words, "agree": "1"}
        assert phone.post("/buku-tamu", data=hidden(phone.get("/buku-tamu").text) | form).status_code == 303

    def _offer(self, phone: httpx.Client) -> None:
        person = self.people["seller"]
        form = {
            "title": "Keripik",
            "category": "food",
            "price": "Rp15.000",
            "unit": "per bungkus",
            "text": "Renyah.",
            "name": person.name,
            "phone": person.phone,
            "place": person.words,
            "agree": "1",
        }
        sent = phone.post("/lapak/jual", data=hidden(phone.get("/lapak/jual").text) | form, files=NOTHING)
        assert 'class="code"' in sent.text, sent.text[-2000:]


def hidden(page: str, which: int = 0) -> dict[str, str]:
    """Return the hidden fields of a page's form."""
    form = re.findall(r"<form [^>]*method=\"post\".*?</form>", page, re.DOTALL)[which]
    return {unescape(name): unescape(value) for name, value in re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', form)}


def _picture() -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (120, 90), "#0b4f6c").save(content, "PNG")
    return content.getvalue()


def _begin(phone: httpx.Client) -> str:
    path = "/layanan/skck/ajukan"
    begun = phone.post(path, data=hidden(phone.get(path).text) | {"cara": "semua"})
    assert begun.status_code == 303
    return begun.headers["location"]


def _answers(person: Person) -> Mapping[str, str]:
    return {
        "nama": person.name, "nik": person.nik, "tempat-lahir": "Banyuwangi", "tanggal-lahir": "1 Juli 1990", "jenis-kelamin": "perempuan",
        "agama": "islam", "status-kawin": "kawin", "pekerjaan": "Petani", "alamat": person.words, "keperluan": "Melamar kerja", "telepon": person.phone,
    }  # fmt: skip


def _browser(address: str, stranger: str = "") -> httpx.Client:
    headers = {"x-real-ip": stranger} if stranger else {}
    return httpx.Client(base_url=address, timeout=60, trust_env=False, headers=headers)
