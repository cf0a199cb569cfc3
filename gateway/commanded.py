"""What the centre may ask of this hall: the one list that introduces what the village and the choices do to the downlink.

A kind that is not here is kept in the inbox, and carried out by the version that brings it.
"""

from __future__ import annotations

from collections.abc import Callable

from gateway import __version__
from gateway.choices.commanded import CommandedChoices
from gateway.choices.desk import Choices
from gateway.clock import Clock
from gateway.mqtt.connection import PahoConnection
from gateway.relay.backups import Backups
from gateway.relay.downlink import Downlink
from gateway.relay.effects import Effect, Effects, OwnEffects
from gateway.relay.resending import Resending
from gateway.relay.trial import TrialRoom
from gateway.relay.tuning import Tuning
from gateway.relay.uplink import Uplink
from gateway.sections import SECTIONS
from gateway.settings import RelaySettings, Settings
from gateway.store.database import Store


def downlink_of(
    settings: Settings,
    store: Store,
    clock: Clock,
    connection: PahoConnection,
    uplink: Uplink,
    relay: Callable[[], RelaySettings],
    choices: Choices,
    effects: Effects,
    backups: Backups,
) -> Downlink:
    """Return the downlink of a hall; it gets what the uplink hears and does not know. ``relay`` returns the settings as they are now.

    ``effects`` are the village's.
    """
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
        | dict(effects)
        | {"settings.put": Effect(trial.act, on_trial=True), "backup.request": Effect(backups.ask)},
        trial=trial,
        chores=[Resending(store, connection, uplink.topics).step],
    )
    uplink.pass_on = downlink.hand_over
    return downlink
