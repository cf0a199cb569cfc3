"""``provision fleet init`` and ``provision hall``: the inventory of a regency's halls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from gateway.clock import SystemClock
from gateway.errors import Refusal
from gateway.settings import fitted
from provisioning.fleet.codes import dotted, village_code
from provisioning.fleet.composing import hall_toml
from provisioning.fleet.entry import LANGUAGES, FleetSettings, HallEntry, Retired
from provisioning.fleet.folder import FleetFolder
from provisioning.fleet.importing import plan
from provisioning.fleet.listing import LIMIT_BYTES, read_list
from provisioning.fleet.texts import tree_of
from provisioning.fleet.viewing import facts, say_json, show_hall, show_halls, show_plan
from provisioning.fleet.wishes import wished, with_wishes

FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)
FLEET = click.option("--fleet", "folder", type=FOLDER, default=Path("fleet"), show_default=True, help="The inventory's folder.")
JSON = click.option("--json", "as_json", is_flag=True, help="For programs.")


@click.group()
def fleet() -> None:
    """Begin the inventory of a regency.

    Example: provision fleet init --regency "Kabupaten Banyuwangi" --code 3510
    """


@fleet.command("init")
@click.argument("directory", type=FOLDER, default=Path("fleet"))
@click.option("--regency", required=True, help="Its name, for example Kabupaten Banyuwangi.")
@click.option("--code", required=True, help="The first four digits of its villages' codes, for example 3510.")
@click.option("--broker", help="The regency's broker, for the hall.toml of every hall.")
@click.option(
    "--language", "languages", multiple=True, type=click.Choice(LANGUAGES), help="Of halls that name none.  [default: id]"
)
def begin(directory: Path, regency: str, code: str, broker: str | None, languages: Sequence[str]) -> None:
    """Make the folder of the inventory, to be kept in git.

    Example: provision fleet init --regency "Kabupaten Banyuwangi" --code 3510 --broker mqtts://broker.example:8883
    """
    folder = FleetFolder(directory)
    wishes = {"regency": regency, "code": code.replace(".", "")}
    shared = {"settings": {"relay": {"broker": broker}}} if broker else {}
    folder.begin(fitted(FleetSettings, wishes | shared | ({"languages": languages} if languages else {}), folder.shared))
    click.echo(f"{folder.shared}: {regency}. Berikutnya: provision hall add, atau provision hall import.")


@click.group()
def hall() -> None:
    """Keep the inventory of halls: which there are, and what stands in each.

    Example: provision hall list --fleet fleet
    """


@hall.command()
@click.argument("code")
@click.option("--name", required=True, help="As people say it.")
@wished
@FLEET
def add(code: str, name: str, folder: Path, **wishes: Any) -> None:  # noqa: ANN401 - click's options as they come
    """Add a hall by its village code.

    Example: provision hall add 3510012001 --name "Balai Desa Sumberagung" --district Pesanggaran
    """
    inventory, code = FleetFolder(folder), village_code(code)
    with inventory.changing():
        shared, path = inventory.settings(), inventory.file(code)
        if path.exists():
            raise Refusal("hall-listed", hall=dotted(code))
        _write(inventory, shared, with_wishes({"code": code, "name": name}, wishes, path))


@hall.command()
@click.argument("code")
@click.option("--name", help="As people say it.")
@wished
@click.option("--without-device", "without", multiple=True, metavar="ID", help="Take this device out.")
@FLEET
def edit(code: str, folder: Path, **wishes: Any) -> None:  # noqa: ANN401 - click's options as they come
    """Change what the options say; an empty text takes it out. Comments in the file stay.

    Devices of a file are added, or take the place of those with the same id. The file can be edited by hand as well.

    Example: provision hall edit 3510012001 --model pi4 --devices firmware_config/wiring/gpio-button.toml
    """
    inventory, code = FleetFolder(folder), village_code(code)
    with inventory.changing():
        shared = inventory.settings()
        was = inventory.entry(code, shared)
        _write(inventory, shared, with_wishes(tree_of(was), wishes, inventory.file(code)))


@hall.command()
@click.argument("code")
@click.option("--reason", help="Why it serves no more.")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Its last day.  [default: today]")
@click.option("--undo", is_flag=True, help="It serves again.")
@FLEET
def retire(code: str, reason: str | None, on: datetime | None, folder: Path, *, undo: bool) -> None:
    """Note that a hall serves no more, since when and why. Its file is kept.

    Example: provision hall retire 3510012001 --reason "Digabung dengan Desa Sumbermulyo"
    """
    if bool(reason) == undo:
        raise click.UsageError("--reason or --undo")
    inventory, code = FleetFolder(folder), village_code(code)
    with inventory.changing():
        shared = inventory.settings()
        was = inventory.entry(code, shared)
        if was.retired and not undo:
            raise Refusal("hall-retired", hall=dotted(code), on=was.retired.on, reason=was.retired.reason)
        day = (on or SystemClock().now().astimezone()).date()
        retired = None if undo else fitted(Retired, {"on": day, "reason": reason}, inventory.file(code))
        _write(inventory, shared, was.model_copy(update={"retired": retired}))


@hall.command()
@click.argument("code")
@JSON
@FLEET
def show(code: str, folder: Path, *, as_json: bool) -> None:
    """Show all that is known of a hall.

    Example: provision hall show 3510012001
    """
    inventory, code = FleetFolder(folder), village_code(code)
    shared = inventory.settings()
    entry = inventory.entry(code, shared)
    if as_json:
        say_json(facts(entry, shared, inventory.file(code)))
    else:
        show_hall(entry, shared, inventory.file(code))


@hall.command("list")
@click.option("--district", help="Only of this kecamatan.")
@click.option("--all", "every", is_flag=True, help="Those that serve no more, too.")
@JSON
@FLEET
@click.pass_context
def list_(context: click.Context, district: str | None, folder: Path, *, every: bool, as_json: bool) -> None:
    """List the halls, and check every file: one that cannot be read is told, and the exit code is 1.

    Example: provision hall list --district Pesanggaran
    """
    inventory = FleetFolder(folder)
    shared = inventory.settings()
    found, faults = inventory.entries(shared)
    chosen = [
        entry
        for entry in found
        if (every or not entry.retired) and (not district or entry.district.casefold() == district.casefold())
    ]
    if as_json:
        say_json([facts(entry, shared, inventory.file(entry.code)) for entry in chosen])
    else:
        show_halls(chosen, shared)
        retired = sum(entry.retired is not None for entry in found)
        click.echo(f"{len(chosen)} dari {len(found)} balai; {retired} sudah berhenti.")
    for fault in faults:
        click.echo(f"{fault.sentence} {fault.remedy}".strip(), err=True)
    context.exit(1 if faults else 0)


@hall.command()
@click.argument("code")
@FLEET
def settings(code: str, folder: Path) -> None:
    """Print the hall.toml that belongs to a hall.

    Example: provision hall settings 3510012001 > hall.toml
    """
    inventory, code = FleetFolder(folder), village_code(code)
    shared = inventory.settings()
    entry = inventory.entry(code, shared)
    if entry.retired:
        raise Refusal("hall-retired", hall=dotted(code), on=entry.retired.on, reason=entry.retired.reason)
    click.echo(hall_toml(entry, shared, inventory.file(code)), nl=False)


@hall.command("import")
@click.argument("file", type=FILE)
@click.option("--check", is_flag=True, help="Only say what would happen.")
@click.option("--update", is_flag=True, help="Change halls that are there and differ; empty cells change nothing.")
@click.option("--skip-faulty", is_flag=True, help="Take the good lines although others are wrong.")
@JSON
@FLEET
@click.pass_context
def import_(
    context: click.Context, file: Path, folder: Path, *, check: bool, update: bool, skip_faulty: bool, as_json: bool
) -> None:
    """Take a regency's list (CSV) into the inventory: all of it, or nothing as long as a line is wrong.

    It says line by line what is wrong and what to do. Columns: kode, nama or desa, kecamatan, and more in docs/fleet.md.

    Example: provision hall import daftar-desa.csv --check
    """
    inventory = FleetFolder(folder)
    rows, remarks = read_list(_content(file), file)
    with inventory.changing():
        shared = inventory.settings()
        present, faults = inventory.entries(shared)
        if faults:
            raise faults[0]
        made = plan(rows, shared, present, inventory.file, update=update)
        made.remarks[:] = sorted([*remarks, *made.remarks], key=lambda remark: remark.line)
        writes = not check and (skip_faulty or not made.faults)
        if writes:
            inventory.write([*made.added, *made.changed], shared)
    if as_json:
        counts = {"added": len(made.added), "changed": len(made.changed), "unchanged": made.unchanged}
        say_json({"written": writes, **counts, "remarks": [asdict(remark) for remark in made.remarks]})
    else:
        show_plan(made)
        click.echo("Sudah ditulis." if writes else "Tidak ada yang ditulis.", err=not writes and not check)
    context.exit(1 if made.faults else 0)


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LIMIT_BYTES + 1)
    except OSError as error:
        raise Refusal("file-failed", path=path, reason=error.strerror) from error


def _write(inventory: FleetFolder, shared: FleetSettings, entry: HallEntry) -> None:
    inventory.write([entry], shared)
    click.echo(f"{inventory.file(entry.code)}: {dotted(entry.code)} {entry.name}")
