"""Lists of residents as villages have them: their own tables, OpenSID's, and nonsense."""

from __future__ import annotations

import io
import zipfile
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import Refusal
from gateway.residents.files import rows_of
from gateway.residents.person import Resident, decode, folded
from gateway.residents.reading import judge
from tests.support.spreadsheets import xlsx

NIK, OTHER = "3510014107900001", "3510010107880002"
OWN = f"No;NIK;Nama Lengkap;Tgl Lahir;RT\n1;{NIK};Siti Aminah;1 Juli 1990;2\n"
OPENSID = [
    ["alamat", "dusun", "rw", "rt", "nama", "no_kk", "nik", "sex", "tempatlahir", "tanggallahir", "agama_id", "pekerjaan_id", "status_kawin", "status_dasar"],
    ["JL. MELATI 3", "KRAJAN", "001", "002", "SITI AMINAH", "3510010101100001", NIK, "2", "BANYUWANGI", "1990-07-01", "1", "9", "2", "1"],
    ["-", "KRAJAN", "001", "002", "SUDAH PINDAH", "", OTHER, "1", "", "", "1", "", "1", "3"],
    ["-", "KRAJAN", "001", "002", "BELUM PUNYA NIK", "", "0", "1", "", "", "1", "", "1", "1"],
]  # fmt: skip


def test_the_import_form_of_opensid_is_read() -> None:
    """Its codes become words, its number of a job nothing; who has moved away or has no NIK is left out and counted."""
    judged = judge(rows_of(xlsx(OPENSID)))
    assert (judged.faults, judged.gone, judged.nameless, judged.unread) == ([], 1, 1, {"job": 1})
    assert judged.residents == [
        Resident(
            NIK, "SITI AMINAH", "3510010101100001", "BANYUWANGI", "1990-07-01", "perempuan", "islam", "kawin", "", "JL. MELATI 3", "KRAJAN", "02", "01"
        )
    ]  # fmt: skip


def test_the_list_for_printing_is_read() -> None:
    """Titles above the head, words instead of codes, dates with the month's name."""
    rows = [
        ["DATA PENDUDUK"], [], ["No", "No. KK", "NIK", "Nama", "Jenis Kelamin", "Tanggal Lahir", "Agama", "Kawin", "Pekerjaan"],
        ["1", "", NIK, "SITI", "PEREMPUAN", "07 Juni 1995", "ISLAM", "BELUM KAWIN", "PETANI/PEKEBUN"],
    ]  # fmt: skip
    [one] = judge(rows).residents
    assert (one.sex, one.born_on, one.religion, one.marital, one.job) == (
        "perempuan",
        "1995-06-07",
        "islam",
        "belum-kawin",
        "PETANI/PEKEBUN",
    )


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("sign", [";", ",", "\t"])
def test_a_csv_is_read_however_it_is_parted_and_coded(coding: str, sign: str) -> None:
    """As Indonesian Excel, LibreOffice and old programs write it."""
    text = OWN.replace(";", sign).replace("Siti", "Ren\u00e9e")
    [one] = judge(rows_of(text.encode(coding))).residents
    assert (one.nik, one.name, one.born_on, one.rt) == (NIK, "Ren\u00e9e Aminah", "1990-07-01", "02")


def test_every_fault_is_told_with_its_line() -> None:
    """Too short, twice, kept as a number whose last digit a spreadsheet has lost, without a name; the rest is judged all the same."""
    rows: list[list[str | float]] = [
        ["NIK", "Nama"],
        [NIK, "Siti"],
        ["351001", "Pendek"],
        [NIK, "Kembar"],
        [3510014107900000.0, "Angka"],
        [OTHER, ""],
        [OTHER, "Budi"],
    ]
    judged = judge(rows_of(xlsx(rows)))
    assert [(fault.line, str(fault.reason)[:31]) for fault in judged.faults] == [
        (3, "NIK terdiri dari 16 angka; yang"), (4, "NIK ini sudah ada di baris 2."), (5, "NIK tersimpan sebagai angka, se"), (6, "Harus diisi."),
    ]  # fmt: skip
    assert [one.name for one in judged.residents] == ["Siti", "Budi"]


def test_a_table_without_nik_or_name_is_told_whole() -> None:
    """Nobody has to guess why nothing was found."""
    for rows in ([], [["Nama", "Alamat"], ["Siti", "Krajan"]], [["a"], ["b"]]):
        [fault] = judge(rows).faults
        assert (fault.line, "Kolom NIK dan nama" in fault.reason) == (0, True)


def test_what_is_sealed_is_read_again_and_fills_in_letters() -> None:
    """Whatever is known; a field of a later version is left out."""
    [one] = judge(rows_of(xlsx(OPENSID))).residents
    assert decode(one.encode()) == one
    assert decode(b'{"nik":"1","name":"a","later":"x"}') == Resident("1", "a")
    assert one.answers()["alamat"] == "JL. MELATI 3 Dusun KRAJAN RT 02 RW 01"
    assert (one.shown_nik, "pekerjaan" in one.answers()) == ("\N{BULLET}0001", False)
    assert folded("  M. Ren\u00e9-Aminah ") == "m reneaminah"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04nonsense", b"\xd0\xcf\x11\xe0nonsense", b"a\0b", xlsx(OPENSID)[:400]])
def test_what_is_no_table_is_refused(content: bytes) -> None:
    """In words."""
    with pytest.raises(Refusal, match="tidak terbaca"):
        rows_of(content)


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    """A small file that becomes a large one."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", bytes(130 * 1024 * 1024))
    with pytest.raises(Refusal, match="tidak terbaca"):
        rows_of(file.getvalue())


@settings(deadline=None, max_examples=150)
@given(st.integers())
def test_a_damaged_workbook_is_refused_or_read_and_never_a_fault(seed: int) -> None:
    """Bytes changed anywhere."""
    random, content = Random(seed), bytearray(xlsx(OPENSID))
    for _ in range(random.randint(1, 20)):
        content[random.randrange(len(content))] = random.randrange(256)
    try:
        judge(rows_of(bytes(content)))
    except Refusal as refusal:
        assert refusal.code == "list-unreadable"  # noqa: PT017 - reading it is as good


@settings(deadline=None)
@given(st.lists(st.lists(st.text(max_size=8) | st.floats() | st.integers() | st.none(), max_size=5), max_size=6))
def test_any_table_is_judged(rows: list[list[object]]) -> None:
    """Whatever stands in its cells."""
    judged = judge([["NIK", "Nama", "RT", "Agama", "Tanggal Lahir"], *rows])
    assert len(judged.residents) + len(judged.faults) + judged.gone + judged.nameless <= len(rows)
