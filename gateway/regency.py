"""All that joins the hall to its regency: what is made when a broker is set, and what the checks see of it.

Part of the composition root: ``gateway.hall`` starts and stops what stands here, in its own visible order.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from gateway import __version__
from gateway.checks.broker import check_broker
from gateway.checks.commands import check_commands
from gateway.checks.finding import Finding
from gateway.choices.desk import Choices
from gateway.choices.uplink import RelayChoices
from gateway.clock import Clock
from gateway.commanded import downlink_of
from gateway.commands import certificate_finding
from gateway.mqtt.connection import PahoConnection
from gateway.mqtt.ports import Connected, Disconnected
from gateway.relay import presence
from gateway.relay.backups import Backups
from gateway.relay.connecting import connection_to
from gateway.relay.downlink import Downlink
from gateway.relay.effects import Effects, offered_release
from gateway.relay.identity import Identity
from gateway.relay.meter import Meter
from gateway.relay.presence import Presence
from gateway.relay.renewal import Renewal
from gateway.relay.uplink import Uplink
from gateway.settings import RelaySettings, Settings
from gateway.store import epochs, outbox, trials
from gateway.store.database import Store
from gateway.waiting import outbox_finding


@dataclass(frozen=True, slots=True)
class Wire:
    """The parts that exist only where the settings name a broker; none is started yet."""

    connection: PahoConnection
    meter: Meter
    uplink: Uplink
    presence: Presence
    downlink: Downlink
    backups: Backups
    renewal: Renewal


class Regency:
    """The hall's side of the wire. Opens no connection.

    ``effects`` are what the village does when the centre commands it; ``queue_now`` returns what people at home may see of the queue,
    ``audit`` the head of the audit log.

    Raises Refusal ``broker-address``.
    """

    def __init__(
        self,
        settings: Settings,
        store: Store,
        clock: Clock,
        choices: Choices,
        randomness: random.Random,
        effects: Effects,
        queue_now: Callable[[], dict[str, object]],
        audit: Callable[[outbox.Reads], str],
    ) -> None:
        self._settings = settings
        self._store = store
        self._clock = clock
        self._choices = choices
        self._effects = effects
        self._randomness = randomness
        self._queue_now = queue_now
        self._audit = audit
        self.identity = Identity(settings.relay, settings.data.directory / "identity", clock, settings.hall.id)
        self.wire = self._wire()

    def relay(self) -> RelaySettings:
        """Return the relay's settings as the hall has chosen them over its machine's."""
        return self._choices.current(RelayChoices).over(self._settings.relay)

    def checks(self) -> tuple[Callable[[], Finding], ...]:
        """Return the questions about the regency, in the order in which they are shown."""
        return (
            self._check_broker,
            lambda: certificate_finding(self._settings, self.identity, self._clock),
            self._check_outbox,
            self._check_commands,
        )

    def forget(self) -> None:
        """Forget what is kept only for a time; asked once an hour."""
        if self.wire:
            self.wire.downlink.forget()

    def _wire(self) -> Wire | None:
        relay, hall, clock = self.relay(), self._settings.hall.id, self._clock
        with self._store.reader() as db:
            epoch = epochs.current(db)
        last_will = partial(presence.will, hall, bootid=clock.bootid, version=__version__, root=relay.topic_root)
        connection = connection_to(relay, hall, epoch, trust=self.identity, will=last_will(epoch), randomness=self._randomness)
        if connection is None:
            return None
        line = (self._store, connection, clock, hall, relay.topic_root)
        zone, daily_bytes = self._settings.hall.zone, relay.daily_mb * 10**6
        meter = Meter(self._store, clock, zone, daily_bytes=daily_bytes, caps_bytes_per_s=relay.caps_bytes_per_s)
        uplink = Uplink(
            *(*line, self._randomness),
            by_puback=relay.confirm == "puback",
            keep_days=relay.keep_days,
            meter=meter,
            zone=zone,
            introduce=lambda epoch: connection.rename(f"{hall}-{epoch}", last_will(epoch)),
            audit=self._audit,
        )
        shown = Presence(*line, version=__version__, live=self._queue_now, certificate_until=lambda: self.identity.shown_until)
        backups = Backups(self._store, clock, hall, zone, relay.centre_key)
        downlink = downlink_of(
            *(
                self._settings,
                self._store,
                clock,
                connection,
                uplink,
                self.relay,
                self._choices,
                self._effects,
                backups,
            )
        )
        renewal = Renewal(relay, hall, self.identity, clock, connection)
        return Wire(connection, meter, uplink, shown, downlink, backups, renewal)

    def _check_broker(self) -> Finding:
        state = self.wire.connection.state if self.wire else None
        code, reason = (state.code, state.reason) if isinstance(state, Disconnected) else ("", "")
        return check_broker(self.relay().broker, connected=isinstance(state, Connected), code=code, reason=reason)

    def _check_outbox(self) -> Finding:
        held_mb = self._settings.relay.daily_mb if self.wire and self.wire.meter.allowance.is_used_up else 0
        with self._store.reader() as db:
            return outbox_finding(db, self._clock.now(), broker=self.wire is not None, held_mb=held_mb)

    def _check_commands(self) -> Finding:
        relay = self._settings.relay
        with self._store.reader() as db:
            on_trial, release = trials.running(db) is not None, offered_release(db)
        refused = self.wire.downlink.refused if self.wire else 0
        return check_commands(
            broker=relay.broker, key=relay.centre_key, refused=refused, on_trial=on_trial, release=release, version=__version__
        )
