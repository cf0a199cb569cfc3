"""``gateway export`` and ``gateway import``: all that a hall has chosen as one TOML file, beside a running hall or without one."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from gateway.settings import Settings
from gateway.terminal import CONFIG, language, say


@click.command("export")
@CONFIG
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def export_choices(config: Path, file: Path) -> None:
    """Write all choices, services and counters into FILE: no officer, no PIN.

    Example: gateway export balai.toml
    """
    from gateway.commands import act_on  # noqa: PLC0415 - the other commands start faster without

    file.write_text(act_on(Settings.load(config), "choices-export", {})["text"], encoding="utf-8")
    click.echo(say("Pengaturan sudah ditulis ke {path}.", {"path": file}))


@click.command("import")
@CONFIG
@click.option("--look", is_flag=True, help="Only show what would change.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
def import_choices(config: Path, file: Path, *, look: bool) -> None:
    """Let the hall be as FILE says, whole or not at all; what FILE does not name stays. Exit code 1: FILE has faults.

    Example: gateway import --look balai.toml
    """
    from gateway.commands import act_on  # noqa: PLC0415 - as above

    text = file.read_text(encoding="utf-8")
    found = act_on(Settings.load(config), "choices-import", {"text": text, "look": look, "language": language()})
    for key, now, wanted in found["changes"]:
        click.echo(f"{key}: {now or '-'} -> {wanted or '-'}")
    for key, said in found["wrong"].items():
        click.echo(f"{key}: {said}", err=True)
    if found["wrong"]:
        sys.exit(1)
