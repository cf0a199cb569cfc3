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
from gateway.errors import Reason

KEPT = 6
"""So many latest sounds can be played again."""
UNPLUGGED = Reason("kabel pengeras suara tercabut")
NO_CARD = Reason("kartu suara tidak dapat dibuka")


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
        """Whatever is gone, nothing is heard."""
        self._gone: set[str] = set()

    @property
    def heard(self) -> tuple[PlayedSound, ...]:
        """The latest sounds, newest first."""
        with self._lock:
            return tuple(reversed(self._heard))

    @property
    def plugged(self) -> bool:
        """Whether it has power and its cable."""
        return UNPLUGGED not in self._gone

    @property
    def has_card(self) -> bool:
        """Whether its sound card is there."""
        return NO_CARD not in self._gone

    def unplug(self) -> None:
        """Pull the plug: silence."""
        self._lose(UNPLUGGED)

    def plug(self) -> None:
        """Put the plug back."""
        self._find(UNPLUGGED)

    def take_card(self) -> None:
        """Let the sound card be gone: silence."""
        self._lose(NO_CARD)

    def give_card(self) -> None:
        """Let it be there again."""
        self._find(NO_CARD)

    def _lose(self, what: str) -> None:
        with self._lock:
            self._gone.add(what)
            self._pulled.set()

    def _find(self, what: str) -> None:
        with self._lock:
            self._gone.discard(what)
            if not self._gone:
                self._pulled.clear()

    def play(self, wav: bytes, words: str) -> None:
        """Be heard. Raises DeviceFault while unplugged, or when the plug is pulled meanwhile."""
        self.speaking = words
        try:
            with wave.open(io.BytesIO(wav)) as sound:
                lasts_s = sound.getnframes() / sound.getframerate()
            if self._pulled.wait(lasts_s if self._in_real_time else 0):
                raise DeviceFault(self.reason() or UNPLUGGED)
        finally:
            self.speaking = ""
        with self._lock:
            self.count += 1
            self._heard.append(PlayedSound(self.count, words, wav))

    def state(self) -> DeviceState:
        """Return whether it is plugged in and has its card."""
        return DeviceState.MISSING if self._gone else DeviceState.READY

    def reason(self) -> str:
        """Return why it is not ready."""
        return next((what for what in (UNPLUGGED, NO_CARD) if what in self._gone), "")

    def look(self) -> None:
        """Do nothing: a simulated plug is known at once."""

    def close(self) -> None:
        """Switch it off; what was heard stays to be read."""
        self.unplug()
