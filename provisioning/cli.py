"""The commands of the regency and its technicians: ``provision centre``, ``fleet``, ``hall``, ``release`` and ``card``.

A fault is a sentence and a remedy on the error stream and exit code 1, never a traceback.
"""

from __future__ import annotations

from typing import Any

import click

from gateway import __version__
from gateway.errors import Refusal
from provisioning.card.commands import card
from provisioning.centre.commands import centre
from provisioning.fleet.commands import fleet, hall
from provisioning.identity.commands import COMMANDS as IDENTITY
from provisioning.release.commands import release


class Commands(click.Group):
    """A group of commands whose refusals are sentences."""

    def invoke(self, context: click.Context) -> Any:  # noqa: ANN401 - click's own signature
        """Run the command; tell a refusal as its sentence and remedy."""
        try:
            return super().invoke(context)
        except Refusal as refusal:
            click.echo(f"{refusal.sentence} {refusal.remedy}".strip(), err=True)
            context.exit(1)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="provision")
def main() -> None:
    """Prepare halls, and receive what they send.

    Example: provision centre intake --broker mqtt://127.0.0.1:1883 --database sqlite:///centre.db
    """


for _command in IDENTITY:
    centre.add_command(_command)
for _command in (card, centre, fleet, hall, release):
    main.add_command(_command)
