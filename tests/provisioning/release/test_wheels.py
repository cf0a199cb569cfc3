"""Which Python packages a Pi needs, reckoned on a laptop."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from gateway.errors import Refusal
from provisioning.release.packages import stanzas
from provisioning.release.wanted import PACKAGES, TARGETS, TOOLS, Target
from provisioning.release.wheels import Pin, collect, read_lock
from tests.support.releases import LOCK, NEEDS, bring_wheels, wheel

ROOT = Path(__file__).parents[3]
BOOKWORM, TRIXIE = TARGETS


def needed(tmp_path: Path, target: Target, needs: Iterable[str] = NEEDS, extras: Iterable[str] = ()) -> list[str]:
    """Return the names of what the product needs there."""
    product = wheel(tmp_path / "product", "balai-gateway", "0.1.0", needs)
    return [one.name for one in collect(product, extras, TOOLS, read_lock(LOCK), target, tmp_path / "shelf", bring_wheels)]


@pytest.mark.parametrize(("target", "expected"), [(BOOKWORM, ["lgpio", "pip", "segno"]), (TRIXIE, ["pip", "segno"])])
def test_markers_are_asked_as_a_pi_would_answer(tmp_path: Path, target: Target, expected: list[str]) -> None:
    """This machine is no Pi, and has one Python of the two."""
    assert needed(tmp_path, target) == expected


def test_what_an_extra_draws_in_is_there_too(tmp_path: Path) -> None:
    """And what it does not draw in is not."""
    needs = ("segno; extra == 'led'", "pywin32; extra == 'demo'")
    assert needed(tmp_path, TRIXIE, needs, ("led",)) == ["pip", "segno"]


def test_a_package_without_a_lock_is_named(tmp_path: Path) -> None:
    """Nothing is fetched in whatever version there is."""
    with pytest.raises(Refusal) as refused:
        needed(tmp_path, TRIXIE, ("requests",))
    assert (refused.value.code, refused.value.facts["name"]) == ("release-wheel", "requests")


def test_a_package_without_a_wheel_for_the_pi_is_named(tmp_path: Path) -> None:
    """Building one on a Pi in a hall is no way out."""

    def nothing(target: Target, pins: Iterable[Pin], shelf: Path) -> None:
        shelf.mkdir(exist_ok=True)

    product = wheel(tmp_path / "product", "balai-gateway", "0.1.0", ("segno",))
    with pytest.raises(Refusal) as refused:
        collect(product, (), (), read_lock(LOCK), TRIXIE, tmp_path / "shelf", nothing)
    assert refused.value.facts["reason"] == "tidak ada wheel aarch64 untuk Python 3.13.5"


def test_a_wheel_that_is_not_what_the_lock_says_is_not_taken(tmp_path: Path) -> None:
    """What lies on the shelf is proven each time; a good one is not fetched again."""
    asked: list[str] = []

    def noting(target: Target, pins: Iterable[Pin], shelf: Path) -> None:
        asked.extend(pin.name for pin in pins)
        bring_wheels(target, pins, shelf)

    product = wheel(tmp_path / "product", "balai-gateway", "0.1.0", ("segno",))
    for _ in range(2):
        collect(product, (), (), read_lock(LOCK), TRIXIE, tmp_path / "shelf", noting)
    wheel(tmp_path / "shelf", "segno", "1.6.6", more="License-Expression: GPL-2.0-only\n")
    found = collect(product, (), (), read_lock(LOCK), TRIXIE, tmp_path / "shelf", noting)
    assert (asked, found[0].metadata["License-Expression"]) == (["segno", "segno"], "MIT")


def test_the_lock_of_the_product_is_read_whole() -> None:
    """Every line with its hashes."""
    text = (ROOT / "requirements.lock").read_text()
    lock = read_lock(text)
    assert (len(lock), all(pin.hashes for pin in lock.values())) == (
        sum("==" in line for line in text.splitlines() if line[0] not in " #"),
        True,
    )


@pytest.mark.parametrize("target", TARGETS)
def test_debians_lock_has_what_a_hall_wants(target: Target) -> None:
    """Each with size and hash, for the Pi."""
    with (ROOT / "provisioning" / "release" / "debian" / f"{target.suite}.packages").open() as file:
        locked = list(stanzas(file))
    assert set(PACKAGES) <= {one["Package"] for one in locked}
    assert {(len(one["SHA256"]), int(one["Size"]) > 0, one["Architecture"] in {"arm64", "all"}) for one in locked} == {
        (64, True, True)
    }
