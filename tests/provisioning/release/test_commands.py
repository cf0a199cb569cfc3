"""`provision release` as people type it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from provisioning.cli import main
from provisioning.release.keys import pins_text, read_pins
from tests.support.releases import PINS, RECOVERY, RELEASE, STRANGER, bundle

WORDS = "kopi pagi di teras rumah\nsawah hijau di kaki Ijen\n"


def release(*arguments: str, said: str = "") -> Result:
    """Run one command of `provision release` to its end."""
    return CliRunner().invoke(main, ["release", *arguments], input=said)


def verify(place: Path, content: bytes, *arguments: str) -> Result:
    """Judge a bundle by the pins of the tests."""
    (place / "x.bundle").write_bytes(content)
    (place / "keys.toml").write_text(pins_text(PINS))
    return release("verify", str(place / "x.bundle"), "--keys", str(place / "keys.toml"), *arguments)


def test_a_good_bundle_is_told_as_such(tmp_path: Path) -> None:
    """In words for people, in JSON for programs; one that changes the keys says so."""
    said = [verify(tmp_path, bundle(key)) for key in (RELEASE, RECOVERY)]
    assert [(one.exit_code, "rilis 7" in one.output, "mengganti kunci" in one.output) for one in said] == [
        (0, True, False),
        (0, True, True),
    ]
    known = json.loads(verify(tmp_path, bundle(), "--json").output)
    assert (known["number"], known["signed_by"], known["files"]) == (7, "release", 3)


@pytest.mark.parametrize(
    ("content", "arguments", "said"),
    [
        (bundle(STRANGER), (), "rusak atau diubah"),
        (bundle()[:3000], (), "terpotong"),
        (b"PK", (), "bukan berkas rilis"),
        (bundle(), ("--over", "8"), "lebih lama dari 8"),
    ],
)
def test_a_bad_bundle_is_told_with_what_to_do(tmp_path: Path, content: bytes, arguments: tuple[str, ...], said: str) -> None:
    """And the exit code is 1."""
    judged = verify(tmp_path, content, *arguments)
    assert (judged.exit_code, said in judged.output) == (1, True), judged.output


def test_keys_are_made_and_renewed(tmp_path: Path) -> None:
    """With the passphrases asked for, or read; they are never shown."""
    made = release("keys", str(tmp_path / "keys"), "--passphrase-stdin", said=WORDS)
    renewed = release(
        "keys",
        str(tmp_path / "new"),
        "--keep-recovery",
        str(tmp_path / "keys" / "release-keys.toml"),
        said=f"{WORDS.splitlines()[0]}\n" * 2,
    )
    assert (made.exit_code, renewed.exit_code) == (0, 0), made.output + renewed.output
    old, new = (read_pins(tmp_path / name / "release-keys.toml") for name in ("keys", "new"))
    assert (old.recovery, old.release == new.release, "kopi" in made.output + renewed.output) == (new.recovery, False, False)


def test_a_build_with_wrong_words_fetches_nothing(tmp_path: Path) -> None:
    """It is told at once, not after a minute of fetching."""
    release("keys", str(tmp_path / "keys"), "--passphrase-stdin", said=WORDS)
    built = release(
        "build",
        "--key",
        str(tmp_path / "keys" / "release.key"),
        "--out",
        str(tmp_path / "out"),
        "--passphrase-stdin",
        said="lain sama sekali ini\n",
    )
    assert (built.exit_code, "tidak terbuka" in built.output, (tmp_path / "out").exists()) == (1, True, False)
