"""A USB numpad, or any USB keyboard, as the keypad of a counter, read from Linux's input device without a library.

Promises: it is told apart by the port that it is plugged into, so two identical ones serve two counters; it is taken for the hall
alone, so no key reaches a screen; unplugged it is ``missing`` and found again when it is back; its thread only enqueues. A number before Enter
calls that very number, unless a key of it may have been lost.
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
from gateway.devices.claims import port as port_claim
from gateway.devices.debounce import ContactRules
from gateway.devices.gpio import CLOSED
from gateway.devices.gpio_contacts import STUCK
from gateway.devices.keys import Keys
from gateway.devices.ports import Claim, DeviceState, Press
from gateway.devices.typed_number import TypedNumber
from gateway.errors import Reason

log = logging.getLogger(__name__)

PORTS = Path("/dev/input/by-path")
ENDING = "-event-kbd"
ACTS = ("call-next", "recall", "complete", "no-show", "skip", "serve", "pause", "undo")
"""What a key may do."""
CODES = {"enter": (28, 96), "plus": (78,), "minus": (12, 74), "star": (55,), "slash": (53, 98)}
"""Linux's codes of the keys that can be given an act, on the numpad and, where it has one, on the keyboard."""
USUAL = {"enter": "call-next", "plus": "recall", "minus": "complete", "star": "no-show", "slash": "undo"}

CALL = "call"
"""What Enter does after a number; any other key forgets the number."""

EVENT = struct.Struct("llHHi")
EV_SYN, EV_KEY = 0, 1
SYN_REPORT, SYN_DROPPED = 0, 3
UP, DOWN = 0, 1
"""What a key does; 2 is the kernel repeating one that is held."""
EVIOCGRAB = 0x40044590
KEY_BYTES = 96
EVIOCGKEY = 0x80004518 | KEY_BYTES << 16
LISTEN_S = 0.5
TROUBLES = {
    errno.ENOENT: Reason("tidak tercolok di porta ini"),
    errno.ENODEV: Reason("tidak tercolok di porta ini"),
    errno.EACCES: Reason("tidak boleh dibaca: layanan harus masuk grup input"),
    errno.EPERM: Reason("tidak boleh dibaca: layanan harus masuk grup input"),
    errno.EBUSY: Reason("dipakai program lain"),
}


class Kernel:
    """What is asked of Linux about an open input device; a test has another."""

    def grab(self, descriptor: int) -> None:
        """Take it for this process alone. Raises OSError ``EBUSY`` when another has it."""
        fcntl.ioctl(descriptor, EVIOCGRAB, 1)

    def held(self, descriptor: int) -> set[int]:
        """Return the codes of the keys that are down. Raises OSError."""
        bits = fcntl.ioctl(descriptor, EVIOCGKEY, bytes(KEY_BYTES))
        return {8 * at + bit for at, byte in enumerate(bits) for bit in range(8) if byte >> bit & 1}


def in_a_thread(listen: Callable[[], bool]) -> threading.Thread:
    """Listen until there is nothing more to hear; return the thread."""

    def follow() -> None:
        while listen():
            pass

    thread = threading.Thread(target=follow, name="usb-keypad", daemon=True)
    thread.start()
    return thread


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
        kernel: Kernel | None = None,
        follow: Callable[[Callable[[], bool]], object] = in_a_thread,
    ) -> None:
        self.id = id
        self._port = port
        self._path = ports / (port + ENDING)
        self._meanings = {code: Press(id, "", 0.0, counter, act=act) for key, act in keys.items() for code in CODES[key]}
        self._clock = clock
        self._kernel = kernel or Kernel()
        self._follow = follow
        self._keys = Keys(self._meanings.values(), rules)
        self._enter = self._meanings[CODES["enter"][0]]
        self._typed = TypedNumber()
        self._press: Callable[[Press], None] | None = None
        self._descriptor: int | None = None
        self._lock = threading.Lock()
        self._trouble: str = Reason("belum dicari")
        self._has_lost = False
        """Whether the kernel has dropped events, until the next report ends."""
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
            self._kernel.grab(descriptor)
        except OSError as error:
            if descriptor is not None:
                os.close(descriptor)
            self._say(error)
            return
        self._has_lost = False
        self._descriptor = descriptor
        log.info("device=%s event=ready", self.id)
        self._follow(self.listen)

    def listen(self) -> bool:
        """Hear what keys have done, waiting for it at most half a second; return whether there may be more."""
        descriptor = self._descriptor
        if descriptor is None:
            return False
        try:
            # Not while locked: whoever closes would wait for its turn behind a thread that takes the lock again and again.
            poll = select.poll()
            poll.register(descriptor, select.POLLIN)
            is_there = bool(poll.poll(LISTEN_S * 1000))
            with self._lock:
                if self._descriptor != descriptor:
                    return False
                if is_there:
                    heard = os.read(descriptor, 64 * EVENT.size)
                    if not heard:
                        raise OSError(errno.ENODEV, "unplugged")  # noqa: TRY301 - an end is the same as ENODEV
                    self._hear(heard, descriptor)
        except OSError as error:
            self._let_go()
            self._say(error)
            return False
        return True

    def claims(self) -> tuple[Claim, ...]:
        """Return its port: the keypad there is taken for one device alone."""
        return (port_claim(self._port),)

    def close(self) -> None:
        """Let go of the keypad."""
        self._closed = True
        self._let_go()
        self._trouble = CLOSED

    def _hear(self, heard: bytes, descriptor: int) -> None:
        at_s = self._clock.monotonic_s()
        for _, _, kind, code, value in EVENT.iter_unpack(heard[: len(heard) // EVENT.size * EVENT.size]):
            if kind == EV_SYN and code == SYN_DROPPED:
                self._has_lost = True
                self._typed = TypedNumber()  # of which a digit may be missing: that would call somebody else
                self._typed.take(at_s)
            elif self._has_lost:
                # What is left of a report that has lost its beginning says nothing; after it, how the keys stand does.
                if kind == EV_SYN and code == SYN_REPORT:
                    self._has_lost = False
                    held = self._kernel.held(descriptor)
                    for key in dict.fromkeys(self._meanings.values()):
                        is_down = any(meaning == key and one in held for one, meaning in self._meanings.items())
                        self._move(key, DOWN if is_down else UP, at_s)
            elif kind == EV_KEY and (meant := self._meanings.get(code)) is not None:
                self._move(meant, value, at_s)
            elif kind == EV_KEY and value == DOWN:
                self._typed.key(code, at_s)

    def _move(self, key: Press, value: int, at_s: float) -> None:
        if value == UP:
            self._keys.opened(key, at_s)
        elif value == DOWN and self._keys.closed(key, at_s) and self._press is not None:
            number = self._typed.take(at_s)
            meant = replace(key, act=CALL, number=number) if number and key == self._enter else key
            self._press(replace(meant, pressed_at_s=at_s))

    def _let_go(self) -> None:
        with self._lock:
            descriptor, self._descriptor = self._descriptor, None
            if descriptor is not None:
                os.close(descriptor)
                self._typed = TypedNumber()
                self._keys.all_opened(self._clock.monotonic_s())

    def _say(self, error: OSError) -> None:
        name = errno.errorcode.get(error.errno or 0, type(error).__name__)
        trouble = TROUBLES.get(error.errno or 0) or Reason("tidak terbaca ({error})", error=name)
        if trouble != self._trouble:
            log.warning("device=%s event=missing error=%s", self.id, name)
        self._trouble = trouble
