"""The keys of releases: locked, never in git, never overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.errors import Refusal
from gateway.relay.signing import spell_key
from provisioning.release.keys import PINS, make, read_pins, unlock

WORDS = ("kopi pagi di teras rumah", "sawah hijau di kaki Ijen")


def refused(folder: Path, words: tuple[str, str] = WORDS) -> str:
    """Return the code with which keys are not made."""
    with pytest.raises(Refusal) as refusal:
        make(folder, words)
    return refusal.value.code


def test_two_keys_are_made_and_open_with_their_own_words(tmp_path: Path) -> None:
    """What is pinned is the public half of what was written; nobody else may read the files."""
    pins = make(tmp_path / "keys", WORDS)
    opened = [
        unlock(tmp_path / "keys" / f"{name}.key", words) for name, words in zip(("release", "recovery"), WORDS, strict=True)
    ]
    assert [spell_key(key.public_key()) for key in opened] == [pins.release, pins.recovery]
    assert read_pins(tmp_path / "keys" / PINS) == pins
    assert [(tmp_path / "keys" / f"{name}.key").stat().st_mode & 0o777 for name in ("release", "recovery")] == [0o600, 0o600]


def test_a_new_release_key_keeps_the_recovery_key(tmp_path: Path) -> None:
    """When the everyday key is lost, halls go on believing the one in the safe."""
    old = make(tmp_path / "old", WORDS)
    new = make(tmp_path / "new", WORDS[:1], old.recovery)
    assert (new.recovery, new.release != old.release) == (old.recovery, True)
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == [PINS, "release.key"]


def test_keys_are_not_made_where_they_must_not_be(tmp_path: Path) -> None:
    """In a folder that git keeps, over others, or behind words that are quickly guessed."""
    (tmp_path / "kept" / ".git").mkdir(parents=True)
    assert refused(tmp_path / "kept" / "keys") == "release-keys-kept"
    assert refused(tmp_path / "keys", ("rahasia", WORDS[1])) == "release-passphrase"
    assert refused(tmp_path / "keys", (WORDS[0], WORDS[0])) == "release-passphrase"
    make(tmp_path / "keys", WORDS)
    assert refused(tmp_path / "keys") == "release-keys-there"


def test_a_key_that_does_not_open_is_told(tmp_path: Path) -> None:
    """Wrong words, a broken file, and a file that is no key sound the same: none opens."""
    make(tmp_path / "keys", WORDS)
    path = tmp_path / "keys" / "release.key"
    for words, content in ((WORDS[1], path.read_bytes()), (WORDS[0], b"kosong"), (WORDS[0], path.read_bytes()[:80])):
        path.write_bytes(content)
        with pytest.raises(Refusal) as refusal:
            unlock(path, words)
        assert refusal.value.code == "release-locked"


@pytest.mark.parametrize("text", ["", "release = 1", 'release = "x"\nrecovery = "y"', "[["])
def test_pins_that_are_none_are_told(tmp_path: Path, text: str) -> None:
    """With the file's name."""
    (tmp_path / PINS).write_text(text)
    with pytest.raises(Refusal) as refusal:
        read_pins(tmp_path / PINS)
    assert refusal.value.code == "release-pins"
