"""``provision release``: the keys of releases, the bundle of one commit, and what is wrong with a bundle."""

from __future__ import annotations

import json
import sys
import tempfile
from functools import partial
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from provisioning.identity.folder import write
from provisioning.release import archive, keys
from provisioning.release.archive import Verified
from provisioning.release.packages import text_of
from provisioning.release.source import is_changed, read_commit
from provisioning.release.verifying import verified
from provisioning.release.wanted import TARGETS

FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)
STDIN = click.option("--passphrase-stdin", is_flag=True, help="Read the passphrase from standard input, one a line.")


@click.group()
def release() -> None:
    """Build and judge releases: all that a hall installs, in one signed file.

    Example: provision release verify releases/balai-0.1.0-412.bundle
    """


@release.command("keys")
@click.argument("directory", type=FOLDER)
@click.option("--keep-recovery", "known", type=FILE, help="The present release-keys.toml: make a new release.key only.")
@STDIN
def make_keys(directory: Path, known: Path | None, *, passphrase_stdin: bool) -> None:
    """Make the two keys of releases: one for every day, and one that lies in a safe until the other is lost.

    Each is locked by a passphrase of its own, of at least four words. Never in a folder that git keeps.

    Example: provision release keys /media/stick/keys
    """
    names = ("release",) if known else ("release", "recovery")
    recovery = keys.read_pins(known).recovery if known else ""
    asked = [_passphrase(f"Kalimat sandi untuk {name}.key", new=True, stdin=passphrase_stdin) for name in names]
    pins = keys.make(directory, asked, recovery)
    click.echo(f"{directory}: {', '.join(f'{name}.key' for name in names)}, {keys.PINS}\n\n{keys.pins_text(pins)}")
    click.echo(
        f"Berikutnya: rilis pertama dengan kunci baru ditandatangani recovery.key, dengan --keys {directory / keys.PINS}."
        if known
        else f"Berikutnya: salin {keys.PINS} ke folder daftar balai (fleet) dan simpan di git; pindahkan recovery.key ke brankas."
    )
    click.echo("Kalimat sandi yang hilang tidak dapat dibuat lagi.")


@release.command()
@click.option("--key", "key_path", type=FILE, required=True, help="release.key, or recovery.key when that one is lost.")
@click.option("--keys", "pins_path", type=FILE, help="Whom halls believe.  [default: release-keys.toml beside the key]")
@click.option("--out", type=FOLDER, default=Path("releases"), show_default=True, help="Where bundles are kept.")
@click.option("--number", type=click.IntRange(1), help="[default: how many commits there are]")
@click.option("--source", type=FOLDER, default=Path(), help="The product's repository.  [default: this folder]")
@click.option("--shelf", type=FOLDER, help="Keeps what was fetched.  [default: .shelf in --out]")
@click.option(
    "--mirror", "mirrors", nargs=2, metavar="DEBIAN SECURITY", help="Debian's archives.  [default: those of this machine's apt]"
)
@STDIN
def build(
    key_path: Path,
    pins_path: Path | None,
    out: Path,
    number: int | None,
    source: Path,
    shelf: Path | None,
    mirrors: tuple[str, str] | None,
    *,
    passphrase_stdin: bool,
) -> None:
    """Build the bundle of the commit that is checked out. Needs the internet, git and apt; a second time only for what is new.

    Two builds of one commit have the same manifest.

    Example: provision release build --key /media/stick/keys/release.key
    """
    from provisioning.release import building, suppliers  # noqa: PLC0415 - they need packaging, which only a builder has

    pins = keys.read_pins(pins_path or key_path.with_name(keys.PINS))
    key = keys.unlock(key_path, _passphrase(f"Kalimat sandi untuk {key_path.name}", new=False, stdin=passphrase_stdin))
    commit = read_commit(source)
    if is_changed(source):
        click.echo(
            f"Perhatian: ada perubahan yang belum masuk git; yang dibuat adalah commit {commit.id[:10]}, tanpa itu.", err=True
        )
    with tempfile.TemporaryDirectory(prefix="balai-release-") as place, progress_bar() as progress:
        work = Path(place)
        task = progress.add_task("", total=None)
        bringing = suppliers.of_this_machine(work, mirrors)
        gathered = building.gather(source, commit, work, shelf or out / ".shelf", bringing, partial(_say, progress, task))
        manifest = building.manifest_of(gathered, commit, number or commit.number, pins)
        progress.update(task, description="menulis, lalu membaca ulang", total=2 * manifest.size)
        path = building.seal(out, manifest, gathered.places, key, pins, partial(progress.advance, task))
    with path.open("rb") as file:
        show(path, archive.read_head(file, pins), as_json=False)


def _say(progress: Progress, task: TaskID, what: str) -> None:
    progress.update(task, description=what)


@release.command()
@click.argument("bundle", type=FILE)
@click.option("--keys", "pins_path", type=FILE, default=Path("fleet") / keys.PINS, show_default=True, help="Whom halls believe.")
@click.option("--over", type=click.IntRange(0), default=0, help="The number that the hall has: an older one is refused.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def verify(bundle: Path, pins_path: Path, over: int, *, as_json: bool) -> None:
    """Judge a bundle as a hall will, byte by byte, and say what is wrong with it.

    Example: provision release verify balai-0.1.0-412.bundle --keys fleet/release-keys.toml
    """
    pins = keys.read_pins(pins_path)
    with progress_bar() as progress:
        task = progress.add_task("membaca", total=bundle.stat().st_size if bundle.exists() else None)
        found = verified(bundle, pins, over, partial(progress.advance, task))
    show(bundle, found, as_json=as_json)


@release.command()
@click.option("--source", type=FOLDER, default=Path(), help="The product's repository.  [default: this folder]")
@click.option(
    "--mirror", "mirrors", nargs=2, metavar="DEBIAN SECURITY", help="Debian's archives.  [default: those of this machine's apt]"
)
def debian(source: Path, mirrors: tuple[str, str] | None) -> None:
    """Look up anew which Debian packages a hall needs, and lock their versions and hashes. Commit the result.

    Example: provision release debian
    """
    from provisioning.release.debian import AptRoot, machine_mirrors, resolved  # noqa: PLC0415 - only a builder has apt

    folder = source / "provisioning" / "release" / "debian"
    for target in TARGETS:
        with tempfile.TemporaryDirectory(prefix="balai-release-") as place:
            found = resolved(AptRoot(Path(place), target.suite, mirrors or machine_mirrors()))
        write(folder / f"{target.suite}.packages", text_of(found))
        size = sum(int(stanza["Size"]) for stanza in found)
        click.echo(f"{target.suite}: {len(found)} paket, {size / 1e6:.1f} MB")


def show(path: Path, found: Verified, *, as_json: bool) -> None:
    """Say what a good bundle is."""
    manifest = found.manifest
    if as_json:
        facts = {"number": manifest.number, "version": manifest.version, "commit": manifest.commit, "signed_by": found.role}
        click.echo(json.dumps({**facts, "fingerprint": found.fingerprint, "files": len(manifest.items), "bytes": manifest.size}))
        return
    click.echo(
        f"{path}: rilis {manifest.number}, versi {manifest.version}, {len(manifest.items)} berkas, {manifest.size / 1e6:.1f} MB.\n"
        f"Utuh, dan ditandatangani dengan {found.role}.key. Commit {manifest.commit[:10]}, sidik jari {found.fingerprint[:16]}."
    )
    if found.role == "recovery":
        click.echo("Rilis ini mengganti kunci: balai yang memasangnya hanya percaya kunci yang ada di dalamnya.")


def progress_bar() -> Progress:
    """Return a bar of bytes on the error stream; none where nobody looks."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def _passphrase(prompt: str, *, new: bool, stdin: bool) -> str:
    if stdin:
        return sys.stdin.readline().rstrip("\n")
    return str(click.prompt(prompt, hide_input=True, confirmation_prompt=new))
