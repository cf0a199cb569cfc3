"""The folder of the inventory: whole or as before, one command at a time."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Refusal
from provisioning.fleet.entry import FleetSettings, HallEntry
from provisioning.fleet.folder import FleetFolder
from tests.provisioning.fleet.entries import BANYUWANGI, CODE, entry, inventory


def names(folder: FleetFolder) -> list[str]:
    """Return what lies beside the halls' files."""
    return sorted(path.name for path in (folder.path / "halls").iterdir())


def test_halls_are_read_back_by_code(tmp_path: Path) -> None:
    """In an order that does not change, beside files that are none of ours."""
    halls = [entry(code=f"351001200{number}", name=f"Balai {number}") for number in (3, 1, 2)]
    folder = inventory(tmp_path, *halls)
    (folder.path / "halls" / "catatan.txt").write_text("kunci")
    assert folder.entries(BANYUWANGI) == (sorted(halls, key=lambda one: one.code), [])


def test_one_bad_file_hides_no_other(tmp_path: Path) -> None:
    """It is named with what is wrong; a file under another hall's name is one, and so is one that git could not merge."""
    folder = inventory(tmp_path, entry())
    (folder.path / "halls" / "3510012002.toml").write_text(folder.file(CODE).read_text())
    (folder.path / "halls" / "3510012003.toml").write_text("<<<<<<< HEAD\n")
    (folder.path / "halls" / "3510012004.toml").write_bytes(b"\xff\xfe")
    found, faults = folder.entries(BANYUWANGI)
    assert ([one.code for one in found], [str(fault.facts["path"])[-7:-5] for fault in faults]) == ([CODE], ["02", "03", "04"])
    assert f"harus bernama {CODE}.toml" in faults[0].sentence


_values = st.recursive(
    st.booleans() | st.integers(-9, 99) | st.floats() | st.text(max_size=4) | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["hall", "relay", "id", "kind", "pin", "broker", "x"]), inner, max_size=3)
    ),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([*HallEntry.model_fields, "x"]), _values, max_size=5) | st.binary(max_size=60))
def test_any_file_is_a_hall_or_told(nonsense: dict[str, Any] | bytes) -> None:
    """Whatever a person or a broken disk has put there."""
    with TemporaryDirectory() as place:
        folder = inventory(Path(place))
        whole = {"code": CODE, "name": "Balai"} | nonsense if isinstance(nonsense, dict) else nonsense
        folder.file(CODE).write_bytes(tomlkit.dumps(whole).encode() if isinstance(whole, dict) else whole)
        found, faults = folder.entries(BANYUWANGI)
        assert len(found) + len(faults) == 1


def test_a_file_that_notepad_saved_is_read_and_changed(tmp_path: Path) -> None:
    """Its mark and its line ends are no fault; what a person wrote stays."""
    folder = inventory(tmp_path, entry())
    text = f'# kunci\r\ncode = "{CODE}"\r\nname = "Balai A"\r\n'
    folder.file(CODE).write_bytes(b"\xef\xbb\xbf" + text.encode())
    folder.write([entry(name="Balai B")], BANYUWANGI)
    assert (folder.entry(CODE, BANYUWANGI).name, folder.file(CODE).read_text().startswith("# kunci\n")) == ("Balai B", True)


def test_several_files_are_written_or_none(tmp_path: Path) -> None:
    """A disk that refuses the second leaves the first as it was, and no remains."""
    folder = inventory(tmp_path, entry())
    before = folder.file(CODE).read_text()
    (folder.path / "halls" / ".3510012002.toml.part").mkdir()
    with pytest.raises(Refusal) as refused:
        folder.write([entry(name="Balai A"), entry(code="3510012002")], BANYUWANGI)
    assert (refused.value.code, folder.file(CODE).read_text()) == ("file-failed", before)
    assert names(folder) == [".3510012002.toml.part", f"{CODE}.toml"]


def test_what_says_the_same_is_not_touched(tmp_path: Path) -> None:
    """Not even its time changes."""
    folder = inventory(tmp_path, entry())
    before = folder.file(CODE).stat().st_mtime_ns, folder.file(CODE).stat().st_ino
    folder.write([entry()], BANYUWANGI)
    assert (folder.file(CODE).stat().st_mtime_ns, folder.file(CODE).stat().st_ino) == before


def test_one_command_at_a_time_changes_a_folder(tmp_path: Path) -> None:
    """The second is told to wait; when the first has ended, it may."""
    folder = inventory(tmp_path)
    with folder.changing(), pytest.raises(Refusal) as refused, FleetFolder(folder.path).changing():
        pass
    with folder.changing():
        pass
    assert refused.value.code == "fleet-busy"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("regency = [", "settings-unreadable"), ('regency = "K"\ncode = "35"\n', "settings-invalid"), ('regency = "K"\n', "settings-invalid"),
        ('regency = "K"\ncode = "3510"\nlanguages = []\n', "settings-invalid"), ('regency = "K"\ncode = "3510"\ncolour = 1\n', "settings-unknown-key"),
        ('regency = "K"\ncode = "3510"\n[settings.relay]\ntopic_rot = "x"\n', "settings-unknown-key"),
        ('regency = "K"\ncode = "3510"\n[settings.hall]\nid = "3510012001"\n', "settings-invalid"),
        ('regency = "K"\ncode = "3510"\n[settings]\nhall = 3\n', "settings-invalid"),
    ],
)  # fmt: skip
def test_a_mistake_in_what_halls_share_is_told_of_that_file(tmp_path: Path, text: str, code: str) -> None:
    """And not of each hall."""
    folder = inventory(tmp_path)
    folder.shared.write_text(text)
    with pytest.raises(Refusal) as refused:
        folder.settings()
    assert (refused.value.code, refused.value.facts["path"]) == (code, folder.shared)


def test_a_folder_is_begun_once(tmp_path: Path) -> None:
    """What is there is never overwritten, and settings that no hall could load make no folder."""
    folder = inventory(tmp_path)
    with pytest.raises(Refusal) as refused:
        folder.begin(BANYUWANGI)
    bad = FleetFolder(tmp_path / "other")
    with pytest.raises(Refusal) as unfit:
        bad.begin(FleetSettings(regency="Kabupaten", code="3510", settings={"relay": {"broker": "x"}}))
    assert (refused.value.code, unfit.value.code, bad.path.exists()) == ("fleet-founded", "settings-invalid", False)
