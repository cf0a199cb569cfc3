"""Lets a running relay follow its settings: the broker, the way of speaking and how long delivered events are kept.

Looked at again and again, so that whoever changes them need not tell.
"""

from __future__ import annotations

from collections.abc import Callable

from gateway.mqtt.address import BrokerAddress
from gateway.mqtt.connection import PahoConnection
from gateway.relay.uplink import Uplink
from gateway.settings import RelaySettings


class Tuning:
    """What the relay was last told. ``look`` belongs to the downlink's loop; ``wanted`` returns the settings as they are now."""

    def __init__(self, connection: PahoConnection, uplink: Uplink, wanted: Callable[[], RelaySettings]) -> None:
        self._connection = connection
        self._uplink = uplink
        self._wanted = wanted
        self._told = _way(wanted())

    def look(self) -> None:
        """Tell the relay what has changed."""
        wanted = self._wanted()
        self._uplink.keep_days = wanted.keep_days
        if _way(wanted) != self._told:
            self._told = _way(wanted)
            self._connection.aim(BrokerAddress.parse(wanted.broker), wanted.protocol)


def _way(settings: RelaySettings) -> tuple[str, str]:
    return settings.broker, settings.protocol
