"""LAN devices without a chip: they speak to a real broker what ``firmware_config/esphome`` makes an ESP32 speak, word for word.

For the demo and for tests, which hold this and the ESPHome packages to each other. Each has a connection of its own, its own
clock and boot, and loses what a chip loses: what cannot be sent is not kept, only counted.
"""

from __future__ import annotations

import json
import queue
import random
import threading
from collections.abc import Callable

from gateway.clock import Clock
from gateway.devices.lan_accounts import ROOT
from gateway.devices.ports import BoardFace
from gateway.mqtt.address import BrokerAddress
from gateway.mqtt.connection import PahoConnection
from gateway.mqtt.ports import Connected, Message, Received
from gateway.mqtt.session import Habits

SAY_AGAIN_S = 15.0
"""So often a device says how it is when nothing happens."""
STUCK_S = 30.0
LIT_S = 1.0
ANSWER_S = 2.0
"""So long a device waits for the hall's word on a press."""
DARK_S = 60.0
"""A board that hears nothing for so long goes dark."""
FIRMWARE = "1.0.0"
BLANK = BoardFace("", "")


class EmulatedDevice:
    """What every device does. ``address`` has its name and password; its steps belong to one loop, its acts to any thread."""

    def __init__(self, address: BrokerAddress, clock: Clock, randomness: random.Random) -> None:
        self.id = address.user
        self.rssi_dbm = -61
        self.blinked = 0
        """How often it was asked to show where it is."""
        self.heard: list[tuple[str, dict[str, object]]] = []
        """What the hall has said, in order."""
        self.is_mute = False
        """What it says is lost, as when the air is full."""
        self._clock = clock
        self._randomness = randomness
        self._address = address
        self._turn = threading.RLock()
        self._said_at_s = float("-inf")
        self._wakes: list[Callable[[], None]] = []
        self._begin()

    def _begin(self) -> None:
        self.is_off = False
        self.boot = f"{self._randomness.getrandbits(32):08x}"
        self._booted_at_s = self._clock.monotonic_s()
        habits = Habits(self.id, keepalive_s=15, connect_limit_s=2.0)
        will = Message(self._topic("online"), b"offline", qos=1, retain=True)
        self.connection = PahoConnection(
            self._address, habits, will=will, protocol="3.1.1", retry_s=(0.2, 1.0), randomness=self._randomness
        )
        self.connection.subscribe([f"{ROOT}/{self.id}/down/{what}" for what in self._hears()])
        for wake in self._wakes:
            self.connection.watch(wake)

    def _hears(self) -> list[str]:
        return ["ask", "blink"]

    def watch(self, wake: Callable[[], None]) -> None:
        """Call ``wake`` when there is something to do. Call before the first step."""
        self._wakes.append(wake)
        self.connection.watch(wake)

    @property
    def is_connected(self) -> bool:
        """Whether the broker has accepted it."""
        return isinstance(self.connection.state, Connected)

    def step(self) -> float:
        """Do what a device does by itself; return the seconds to rest."""
        if self.is_off:
            return 1.0
        self.connection.start()
        while True:
            try:
                happening = self.connection.happenings.get_nowait()
            except queue.Empty:
                break
            if isinstance(happening, Connected):
                self._publish("online", b"online", retain=True)
                self.say_all()
            elif isinstance(happening, Received):
                self.connection.acknowledge(happening)
                self._hear(happening.topic.rsplit("/", 1)[-1], json.loads(happening.payload))
        with self._turn:
            if self._clock.monotonic_s() - self._said_at_s >= SAY_AGAIN_S:
                self.say_all()
        return 1.0

    def say_all(self) -> None:
        """Say everything anew."""
        self._said_at_s = self._clock.monotonic_s()
        with self._turn:
            self._say_rest()

    def _say_rest(self) -> None:
        status = {"boot": self.boot, "uptime_s": self._ms() // 1000, "rssi_dbm": self.rssi_dbm, "firmware": FIRMWARE}
        self._publish("status", json.dumps(status).encode(), retain=True)

    def restart(self) -> None:
        """Lose power and come back: a new boot, without a goodbye."""
        self.connection.stop()
        with self._turn:
            self._begin()

    def unplug(self) -> None:
        """Lose power. The broker would notice after 22 s; what it then says is said at once, so that nobody waits."""
        self._publish("online", b"offline", retain=True)
        self.connection.stop()
        self.is_off = True

    def _hear(self, what: str, said: dict[str, object]) -> None:
        self.heard.append((what, said))
        if what == "ask":
            self.say_all()
        elif what == "blink":
            self.blinked += 1

    def _publish(self, what: str, payload: bytes, *, retain: bool = False) -> None:
        if not self.is_mute:
            self.connection.publish(Message(self._topic(what), payload, qos=1, retain=retain))

    def _topic(self, what: str) -> str:
        return f"{ROOT}/{self.id}/up/{what}"

    def _ms(self) -> int:
        return round((self._clock.monotonic_s() - self._booted_at_s) * 1000) & 0xFFFFFFFF


class _Key:
    """One key of a device, in milliseconds of its clock."""

    def __init__(self) -> None:
        self.count = 0
        self.pressed_at_ms = 0
        self.rest_ms = 0
        self.opened_at_ms = 0
        self.is_down = False


class EmulatedKeys(EmulatedDevice):
    """A button (one key, ``press``) or a keypad (``call``, ``recall``, ``done``)."""

    def __init__(
        self, address: BrokerAddress, clock: Clock, randomness: random.Random, keys: tuple[str, ...] = ("press",)
    ) -> None:
        self.keys = {key: _Key() for key in keys}
        self.answer: bool | None = None
        """What the hall has said of the latest press: whether it counts; None before it has said anything."""
        self._lit_at_s: float | None = None
        super().__init__(address, clock, randomness)

    def _hears(self) -> list[str]:
        return ["ask", "blink", "heard"]

    @property
    def is_blinking(self) -> bool:
        """Whether the lamp says that nobody has answered: from two seconds after the press, for a second."""
        if self.answer is not None or self._lit_at_s is None:
            return False
        return ANSWER_S <= self._clock.monotonic_s() - self._lit_at_s < ANSWER_S + LIT_S

    @property
    def is_lit(self) -> bool:
        """Whether the lamp shines: from the press on, while the hall is asked, and for a second once it says that it counts."""
        lit_s = ANSWER_S if self.answer is None else LIT_S
        return self._lit_at_s is not None and self._clock.monotonic_s() - self._lit_at_s < lit_s

    def down(self, key: str = "press") -> None:
        """Push a key and keep it down."""
        with self._turn:
            one, now_ms = self.keys[key], self._ms()
            if one.is_down:
                return
            one.count, one.is_down = (one.count + 1) & 0xFFFFFFFF, True
            one.rest_ms, one.pressed_at_ms = now_ms - one.opened_at_ms, now_ms
            self.answer, self._lit_at_s = None, self._clock.monotonic_s()
            self.say(key)

    def up(self, key: str = "press") -> None:
        """Let a key go."""
        with self._turn:
            self.keys[key].is_down, self.keys[key].opened_at_ms = False, self._ms()
            self.say(key)

    def say(self, key: str) -> None:
        """Say how a key stands."""
        one, now_ms = self.keys[key], self._ms()
        said = {
            "boot": self.boot, "ms": now_ms, "key": key, "count": one.count, "age_ms": (now_ms - one.pressed_at_ms) & 0xFFFFFFFF,
            "rest_ms": one.rest_ms & 0xFFFFFFFF,
            "open_ms": 0 if one.is_down else (now_ms - one.opened_at_ms) & 0xFFFFFFFF, "down": one.is_down, "stuck": one.is_down and now_ms - one.pressed_at_ms > STUCK_S * 1000,
        }  # fmt: skip
        self._publish("key", json.dumps(said).encode())

    def _say_rest(self) -> None:
        for key in self.keys:
            self.say(key)
        super()._say_rest()

    def restart(self) -> None:
        """Lose power and come back: counts are kept, times begin anew."""
        super().restart()
        for one in self.keys.values():
            one.pressed_at_ms = one.opened_at_ms = one.rest_ms = 0

    def _hear(self, what: str, said: dict[str, object]) -> None:
        super()._hear(what, said)
        if what == "heard" and said["boot"] == self.boot:
            self.answer = bool(said["counted"])
            if not self.answer:
                self._lit_at_s = None


class EmulatedBoard(EmulatedDevice):
    """A board that shows what it is told, and goes dark when nobody tells it anything."""

    def __init__(self, address: BrokerAddress, clock: Clock, randomness: random.Random) -> None:
        self._face = BLANK
        self._shown_at_s = float("-inf")
        super().__init__(address, clock, randomness)

    def _hears(self) -> list[str]:
        return ["ask", "blink", "show"]

    @property
    def face(self) -> BoardFace:
        """What people see."""
        return self._face if self._clock.monotonic_s() - self._shown_at_s < DARK_S else BLANK

    def restart(self) -> None:
        """Lose power and come back, dark."""
        super().restart()
        self._face = BLANK

    def _hear(self, what: str, said: dict[str, object]) -> None:
        super()._hear(what, said)
        if what == "show":
            self._face = BoardFace(str(said["number"]), str(said["counter"]), str(said["newest"]), int(str(said["call"])))
            self._shown_at_s = self._clock.monotonic_s()
            self._publish("shown", json.dumps({"boot": self.boot, "seq": said["seq"]}).encode())
