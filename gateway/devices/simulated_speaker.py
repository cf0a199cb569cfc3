"""A loudspeaker whose words one can read and whose sounds one can play again on the page ``/sim``.

Like a real one it takes as long as the sound lasts, and its plug can be pulled in the middle of a word.
"""

from __future__ import annotations

import io
import threading
import wave
from collections import deque
from dataclasses import dataclass

from gateway.devices.ports import DeviceFault, DeviceState

KEPT = 6
"""So many latest sounds can be played again."""
UNPLUGGED = "kabel pengeras suara tercabut"


@dataclass(frozen=True, slots=True)
class PlayedSound:
    """One sound as it was heard."""

    position: int
    """1 for the first since the start."""
    words: str
    wav: bytes


class SimulatedSpeaker:
    """One loudspeaker. Safe from any thread."""

    kind = "simulated-speaker"

    def __init__(self, id: str, *, in_real_time: bool = True) -> None:
        """``in_real_time``: a sound lasts as long as it would; a test that only wants to know what is said does not wait."""
        self.id = id
        self.count = 0
        """How many sounds have been heard."""
        self.speaking = ""
        """What is being said at this moment."""
        self._in_real_time = in_real_time
        self._heard: deque[PlayedSound] = deque(maxlen=KEPT)
        self._lock = threading.Lock()
        self._pulled = threading.Event()

    @property
    def heard(self) -> tuple[PlayedSound, ...]:
        """The latest sounds, newest first."""
        with self._lock:
            return tuple(reversed(self._heard))

    @property
    def plugged(self) -> bool:
        """Whether it has power and its cable."""
        return not self._pulled.is_set()

    def unplug(self) -> None:
        """Pull the plug: silence."""
        self._pulled.set()

    def plug(self) -> None:
        """Put the plug back."""
        self._pulled.clear()

    def play(self, wav: bytes, words: str) -> None:
        """Be heard. Raises DeviceFault while unplugged, or when the plug is pulled meanwhile."""
        self.speaking = words
        try:
            with wave.open(io.BytesIO(wav)) as sound:
                lasts_s = sound.getnframes() / sound.getframerate()
            if self._pulled.wait(lasts_s if self._in_real_time else 0):
                raise DeviceFault(UNPLUGGED)
        finally:
            self.speaking = ""
        with self._lock:
            self.count += 1
            self._heard.append(PlayedSound(self.count, words, wav))

    def state(self) -> DeviceState:
        """Return whether it is plugged in."""
        return DeviceState.READY if self.plugged else DeviceState.MISSING

    def reason(self) -> str:
        """Return why it is not ready."""
        return "" if self.plugged else UNPLUGGED

    def look(self) -> None:
        """Do nothing: a simulated plug is known at once."""

    def close(self) -> None:
        """Switch it off; what was heard stays to be read."""
        self.unplug()
