"""What a list would do: line by line, and nothing that is not sure."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioning.fleet.entry import HallEntry
from provisioning.fleet.importing import Plan, plan
from provisioning.fleet.listing import read_list
from tests.provisioning.fleet.entries import BANYUWANGI, entry

FULL = "kode;desa;kecamatan;alamat;lintang;bujur;jaringan;pi;bahasa;broker;catatan\n"


def planned(text: str, *present: HallEntry, update: bool = False) -> Plan:
    """Return what the list would do beside the halls that are present."""
    rows, _ = read_list(text.encode(), "list.csv")
    return plan(rows, BANYUWANGI, present, lambda code: Path(f"{code}.toml"), update=update)


def test_every_column_reaches_its_place() -> None:
    """A regency's list says of a hall what `provision hall add` can say."""
    line = "35.10.01.2001;SUMBERAGUNG;Pesanggaran;Jl. Raya 1;-8,55;114,1;pemancar;Pi 4;osi, id;mqtts://b:1;kunci di Pak RT\n"
    made = planned(FULL + line)
    expected = entry(
        district="Pesanggaran", address="Jl. Raya 1", coordinates=[-8.55, 114.1], network="access-points", model="pi4",
        languages=["osi", "id"], notes="kunci di Pak RT", settings={"relay": {"broker": "mqtts://b:1"}},
    )  # fmt: skip
    assert (made.added, made.remarks) == ([expected], [])


@pytest.mark.parametrize(
    ("code", "village", "name"),
    [
        ("3510012001", "Sumberagung", "Balai Desa Sumberagung"), ("3510221001", "KEPATIHAN", "Kantor Kelurahan Kepatihan"),
        ("3510012001", "Desa Sumberagung", "Balai Desa Sumberagung"), ("3510012001", "Balai Sumberagung", "Balai Sumberagung"),
    ],
)  # fmt: skip
def test_a_village_gives_its_hall_a_name(code: str, village: str, name: str) -> None:
    """The village's own digits tell a kelurahan (1) from a desa (2)."""
    assert planned(f"kode,desa\n{code},{village}\n").added[0].name == name


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("3511012001;A", "bukan dari Kabupaten Banyuwangi"), ("3510012002;" + "x" * 61, "paling panjang 60"), ("3510012002", "name tidak benar"),
        ("3510012002;A;Siliragung", "padahal 35.10.01 adalah Pesanggaran"), ("3510012002;A;;;utara;1", "derajat"), ("3510012002;A;;;-8.5", "derajat"),
        ("3510012002;A;;;;;mesh", "jaringan tidak benar"), ("3510012002;A;;;;;;;basa", "bahasa tidak benar"),
        ("3510012002;A;;;;;;;;http://b", "broker tidak benar"), ("3510012001;B;Pesanggaran", "sudah ada di baris 2"),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_used_says_why_and_what_to_do(line: str, said: str) -> None:
    """The good line beside it is taken, and the fault names its line."""
    made = planned(FULL + f"3510012001;A;Pesanggaran\n{line}\n")
    [fault] = made.faults
    assert (len(made.added), fault.line, said.replace("name ", "nama ") in fault.sentence, bool(fault.remedy)) == (
        1,
        3,
        True,
        True,
    )


def test_an_official_list_has_districts_among_its_villages() -> None:
    """They become no halls, and name the district of the villages below them; capitals become names."""
    made = planned("kode;desa\n35;JAWA TIMUR\n35.10;KAB. BANYUWANGI\n35.10.01;PESANGGARAN\n35.10.01.2001;SUMBERAGUNG\n36.10;X\n")
    assert (made.added, [fault.line for fault in made.faults]) == ([entry(district="Pesanggaran")], [6])
    assert [remark.line for remark in made.remarks] == [2, 3, 4, 6]


def test_a_list_may_be_taken_again_beside_what_is_known_since() -> None:
    """That a neighbour has a district by now changes nothing of a hall for which the list names none."""
    neighbour = entry(code="3510012002", district="Pesanggaran")
    assert planned("kode,nama\n3510012001,Balai A\n", entry(name="Balai A"), neighbour).unchanged == 1


def test_a_hall_that_has_ended_does_not_come_back_by_a_list() -> None:
    """It is said, and whoever wants it back says so."""
    present = entry(retired={"on": date(2026, 11, 28), "reason": "Digabung"})
    made = planned("kode,nama\n3510012001,Balai A\n", present, update=True)
    assert (made.changed[0].retired, [remark.fault for remark in made.remarks]) == (present.retired, [False])


def test_the_same_line_twice_is_read_once() -> None:
    """That is a note, and stops nothing."""
    made = planned("kode,nama\n3510012001,A\n35.10.01.2001,A\n")
    assert (len(made.added), made.faults, [remark.line for remark in made.remarks]) == (1, [], [3])


def test_a_hall_that_is_there_is_changed_only_when_asked() -> None:
    """Cells that are empty change nothing, and what the list does not know stays."""
    present = entry(address="Jl. Raya 1", model="pi4", settings={"relay": {"keep_days": 7}})
    text = "kode,nama,alamat,broker\n3510012001,Balai A,,mqtts://b\n"
    asked, unasked = planned(text, present, update=True), planned(text, present)
    changed = entry(
        name="Balai A", address="Jl. Raya 1", model="pi4", settings={"relay": {"keep_days": 7, "broker": "mqtts://b"}}
    )
    assert (asked.changed, asked.faults, unasked.changed) == ([changed], [], [])
    assert "name, settings" in unasked.faults[0].sentence
    assert planned(text, changed).unchanged == 1


@given(
    st.lists(
        st.tuples(
            st.from_regex(r"3510012[0-9]{0,3}|[^;\n\r\"]{0,12}", fullmatch=True),
            st.text(st.characters(exclude_characters=';\n\r"', exclude_categories=["Cs"]), max_size=8),
        ),
        max_size=8,
    )
)
def test_every_line_is_accounted_for(lines: list[tuple[str, str]]) -> None:
    """Each line becomes a hall, or a fault, or a note that it was there before; none is dropped in silence."""
    text = "kode;nama\n" + "".join(f"{code};{name}\n" for code, name in lines)
    rows, before = read_list(text.replace("\0", "").encode(), "list.csv")
    made = plan(rows, BANYUWANGI, [], lambda code: Path(f"{code}.toml"), update=False)
    told = [remark for remark in made.remarks if not remark.fault and "nol" not in remark.sentence]
    assert len(rows) == len(made.added) + len(made.faults) + len(told)
    assert not [remark for remark in before if not remark.fault]
