"""How fast the link is, measured by the broker's acknowledgements, so that little waits on the wire.

What is handed to the wire cannot be overtaken: an urgent report would wait behind it. So at most five
seconds' worth is under way, whatever the link.
"""

from __future__ import annotations

AHEAD_S = 5.0
"""So many seconds of the measured rate may be on the wire."""
FIRST_BYTES = 16 * 1024
"""On the wire before anything has been measured."""
LEAST_BYTES = 4 * 1024
"""Always allowed, so that a slow link is still used."""
FAST_BYTES_PER_S = 1_000_000
"""Such a link carries 90,000 events in a second: it is not what a backlog waits for."""
SPELL_S = 0.2
"""A measurement lasts at least so long while the wire is busy; the first one only until the first acknowledgement."""
_SHORTEST_S = 0.001


class Pace:
    """Counts the bytes on the wire. Times are seconds on the monotonic clock."""

    def __init__(self) -> None:
        self.rate_bytes_per_s: float | None = None
        self.on_wire_bytes = 0
        self._since_s = 0.0
        self._done_bytes = 0

    @property
    def is_fast(self) -> bool:
        """Whether a backlog waits for other things than the link."""
        return self.rate_bytes_per_s is not None and self.rate_bytes_per_s >= FAST_BYTES_PER_S

    def room_bytes(self) -> int:
        """Return how many more bytes may go on the wire now; negative when it is over-full."""
        if self.rate_bytes_per_s is None:
            return FIRST_BYTES - self.on_wire_bytes
        return max(LEAST_BYTES, int(AHEAD_S * self.rate_bytes_per_s)) - self.on_wire_bytes

    def sent(self, size_bytes: int, now_s: float) -> None:
        """Count what was handed to the wire."""
        if self.on_wire_bytes == 0:
            self._since_s = now_s
            self._done_bytes = 0
        self.on_wire_bytes += size_bytes

    def acknowledged(self, size_bytes: int, now_s: float) -> None:
        """Count what the broker has answered."""
        self.on_wire_bytes = max(0, self.on_wire_bytes - size_bytes)
        self._done_bytes += size_bytes
        spell_s = now_s - self._since_s
        if self.on_wire_bytes and spell_s < SPELL_S and self.rate_bytes_per_s is not None:
            return
        rate = self._done_bytes / max(spell_s, _SHORTEST_S)
        self.rate_bytes_per_s = rate if self.rate_bytes_per_s is None else (self.rate_bytes_per_s + rate) / 2
        self._since_s = now_s
        self._done_bytes = 0

    def cut(self) -> None:
        """Forget what was on the wire: the connection has ended. What was measured stays."""
        self.on_wire_bytes = 0
