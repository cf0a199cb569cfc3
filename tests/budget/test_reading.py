"""A budget from a spreadsheet: what is understood, what is refused and where, what adds up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.budget.model import Budget, Row, share
from gateway.budget.reading import EXAMPLE, FAULTS_LIMIT, read_budgets

HEAD = "tahun;bagian;kode;uraian;anggaran;realisasi\n"


def test_the_template_is_a_budget_that_closes() -> None:
    """What a village downloads can be sent as it is: no fault, no gap, nothing left over."""
    judged = read_budgets("\ufeff" + EXAMPLE)
    budget = judged.budgets[2026]
    assert (judged.faults, judged.rows, len(budget.rows), budget.gaps, budget.rest_rp) == ([], 9, 9, (), 0)
    assert (budget.planned("income"), budget.realised("income"), budget.realised("spending")) == (
        1_500_000_000,
        975_000_000,
        None,
    )
    assert (budget.surplus_rp, [row.name for row in budget.chief("spending")][1]) == (-50_000_000, "Pembangunan desa")


@pytest.mark.parametrize("sign", [";", ",", "\t"])
@pytest.mark.parametrize("amount", ["1500000", "Rp1.500.000", "1.500.000,00", "Rp 1.500.000,-"])
def test_amounts_and_signs_as_people_save_them(sign: str, amount: str) -> None:
    """Excel of any country, with ``sep=`` or a mark before it, and columns in any order."""
    head, row = ["URAIAN", "anggaran", "Tahun", "bagian"], ["Dana desa", f'"{amount}"', "2026", "PENDAPATAN"]
    text = f"sep={sign}\r\n" + "\r\n".join(sign.join(cells) for cells in (head, row)) + "\r\n\r\n"
    assert read_budgets(text).budgets == {2026: Budget(2026, (Row("income", "", "Dana desa", 1_500_000, None),))}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("26;Belanja;1;Jalan;1;", "empat angka"),
        ("2026;Lain;1;Jalan;1;", "salah satu"),
        ("2026;Belanja;1;;1;", "Uraian"),
        ("2026;Belanja;1 2;Jalan;1;", "Kode"),
        ("2026;Belanja;1;Jalan;satu;", "Anggaran"),
        ("2026;Belanja;1;Jalan;;", "Anggaran"),
        ("2026;Belanja;1;Jalan;-5;", "Anggaran"),
        ("2026;Belanja;1;Jalan;1.50;", "Anggaran"),
        ("2026;Belanja;1;Jalan;99999999999999;", "Anggaran"),
        ("2026;Belanja;1;Jalan;1;x", "Realisasi"),
        ("2026;Belanja", "Uraian"),
    ],
)
def test_each_fault_names_its_line(row: str, said: str) -> None:
    """And nothing of the file counts, though the line before it was good."""
    judged = read_budgets(f"{HEAD}2026;Belanja;9;Baik;1;\n\n{row}\n")
    [(number, reason)] = judged.faults
    assert (number, said in str(reason), judged.budgets) == (4, True, {})


def test_a_file_that_is_none() -> None:
    """No head, no rows, a code twice, too much of it: told in words."""
    assert [str(read_budgets(text).faults[0][1])[:20] for text in ("", "a;b\n1;2", HEAD, HEAD + "2026;Belanja;1;A;1;\n" * 2, "x" * 40_000)] == [
        "Judul kolom belum ad", "Judul kolom belum ad", "Belum ada baris di b", "Kode 1 sudah ada di ", "Berkas ini terlalu b",
    ]  # fmt: skip
    assert len(read_budgets(HEAD + "x;;;;;\n" * 900).faults) == FAULTS_LIMIT


def test_a_line_that_is_not_its_sum_is_told() -> None:
    """Only the nearest line counts as belonging to; a line that has none belongs to the total."""
    rows = [("5", 100), ("5.1", 60), ("5.1.1", 50), ("5.1.1.1", 50), ("5.2", 40), ("6", 7)]
    budget = Budget(2026, tuple(Row("spending", code, code, planned, None) for code, planned in rows))
    assert [(gap.row.code, gap.summed_rp) for gap in budget.gaps] == [("5.1", 50)]
    assert (budget.planned("spending"), [row.code for row in budget.chief("spending")]) == (107, ["5", "6"])


@given(st.text(max_size=400))
def test_nonsense_is_judged_and_never_believed(text: str) -> None:
    """Whatever is sent: a verdict, and a budget only where there is no fault."""
    judged = read_budgets(HEAD + text)
    assert bool(judged.faults) != bool(judged.budgets)
    assert 0 <= share(3, 7) <= 100
