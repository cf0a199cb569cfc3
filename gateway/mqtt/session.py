"""One connection to a broker, from its opening to its end: the life of one paho client.

A new client for every connection, because paho keeps what could not be sent and would send it all at
the next one: an invisible second outbox. Callbacks only hand over and never raise: an exception in one
would end the network thread unseen.
"""

from __future__ import annotations

import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from gateway.mqtt import reasons
from gateway.mqtt.address import BrokerAddress, Node
from gateway.mqtt.ports import Acknowledged, Connected, Disconnected, Happening, Message, Received

log = logging.getLogger(__name__)

LOOK_S = 0.5
"""How often the network thread looks at its deadlines when nothing arrives."""
MESSAGES_UNDER_WAY = 20
"""Unacknowledged publishes on one connection, at the most; the broker may ask for fewer."""
HANDLES = 1 << 16
"""Message ids of one connection."""
RECEIVE_LIMIT_BYTES = 512 * 1024
"""A larger packet is not for us (MQTT 5 tells the broker so)."""
GOODBYE_LIMIT_S = 1.0
"""How long a goodbye may take."""
NO_LIMIT_BYTES = 268_435_455
HEAD_BYTES = 16
"""What MQTT adds to topic and payload, at the most."""
UNSUPPORTED = "Unsupported protocol version"
UNHEARD = "No matching subscribers"
CLOSED = Disconnected("broker-refused", "sambungan ditutup sebelum dijawab")
LOST = Disconnected("broker-unreachable", "sambungan putus")
SILENT = Disconnected("broker-silent", "tidak menjawab")


@dataclass(frozen=True, slots=True)
class Habits:
    """How every connection of one client is made. Times in seconds."""

    client_id: str
    session_s: int = 0
    """How long the broker keeps our subscriptions and messages while we are away; 0: not at all."""
    keepalive_s: int = 30
    connect_limit_s: float = 5.0
    """For TCP, and again for TLS."""
    answer_limit_s: float = 10.0
    """For the broker to accept us."""
    acknowledge_limit_s: float = 60.0
    """Without any acknowledgement while something is under way, the broker counts as silent."""
    will_delay_s: int = 0
    """How long an MQTT 5 broker waits with the will, so that a short gap is not shown."""


@dataclass(frozen=True, slots=True)
class _Receipt:
    generation: int
    mid: int
    qos: int


class Session:
    """One connection. ``open`` and ``run`` belong to the network thread, the rest to any."""

    def __init__(
        self,
        generation: int,
        version: str,
        habits: Habits,
        will: Message | None,
        filters: Sequence[str],
        emit: Callable[[Happening], None],
    ) -> None:
        self.version = version
        self.connected_at_s: float | None = None
        self.version_refused = False
        """Whether another MQTT version may fare better."""
        self._generation = generation
        self._habits = habits
        self._filters = filters
        self._emit = emit
        self._ending: Disconnected | None = None
        self._publishing = threading.Lock()
        self._sent = 0
        self._answered = 0
        self._turned_away = 0
        self._progress_at_s = 0.0
        self._window = MESSAGES_UNDER_WAY
        self._largest_bytes = NO_LIMIT_BYTES
        self._socket: object = None
        self._client = self._make_client(will)

    def _make_client(self, will: Message | None) -> paho.Client:
        five = self.version == "5"
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._habits.client_id,
            clean_session=None if five else self._habits.session_s == 0,
            protocol=MQTTProtocolVersion.MQTTv5 if five else MQTTProtocolVersion.MQTTv311,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        client.max_inflight_messages_set(0)
        client.connect_timeout = self._habits.connect_limit_s
        if will:
            properties = _properties(PacketTypes.WILLMESSAGE, WillDelayInterval=self._habits.will_delay_s) if five else None
            client.will_set(will.topic, will.payload, will.qos, will.retain, properties)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.on_socket_register_write = lambda *_: None  # else paho writes in the publisher's thread
        return client

    def open(self, address: BrokerAddress, node: Node, tls: ssl.SSLContext | None) -> None:
        """Connect to one node of the broker and greet. Raises OSError (TLS included) when there is nobody to greet."""
        if tls:
            self._client.tls_set_context(tls)
        if address.user:
            self._client.username_pw_set(address.user, address.password or None)
        if self.version == "5":
            self._client.connect(
                *(*node, self._habits.keepalive_s),
                clean_start=self._habits.session_s == 0,
                properties=_properties(
                    PacketTypes.CONNECT,
                    SessionExpiryInterval=self._habits.session_s,
                    ReceiveMaximum=100,
                    MaximumPacketSize=RECEIVE_LIMIT_BYTES,
                ),
            )
        else:
            self._client.connect(*node, self._habits.keepalive_s)
        self._socket = self._client.socket()
        if isinstance(self._socket, socket.socket):
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # a receipt does not wait for company

    def run(self, stopping: threading.Event) -> Disconnected:
        """Carry messages until the connection ends; return why it did."""
        self._progress_at_s = time.monotonic()
        leave_at_s = 0.0
        while self._client.loop(LOOK_S) == MQTTErrorCode.MQTT_ERR_SUCCESS and self._ending is None:
            if stopping.is_set():
                leave_at_s = leave_at_s or time.monotonic() + GOODBYE_LIMIT_S
                if time.monotonic() > leave_at_s:
                    break
            elif time.monotonic() - self._progress_at_s > self._patience_s():
                return SILENT
        if self._ending:
            return self._ending
        if told := reasons.of_alert(getattr(self._socket, "alert", "")):
            return told
        if self.connected_at_s is None:
            self.version_refused = True
            return CLOSED
        return LOST

    def _patience_s(self) -> float:
        if self.connected_at_s is None:
            return self._habits.answer_limit_s
        return self._habits.acknowledge_limit_s if self._sent > self._answered else float("inf")

    def close(self) -> None:
        """Let go of the socket at once, and of the client, so that nothing waits for the garbage collector."""
        client = self._client
        client.on_connect = client.on_disconnect = client.on_publish = client.on_subscribe = client.on_message = None
        sock = client.socket()
        if sock is not None:
            sock.close()

    def publish(self, message: Message) -> int | None:
        """Send ``message`` and return its handle, or None when it cannot go now."""
        with self._publishing:
            if self.connected_at_s is None or self._ending or self._sent - self._answered >= self._window:
                return None
            if len(message.payload) + len(message.topic.encode()) + HEAD_BYTES > self._largest_bytes:
                return self._turn_away()
            if self._sent == self._answered:
                self._progress_at_s = time.monotonic()
            self._sent += 1
            info = self._client.publish(message.topic, message.payload, message.qos, message.retain)
            if info.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
                self._answered += 1
                return None
            return self._generation * HANDLES + info.mid

    def _turn_away(self) -> int:
        """Answer in the broker's place: it would drop the connection over this message, again and again."""
        self._turned_away += 1
        handle = -(self._generation * HANDLES + self._turned_away)
        self._emit(Acknowledged(handle, "kiriman terlalu besar", too_large=True))
        return handle

    def acknowledge(self, received: Received) -> None:
        """Tell the broker that a message of this connection is safe."""
        receipt = received.receipt
        if isinstance(receipt, _Receipt) and receipt.generation == self._generation:
            self._client.ack(receipt.mid, receipt.qos)

    def goodbye(self) -> None:
        """Take leave, so that the broker does not send the will."""
        self._client.disconnect()

    def _on_connect(
        self, client: paho.Client, _data: Any, flags: paho.ConnectFlags, reason: ReasonCode, properties: Properties | None
    ) -> None:
        name = str(reason)
        if reason.is_failure:
            self.version_refused = name == UNSUPPORTED
            self._ending = reasons.of_answer(name)
            return
        self._window = min(MESSAGES_UNDER_WAY, getattr(properties, "ReceiveMaximum", MESSAGES_UNDER_WAY))
        self._largest_bytes = getattr(properties, "MaximumPacketSize", NO_LIMIT_BYTES)
        self._progress_at_s = self.connected_at_s = time.monotonic()
        if self._filters:
            client.subscribe([(topic, 1) for topic in self._filters])
        self._emit(Connected(flags.session_present, self.version))

    def _on_disconnect(self, _client: Any, _data: Any, flags: paho.DisconnectFlags, reason: ReasonCode, _properties: Any) -> None:
        if self._ending is None and flags.is_disconnect_packet_from_server:
            self._ending = reasons.of_answer(str(reason))
        elif self._ending is None and str(reason) == "Keep alive timeout":
            self._ending = SILENT

    def _on_subscribe(self, _client: Any, _data: Any, _mid: int, granted: list[ReasonCode], _properties: Any) -> None:
        if any(reason.is_failure for reason in granted):
            self._ending = Disconnected("broker-refused", "langganan tidak diizinkan")

    def _on_publish(self, _client: Any, _data: Any, mid: int, reason: ReasonCode, _properties: Any) -> None:
        self._answered += 1
        self._progress_at_s = time.monotonic()
        refused = reasons.words(str(reason)) if reason.is_failure else ""
        self._emit(Acknowledged(self._generation * HANDLES + mid, refused, unheard=str(reason) == UNHEARD))

    def _on_message(self, _client: Any, _data: Any, message: paho.MQTTMessage) -> None:
        receipt = _Receipt(self._generation, message.mid, message.qos)
        try:
            self._emit(Received(message.topic, bytes(message.payload), message.retain, receipt))
        except UnicodeDecodeError:
            log.warning("mqtt=%s event=topic-unreadable", self._habits.client_id)
            self._client.ack(message.mid, message.qos)


def _properties(packet: int, **values: int) -> Properties:
    properties = Properties(packet)  # type: ignore[no-untyped-call]  # paho leaves it untyped
    for name, value in values.items():
        setattr(properties, name, value)
    return properties
