"""Lists of villages as spreadsheets write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Refusal
from provisioning.fleet.listing import COLUMNS, LIMIT_BYTES, read_list

PLAIN = "kode,nama,kecamatan\n3510012001,Sumberagung,Pesanggaran\n"
CELLS = {"code": "3510012001", "name": "Sumberagung", "district": "Pesanggaran"}


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (PLAIN.encode(), 2),
        (b"\xef\xbb\xbf" + PLAIN.replace(",", ";").replace("\n", "\r\n").encode(), 2),
        (PLAIN.replace(",", "\t").encode("utf-16"), 2),
        (PLAIN.replace("\n", "\r").encode(), 2),
        (b"sep=;\r\n" + PLAIN.replace(",", ";").replace("\n", "\r\n").encode(), 3),
        (b"Daftar Desa, Kabupaten Banyuwangi\n\n,,\n" + PLAIN.encode() + b",,\n\n", 5),
        (b'No;"Kode\nDesa";Nama Balai;KECAMATAN;\n\n1;3510012001; Sumberagung ;"Pesanggaran";\n', 4),
        (PLAIN.replace("nama", "Nama_Balai").replace("kode", "Kode (Kemendagri)").encode(), 2),
    ],
)  # fmt: skip
def test_one_list_in_many_dresses(content: bytes, line: int) -> None:
    """Marks, separators, line ends, titles, empty lines and quotes change nothing of what is read."""
    rows, remarks = read_list(content, "list.csv")
    assert ([(row.line, row.cells) for row in rows], remarks) == ([(line, CELLS)], [])


def test_a_list_that_is_not_utf8_is_read_and_told() -> None:
    """Excel in an Indonesian Windows writes Windows-1252."""
    rows, remarks = read_list("kode;nama\n3510012001;Désa\n".encode("cp1252"), "list.csv")
    assert (rows[0].cells["name"], [remark.fault for remark in remarks]) == ("Désa", [False])


def test_what_is_not_read_is_told() -> None:
    """A column that nobody reads is named; a line with more cells than columns is kept out."""
    rows, remarks = read_list(b"kode,nama,kades\n3510012001,A,B\n3510012002,Balai, Desa,X\n,,Jumlah\n", "list.csv")
    assert [row.line for row in rows] == [2]
    assert [(remark.line, remark.fault) for remark in remarks] == [(1, False), (3, True), (4, False)]


def test_a_broken_letter_keeps_its_line_out() -> None:
    """It was lost before the list came here; a name with it would stand on a board."""
    rows, remarks = read_list("kode,nama\n3510012001,D\ufffdsa\n3510012002,B\n".encode(), "list.csv")
    assert ([row.line for row in rows], [(remark.line, remark.fault) for remark in remarks]) == ([3], [(2, True)])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "kolom bernama kode"), (b"3510012001,Sumberagung\n", "kolom bernama kode"), (b"kode,kecamatan\n1,2\n", "nama atau desa"),
        (b"kode,nama,balai\n1,2,3\n", "dua kolom"), (b"PK\x03\x04xl/worksheets", "Excel"), (b"kode,nama\n\0\n", "bukan teks"),
        (b'kode,nama\n1,"' + b"x" * 200_000, "tanda kutip"), (b"x" * (LIMIT_BYTES + 1), "4 MB"), (b"\xff\xfea", "kolom bernama kode"),
    ],
)  # fmt: skip
def test_what_is_no_list_is_refused_with_the_reason(content: bytes, reason: str) -> None:
    """Nothing of it is read."""
    with pytest.raises(Refusal) as refused:
        read_list(content, "list.csv")
    assert (refused.value.code, reason in refused.value.sentence) == ("hall-list", True)


@given(
    st.binary(max_size=300)
    | st.binary(max_size=100).map(lambda more: PLAIN.encode() + more)
    | st.text(max_size=200).map(lambda text: f"kode;nama\n{text}".encode("utf-16", "surrogatepass"))
)
def test_any_bytes_are_a_list_or_refused(content: bytes) -> None:
    """Whatever is in the file, rows with lines and known columns come of it, or a refusal."""
    try:
        rows, _ = read_list(content, "list.csv")
    except Refusal:
        return
    assert all(row.line > 1 and set(row.cells) <= set(COLUMNS) for row in rows)
