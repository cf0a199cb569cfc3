"""Recorded clips are whole or not there, and no name leads out of their folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.errors import Refusal
from gateway.voice import sound
from gateway.voice.shelf import Shelf
from tests.support.voices import spoken


def test_a_good_recording_is_put_in_place(tmp_path: Path) -> None:
    """It is there at once, in the hall's own format, for this shelf and any later one."""
    shelf = Shelf(tmp_path)
    assert shelf.clip("jv", "angka-2") is None
    assert shelf.put("jv", "angka-2", spoken()) == ()
    assert (
        shelf.clip("jv", "angka-2") == Shelf(tmp_path).clip("jv", "angka-2") == sound.from_wav(shelf.wav("jv", "angka-2") or b"")
    )
    assert [file.name for file in (tmp_path / "jv").iterdir()] == ["angka-2.wav"]


def test_a_bad_recording_leaves_the_good_one(tmp_path: Path) -> None:
    """A second try that fails does not cost the first."""
    shelf = Shelf(tmp_path)
    shelf.put("jv", "angka-2", spoken())
    before = shelf.clip("jv", "angka-2")
    assert [fault.code for fault in shelf.put("jv", "angka-2", spoken(level=0.001))] == ["recording-quiet"]
    assert shelf.clip("jv", "angka-2") == before


def test_a_clip_can_be_replaced_and_removed(tmp_path: Path) -> None:
    """What changes on the card is heard at the next call, without a restart."""
    shelf = Shelf(tmp_path)
    shelf.put("jv", "angka-2", spoken(0.5))
    before = shelf.clip("jv", "angka-2")
    shelf.put("jv", "angka-2", spoken(0.9))
    assert shelf.clip("jv", "angka-2") != before
    shelf.remove("jv", "angka-2")
    shelf.remove("jv", "angka-2")
    assert shelf.clip("jv", "angka-2") is None


def test_what_is_no_clip_counts_as_missing(tmp_path: Path) -> None:
    """A file that somebody copied by hand is looked at, too."""
    (tmp_path / "jv").mkdir()
    (tmp_path / "jv" / "angka-2.wav").write_bytes(spoken(rate_hz=44_100))
    assert Shelf(tmp_path).clip("jv", "angka-2") is None


@pytest.mark.parametrize(
    ("language", "name", "code"),
    [
        ("..", "angka-2", "voice-language"),
        ("cache", "angka-2", "voice-language"),
        ("jv", "../../hall", "clip-unknown"),
        ("jv", "angka-2/x", "clip-unknown"),
        ("jv", "", "clip-unknown"),
        ("jv", "a-" * 40 + "b", "clip-unknown"),
    ],
)
def test_no_name_leads_out_of_the_folder(tmp_path: Path, language: str, name: str, code: str) -> None:
    """A name is letters, digits and dashes, or it is refused."""
    with pytest.raises(Refusal) as refused:
        Shelf(tmp_path).put(language, name, spoken())
    assert refused.value.code == code
