"""A bundle: whatever happened to it on its way is told in words, and nothing of it is believed before it is proven."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Refusal
from gateway.relay.signing import spell_key
from provisioning.release.archive import BLOCK, read_files, read_head, size_of
from provisioning.release.manifest import Pins
from tests.support.releases import CONTENTS, PINS, RECOVERY, RELEASE, STRANGER, bundle, manifest

WHOLE = bundle()


def judged(content: bytes, over: int = 0, pins: Pins = PINS) -> str:
    """Return ``release`` or ``recovery`` for a good bundle, or the code of the refusal."""
    file = io.BytesIO(content)
    try:
        head = read_head(file, pins, over)
        read_files(file, head.manifest)
    except Refusal as refusal:
        return refusal.code
    return head.role


def test_a_good_bundle_is_read_back() -> None:
    """Whole, in pieces, each file as it was put in."""
    file = io.BytesIO(WHOLE)
    found: dict[str, bytes] = {}
    head = read_head(file, PINS)
    read_files(file, head.manifest, lambda item, pieces: found.__setitem__(item.path, b"".join(pieces)))
    assert (found, head.manifest, len(WHOLE)) == (dict(sorted(CONTENTS.items())), manifest(), size_of(manifest()))


def test_tar_and_openssl_know_it_too(tmp_path: Path) -> None:
    """A technician without this program can unpack and judge it."""
    with tarfile.open(fileobj=io.BytesIO(WHOLE)) as archive:
        archive.extractall(tmp_path, filter="data")
    assert {name: (tmp_path / name).read_bytes() for name in CONTENTS} == CONTENTS
    (tmp_path / "key.pem").write_bytes(RELEASE.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    command = "openssl pkeyutl -verify -rawin -pubin -inkey key.pem -sigfile manifest.sig -in manifest.json"
    assert subprocess.run(command.split(), cwd=tmp_path, check=False, capture_output=True).returncode == 0


@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
def test_any_changed_byte_is_told(place: int, by: int) -> None:
    """Wherever it lies: a card that loses a bit, or somebody's hand."""
    changed = bytearray(WHOLE)
    changed[place] ^= by
    assert judged(bytes(changed)) in {  # whichever is the nearest word for it
        "release-altered",
        "release-unreadable",
        "release-missing",
        "release-stranger",
        "release-format",
    }


@given(st.integers(0, len(WHOLE) - 1))
def test_any_cut_is_told(length: int) -> None:
    """A copy that was not waited for."""
    assert judged(WHOLE[:length]) == ("release-truncated" if length >= BLOCK else "release-unreadable")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (WHOLE, "release"),
        (bundle(RECOVERY), "recovery"),
        (WHOLE + b"\0", "release-altered"),
        (b"", "release-unreadable"),
        (b"PK\3\4" * 1000, "release-unreadable"),
        (bundle(STRANGER), "release-altered"),
        (bundle(STRANGER, keys=Pins(spell_key(STRANGER.public_key()), PINS.recovery)), "release-stranger"),
        (bundle(RELEASE, keys=Pins(PINS.release, spell_key(STRANGER.public_key()))), "release-keys"),
        (bundle(RECOVERY, keys=Pins(PINS.release, spell_key(STRANGER.public_key()))), "release-keys"),
        (bundle(RECOVERY, keys=Pins(spell_key(STRANGER.public_key()), PINS.recovery)), "recovery"),
    ],
)
def test_each_kind_of_bundle_is_judged(content: bytes, expected: str) -> None:
    """Whose it is, and who may name a new release key: the recovery key alone, which stays."""
    assert judged(content) == expected


@pytest.mark.parametrize(("over", "expected"), [(0, "release"), (7, "release"), (8, "release-older")])
def test_an_older_number_is_refused(over: int, expected: str) -> None:
    """The same number may be installed again; a lower one would bring back what was mended."""
    assert judged(WHOLE, over) == expected


def test_a_file_that_was_left_out_is_named() -> None:
    """By the name that should stand there."""
    start = WHOLE.index(b"debian/trixie/Packages", WHOLE.index(b"bebas"))
    file = io.BytesIO(WHOLE[:start] + WHOLE[start + BLOCK :])
    with pytest.raises(Refusal) as refused:
        read_files(file, read_head(file, PINS).manifest)
    assert (refused.value.code, refused.value.facts["name"]) == ("release-missing", "debian/trixie/Packages")


def test_a_later_format_is_told_as_such() -> None:
    """The reader is asked to bring the program up to date, and not told that the file is broken."""
    later = WHOLE.replace(b'"format": 1', b'"format": 2')
    assert judged(later) == "release-format"


def test_what_was_signed_must_be_what_is_written() -> None:
    """A file that changed between its listing and its writing spoils the bundle, not the hall."""
    assert judged(bundle(Ed25519PrivateKey.generate())) == "release-altered"
