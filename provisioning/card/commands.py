"""``provision card``: a card of one hall, from an official image that was written already."""

from __future__ import annotations

import hashlib
import shlex
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import click

from gateway.errors import Refusal
from gateway.settings import Settings
from gateway.toml import read_toml
from provisioning.card.adapters import READS
from provisioning.card.content import CARD, FOLDER, KEPT, TOKEN, composed, needs_of, read_card
from provisioning.card.image import FirstBoot, judge
from provisioning.card.medium import Boot, ImageBoot, MountedBoot
from provisioning.card.paper import Facts, print_papers
from provisioning.card.tokens import identity_for, record_of, remember
from provisioning.card.writing import Bundle, Job, differing, judge_space, probe, write
from provisioning.fleet.codes import dotted, village_code
from provisioning.fleet.composing import hall_toml
from provisioning.fleet.entry import FleetSettings, HallEntry
from provisioning.fleet.folder import FleetFolder
from provisioning.release import keys
from provisioning.release.archive import SUFFIX, Verified
from provisioning.release.commands import progress_bar
from provisioning.release.manifest import Item, Pins
from provisioning.release.verifying import verified

FILE = click.Path(path_type=Path, dir_okay=False)
DIRECTORY = click.Path(path_type=Path, file_okay=False, exists=True)
TAKEN = ("firmware_config/pi/", "firmware_config/wiring/")
"""What the card itself needs of a bundle."""


@click.command()
@click.option("--hall", "code", required=True, help="Its village code.")
@click.option("--boot", "mounted", type=DIRECTORY, help="The card's boot partition, where it is mounted.")
@click.option(
    "--image",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Or an image file, before it is written to a card.",
)
@click.option("--bundle", type=FILE, help="The release.  [default: the highest in releases/]")
@click.option(
    "--with",
    "wished",
    multiple=True,
    metavar="PART",
    help="Of firmware_config/pi: rtc, tv, shutdown-button... May be given again.",
)
@click.option("--first-boot", type=click.Choice([*FirstBoot]), help="How the image takes orders.  [default: by its files]")
@click.option("--ssid", default="", help="The guests' Wi-Fi, for the poster.")
@click.option("--wifi-password", default="", help="Of that Wi-Fi; without one it is open.")
@click.option(
    "--papers",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("posters"),
    show_default=True,
    help="Where label and poster go.",
)
@click.option("--replace", is_flag=True, help="The card was another hall's.")
@click.option("--check", is_flag=True, help="Only say what would be written.")
@click.option(
    "--fleet",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("fleet"),
    show_default=True,
    help="The inventory's folder.",
)
def card(code: str, folder: Path, **wishes: Any) -> None:  # noqa: ANN401 - click's options as they come
    """Make the card of a hall from an official Raspberry Pi OS Lite (64-bit) that was written already. Needs no root and no network.

    All is judged before anything is written; then everything is read back from the card. A second run completes what was cut off, and else changes nothing.

    Example: provision card --hall 3510012001 --boot /media/teknisi/bootfs
    """
    if bool(wishes["mounted"]) == bool(wishes["image"]):
        raise click.UsageError("--boot or --image")
    inventory, code = FleetFolder(folder), village_code(code)
    shared = inventory.settings()
    entry = inventory.entry(code, shared)
    if entry.retired:
        raise Refusal("hall-retired", hall=dotted(code), on=entry.retired.on, reason=entry.retired.reason)
    boot: Boot = MountedBoot(wishes["mounted"]) if wishes["mounted"] else ImageBoot.of(wishes["image"])
    settings_text = hall_toml(entry, shared, inventory.file(code))
    with tempfile.TemporaryDirectory(prefix="balai-card-") as place:
        job, kind = _job(boot, folder, entry, settings_text, Path(place), wishes)
        changed = differing(boot, job)
        judge_space(boot, job, changed)
        click.echo(f"{dotted(code)} {entry.name}: {kind}, rilis {job.bundle.number}. {len(changed)} berkas akan ditulis.")
        if wishes["check"]:
            for path in changed:
                click.echo(f"  {path}")
            return
        if changed:
            probe(boot)
            with inventory.changing():
                remember(folder, code, job.identity)
        total = 2 * job.bundle.path.stat().st_size if job.bundle.place in changed else job.bundle.path.stat().st_size
        with progress_bar() as progress:
            task = progress.add_task("menulis, lalu membaca ulang", total=total)
            write(boot, job, changed, partial(progress.advance, task))
    printed = print_papers(wishes["papers"], code, _facts(entry, shared, job, settings_text, wishes))
    _say_next(changed, record_of(folder, code), printed, image=wishes["image"])


def _job(
    boot: Boot, folder: Path, entry: HallEntry, settings_text: str, place: Path, wishes: Mapping[str, Any]
) -> tuple[Job, str]:
    """Judge the card and the release, and return what shall be written, and what the image is."""
    image = judge(boot, FirstBoot(wishes["first_boot"]) if wishes["first_boot"] else None)
    there = read_card(boot.read(CARD))
    if there and there.hall != entry.code and not wishes["replace"]:
        raise Refusal("card-other", hall=dotted(there.hall))
    pins = keys.read_pins(folder / keys.PINS)
    bundle = _bundle(
        wishes["bundle"] or _newest(Path("releases")),
        pins,
        place,
        over=there.release if there and there.hall == entry.code else 0,
    )
    token = (boot.read(TOKEN) or b"").decode("ascii", "replace").strip()
    identity = identity_for(folder, entry.code, token)
    given = {f"{FOLDER}/hall.toml": settings_text, f"{FOLDER}/{keys.PINS}": keys.pins_text(bundle.keys)}
    authority = folder / "ca.pem"
    try:
        given |= {f"{FOLDER}/ca.pem": authority.read_text(encoding="utf-8")} if authority.exists() else {}
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal("card-source", path=authority) from error
    found = {
        path: None if (content := boot.read(path)) is None else content.decode("utf-8", KEPT) for path in ("config.txt", *READS)
    }
    parts = {*wishes["wished"], *needs_of((device.kind for device in entry.devices), place / "wiring")}
    if entry.network == "access-points":
        parts.add("without-wifi")
    files = composed(found, image.first_boot, identity, parts, place / "pi", given)
    if not image.is_lite:
        click.echo("Perhatian: ini bukan Raspberry Pi OS Lite; balai berjalan, tetapi memori lebih sempit.", err=True)
    former = f"{FOLDER}/{there.bundle}" if there and there.bundle != bundle.path.name else ""
    return Job(entry.code, identity, files, bundle, former), f"image {image.made_on} ({image.first_boot})"


def _newest(folder: Path) -> Path:
    found = sorted(
        folder.glob(f"*{SUFFIX}"),
        key=lambda path: int(path.stem.rpartition("-")[2]) if path.stem.rpartition("-")[2].isdigit() else 0,
    )
    if not found:
        raise Refusal("card-bundle", directory=folder)
    return found[-1]


def _bundle(path: Path, pins: Pins, place: Path, over: int) -> Bundle:
    """Verify a release, and keep of it what the card needs now."""

    def take(item: Item, pieces: Iterator[bytes]) -> None:
        if item.path.startswith(TAKEN):
            kept = place / item.path.removeprefix("firmware_config/")
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(b"".join(pieces))

    with progress_bar() as progress:
        task = progress.add_task("memeriksa rilis", total=path.stat().st_size if path.exists() else None)
        found: Verified = verified(path, pins, over, partial(progress.advance, task), take)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Bundle(path, found.manifest.number, found.fingerprint, digest, found.manifest.keys)


def _facts(entry: HallEntry, shared: FleetSettings, job: Job, settings_text: str, wishes: Mapping[str, Any]) -> Facts:
    portal = Settings.of(read_toml(settings_text), Path("hall.toml")).portal
    return Facts(
        hall=dotted(entry.code),
        name=entry.name,
        address=portal.address,
        ssid=wishes["ssid"],
        password=wishes["wifi_password"],
        languages=entry.languages or shared.languages,
        instance=job.identity.instance,
        release=job.bundle.number,
    )


def _say_next(changed: Iterable[str], record: Path, printed: Iterable[Path], *, image: Path | None) -> None:
    click.echo(
        "Kartu sudah ditulis dan dibaca ulang: semuanya cocok." if changed else "Kartu ini sudah lengkap; tidak ada yang diubah."
    )
    click.echo("Cetak: " + ", ".join(map(str, printed)))
    steps = (
        f"Tulis {shlex.quote(str(image))} ke kartu dengan Raspberry Pi Imager, tanpa pengaturan tambahan."
        if image
        else "Lepas kartu dengan benar (eject).",
        f"Simpan {record} ke git dan kirim ke kabupaten: kartu ini hanya dikenal dengan itu.",
        "Pasang kartu di Pi, nyalakan, tunggu sampai layar atau balai/status.txt mengatakan selesai. Tidak perlu internet.",
    )
    for number, step in enumerate(steps, 1):
        click.echo(f"{number}. {step}")
