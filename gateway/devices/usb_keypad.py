"""A USB numpad, or any USB keyboard, as the keypad of a counter, read from Linux's input device without a library.

Promises: it is told apart by the port that it is plugged into, so two identical ones serve two counters; it is taken for the hall
alone, so no key reaches a screen; unplugged it is ``missing`` and found again when it is back; its thread only enqueues.
"""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import select
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from gateway.clock import Clock
from gateway.devices.debounce import ContactRules
from gateway.devices.gpio_contacts import CLOSED, STUCK
from gateway.devices.keys import Keys
from gateway.devices.ports import DeviceState, Press
from gateway.errors import Reason

log = logging.getLogger(__name__)

PORTS = Path("/dev/input/by-path")
ENDING = "-event-kbd"
ACTS = ("call-next", "recall", "complete", "no-show", "skip", "serve", "pause", "undo")
"""What a key may do."""
CODES = {"enter": (28, 96), "plus": (78,), "minus": (12, 74), "star": (55,), "slash": (53, 98)}
"""Linux's codes of the keys that can be given an act, on the numpad and, where it has one, on the keyboard."""
USUAL = {"enter": "call-next", "plus": "recall", "minus": "complete", "star": "no-show", "slash": "undo"}

EVENT = struct.Struct("llHHi")
EV_KEY = 1
EVIOCGRAB = 0x40044590
LISTEN_S = 0.5
TROUBLES = {
    errno.ENOENT: Reason("tidak tercolok di porta ini"),
    errno.ENODEV: Reason("tidak tercolok di porta ini"),
    errno.EACCES: Reason("tidak boleh dibaca: layanan harus masuk grup input"),
    errno.EPERM: Reason("tidak boleh dibaca: layanan harus masuk grup input"),
    errno.EBUSY: Reason("dipakai program lain"),
}


def grab(descriptor: int) -> None:
    """Take an input device for this process alone. Raises OSError ``EBUSY`` when another has it."""
    fcntl.ioctl(descriptor, EVIOCGRAB, 1)


def in_a_thread(listen: Callable[[], bool]) -> None:
    """Listen until there is nothing more to hear."""

    def follow() -> None:
        while listen():
            pass

    threading.Thread(target=follow, name="usb-keypad", daemon=True).start()


class UsbKeypad:
    """Keys that do the acts of one counter. ``keys`` has the act of each key of ``CODES``; ``port`` is its name in ``PORTS``."""

    kind = "usb-keypad"

    def __init__(
        self,
        id: str,
        counter: str,
        port: str,
        keys: Mapping[str, str],
        clock: Clock,
        *,
        rules: ContactRules,
        ports: Path = PORTS,
        take: Callable[[int], None] = grab,
        follow: Callable[[Callable[[], bool]], None] = in_a_thread,
    ) -> None:
        self.id = id
        self._path = ports / (port + ENDING)
        self._meanings = {code: Press(id, "", 0.0, counter, act=act) for key, act in keys.items() for code in CODES[key]}
        self._clock = clock
        self._rules = rules
        self._take = take
        self._follow = follow
        self._keys = Keys(self._meanings.values(), rules)
        self._press: Callable[[Press], None] | None = None
        self._descriptor: int | None = None
        self._lock = threading.Lock()
        self._trouble: str = Reason("belum dicari")
        self._closed = False

    def when_pressed(self, press: Callable[[Press], None]) -> None:
        """Call ``press`` for every intended press, from the thread that listens."""
        self._press = press

    def state(self) -> DeviceState:
        """Return how the keypad is: missing while unplugged or unreadable, faulty while a key is stuck."""
        if self._descriptor is None:
            return DeviceState.MISSING
        return DeviceState.FAULTY if self._keys.stuck(self._clock.monotonic_s()) else DeviceState.READY

    def reason(self) -> str:
        """Return why it is not ready."""
        if self._descriptor is None:
            return self._trouble
        return STUCK if self._keys.stuck(self._clock.monotonic_s()) else ""

    def look(self) -> None:
        """Open the keypad if it is not open yet."""
        if self._closed or self._descriptor is not None:
            return
        descriptor = None
        try:
            descriptor = os.open(self._path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            self._take(descriptor)
        except OSError as error:
            if descriptor is not None:
                os.close(descriptor)
            self._say(error)
            return
        self._keys = Keys(self._meanings.values(), self._rules)
        self._descriptor = descriptor
        log.info("device=%s event=ready", self.id)
        self._follow(self.listen)

    def listen(self) -> bool:
        """Hear what keys have done, waiting for it at most half a second; return whether there may be more."""
        try:
            with self._lock:
                if self._descriptor is None:
                    return False
                if select.select([self._descriptor], [], [], LISTEN_S)[0]:
                    heard = os.read(self._descriptor, 64 * EVENT.size)
                    if not heard:
                        raise OSError(errno.ENODEV, "unplugged")  # noqa: TRY301 - an end is the same as ENODEV
                    self._hear(heard)
        except OSError as error:
            self._let_go()
            self._say(error)
            return False
        return True

    def close(self) -> None:
        """Let go of the keypad."""
        self._closed = True
        self._let_go()
        self._trouble = CLOSED

    def _hear(self, heard: bytes) -> None:
        at_s = self._clock.monotonic_s()
        for _, _, kind, code, value in EVENT.iter_unpack(heard[: len(heard) // EVENT.size * EVENT.size]):
            key = self._meanings.get(code) if kind == EV_KEY else None
            if key is None:
                continue
            if value == 0:
                self._keys.opened(key, at_s)
            elif value == 1 and self._keys.closed(key, at_s) and self._press is not None:
                self._press(replace(key, pressed_at_s=at_s))

    def _let_go(self) -> None:
        with self._lock:
            descriptor, self._descriptor = self._descriptor, None
            if descriptor is not None:
                os.close(descriptor)

    def _say(self, error: OSError) -> None:
        trouble = TROUBLES.get(error.errno or 0) or Reason("tidak terbaca ({error})", error=type(error).__name__)
        if trouble != self._trouble:
            log.warning("device=%s event=missing error=%s", self.id, type(error).__name__)
        self._trouble = trouble
