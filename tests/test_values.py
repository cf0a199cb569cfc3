"""What people type is read by the rules of Indonesian papers."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.services.document import Question
from gateway.values import KINDS, Wrong, last_four, nik_doubts, read_value


def asked(kind: str, **rules: object) -> Question:
    """Return a question of a kind."""
    choices = {"choices": {"sapi": {"id": "Sapi"}, "kambing": {"id": "Kambing"}}} if kind == "choice" else {}
    return Question.model_validate({"id": "x", "kind": kind, "label": "X", **choices, **rules})


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        ("name", "  Siti   Aminah ", "Siti Aminah"),
        ("nik", "3510 0141 0790 0001", "3510014107900001"),
        ("kk", "35.1001.0101.10.0001", "3510010101100001"),
        ("phone", "0812-3456-7890", "+6281234567890"),
        ("phone", "+62 812 3456 7890", "+6281234567890"),
        ("phone", "62 81234567890", "+6281234567890"),
        ("phone", "81234567890", "+6281234567890"),
        ("date", "2022-10-07", "2022-10-07"),
        ("date", "7-10-2022", "2022-10-07"),
        ("date", "07/10/2022", "2022-10-07"),
        ("date", "7 Oktober 2022", "2022-10-07"),
        ("date", "7 okt 2022", "2022-10-07"),
        ("money", "Rp1.500.000", "1500000"),
        ("money", "Rp 1.500.000,-", "1500000"),
        ("money", "1500000", "1500000"),
        ("number", "1.250", "1250"),
        ("number", "-3", "-3"),
        ("village", "35.10.01.2001", "3510012001"),
        ("choice", "sapi", "sapi"),
        ("yes-no", "Ya", "ya"),
    ],
)
def test_a_good_answer_has_one_spelling(kind: str, typed: str, kept: str) -> None:
    """However it is typed, it is kept in one way, and that way is read again as itself."""
    assert read_value(asked(kind), typed) == kept
    assert read_value(asked(kind), kept) == kept


@pytest.mark.parametrize(
    ("kind", "typed", "told"),
    [
        ("text", "  ", "Harus diisi."),
        ("text", "a\0b", "Ada tanda yang tidak dapat ditampilkan; ketik ulang."),
        ("text", "x" * 121, "Paling panjang 120 huruf."),
        ("nik", "351001410790000", "NIK terdiri dari 16 angka; yang tertulis 15 tanda."),
        ("nik", "\u0663" * 16, "NIK terdiri dari 16 angka; yang tertulis 16 tanda."),
        ("kk", "12", "Nomor KK terdiri dari 16 angka; yang tertulis 2 tanda."),
        ("phone", "0333 421 000", "Tulis nomor ponsel Indonesia, misalnya 0812 3456 7890."),
        ("date", "31-2-2022", "Tanggal ini tidak ada di kalender."),
        ("date", "7 ju 2022", "Tulis tanggal seperti 7-10-2022 atau 7 Oktober 2022."),
        ("date", "7-10-22", "Tulis tanggal seperti 7-10-2022 atau 7 Oktober 2022."),
        ("date", "7-10-0022", "Tahunnya tidak masuk akal; tulis empat angka, misalnya 1987."),
        ("money", "banyak", "Tulis jumlah rupiah, misalnya Rp1.500.000."),
        ("money", "9" * 40, "Angkanya terlalu besar."),
        ("number", "1.5", "Tulis angka bulat."),
        ("village", "35.10", "Kode desa terdiri dari 10 angka, misalnya 35.10.01.2001."),
        ("choice", "kuda", "Pilih salah satu."),
        ("yes-no", "mungkin", "Jawab ya atau tidak."),
    ],
)
def test_a_bad_answer_is_told_what_to_type(kind: str, typed: str, told: str) -> None:
    """No code and no blame: a sentence with the form that is wanted."""
    with pytest.raises(Wrong) as raised:
        read_value(asked(kind), typed)
    assert raised.value.reason == told


def test_limits_are_those_of_the_question() -> None:
    """Least, most and longest of a service's file count."""
    for rules, typed, told in (({"least": 1}, "0", "Paling kecil 1."), ({"most": 30}, "31", "Paling besar 30.")):
        with pytest.raises(Wrong) as raised:
            read_value(asked("number", **rules), typed)
        assert raised.value.reason == told
    assert read_value(asked("text", longest=200), "x" * 200) == "x" * 200


@given(st.sampled_from(KINDS), st.text(max_size=60))
def test_reading_again_changes_nothing(kind: str, typed: str) -> None:
    """Whatever is typed is refused in words, or kept in a spelling that stays."""
    try:
        kept = read_value(asked(kind), typed)
    except Wrong:
        return
    assert read_value(asked(kind), kept) == kept


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)), st.booleans(), st.integers(0, 9999))
def test_a_nik_that_fits_its_date_raises_no_doubt(born: date, woman: bool, number: int) -> None:
    """Of a woman the day is 40 more; every region and every number is right."""
    nik = f"917399{born.day + 40 * woman:02}{born.month:02}{born.year % 100:02}{number:04}"
    assert nik_doubts(nik, born) == []
    assert read_value(asked("nik"), nik) == nik


@given(st.from_regex(r"[0-9]{16}", fullmatch=True), st.dates() | st.none())
def test_a_strange_nik_is_doubted_and_never_refused(nik: str, born: date | None) -> None:
    """At most one sentence, which says that it may go on."""
    doubts = nik_doubts(nik, born)
    assert read_value(asked("nik"), nik) == nik
    assert [doubt for doubt in doubts if not doubt.endswith("bila memang begitu, lanjutkan.")] == []
    assert len(doubts) <= 1


def test_a_nik_of_another_day_is_doubted() -> None:
    """The control of the two above, and how a page shows a NIK."""
    assert len(nik_doubts("3510014107900001", date(1990, 7, 2))) == 1
    assert len(nik_doubts("3510019913900001", None)) == 1
    assert last_four("3510014107900001") == "\N{BULLET}0001"
