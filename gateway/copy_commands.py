"""``gateway export`` and ``gateway import``: all that a hall has chosen as one TOML file, beside a running hall or without one."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from gateway.errors import Refusal
from gateway.settings import Settings
from gateway.terminal import CONFIG, language, say

LIMIT_BYTES = 256 * 1024
"""Far more than any hall can choose."""


@click.command("export")
@CONFIG
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def export_choices(config: Path, file: Path) -> None:
    """Write all choices, services and counters into a new FILE: no officer, no PIN.

    Example: gateway export balai.toml
    """
    from gateway.commands import act_on  # noqa: PLC0415 - the other commands start faster without

    text = act_on(Settings.load(config), "choices-export", {})["text"]
    try:
        with file.open("x", encoding="utf-8") as new:  # as a backup, it writes over nothing
            new.write(text)
    except FileExistsError as error:
        raise Refusal("backup-exists", path=file) from error
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

    if file.stat().st_size > LIMIT_BYTES:
        raise Refusal("body-too-large", limit_kib=LIMIT_BYTES // 1024)
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise Refusal("file-failed", path=file, reason="UTF-8") from error
    found = act_on(Settings.load(config), "choices-import", {"text": text, "look": look, "language": language()})
    for key, now, wanted in found["changes"]:
        click.echo(f"{key}: {now or '-'} -> {wanted or '-'}")
    for key, said in found["wrong"].items():
        click.echo(f"{key}: {said}", err=True)
    if found["wrong"]:
        sys.exit(1)
