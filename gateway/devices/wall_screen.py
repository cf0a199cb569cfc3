"""A screen of the hall that shows one of its pages: a TV with the board, or a touch screen with the page that gives numbers.

How it is, its own page tells: it gives a sign every 20 s from within a frame that it paints. Promises: a screen that is in the settings and has
given no sign, or said goodbye, is ``missing``; one that fell silent without a goodbye is ``faulty``, since its picture stands still or it is dark.
Whether the panel behind the picture shines nobody can know.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gateway.devices.claims import screen as screen_claim
from gateway.devices.ports import Claim, DeviceState
from gateway.errors import Reason

SILENT_S = 60.0
"""Three signs that did not come."""
ALONE = Reason("layar hanya terlihat oleh balai yang berjalan")
CLOSED = Reason("layar belum membuka halamannya")
STILL = Reason("gambar layar diam, atau layarnya mati")


class WallScreen:
    """One screen; ``screen`` is the name that its page gives with each sign. Safe from any thread."""

    def __init__(self, id: str, kind: str, screen: str) -> None:
        self.id = id
        self.kind = kind
        self.screen = screen
        self._silence: Callable[[], Mapping[str, float]] | None = None

    def hear(self, silence: Callable[[], Mapping[str, float]]) -> None:
        """Be told by ``silence`` for how many seconds each screen has given no sign; who said goodbye is not in it."""
        self._silence = silence

    def state(self) -> DeviceState:
        """Return how it is, as its page tells it."""
        return self._looked_at()[0]

    def reason(self) -> str:
        """Return why it is not ready."""
        return self._looked_at()[1]

    def look(self) -> None:
        """Do nothing: its page gives the signs."""

    def close(self) -> None:
        """Hear no more of it."""
        self._silence = None

    def claims(self) -> tuple[Claim, ...]:
        """Return its name: of two screens with one name nobody sees that one stands still."""
        return (screen_claim(self.screen),)

    def _looked_at(self) -> tuple[DeviceState, str]:
        silence = self._silence
        if silence is None:
            return DeviceState.MISSING, ALONE
        silent_s = silence().get(self.screen)
        if silent_s is None:
            return DeviceState.MISSING, CLOSED
        return (DeviceState.READY, "") if silent_s <= SILENT_S else (DeviceState.FAULTY, STILL)
