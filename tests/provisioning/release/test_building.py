"""A build: the same commit gives the same manifest, and a cut leaves no half bundle."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gateway.errors import Refusal
from provisioning.release.building import Gathered, gather, manifest_of, seal
from provisioning.release.manifest import Manifest, written
from provisioning.release.source import is_changed, read_commit
from provisioning.release.verifying import verified
from tests.support.releases import PINS, RELEASE, SUPPLIERS, commit, repository


def gathered(source: Path, place: Path) -> Gathered:
    """Gather what belongs to the commit of ``source``, in a place of its own."""
    work = place / "work"
    work.mkdir(parents=True)
    return gather(source, read_commit(source), work, place / "shelf", SUPPLIERS, lambda _: None)


def manifest(source: Path, found: Gathered) -> Manifest:
    """Return what a bundle of it says."""
    known = read_commit(source)
    return manifest_of(found, known, known.number, PINS)


def test_two_builds_of_one_commit_have_the_same_manifest(tmp_path: Path) -> None:
    """On another machine, beside other work that is not committed, with nothing fetched before."""
    source = repository(tmp_path / "source")
    first = manifest(source, gathered(source, tmp_path / "1"))
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(source, elsewhere)
    (elsewhere / "systemd" / "balai.service").write_text("belum selesai")
    (elsewhere / "firmware_config" / "baru.txt").write_text("belum selesai")
    second = manifest(elsewhere, gathered(elsewhere, tmp_path / "2"))
    assert (written(first), is_changed(source), is_changed(elsewhere)) == (written(second), False, True)


def test_a_bundle_has_what_a_pi_needs_for_both_systems(tmp_path: Path) -> None:
    """Wheels for each Python by what it asks there, packages for each suite with an index, the source's files, papers."""
    source = repository(tmp_path / "source")
    assert [item.path for item in gathered(source, tmp_path).items] == [
        "LICENSE",
        "debian/bookworm/Packages",
        "debian/bookworm/aplay_1.2-3_arm64.deb",
        "debian/trixie/Packages",
        "debian/trixie/aplay_1.2-3_arm64.deb",
        "debian/wanted",
        "firmware_config/pi/base.txt",
        "licences.txt",
        "sbom.cdx.json",
        "systemd/balai.service",
        "wheels/balai_gateway-0.1.0-py3-none-any.whl",
        "wheels/lgpio-0.2.2.0-cp311-cp311-manylinux_2_17_aarch64.whl",
        "wheels/pip-26.3-py3-none-any.whl",
        "wheels/segno-1.6.6-py3-none-any.whl",
    ]


class _Cut(Exception):
    """The power is gone."""


def test_a_cut_at_any_piece_leaves_no_half_bundle(tmp_path: Path) -> None:
    """What has the name is whole; the same command again completes it."""
    source = repository(tmp_path / "source")
    found = gathered(source, tmp_path)
    told = manifest(source, found)
    out, path = tmp_path / "out", Path()
    pieces = 0
    while not path.name:
        left = pieces

        def cut(_: int) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise _Cut

        try:
            path = seal(out, told, found.places, RELEASE, PINS, cut)
        except _Cut:
            assert [one.name for one in out.glob("*.bundle")] == []
            pieces += 1
    assert (verified(path, PINS).manifest, pieces > 20) == (told, True)


def test_a_number_is_used_once_and_never_goes_back(tmp_path: Path) -> None:
    """The folder of releases remembers; the same commit may be built again."""
    source = repository(tmp_path / "source")
    found = gathered(source, tmp_path)
    old = manifest(source, found)
    seal(tmp_path / "out", old, found.places, RELEASE, PINS, lambda _: None)
    seal(tmp_path / "out", old, found.places, RELEASE, PINS, lambda _: None)
    commit(source)
    known = read_commit(source)
    with pytest.raises(Refusal) as refused:
        seal(tmp_path / "out", manifest_of(found, known, old.number, PINS), found.places, RELEASE, PINS, lambda _: None)
    assert refused.value.code == "release-number"
    seal(tmp_path / "out", manifest_of(found, known, known.number, PINS), found.places, RELEASE, PINS, lambda _: None)
    with pytest.raises(Refusal) as refused:
        seal(tmp_path / "out", old, found.places, RELEASE, PINS, lambda _: None)
    assert refused.value.code == "release-older"
