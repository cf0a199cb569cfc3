"""From the settings of a hall to its connection to the regency's broker, and a first try of it."""

from __future__ import annotations

import queue
import random

from gateway.errors import Refusal
from gateway.mqtt.address import BrokerAddress
from gateway.mqtt.connection import PahoConnection
from gateway.mqtt.ports import Connected, Disconnected, Message
from gateway.mqtt.session import Habits
from gateway.mqtt.tls import Credentials, Trust
from gateway.settings import RelaySettings

SESSION_S = 7 * 86_400
"""The broker keeps a hall's messages so long while it is away (MQTT 5; else as the broker decides)."""
WILL_DELAY_S = 20
"""A gap shorter than this is not shown as an absence."""
PROBE_LIMIT_S = 30.0
"""A first try takes no longer."""


def connection_to(
    relay: RelaySettings,
    hall: str,
    part: str,
    *,
    trust: Credentials | None = None,
    will: Message | None = None,
    randomness: random.Random | None = None,
) -> PahoConnection | None:
    """Return a connection, not yet started, or None when the settings name no broker.

    ``part`` is the epoch, so that a clone does not consume the hall's messages; with a ``will`` the session is
    kept by the broker, without one (a probe) it is not. ``trust`` is by default what the settings name. Raises Refusal ``broker-address``.
    """
    if not relay.broker:
        return None
    return PahoConnection(
        BrokerAddress.parse(relay.broker),
        Habits(f"{hall}-{part}", session_s=SESSION_S if will else 0, will_delay_s=WILL_DELAY_S),
        will=will,
        trust=trust or Trust(relay.ca_file, relay.certificate_file, relay.key_file),
        protocol=relay.protocol,
        randomness=randomness,
    )


def probe(connection: PahoConnection | None, limit_s: float = PROBE_LIMIT_S) -> None:
    """Try to connect once, and let go again; without a broker there is nothing to try.

    Raises Refusal with the code of ``gateway.mqtt.ports.Disconnected`` when it cannot.
    """
    if connection is None:
        return
    connection.start()
    try:
        ending = _first_ending(connection, limit_s)
    finally:
        connection.stop()
    if ending is not None:
        raise Refusal(ending.code, address=connection.address, reason=ending.reason)


def _first_ending(connection: PahoConnection, limit_s: float) -> Disconnected | None:
    ending = Disconnected("broker-silent", "")
    tries_left = 2 * len(connection.address.nodes)
    while tries_left > 0:
        try:
            happening = connection.happenings.get(timeout=limit_s)
        except queue.Empty:
            return ending
        if isinstance(happening, Connected):
            return None
        if isinstance(happening, Disconnected):
            ending = happening
            # Whoever refuses may yet speak the other version; whoever cannot be reached speaks neither.
            tries_left -= 1 if happening.code == "broker-refused" else 2
    return ending
