"""The commands by which a regency founds its centre and says who is a hall."""

from __future__ import annotations

import logging
import os
import shlex
from pathlib import Path
from typing import Any

import click

from gateway.clock import SystemClock
from gateway.errors import Refusal
from gateway.mqtt.connection import PahoConnection
from gateway.mqtt.session import Habits
from provisioning.centre.signing_key import load_key, pinned
from provisioning.centre.stopping import asked_to_stop
from provisioning.identity import pem
from provisioning.identity.authority import new_key
from provisioning.identity.folder import OPEN, SECRET, CentreFolder, write
from provisioning.identity.founding import Founding
from provisioning.identity.registrar import Registrar, read_request
from provisioning.identity.renewals import Renewals
from provisioning.identity.revocation import publish

SESSION_S = 7 * 24 * 3600
"""So long the broker keeps requests for a signing that is away; afterwards the halls ask again."""

FOLDER = click.Path(path_type=Path, file_okay=False, resolve_path=True)
FILE = click.Path(path_type=Path, dir_okay=False, resolve_path=True)
DIRECTORY = click.option("--directory", type=FOLDER, default=".", help="The centre's folder.  [default: the present one]")

NEXT = """
What to do next:
  1. Run it:   {path}/start
               or as services, as root: useradd --system balai-centre; chown -R balai-centre: {path};
               cp {path}/systemd/*.service /etc/systemd/system/; systemctl enable --now balai-broker balai-intake balai-enrol
  2. Keep it:  move the two keys in {path}/authority to a stick (READ-ME.txt there says why). Back the rest up.
  3. A hall:   provision centre issue 3510012001 --directory {path} --out hall.pem
               Give it hall.pem and {ca}; in its hall.toml, beside them:
               [hall]
               id = "3510012001"
               name = "Balai Desa Contoh"
               [relay]
               broker = "mqtts://{host}:{port}"
               ca_file = "server-ca.pem"
               certificate_file = "hall.pem"
               centre_key = "{key}"
               Start it there: gateway run --config hall.toml
  Commands of the centre run as the owner of its files: sudo -u balai-centre provision centre ...
"""


@click.command()
@click.argument("directory", type=FOLDER)
@click.option("--name", help="Of the regency, as its authorities are called.  [default: Kabupaten]")
@click.option("--host", "hosts", multiple=True, help="Where halls find the broker; may be given again.  [default: localhost]")
@click.option("--port", type=click.IntRange(1, 65535), help="Where the broker listens.  [default: 8883]")
@click.option("--topic-root", help="The topics' first levels.  [default: balai/v1]")
@click.option("--database", help="The intake's.  [default: centre.db in the folder]")
@click.option("--hall-days", type=click.IntRange(2, 3650), help="How long a hall's certificate is good.  [default: 730]")
def init(directory: Path, hosts: tuple[str, ...], **wishes: Any) -> None:  # noqa: ANN401 - click's options as they come
    """Found a centre: authorities, broker certificate, access list, revocation list, services and a start script.

    What is there is never overwritten; a second run completes, renews what is due, and else changes nothing.

    Example: provision centre init /srv/balai --name Banyuwangi --host broker.example
    """
    folder = CentreFolder(directory)
    founding = Founding(folder, SystemClock().now())
    given = {key: wish for key, wish in wishes.items() if wish is not None}
    settings = founding.found(given | ({"hosts": hosts} if hosts else {}))
    for name in founding.made:
        click.echo(f"made {name}")
    if not founding.made:
        click.echo("Everything is there; nothing was changed.")
    key = pinned(load_key(folder.signing_key))
    click.echo(
        NEXT.format(path=shlex.quote(str(directory)), ca=folder.broker_ca, host=settings.hosts[0], port=settings.port, key=key)
    )


@click.command()
@click.argument("hall")
@DIRECTORY
@click.option("--request", type=FILE, help="A certificate request (PEM). Without one the key is made here, and travels.")
@click.option("--out", required=True, type=FILE, help="Where to write the certificate, never over a file that is there.")
def issue(hall: str, directory: Path, request: Path | None, out: Path) -> None:
    """Sign the certificate of a hall, by its ten-digit code.

    Example: provision centre issue 3510012001 --request hall.csr --out hall.pem
    """
    folder = CentreFolder(directory)
    folder.settings()
    if out.exists():
        raise Refusal("file-failed", path=out, reason="sudah ada")
    if not os.access(out.parent, os.W_OK):  # found before anything is signed that nobody would get
        raise Refusal("file-failed", path=out, reason="foldernya tidak ada atau tidak dapat ditulis")
    key = None if request else new_key()
    public_key = key.public_key() if key else read_request(hall, _content(request))
    chain = Registrar(folder).issue(hall, public_key, SystemClock().now())
    write(out, (pem.key_text(key) if key else b"") + pem.text(chain), SECRET if key else OPEN)
    click.echo(f"{out}: {hall}, serial {chain[0].serial_number:x}, until {chain[0].not_valid_after_utc:%Y-%m-%d}")


@click.command()
@click.argument("who")
@DIRECTORY
def revoke(who: str, directory: Path) -> None:
    """Turn a hall away for good, by its code (all its certificates) or one certificate by its serial number.

    The broker is told, proven to have heard, and started again, so that a live connection ends too; every other hall
    connects again within seconds.

    Example: provision centre revoke 3510012001 --directory /srv/balai
    """
    folder, now = CentreFolder(directory), SystemClock().now()
    folder.settings()
    serials = Registrar(folder).revoke(who, now)
    told = publish(folder, now, cut=True)
    for serial in serials:
        click.echo(f"revoked {serial:x}")
    if not told:
        click.echo("The broker does not run from this folder now; it reads the list when it starts.")


@click.command()
@DIRECTORY
def enrol(directory: Path) -> None:
    """Renew the certificates of halls that ask, and the centre's own, until SIGTERM or Ctrl-C.

    It needs the issuing key in identity/ and runs as the broker's user, whom it tells of a new revocation list.

    Example: provision centre enrol --directory /srv/balai
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s level=%(levelname)s room=%(name)s %(message)s")
    folder = CentreFolder(directory)
    habits = Habits(f"enrol-{folder.settings().client_suffix}", session_s=SESSION_S)
    connection = PahoConnection(folder.local_address(), habits, trust=folder.trust("enrol"))
    renewals = Renewals(folder, connection, SystemClock())
    with asked_to_stop() as stopping:
        connection.start()
        while not stopping.is_set():
            renewals.step()
        connection.stop()


def _content(path: Path | None) -> bytes:
    try:
        return path.read_bytes() if path else b""
    except OSError as error:
        raise Refusal("file-failed", path=path, reason=error.strerror) from error


COMMANDS = (init, issue, revoke, enrol)
