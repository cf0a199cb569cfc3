"""Three formats of a first boot: golden files, nothing of others lost, twice is once."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.errors import Refusal
from provisioning.card.adapters import ADAPTERS, BEGIN, READS, cloud_init, firstrun, preseed
from provisioning.card.image import FirstBoot
from tests.support.boots import files_of

GOLDEN = Path(__file__).parent / "golden"
INSTANCE = "balai-3510012001-0a1b2c3d"


def adapted(kind: str) -> dict[str, str]:
    """Return what an adapter writes upon an image of its kind."""
    image = files_of(kind)
    return ADAPTERS[FirstBoot(kind)]({name: image.get(name) for name in READS}, INSTANCE)


CASES = [(kind, name) for kind in FirstBoot for name in sorted(adapted(kind))]


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_each_file_is_the_golden_one(kind: str, name: str) -> None:
    """What a technician would see on the card (`python -m tests.provisioning.card.test_adapters` writes them anew)."""
    assert adapted(kind)[name] == (GOLDEN / kind / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", FirstBoot)
def test_twice_is_once(kind: FirstBoot) -> None:
    """A second run finds everything as it should be."""
    image: dict[str, str | None] = {name: files_of(kind).get(name) for name in READS}
    once = ADAPTERS[kind](image, INSTANCE)
    assert ADAPTERS[kind]({**image, **once}, INSTANCE) == {name: text for name, text in once.items() if name != "user-data"}


def test_what_imager_asked_for_stays() -> None:
    """Its script, its user data, its own early commands."""
    ran = firstrun(
        {
            "cmdline.txt": "root=x systemd.run=/boot/firstrun.sh systemd.run_success_action=reboot systemd.unit=kernel-command-line.target"
        },
        INSTANCE,
    )
    assert ran["cmdline.txt"].split().count(f"systemd.run={BEGIN}") == ran["cmdline.txt"].count("systemd.run=") == 1
    data = {
        "cmdline.txt": "root=x ds=nocloud;i=rpi-imager-17;h=pi",
        "user-data": "#cloud-config\nusers: []\n",
        "meta-data": "instance-id: x\n",
    }
    adapted = cloud_init(data, INSTANCE)
    assert (adapted["cmdline.txt"], "user-data" in adapted) == (f"root=x ds=nocloud;i={INSTANCE};h=pi\n", False)
    assert preseed({"rpi-preseed.toml": '[runcmd]\nlate = ["x"] # kopi\n'}, INSTANCE)["rpi-preseed.toml"].startswith(
        '[runcmd]\nlate = ["x"] # kopi\n'
    )


@pytest.mark.parametrize(
    ("adapter", "found"),
    [
        (cloud_init, {"cmdline.txt": "x", "vendor-data": "#cloud-config\n"}),
        (preseed, {"rpi-preseed.toml": "[["}),
        (preseed, {"rpi-preseed.toml": "runcmd = 1"}),
    ],
)
def test_what_cannot_be_added_to_is_refused(adapter: type, found: dict[str, str]) -> None:
    """Nothing of others is overwritten."""
    with pytest.raises(Refusal) as refused:
        adapter(found, INSTANCE)
    assert refused.value.code == "card-image"


if __name__ == "__main__":
    for _kind, _name in CASES:
        (GOLDEN / _kind).mkdir(exist_ok=True)
        (GOLDEN / _kind / _name).write_text(adapted(_kind)[_name], encoding="utf-8")
