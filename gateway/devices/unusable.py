"""A device that stands in ``hall.toml`` with options that cannot be: it does nothing, and says which are wrong.

So one slip of a technician's pen costs that device alone, as its pulled plug would, and the hall gives numbers.
"""

from __future__ import annotations

from gateway.devices.ports import DeviceState
from gateway.errors import Reason


class Unusable:
    """One of them; ``why`` is what is wrong, in words."""

    def __init__(self, id: str, kind: str, why: object) -> None:
        self.id = id
        self.kind = kind
        self._reason = Reason("tidak dapat dipakai: {why}", why=why)

    def state(self) -> DeviceState:
        """Return faulty: it stays so until the settings are mended."""
        return DeviceState.FAULTY

    def reason(self) -> str:
        """Return what is wrong in the settings."""
        return self._reason

    def look(self) -> None:
        """Do nothing: settings are read at the start."""

    def close(self) -> None:
        """Do nothing: it has no hardware."""
