"""What system lies on a card, judged by its boot partition before anything is written. Pure but for reading."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from gateway.errors import Refusal
from provisioning.card.medium import Boot

BOOKWORM_ON = date(2023, 10, 10)
"""The first Raspberry Pi OS whose boot partition is ``/boot/firmware``."""
_MADE = re.compile(r"Raspberry Pi reference (\d{4}-\d{2}-\d{2})")
_STAGE = re.compile(r"stage(\d)")
LITE = 2
KERNEL = "kernel8.img"
STATUS = "balai/status.txt"
"""Written by the Pi, for whoever puts the card into a laptop."""
DONE = b"selesai"


class FirstBoot(StrEnum):
    """How the image takes its first orders."""

    FIRSTRUN = "firstrun"
    """A script named in ``cmdline.txt``: Bookworm."""
    CLOUD_INIT = "cloud-init"
    """NoCloud files on the boot partition: Trixie."""
    PRESEED = "preseed"
    """``rpi-preseed.toml``: later images."""


@dataclass(frozen=True, slots=True)
class Image:
    """What is known of an image."""

    made_on: date
    first_boot: FirstBoot
    is_lite: bool


def judge(boot: Boot, wish: FirstBoot | None = None) -> Image:
    """Return what the image is; ``wish`` decides its first boot where its files do not.

    Raises Refusal ``card-image`` for what is no 64-bit Raspberry Pi OS from Bookworm on, or is damaged.
    """
    if boot.read("config.txt") is None or not (boot.read("cmdline.txt") or b"").split():
        raise Refusal("card-image", reason="tidak ada config.txt dan cmdline.txt, jadi bukan partisi boot Raspberry Pi")
    issue = (boot.read("issue.txt") or b"").decode("utf-8", "replace")
    made = _MADE.search(issue)
    if not made:
        raise Refusal("card-image", reason="issue.txt tidak ada atau bukan dari Raspberry Pi OS")
    made_on = date.fromisoformat(made[1])
    if made_on < BOOKWORM_ON:
        raise Refusal("card-image", reason=f"terlalu lama ({made_on}); pakai Bookworm atau Trixie")
    if boot.size_of(KERNEL) is None:
        raise Refusal("card-image", reason="32-bit; pakai yang 64-bit (arm64)")
    if DONE in (boot.read(STATUS) or b""):
        raise Refusal("card-image", reason="Pi sudah memasang balai dari kartu ini")
    stage = _STAGE.search(issue)
    return Image(made_on, wish or _first_boot(boot), stage is not None and int(stage[1]) == LITE)


def _first_boot(boot: Boot) -> FirstBoot:
    if boot.read("rpi-preseed.toml") is not None:
        return FirstBoot.PRESEED
    if boot.read("meta-data") is not None or boot.read("user-data") is not None:
        return FirstBoot.CLOUD_INIT
    return FirstBoot.FIRSTRUN
