"""The commands of the centre: run the intake, and look at what it has received."""

from __future__ import annotations

import logging
import re
import secrets
from contextlib import closing, nullcontext
from pathlib import Path

import click

from gateway.clock import SystemClock
from gateway.mqtt.address import BrokerAddress
from gateway.mqtt.connection import PahoConnection, Protocol
from gateway.mqtt.session import Habits
from gateway.mqtt.tls import Trust
from gateway.relay.signing import SIGNATURES_LIMIT
from gateway.relay.topics import ROOT
from provisioning.centre.asking import ask, key, orders
from provisioning.centre.intake import Intake
from provisioning.centre.metrics import served
from provisioning.centre.opening import open_database, open_reader
from provisioning.centre.parcels import fetch, parcels
from provisioning.centre.replaying import Replay
from provisioning.centre.signing_key import load_key
from provisioning.centre.stopping import asked_to_stop
from provisioning.centre.turned_away import OPTION, turned_away
from provisioning.centre.verifying import verifier
from provisioning.centre.viewing import follow_events, show_dead_letters, show_lanes, watch_halls

SESSION_S = 60 * 24 * 3600
"""So long the broker keeps for an intake that is away; afterwards the halls send again."""

FILE = click.Path(path_type=Path, dir_okay=False)
DATABASE = click.option("--database", required=True, help="sqlite:///FILE or postgresql://HOST/NAME")


PORTS = 1 << 16

SHARE_HELP = "Take a part of the messages, beside other intakes that give the same NAME; needs MQTT 5 and PostgreSQL."


def _judge_share(_context: click.Context, _parameter: click.Parameter, share: str) -> str:
    if not re.fullmatch("[a-z0-9-]*", share):
        raise click.BadParameter("small letters, digits and - only")
    return share


def _judge_metrics(_context: click.Context, _parameter: click.Parameter, place: str) -> tuple[str, int] | None:
    host, _, port = place.rpartition(":")
    if place and not (host and re.fullmatch("[0-9]{1,5}", port, re.ASCII) and int(port) < PORTS):
        raise click.BadParameter("write it as 127.0.0.1:9464")
    return (host, int(port)) if place else None


@click.group()
def centre() -> None:
    """Receive what the halls send, and look at it.

    Example: provision centre lanes --database sqlite:///centre.db
    """


@centre.command()
@DATABASE
@click.option("--broker", required=True, help="mqtt://HOST:PORT or mqtts://HOST:PORT; a cluster's nodes with commas.")
@click.option("--topic-root", default=ROOT, show_default=True, help="The topics' first levels.")
@click.option(
    "--client-id", default="", help="How the broker knows this intake; one name, one intake.  [default: of the database]"
)
@click.option(
    "--protocol", type=click.Choice(["auto", "5", "3.1.1"]), default="auto", show_default=True, help="The MQTT version."
)
@click.option("--share", metavar="NAME", default="", callback=_judge_share, help=SHARE_HELP)
@click.option("--metrics", metavar="HOST:PORT", default="", callback=_judge_metrics, help="Serve Prometheus /metrics here.")
@click.option("--ca-file", type=FILE, help="The authority that signs the broker (PEM).")
@click.option("--certificate-file", type=FILE, help="This intake's certificate (PEM).")
@click.option("--key-file", type=FILE, help="This intake's private key (PEM).")
@click.option(
    "--signing-key",
    "signing_keys",
    type=FILE,
    multiple=True,
    help="The key that signs orders (twice while it changes); none sends none.",
)
def intake(
    database: str,
    broker: str,
    topic_root: str,
    client_id: str,
    protocol: Protocol,
    share: str,
    metrics: tuple[str, int] | None,
    ca_file: Path | None,
    certificate_file: Path | None,
    key_file: Path | None,
    signing_keys: tuple[Path, ...],
) -> None:
    """Receive the halls' events into the database until SIGTERM or Ctrl-C.

    Each event is entered once; a hall hears of it only when it is durable here.

    Example: provision centre intake --broker mqtt://127.0.0.1:1883 --database sqlite:///centre.db
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s level=%(levelname)s room=%(name)s %(message)s")
    if share and protocol == "3.1.1":
        raise click.UsageError("--share needs MQTT 5")
    address = BrokerAddress.parse(broker)
    if len(signing_keys) > SIGNATURES_LIMIT:
        raise click.UsageError(f"at most {SIGNATURES_LIMIT} signing keys")
    keys = [load_key(path) for path in signing_keys]
    opened = open_database(database)
    try:
        trust = Trust(ca_file, certificate_file, key_file)
        habits = _habits(client_id or f"intake-{opened.centre}", share)
        connection = PahoConnection(address, habits, trust=trust, protocol="5" if share else protocol)
        receiving = Intake(opened, connection, SystemClock(), topic_root, keys, share=share)
        with asked_to_stop() as stopping, served(receiving.metrics, *metrics) if metrics else nullcontext():
            connection.start()
            rest_s = 0.0
            while not stopping.is_set():
                rest_s = receiving.step(rest_s)
            connection.stop()
    finally:
        opened.close()


def _habits(client_id: str, share: str) -> Habits:
    """Return how the intake is known to the broker: by one kept session, or, where several share, by none.

    A broker gives an absent member of a share its part as long as its session is kept; what a member that died had not
    acknowledged the halls send again.
    """
    return Habits(f"{client_id}-{secrets.token_hex(4)}") if share else Habits(client_id, session_s=SESSION_S)


@centre.command()
@DATABASE
@click.option("--follow", is_flag=True, help="Wait for more and show it as it comes.")
@click.option("--last", type=click.IntRange(0), default=20, show_default=True, help="So many of the newest first.")
def events(database: str, *, follow: bool, last: int) -> None:
    """Show the newest events, beside a running intake too.

    Example: provision centre events --database sqlite:///centre.db --follow
    """
    with asked_to_stop() as stopping, closing(open_reader(database)) as reader:
        follow_events(reader, last, stopping if follow else None)


@centre.command()
@DATABASE
def lanes(database: str) -> None:
    """Show how far each hall's lanes have come, and what is missing.

    Example: provision centre lanes --database sqlite:///centre.db
    """
    with closing(open_reader(database)) as reader:
        show_lanes(reader)


@centre.command()
@DATABASE
@OPTION
@click.option("--once", is_flag=True, help="Show it once and end.")
def watch(database: str, directory: Path | None, *, once: bool) -> None:
    """Show every hall, the one that needs somebody first, and what to do; anew every two seconds until Ctrl-C.

    What a hall says of itself is a hint: it may be out of date, what has arrived is not. Revoked halls are only counted.

    Example: provision centre watch --database sqlite:///centre.db
    """
    with asked_to_stop() as stopping, closing(open_reader(database)) as reader:
        watch_halls(reader, SystemClock(), None if once else stopping, lambda now: turned_away(database, directory, now))


@centre.command()
@DATABASE
@click.option("--topic-root", default=ROOT, show_default=True, help="The topics' first levels.")
@click.option("--list", "only_list", is_flag=True, help="Only show what could not be taken.")
def replay(database: str, topic_root: str, *, only_list: bool) -> None:
    """Read again what an earlier version could not take: payloads it refused, events it rejected.

    Run it after an update of the intake. Receipts and verdicts stay; what can be read now joins the view "facts", with
    the flag "replayed". With SQLite the intake must be stopped meanwhile.

    Example: provision centre replay --database sqlite:///centre.db
    """
    if only_list:
        with closing(open_reader(database)) as reader:
            show_dead_letters(reader)
        return
    with closing(open_database(database)) as opened:
        outcome = Replay(opened, topic_root, SystemClock().now().isoformat(timespec="milliseconds")).run()
    click.echo(
        f"Masuk di nomornya sendiri {outcome.entered}, menjadi fakta {outcome.replayed}, sudah ada {outcome.known},"
        f" tetap tidak terbaca {outcome.dead}."
    )


for command in (ask, orders, key, parcels, fetch, verifier):
    centre.add_command(command)
