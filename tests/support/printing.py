"""Devices of one test: recording, breaking and mending at the test's word."""

from __future__ import annotations

from gateway.devices.ports import BoardFace, DeviceFault, DeviceState, Slip


class RecordingBoard:
    """A board that remembers every face and fails while ``broken``, though it says it is ready."""

    id, kind = "papan", "recording-board"

    def __init__(self) -> None:
        self.faces: list[BoardFace] = []
        self.broken = False
        self.plugged = True

    def show(self, face: BoardFace) -> None:
        """Show ``face``."""
        if self.broken:
            raise DeviceFault("rusak")
        self.faces.append(face)

    def state(self) -> DeviceState:
        """Return how it is."""
        return DeviceState.READY if self.plugged else DeviceState.MISSING

    def reason(self) -> str:
        """Return why it is not ready."""
        return "" if self.plugged else "tercabut"

    def look(self) -> None:
        """Look at nothing."""

    def close(self) -> None:
        """Let go of nothing."""


class RecordingPrinter:
    """A printer that remembers every slip.

    ``broken``: fails before the paper moves. ``dies_after_paper``: the power goes once the slip is out.
    """

    id, kind = "printer", "recording-printer"

    def __init__(self) -> None:
        self.slips: list[Slip] = []
        self.attempts = 0
        self.broken = False
        self.dies_after_paper = False
        self.ready = True

    def print_slip(self, slip: Slip) -> None:
        """Print ``slip``."""
        self.attempts += 1
        if self.broken:
            raise DeviceFault("macet")
        self.slips.append(slip)
        if self.dies_after_paper:
            raise PowerCut

    def state(self) -> DeviceState:
        """Return how it is."""
        return DeviceState.READY if self.ready else DeviceState.FAULTY

    def reason(self) -> str:
        """Return why it is not ready."""
        return "" if self.ready else "kertas habis"

    def look(self) -> None:
        """Look at nothing."""

    def close(self) -> None:
        """Let go of nothing."""


class PowerCut(BaseException):
    """The machine stops here; nothing after it happens."""
