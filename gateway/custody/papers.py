"""A recovery key between the moment it is shown and the moment it is proved to be on paper: in memory only, and not for long."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass
from random import Random

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from gateway.clock import Clock
from gateway.errors import Refusal
from gateway.privacy.paper import groups_to_ask, is_written_down
from gateway.privacy.recovery import make_recovery_key, spell
from gateway.privacy.sealing import RandomBytes

PATIENCE_S = 1800.0
"""So long somebody has to print it and to type it back."""
TRIES = 5


@dataclass(slots=True)
class _Shown:
    key: X25519PrivateKey
    asked: tuple[int, ...]
    until_s: float
    tries: int = TRIES


class Papers:
    """Keys that are shown and not proved, one for each session. Safe from any thread."""

    def __init__(self, clock: Clock, randomness: Random, random_bytes: RandomBytes = secrets.token_bytes) -> None:
        self._clock = clock
        self._randomness = randomness
        self._random_bytes = random_bytes
        self._shown: dict[str, _Shown] = {}
        self._lock = threading.Lock()

    def make(self, session: str) -> tuple[str, tuple[int, ...]]:
        """Return a new key as it is spelled, and which of its groups will be asked for. A former one of the session is forgotten."""
        key = make_recovery_key(self._random_bytes)
        spelled = spell(key)
        asked = groups_to_ask(spelled, self._randomness)
        with self._lock:
            self._forget_late()
            self._shown[session] = _Shown(key, asked, self._clock.monotonic_s() + PATIENCE_S)
        return spelled, asked

    def asked(self, session: str) -> tuple[int, ...]:
        """Return which groups this session is asked for; none when nothing was shown, or too long ago."""
        with self._lock:
            self._forget_late()
            shown = self._shown.get(session)
            return shown.asked if shown else ()

    def prove(self, session: str, typed: str) -> X25519PublicKey:
        """Return the public half of the key that was written down. Raises Refusal ``paper-missing`` or ``paper-differs``."""
        with self._lock:
            self._forget_late()
            shown = self._shown.get(session)
            if shown is None:
                raise Refusal("paper-missing")
            shown.tries -= 1
            if is_written_down(spell(shown.key), shown.asked, typed):
                del self._shown[session]
                return shown.key.public_key()
            if not shown.tries:
                del self._shown[session]
                raise Refusal("paper-missing")
            raise Refusal("paper-differs")

    def _forget_late(self) -> None:
        now_s = self._clock.monotonic_s()
        self._shown = {session: one for session, one in self._shown.items() if one.until_s > now_s}
