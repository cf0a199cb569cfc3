"""Documents as a bank clerk holds them: the text of the PDF, made by the real press; and templates that are not right."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typst
from PIL import Image

from gateway.proof.proof import read_proof
from gateway.services.letters import printing
from gateway.services.letters.filling import Given, fill, person_in, trial_answers
from gateway.services.letters.printing import Broken, make
from gateway.services.letters.shipped import GENERAL, shipped_templates
from gateway.services.reading import service_of
from gateway.services.shipped import FOLDER, read_shipped
from tests.services.test_reading import SHIPPED
from tests.support.letters import CHOSEN, TODAY, LetterOffice

LETTERS = sorted(name for name, file in SHIPPED.services.items() if service_of((file,), SHIPPED.shared).document)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[LetterOffice]:
    """Open a village that gives out letters."""
    made = LetterOffice(tmp_path / "hall")
    yield made
    made.close()


def text_of(pdf: bytes) -> str:
    """Return what stands on paper, in one line."""
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    pages = done.stdout.decode()
    assert pages.count("\f") == 1, "a letter is one sheet"
    return " ".join(pages.split())


def typeset(name: str, *, whole: bool) -> str:
    """Return the text of a shipped letter, made in this process: with all answers, or with the needed ones alone."""
    service = service_of((SHIPPED.services[name],), SHIPPED.shared)
    answers = trial_answers(service)
    if not whole:
        answers = {one.id: answers[one.id] for one in service.field if one.needed}
    given, signer = Given(name, 1, answers, person_in(service, answers)), CHOSEN.who_signs()[0]
    square = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9h-9z"/></svg>'
    data = fill(given, service, CHOSEN, signer, "470/012/429.510/2026", TODAY, qr=square, logo=None)
    source = printing.parts() + shipped_templates()[service.document]
    made = typst.compile(source.encode(), ignore_system_fonts=True, sys_inputs={"surat": json.dumps(data)})
    assert isinstance(made, bytes)
    return text_of(made)


@pytest.mark.parametrize("whole", [True, False], ids=["every answer", "needed answers"])
def test_every_shipped_service_has_its_letter(whole: bool) -> None:
    """All of them, on one sheet each: head, number, date, signer, and whose name to type; no telephone number."""
    used = {service_of((SHIPPED.services[name],), SHIPPED.shared).document for name in LETTERS}
    assert used | {GENERAL} == set(shipped_templates())
    said = (
        "PEMERINTAH KABUPATEN BANYUWANGI", "DESA GENTENG KULON", "Nomor: 470/012/429.510/2026", "Genteng Kulon, 23 November 2026", "Ahmad Fauzi",
        "NIP 196801011990031001", "Siti Aminah", "ketik nama",
    )  # fmt: skip
    for name in LETTERS:
        text = typeset(name, whole=whole)
        assert (name, [one for one in said if one not in text], "812" in text) == (name, [], False)
        assert (name, text.casefold().count("siti aminah") > 1) == (name, True)  # beside the code, and in what the letter says


def test_a_letter_says_what_was_answered(office: LetterOffice) -> None:
    """Dates, money and choices as people write them; the validity is reckoned from the date."""
    text = text_of(
        office.pdf(office.issue("sktm-pendidikan", nama="Nurul 'Aini", penghasilan="1250000", sekolah="SMAN 1 Genteng").letter)
    )
    for said in (
        "Nurul 'Aini",
        "Rp1.250.000",
        "SMAN 1 Genteng",
        "Banyuwangi, 1 Juli 1990",
        "sampai dengan 21 Februari 2027",
        "3510014107900001",
    ):
        assert said in text


def test_a_village_may_print_on_folio(office: LetterOffice) -> None:
    """Indonesian offices have F4 paper, and somebody signs for the head."""
    office.choices.change(CHOSEN.model_copy(update={"signers": ("Dewi | a.n. Kepala Desa / Sekretaris Desa",)}))
    office.documents.change_template("sku", '#show: surat.with(kertas: "f4")\n#pembuka()\n#data-diri()', office.service("sku"))
    pdf = office.pdf(office.issue().letter)
    size = subprocess.run(["pdfinfo", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    assert ("609.4" in size, "ini, a.n. Kepala Desa Sekretaris Desa, Kecamatan" in text_of(pdf)) == (True, True)


def test_what_people_type_is_no_program(office: LetterOffice) -> None:
    """Signs that mean something to the typesetter are signs on paper."""
    typed = '#read("/etc/passwd") *tebal* $x$ = \\ "'
    assert typed in text_of(office.pdf(office.issue("sku", also={"nama-usaha": typed}).letter))


def test_a_reprint_is_the_same(office: LetterOffice) -> None:
    """Whatever has changed meanwhile, the letter has not: it is kept, sealed."""
    letter = office.issue().letter
    first = office.pdf(letter)
    office.documents.change_template("sku", "#show: surat.with()\n#data-diri()\nLain sama sekali.", office.service("sku"))
    assert office.pdf(letter) == first


def test_a_correction_says_what_it_replaces(office: LetterOffice) -> None:
    """Number and date of the old letter stand on the new one."""
    old = office.issue()
    text = text_of(office.pdf(office.issue(replaces=old.letter).letter))
    assert f"menggantikan surat nomor {old.number} tanggal 23 November 2026" in text


def test_the_code_proves_the_letter(office: LetterOffice) -> None:
    """What the QR code says is the letter's number, date, kind and name, signed by this hall, behind the regency's address."""
    drawn = office.documents.code_of(office.desk.find(office.issue().letter), who="1")
    address, _, proof = drawn.partition("#")
    read = read_proof(proof)
    assert address == "https://surat.banyuwangi.example/periksa"
    assert (read.told.number, read.told.kind, read.name.fits("siti aminah")) == (
        "510/001/429.510/2026",
        "Surat Keterangan Usaha (SKU)",
        True,
    )
    assert read.is_signed_by(office.key.public_key())


def test_a_new_letter_is_one_file_and_one_template(tmp_path: Path) -> None:
    """Nothing else is written, and it is given out with a number and a code; without the template the general one serves."""
    shutil.copytree(FOLDER, tmp_path / "shipped")
    (tmp_path / "shipped" / "izin-hajatan.toml").write_text(
        'name = "Surat Izin Hajatan"\nsummary = "Untuk hajatan."\nline = "administrasi"\npromise_days = 1\ndocument = "izin-hajatan"\n'
        'basis = "Peraturan Desa 3/2024."\nkeep_days = 365\nbring = ["ktp"]\nask = ["nama", "alamat", "tamu"]\nsteps = ["tanda-tangan"]\n'
        '[[field]]\nid = "tamu"\nkind = "number"\nlabel = "Berapa tamu?"\n'
    )
    office = LetterOffice(tmp_path / "hall", shipped=tmp_path / "shipped")
    general = text_of(office.pdf(office.issue("izin-hajatan", tamu="1250").letter))
    template = '#show: surat.with(judul: "Izin Hajatan")\n#pembuka(kata: "mengizinkan")\n#data-diri()\nMengundang *#nilai("tamu")* tamu.\n#penutup()\n'
    office.documents.change_template("izin-hajatan", template, office.service("izin-hajatan"))
    letter = office.issue("izin-hajatan", tamu="1250")
    own = text_of(office.pdf(letter.letter))
    made_by = office.desk.find(letter.letter).made_by
    office.close()
    assert ("Berapa tamu : 1.250" in general, "SURAT IZIN HAJATAN" in general) == (True, True)
    assert ("Mengundang 1.250 tamu." in own, f"Nomor: {letter.number}" in own, made_by) == (True, True, "desa 1")


def test_a_template_that_breaks_keeps_nobody_waiting(office: LetterOffice) -> None:
    """It was good for the examples and breaks for this person: the former version is taken, else the shipped one, and it is told."""
    service = office.service("sku")
    bad = '#show: surat.with()\n#data-diri()\n#if nilai("nama") == "Dewi Lestari" { panic("x") }'
    office.documents.change_template("sku", bad, service)
    first = office.issue(nama="Dewi Lestari").letter
    office.documents.change_template("sku", "#show: surat.with()\n#data-diri()\nVersi kedua.", service)
    office.documents.change_template("sku", bad + " ", service)
    second = office.issue(nama="Dewi Lestari").letter
    assert "SURAT KETERANGAN USAHA" in text_of(office.pdf(first)).upper()
    assert "Versi kedua." in text_of(office.pdf(second))
    assert [office.desk.find(one).made_by for one in (first, second)] == ["bawaan", "desa 2"]


@pytest.mark.parametrize(
    ("text", "lacks"),
    [
        ("#data-diri()\n#image(bytes(_surat.qr))", "nomor"),
        ("#show: surat.with()\n#penutup()", "nama"),
        ("Nomor #nomor\n#data-diri()", "kode QR"),
        ('#image(bytes(_surat.qr))\n#upper(nomor) #upper(nilai("nama"))', ""),
    ],
)
def test_a_template_lacks_nothing_that_makes_a_letter(office: LetterOffice, text: str, lacks: str) -> None:
    """Number, person and code must be on paper, however they are printed; else the template is refused with what lacks."""
    try:
        office.documents.change_template("sku", text, office.service("sku"))
        told = ""
    except Broken as broken:
        told = str(broken.reason)
    assert (told.startswith(lacks), office.documents.village_template("sku")) == (True, "" if lacks else text)


def test_a_broken_template_is_never_kept(office: LetterOffice) -> None:
    """It is told with its line; what was there stays."""
    with pytest.raises(Broken) as caught:
        office.documents.change_template("sku", "#show: surat.with()\n\n#tidak-ada()", office.service("sku"))
    assert (caught.value.line, "tidak-ada" in caught.value.reason, office.documents.village_templates()) == (3, True, set())


HOSTILE = {
    "reads a file": '#read("/etc/passwd")',
    "reads beside itself": '#read("umum.typ")',
    "includes the parts": '#include "bagian.typ"',
    "fetches a package": '#import "@preview/cetz:0.3.4"',
    "never ends": "#let x = 0\n#while x < 10 { x = x - 1 }",
    "calls itself": "#let f(n) = f(n + 1)\n#f(1)",
    "eats the memory": '#let s = "a" * 1000\n#for i in range(60) { s = s + s }\n#s',
    "is too long": "a" * (printing.SOURCE_LIMIT_BYTES + 1),
    "is no template": "#let",
}


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_template_can_do_nothing_but_a_document(source: str) -> None:
    """No file, no network, no end of time or memory: each is a broken template, told in words."""
    surat = {"nomor": "", "tanggal": "", "judul": "", "desa": {"nama": "", "kecamatan": "", "kabupaten": ""}, "penandatangan": {}}
    with pytest.raises(Broken) as caught:
        make(source, surat)
    assert caught.value.reason


def test_the_press_opens_nothing_because_it_is_not_let(tmp_path: Path) -> None:
    """The control: without its limit of descriptors the same press reads a file of its folder; with it, none."""
    (tmp_path / "rahasia.txt").write_text("rahasia")
    asked = json.dumps({"source": '#read("rahasia.txt")', "inputs": {}, "format": "pdf"}).encode()
    press = printing.PRESS.read_text().replace('Path(__file__).parent / "shipped"', f"Path({str(tmp_path)!r})")
    ends = []
    for text in (press, press.replace("resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))", "")):
        (tmp_path / "press.py").write_text(text)
        command = [sys.executable, "-I", str(tmp_path / "press.py")]
        ends.append(subprocess.run(command, input=asked, capture_output=True, check=False).returncode)
    assert ends == [1, 0]


def test_a_logo_stands_at_the_head(office: LetterOffice) -> None:
    """Any picture is drawn anew; a letter with it is larger, and taken away again it is gone."""
    drawn = io.BytesIO()
    Image.effect_noise((300, 300), 90).save(drawn, "PNG")
    without = len(office.pdf(office.issue().letter))
    office.documents.put_logo(drawn.getvalue())
    with_logo = len(office.pdf(office.issue().letter))
    office.documents.put_logo(None)
    assert (with_logo > without + 5000, office.documents.logo()) == (True, None)


def test_shipped_files_are_read_by_name() -> None:
    """The parts are no template."""
    assert ("bagian" in shipped_templates(), GENERAL in shipped_templates(), len(read_shipped().services) > len(LETTERS)) == (
        False,
        True,
        True,
    )
