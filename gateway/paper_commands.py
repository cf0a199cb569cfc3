"""``gateway recovery-key``, ``recover`` and ``breach-report``: what is done at the Pi itself when people's data is at stake.

The recovery key is made in this process, shown once, and forgotten with it: the hall is told its public half only.
"""

from __future__ import annotations

import base64
import random
import secrets
import sys
from datetime import datetime, timedelta
from pathlib import Path

import click

from gateway.settings import Settings
from gateway.terminal import CONFIG, say

TRIES = 3
DAYS = 3
"""So many days before now are looked at, unless others are named."""


@click.command("recovery-key")
@CONFIG
def recovery_key(config: Path) -> None:
    """Print a new recovery key for the village head's paper; it counts once parts of it were typed back. A former paper opens nothing any more.

    Example: gateway recovery-key | lp
    """
    from gateway.commands import act_on  # noqa: PLC0415 - the other commands start faster without
    from gateway.privacy.paper import groups_to_ask, is_written_down, sheet  # noqa: PLC0415 - as above
    from gateway.privacy.recovery import make_recovery_key, spell  # noqa: PLC0415 - as above

    settings = Settings.load(config)
    key = make_recovery_key(secrets.token_bytes)
    spelled = spell(key)
    click.echo(sheet(spelled, settings.hall.name, settings.hall.id))
    sys.stdout.flush()
    for _ in range(TRIES):
        asked = groups_to_ask(spelled, random.SystemRandom())
        places = ", ".join(map(str, asked))
        typed = click.prompt(say("Ketik kelompok {places} dari kertas", {"places": places}), err=True)
        if is_written_down(spelled, asked, typed):
            act_on(settings, "recovery-keep", {"public": base64.b64encode(key.public_key().public_bytes_raw()).decode()})
            click.echo(
                say("Kunci pemulihan berlaku. Simpan kertasnya terkunci; kertas yang lama boleh dimusnahkan.", {}), err=True
            )
            return
        click.echo(say("Tidak cocok dengan kertasnya.", {}), err=True)
    click.echo(say("Kunci ini tidak dipakai. Jalankan lagi bila kertasnya sudah siap.", {}), err=True)
    sys.exit(1)


@click.command("recover")
@CONFIG
@click.option("--words-stdin", is_flag=True, help="Read the key from standard input.")
def recover(config: Path, *, words_stdin: bool) -> None:
    """Open with the village head's paper what another Pi had sealed, as after a restore onto a new one.

    Example: gateway recover --config /etc/balai/hall.toml
    """
    from gateway.commands import act_on  # noqa: PLC0415 - as above

    spelled = sys.stdin.read() if words_stdin else str(click.prompt(say("Kunci pemulihan", {}), err=True))
    found = act_on(Settings.load(config), "recover", {"words": spelled})
    click.echo(say("{opened} catatan terbuka kembali di Pi ini; {locked} masih terkunci.", found))
    if found["locked"]:
        sys.exit(1)


@click.command("breach-report")
@CONFIG
@click.option("--since", type=click.DateTime(), help=f"From when on; {DAYS} days ago if not named.")
@click.option("--until", type=click.DateTime(), help="Until when; now if not named.")
@click.option("--what", default="", help="What happened, in a sentence or two.")
def breach_report(config: Path, since: datetime | None, until: datetime | None, what: str) -> None:
    """Write the notice that UU 27/2022 wants within 3 x 24 hours, filled in from the audit log: what is kept, who has seen what, and when.

    Example: gateway breach-report --since 2026-11-20 --what "Kartu Pi hilang" > laporan.txt
    """
    from gateway.commands import act_on  # noqa: PLC0415 - as above

    settings = Settings.load(config)
    zone = settings.hall.zone
    last = until.replace(tzinfo=zone) if until else datetime.now(zone)
    first = since.replace(tzinfo=zone) if since else last - timedelta(days=DAYS)
    told = act_on(settings, "breach-report", {"since": first.isoformat(), "until": last.isoformat(), "what": what})
    click.echo(told["text"])
