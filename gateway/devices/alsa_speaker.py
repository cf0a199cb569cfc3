"""A loudspeaker at the machine's own sound card, through ``aplay`` of Debian's alsa-utils.

Promises: a card that hangs or is pulled out ends in a fault, never in a loop that waits for ever; a card that comes back is
found without a restart.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import threading
import wave
from array import array

from gateway.clock import Clock
from gateway.devices.claims import card
from gateway.devices.ports import Claim, DeviceFault, DeviceState
from gateway.errors import Reason

PROGRAM = "aplay"
PROBE_S = 10.0
"""How often a card that failed is tried again, with a moment of silence."""
SILENCE_S = 0.05
PATIENCE_S = 5.0
"""So much longer than the sound itself a card may take."""

NO_PROGRAM = Reason("aplay belum terpasang (apt install alsa-utils)")
NO_CARD = Reason("kartu suara tidak dapat dibuka")
HANGS = Reason("kartu suara tidak menjawab")
CLOSED = Reason("pengeras suara dilepas")


class AlsaSpeaker:
    """One loudspeaker. ``play`` belongs to one loop, ``look`` to the devices' own; the rest is safe from any thread."""

    kind = "alsa-speaker"

    def __init__(
        self, id: str, device: str, clock: Clock, *, volume: int = 100, program: str = PROGRAM, patience_s: float = PATIENCE_S
    ) -> None:
        """``device`` is ALSA's name of the card, as ``aplay -L`` lists it: ``default``, ``plughw:CARD=Headphones``; ``volume`` is percent."""
        self.id = id
        self._device = device
        self._clock = clock
        self._volume = volume
        self._program = program
        self._patience_s = patience_s
        self._reason: str = NO_CARD
        self._probe_at_s = float("-inf")
        self._busy = threading.Lock()
        self._player: subprocess.Popen[bytes] | None = None
        self._closed = threading.Event()

    def play(self, wav: bytes, words: str) -> None:
        """Play a WAV to its end. Raises DeviceFault."""
        del words
        with self._busy:
            self._play(wav if self._volume == 100 else softened(wav, self._volume))  # noqa: PLR2004 - percent

    def state(self) -> DeviceState:
        """Return missing without program or card, faulty when the card hangs."""
        if not self._reason:
            return DeviceState.READY
        return DeviceState.FAULTY if self._reason == HANGS else DeviceState.MISSING

    def reason(self) -> str:
        """Return why it is not ready."""
        return self._reason

    def look(self) -> None:
        """Look for the program, and try a card that failed again."""
        if shutil.which(self._program) is None:
            self._reason = NO_PROGRAM
            self._probe_at_s = float("-inf")
        elif self._reason and self._clock.monotonic_s() >= self._probe_at_s and self._busy.acquire(blocking=False):
            try:
                self._play(_nothing())
            except DeviceFault:
                pass
            finally:
                self._busy.release()

    def close(self) -> None:
        """Be silent at once."""
        self._closed.set()
        self._reason = CLOSED
        player = self._player
        if player is not None:
            player.kill()

    def claims(self) -> tuple[Claim, ...]:
        """Return its card: two at one card would say each call twice, one after the other."""
        return (card(self._device),)

    def _play(self, wav: bytes) -> None:
        limit_s = _duration_s(wav) + self._patience_s
        self._reason = self._attempt(wav, limit_s)
        if self._closed.is_set():
            self._reason = CLOSED
        if self._reason:
            self._probe_at_s = self._clock.monotonic_s() + PROBE_S
            raise DeviceFault(self._reason)

    def _attempt(self, wav: bytes, limit_s: float) -> str:
        """Play; return why it failed, or nothing."""
        if self._closed.is_set():
            return CLOSED
        command = [self._program, "-q", "-D", self._device, "-t", "wav", "-"]
        try:
            with subprocess.Popen(  # noqa: S603 - Debian's own program, no shell
                command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            ) as player:
                self._player = player
                if self._closed.is_set():
                    player.kill()
                try:
                    player.communicate(wav, timeout=limit_s)
                except subprocess.TimeoutExpired:
                    player.kill()
                    return HANGS
        except FileNotFoundError:
            return NO_PROGRAM
        except OSError:
            return NO_CARD
        finally:
            self._player = None
        return "" if player.returncode == 0 else NO_CARD


def softened(wav: bytes, volume: int) -> bytes:
    """Return a 16-bit WAV with every sample at ``volume`` percent of what it was.

    The cards of a Pi have no two mixers that call their control the same; this needs none.
    """
    with wave.open(io.BytesIO(wav)) as sound:
        form, samples = sound.getparams(), array("h", sound.readframes(sound.getnframes()))
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setparams(form)
        out.writeframes(array("h", (sample * volume // 100 for sample in samples)).tobytes())
    return file.getvalue()


def _duration_s(wav: bytes) -> float:
    with wave.open(io.BytesIO(wav)) as sound:
        return float(sound.getnframes() / sound.getframerate())


def _nothing() -> bytes:
    """Return a moment of silence that every card can play."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(44_100)
        out.writeframes(bytes(2 * round(SILENCE_S * 44_100)))
    return file.getvalue()
