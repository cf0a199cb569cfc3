"""What the centre may ask of this hall: the one list that introduces features and choices to the downlink.

A kind that is not here is kept in the inbox, and carried out by the version that brings it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gateway import __version__
from gateway.bulletin.desk import BulletinDesk
from gateway.choices.commanded import CommandedChoices
from gateway.choices.desk import Choices
from gateway.clock import Clock
from gateway.mqtt.connection import PahoConnection
from gateway.relay.backups import Backups
from gateway.relay.downlink import Downlink
from gateway.relay.effects import Effect, OwnEffects
from gateway.relay.resending import Resending
from gateway.relay.trial import TrialRoom
from gateway.relay.tuning import Tuning
from gateway.relay.uplink import Uplink
from gateway.sections import SECTIONS
from gateway.services.desk import ServicesDesk
from gateway.settings import RelaySettings, Settings
from gateway.store.database import Store, Transaction
from gateway.store.inbox import Command


def downlink_of(
    settings: Settings,
    store: Store,
    clock: Clock,
    connection: PahoConnection,
    uplink: Uplink,
    relay: Callable[[], RelaySettings],
    choices: Choices,
    bulletin: BulletinDesk,
    services: ServicesDesk,
    backups: Backups,
) -> Downlink:
    """Return the downlink of a hall; it gets what the uplink hears and does not know. ``relay`` returns the settings as they are now."""
    zone, pinned, root = settings.hall.zone, settings.relay.centre_key, settings.relay.topic_root
    trial = TrialRoom(
        *(store, connection, clock, zone, CommandedChoices(choices, SECTIONS)),
        Tuning(connection, uplink, relay).look,
        settings.relay.trial_s,
    )
    downlink = Downlink(
        *(store, connection, clock, settings.hall.id, root),
        zone=zone,
        pinned=pinned,
        effects=OwnEffects(__version__, pinned, clock).table()
        | _announcements(bulletin)
        | _catalogue(services)
        | {"settings.put": Effect(trial.act, on_trial=True), "backup.request": Effect(backups.ask)},
        trial=trial,
        chores=[Resending(store, connection, uplink.topics).step],
    )
    uplink.pass_on = downlink.hand_over
    return downlink


def _announcements(bulletin: BulletinDesk) -> dict[str, Effect]:
    def put(tx: Transaction, command: Command) -> None:
        bulletin.put_for_regency(tx, command.subject, command.data)

    def withdraw(tx: Transaction, command: Command) -> None:
        bulletin.withdraw_for_regency(tx, command.subject)

    return {"announcement.put": Effect(put), "announcement.withdraw": Effect(withdraw, withdraws=True)}


def _catalogue(services: ServicesDesk) -> dict[str, Effect]:
    def put(tx: Transaction, command: Command) -> Mapping[str, Any]:
        return services.put_for_regency(tx, _name(command), command.data)

    def withdraw(tx: Transaction, command: Command) -> None:
        services.withdraw_for_regency(tx, _name(command))

    return {"catalogue.put": Effect(put), "catalogue.withdraw": Effect(withdraw, withdraws=True)}


def _name(command: Command) -> str:
    return command.subject.removeprefix("catalogue/")
