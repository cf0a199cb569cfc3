"""Writing a card: what is cut is completed, what is complete is left alone, a card that lies is found out."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from gateway.errors import Refusal
from provisioning.card.content import CARD, Identity, read_card
from provisioning.card.medium import Boot, ImageBoot, MountedBoot
from provisioning.card.writing import Bundle, Job, differing, judge_space, probe, write
from tests.support.boots import Cut, CutBoot, LyingBoot, folder_of, image_of, tree_of
from tests.support.releases import PINS

FILES = {"balai/token": b"kata\n", "balai/hall.toml": b"[hall]\n" * 9, "config.txt": b"# kami\n", "vendor-data": b"#!/bin/sh\n"}


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """Return a small job, with a bundle of a few pieces."""
    path = tmp_path / "balai-0.1.0-7.bundle"
    path.write_bytes(b"rilis" * 500_000)
    bundle = Bundle(path, 7, "f" * 64, hashlib.sha256(path.read_bytes()).hexdigest(), PINS)
    return Job("3510012001", Identity("balai-3510012001-0a1b2c3d", "kata"), FILES, bundle)


def done(boot: Boot, job: Job) -> list[str]:
    """Write what differs; return what did."""
    changed = differing(boot, job)
    judge_space(boot, job, changed)
    write(boot, job, changed, lambda _: None)
    return changed


def media(tmp_path: Path) -> list[Boot]:
    """Return a mounted partition and one inside an image file."""
    return [MountedBoot(folder_of(tmp_path / "boot", "cloud-init")), ImageBoot.of(image_of(tmp_path / "image", "cloud-init"))]


@pytest.mark.parametrize("kind", [0, 1])
def test_a_card_is_written_read_back_and_left_alone(tmp_path: Path, job: Job, kind: int) -> None:
    """In a mounted folder, and through mtools in an image file."""
    boot = media(tmp_path)[kind]
    free = boot.free_bytes()
    assert free > 1 << 20
    probe(boot)
    assert done(boot, job)[-1] == CARD
    assert (done(boot, job), boot.read("balai/hall.toml"), boot.read("nowhere")) == ([], FILES["balai/hall.toml"], None)
    assert (boot.size_of(job.bundle.place), boot.size_of("balai/probe")) == (2_500_000, None)


def test_a_card_that_is_pulled_out_at_any_moment_is_completed(tmp_path: Path, job: Job) -> None:
    """Before, in the middle of and after each file; what says that it is whole comes last."""
    whole = MountedBoot(folder_of(tmp_path / "whole", "cloud-init"))
    done(whole, job)
    moments = 0
    cut = True
    while cut:
        boot = MountedBoot(folder_of(tmp_path / str(moments), "cloud-init"))
        try:
            done(CutBoot(boot, moments), job)
            cut = False
        except Cut:
            moments += 1
        finished = read_card(boot.read(CARD)) is not None
        if finished:
            assert {path: boot.read(path) for path in FILES} == FILES
        done(boot, job)
        assert {name: text for name, text in tree_of(boot.root).items() if not name.endswith(".part")} == tree_of(whole.root)
    assert moments == 2 * (len(FILES) + 2) + len(FILES) + 2


def test_a_card_that_gives_back_something_else_is_refused(tmp_path: Path, job: Job) -> None:
    """Before anything that counts is written, by a probe; and at the end, file by file."""
    for path, does in (("balai/probe", probe), ("config.txt", lambda boot: done(boot, job))):
        boot = LyingBoot(MountedBoot(folder_of(tmp_path / path, "firstrun")), 1000, path)
        with pytest.raises(Refusal) as refused:
            does(boot)
        assert (refused.value.code, refused.value.facts["path"]) == ("card-lies", path)


def test_a_card_without_room_is_refused_before_anything_is_written(tmp_path: Path, job: Job) -> None:
    """With what is needed and what is there."""
    boot = ImageBoot.of(image_of(tmp_path / "image", "firstrun", megabytes=8))
    with pytest.raises(Refusal) as refused:
        done(boot, job)
    assert (refused.value.code, boot.read(CARD), boot.read("balai/token")) == ("card-space", None, None)


def test_a_file_that_is_no_image_is_told(tmp_path: Path) -> None:
    """A compressed one, for example, or one that was cut off."""
    for content in (b"", b"\xfd7zXZ" * 200, bytes(510) + b"\x55\xaa"):
        (tmp_path / "image").write_bytes(content)
        with pytest.raises(Refusal) as refused:
            ImageBoot.of(tmp_path / "image")
        assert refused.value.code == "card-image"
