"""The commands of a hall, as docs/commands.md lists them.

A fault is a sentence and a remedy on the error stream and exit code 1, never a traceback. Commands
beside a running hall ask it through ``hall.sock``; without one they open its folder themselves.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from gateway import __version__
from gateway.copy_commands import export_choices, import_choices
from gateway.errors import FAULTS, Refusal
from gateway.paper_commands import breach_report, recover, recovery_key
from gateway.settings import Settings
from gateway.terminal import CONFIG
from gateway.terminal import say as _say
from gateway.voice.commands import voice


class Commands(click.Group):
    """A group of commands whose refusals are sentences."""

    def invoke(self, context: click.Context) -> Any:  # noqa: ANN401 - click's own signature
        """Run the command; tell a refusal as its sentence and remedy."""
        try:
            return super().invoke(context)
        except Refusal as refusal:
            click.echo(
                f"{_say(refusal.fault.sentence, refusal.facts)} {_say(refusal.fault.remedy, refusal.facts)}".strip(), err=True
            )
            context.exit(1)
        except BrokenPipeError:
            raise  # who reads has seen enough, such as head: click ends quietly
        except OSError as error:
            reason = {"path": error.filename or "?", "reason": error.strerror or error}
            fault = FAULTS["file-failed"]
            click.echo(f"{_say(fault.sentence, reason)} {_say(fault.remedy, reason)}", err=True)
            context.exit(1)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="gateway")
def main() -> None:
    """Run and look after one village hall.

    Example: gateway demo --port 8080
    """
    # What the hall keeps is nobody else's: officers' PINs lie in it, if only as hashes.
    os.umask(0o077)


@main.command()
@CONFIG
def run(config: Path) -> None:
    """Run the hall until SIGTERM or Ctrl-C.

    Example: gateway run --config /etc/balai/hall.toml
    """
    from gateway.hall import Hall  # noqa: PLC0415 - the other commands start faster without the portal
    from gateway.people.model import spaced_code  # noqa: PLC0415 - as above

    _log_to_stderr()
    hall = Hall(Settings.load(config))
    with _signals() as asked_to_stop, hall:
        click.echo(f"{hall.face().name}: {hall.address}")
        if sys.stdout.isatty() and not hall.people.is_claimed():
            # For eyes at the Pi only: what is no terminal is the journal, which keeps no secret.
            code = spaced_code(hall.people.setup_code())
            click.echo(
                _say("Kode pemasangan: {code} (buka {address}/atur)", {"code": code, "address": hall.settings.portal.address})
            )
        asked_to_stop.wait()


@main.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="Where the pages are served.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(".demo"),
    show_default=True,
    help="Where the demo keeps everything.",
)
@click.option("--broker", default="embedded", show_default=True, help="embedded, none, or mqtt://HOST:PORT of one that runs.")
@click.option("--pin", default="258025", show_default=True, help="The PIN of the demo's officer Siti.")
def demo(port: int, host: str, data: Path, broker: str, pin: str) -> None:
    """Run the whole hall on a laptop: portal, buttons, board and printer to see, a broker and a centre.

    Example: gateway demo --port 8080 --data .demo
    """
    from gateway.demo.hall import open_demo  # noqa: PLC0415 - the other commands start faster without it

    _log_to_stderr(logging.WARNING)
    with _signals() as asked_to_stop, open_demo(data, host=host, port=port, broker=broker, pin=pin) as welcome:
        click.echo(welcome)
        asked_to_stop.wait()


@main.command()
@CONFIG
@click.option("--json", "as_json", is_flag=True, help="One JSON object per finding.")
@click.argument("names", nargs=-1, metavar="[NAME]...")
def check(config: Path, names: tuple[str, ...], *, as_json: bool) -> None:
    """Check settings, database, disk, clock, devices and broker; each fault comes with its remedy.

    With NAMEs only those checks are told, for example devices. Exit code 0: all is well or only warnings; 1: something is broken.

    Example: gateway check devices --config /etc/balai/hall.toml
    """
    from gateway.commands import CHECKS, act_on  # noqa: PLC0415 - as above

    if unknown := [name for name in names if name not in CHECKS]:
        raise click.UsageError(f"no check is called {', '.join(unknown)}; there are {', '.join(CHECKS)}")
    findings = [one for one in act_on(Settings.load(config), "check", {})["findings"] if not names or one["check"] in names]
    for finding in findings:
        if as_json:
            click.echo(json.dumps(finding, ensure_ascii=False))
            continue
        mark = {0: click.style("✓", fg="green"), 1: click.style("!", fg="yellow"), 2: click.style("✗", fg="red")}[
            finding["level"]
        ]
        click.echo(f"{mark} {finding['check']:<9} {_say(finding['sentence'], finding['facts'])}")
        if remedy := _say(finding["remedy"], finding["facts"]):
            click.echo(f"{'':11} {remedy}")
    if any(finding["level"] == 2 for finding in findings):  # noqa: PLR2004 - Level.BROKEN as it crosses hall.sock
        sys.exit(1)


@main.command()
@CONFIG
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def backup(config: Path, file: Path) -> None:
    """Write everything the hall keeps into one new FILE and check it, beside a running hall too.

    Example: gateway backup /media/usb/balai-2026-11-24.backup
    """
    from gateway.commands import act_on  # noqa: PLC0415 - as above

    with _progress("Backup") as progress:
        act_on(Settings.load(config), "backup", {"file": str(file.absolute())}, progress)
    click.echo(_say("Cadangan {path} sudah ditulis dan diperiksa.", {"path": file}))


@main.command()
@CONFIG
@click.option("--replace", is_flag=True, help="Put the present data aside (it is kept) and restore over it.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def restore(config: Path, file: Path, *, replace: bool) -> None:
    """Restore a backup FILE into the hall's folder; the hall must not be running.

    The restored hall begins a new epoch: nothing it does is mistaken for what the lost one had sent.

    Example: gateway restore /media/usb/balai-2026-11-24.backup
    """
    from gateway.commands import left_to_its_owner  # noqa: PLC0415 - as above
    from gateway.store import backup as backups  # noqa: PLC0415 - as above

    directory = Settings.load(config).data.directory
    with left_to_its_owner(directory), _progress("Restore") as progress:
        backups.restore(file, directory, replace=replace, progress=progress)
    click.echo(
        _say("Cadangan {path} sudah dipulihkan. Jalankan balai, lalu cocokkan nomor terakhir dengan struk.", {"path": file})
    )


@main.group()
def officer() -> None:
    """Look after the hall's officers.

    Example: printf 739164 | gateway officer add "Siti" --pin-stdin
    """


PIN_STDIN = click.option("--pin-stdin", is_flag=True, help="Read the PIN from standard input, so that no history keeps it.")


@officer.command("add")
@CONFIG
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice(["clerk", "head", "technician"]),
    default="clerk",
    show_default=True,
    help="What the officer may do.",
)
@PIN_STDIN
def add_officer(config: Path, name: str, role: str, *, pin_stdin: bool) -> None:
    """Add an officer NAME, who signs in at /loket with a PIN of at least 6 digits.

    Example: printf 739164 | gateway officer add "Siti" --role head --pin-stdin
    """
    from gateway.commands import act_on  # noqa: PLC0415 - as above

    act_on(Settings.load(config), "officer-add", {"name": name, "role": role, "pin": _asked_pin(from_stdin=pin_stdin)})
    click.echo(_say("Petugas {name} dapat masuk di halaman /loket.", {"name": name}))


@officer.command("pin")
@CONFIG
@click.argument("name")
@PIN_STDIN
def give_pin(config: Path, name: str, *, pin_stdin: bool) -> None:
    """Give the officer NAME a new PIN, here at the Pi itself; whoever is signed in as NAME is signed out.

    Example: printf 739164 | gateway officer pin "Siti" --pin-stdin
    """
    from gateway.commands import act_on  # noqa: PLC0415 - as above

    act_on(Settings.load(config), "officer-pin", {"name": name, "pin": _asked_pin(from_stdin=pin_stdin)})
    click.echo(_say("Petugas {name} punya PIN baru.", {"name": name}))


@officer.command("list")
@CONFIG
def list_officers(config: Path) -> None:
    """List who has access, with their roles.

    Example: gateway officer list
    """
    from gateway.commands import act_on  # noqa: PLC0415 - as above

    for one in act_on(Settings.load(config), "officer-list", {})["officers"]:
        click.echo(f"{one['role']:<10} {one['name']}")


@main.command("setup-code")
@CONFIG
def setup_code(config: Path) -> None:
    """Show the code with which a new hall is claimed at /atur; once it has a head of office there is none.

    Example: gateway setup-code
    """
    from gateway.commands import act_on  # noqa: PLC0415 - as above

    click.echo(act_on(Settings.load(config), "setup-code", {})["code"])


def _asked_pin(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().strip()
    return str(click.prompt("PIN", hide_input=True, confirmation_prompt=True))


main.add_command(voice)
main.add_command(export_choices)
main.add_command(import_choices)
main.add_command(recovery_key)
main.add_command(recover)
main.add_command(breach_report)


def _log_to_stderr(level: int = logging.INFO) -> None:
    logging.basicConfig(level=level, stream=sys.stderr, format="level=%(levelname)s room=%(name)s %(message)s")
    for chatty in ("apscheduler", "uvicorn"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


@contextmanager
def _signals() -> Iterator[threading.Event]:
    """Give an event that SIGTERM and SIGINT set, so that the hall ends in order."""
    asked_to_stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: asked_to_stop.set())
    yield asked_to_stop


@contextmanager
def _progress(title: str) -> Iterator[Callable[[float], None]]:
    """Show a bar on the error stream; give what moves it, 0 to 1."""
    from rich.console import Console  # noqa: PLC0415 - only long work needs it
    from rich.progress import Progress  # noqa: PLC0415 - as above

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bars:
        bar = bars.add_task(title, total=1.0)
        yield lambda share: bars.update(bar, completed=share)
