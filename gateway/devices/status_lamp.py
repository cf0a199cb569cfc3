"""One lamp on a pin of the Pi that tells by blinking how the hall is, or up to three that tell it by colour too.

Promises: the hall's own loop lights and darkens it, so that a lamp that blinks proves a hall that lives; without its pins it is
``missing`` and tried again; a gateway that ends leaves it dark.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any

from gateway.clock import Clock
from gateway.devices.blinking import is_lit, until_change_s
from gateway.devices.gpio_contacts import CLOSED, in_words, lgpio_factory
from gateway.devices.ports import DeviceFault, DeviceState, LampSign
from gateway.errors import Reason

log = logging.getLogger(__name__)


class StatusLamp:
    """One to three LEDs. ``pins`` has the BCM number of each sign's lamp; signs may share one. Safe from any thread."""

    kind = "status-lamp"

    def __init__(
        self, id: str, pins: Mapping[LampSign, int], clock: Clock, *, make_factory: Callable[[], Any] = lgpio_factory
    ) -> None:
        self.id = id
        self._pins = dict(pins)
        self._clock = clock
        self._make_factory = make_factory
        self._factory: Any = None
        self._lamps: dict[int, Any] = {}
        self._lock = threading.Lock()
        self._trouble: str = Reason("belum dicari")
        self._closed = False

    def shine(self, sign: LampSign) -> float:
        """Light the lamp of ``sign`` as it is at this moment, and no other."""
        with self._lock:
            if not self._lamps:
                raise DeviceFault(self._trouble)
            now_s = self._clock.monotonic_s()
            try:
                for pin, lamp in self._lamps.items():
                    (lamp.on if pin == self._pins[sign] and is_lit(sign, now_s) else lamp.off)()
            except Exception as error:
                self._let_go()
                self._trouble = in_words(error)
                raise DeviceFault(self._trouble) from error
            return until_change_s(sign, now_s)

    def state(self) -> DeviceState:
        """Return missing without its pins; whether the LED itself shines nobody can know."""
        return DeviceState.READY if self._lamps else DeviceState.MISSING

    def reason(self) -> str:
        """Return why it is not ready."""
        return "" if self._lamps else self._trouble

    def look(self) -> None:
        """Open the pins if they are not open."""
        with self._lock:
            if not self._closed and not self._lamps:
                self._open()

    def close(self) -> None:
        """Let it go dark."""
        with self._lock:
            self._closed = True
            self._trouble = CLOSED
            self._let_go()

    def _open(self) -> None:
        from gpiozero import LED  # noqa: PLC0415 - heavy; few halls need it

        lamps: dict[int, Any] = {}
        try:
            self._factory = self._make_factory()
            for pin in self._pins.values():
                if pin not in lamps:
                    lamps[pin] = LED(pin, pin_factory=self._factory)
        except Exception as error:  # noqa: BLE001 - the library raises many kinds; each means that there are no pins
            self._lamps = lamps
            self._let_go()
            trouble = in_words(error)
            if trouble != self._trouble:
                log.warning("device=%s event=missing error=%s", self.id, type(error).__name__)
            self._trouble = trouble
            return
        self._lamps = lamps
        log.info("device=%s event=ready pins=%s", self.id, ",".join(map(str, lamps)))

    def _let_go(self) -> None:
        parts = [*self._lamps.values(), self._factory]
        self._lamps, self._factory = {}, None
        for part in parts:
            if part is not None:
                try:
                    part.close()
                except Exception:  # noqa: BLE001 - what cannot be closed is gone
                    log.warning("device=%s event=close-failed", self.id)
