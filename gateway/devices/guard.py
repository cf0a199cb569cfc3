"""A device whose looking raises is faulty, and only it.

Devices promise that ``look`` never raises. One that breaks the promise must neither stop the start of the hall nor keep the others from
being looked at: it says that it could not be looked at, is tried again, and is as before once that goes well.
"""

from __future__ import annotations

import logging
from typing import TypeVar

from gateway.devices.ports import Device, DeviceState
from gateway.errors import Reason

log = logging.getLogger(__name__)

D = TypeVar("D", bound=Device)


class Guard:
    """What stands before one device: it looks for it, and speaks for it while looking fails."""

    def __init__(self, device: Device) -> None:
        self._id = device.id
        self._look, self._state, self._reason = device.look, device.state, device.reason
        self._fault = ""
        """The class of what looking raised last."""

    def look(self) -> None:
        """Look as the device does. Never raises."""
        try:
            self._look()
            self._fault = ""
        except Exception as error:
            if type(error).__name__ != self._fault:
                log.exception("device=%s event=look-failed error=%s", self._id, type(error).__name__)
            self._fault = type(error).__name__

    def state(self) -> DeviceState:
        """Return faulty after a look that failed."""
        return DeviceState.FAULTY if self._fault else self._state()

    def reason(self) -> str:
        """Return the class of the error then."""
        return Reason("tidak dapat diperiksa ({error})", error=self._fault) if self._fault else self._reason()


def guarded(device: D) -> D:
    """Put a guard before a device, which stays the same object to all who know it."""
    guard = Guard(device)
    vars(device).update(look=guard.look, state=guard.state, reason=guard.reason)
    return device
