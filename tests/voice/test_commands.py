"""The commands of the voice: what to record, what is wrong with a recording, and a call to listen to."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gateway.voice import sound
from tests.support.hall_process import gateway, write_settings
from tests.support.voices import spoken

needs_espeak = pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")


def test_recordings_are_listed_examined_and_put_in_place(tmp_path: Path) -> None:
    """A folder with two good recordings and two bad ones: the good are in place, the bad are told why, the list shows it."""
    settings, folder = write_settings(tmp_path), tmp_path / "rekaman"
    folder.mkdir()
    for name, wav in {"antrean": spoken(), "Huruf-A": spoken(), "loket": spoken(level=0.004), "nomor": spoken()}.items():
        (folder / f"{name}.wav").write_bytes(wav)
    added = gateway("voice", "add", "--config", str(settings), "--language", "jv", str(folder))
    assert (added.returncode, added.stderr) == (1, "")
    assert [line.strip() for line in added.stdout.splitlines()] == [
        "✓ Huruf-A.wav",
        "✓ antrean.wav",
        "✗ loket.wav",
        "Rekaman loket terlalu pelan (-51 dB). Bicara lebih dekat, satu jengkal dari mikrofon, lalu rekam lagi.",
        "✗ nomor.wav",
        "Potongan suara nomor tidak ada dalam daftar bahasa jv. Pakai nama dari daftar; lihat dengan: gateway voice list --language jv",
    ]
    listed = gateway("voice", "list", "--config", str(settings), "--language", "jv", "--letters", "AB", "--counter", "Meja 1")
    lines = listed.stdout.splitlines()
    assert [line.split()[:2] for line in lines[:4]] == [
        ["✓", "antrean.wav"], ["✓", "huruf-a.wav"], ["-", "huruf-b.wav"], ["-", "angka-0.wav"],
    ]  # fmt: skip
    assert lines[-2].split() == ["-", "tempat-meja-1.wav", "Meja", "1"]
    assert (lines[-1], listed.returncode) == ("2 dari 16 rekaman ada", 0)
    assert gateway("voice", "add", "--config", str(settings), "--language", "jv", str(folder / "antrean.wav")).returncode == 0


@needs_espeak
def test_a_call_can_be_listened_to(tmp_path: Path) -> None:
    """The words are shown and the WAV is there, in two languages, as the hall would speak it."""
    settings, out = write_settings(tmp_path), tmp_path / "call.wav"
    common = ("voice", "say", "A-012", "Loket 2", "--config", str(settings), "--out", str(out), "--numbers", "number")
    said = gateway(*common, "--language", "en", "--language", "id")
    assert (said.stdout, said.stderr) == ("Number A, twelve, please go to counter two\n", "")
    assert 6 < len(sound.from_wav(out.read_bytes())) / sound.RATE_HZ < 20


def test_a_language_that_nobody_recorded_is_refused_with_its_remedy(tmp_path: Path) -> None:
    """No empty file is written."""
    settings, out = write_settings(tmp_path), tmp_path / "call.wav"
    said = gateway("voice", "say", "A-012", "Loket 2", "--config", str(settings), "--out", str(out), "--language", "mad")
    assert (said.returncode, out.exists()) == (1, False)
    assert said.stderr.startswith("Tidak ada suara untuk bahasa yang dipilih.")
