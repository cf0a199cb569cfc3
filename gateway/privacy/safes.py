"""Where a secret lies that is not on the card, and what that is worth to whoever steals the card.

Promises: a safe that does not answer is told as such, never taken for an empty one; no secret is in a message or a log.
"""

from __future__ import annotations

from typing import Protocol

from gateway.privacy.sealing import RandomBytes

CARD, OTP, TPM = "file", "otp", "tpm"
"""Modes: nothing outside of the card; the Pi's one-time programmable memory; a TPM, which forgets on demand."""


class SafeSilent(OSError):
    """A safe that is there and does not answer, or that has lost what it kept; the message says what was seen, without a secret."""


class Safe(Protocol):
    """Keeps secrets outside of the card."""

    @property
    def mode(self) -> str:
        """``otp`` or ``tpm``."""

    def begin(self, random_bytes: RandomBytes) -> tuple[str, bytes]:
        """Return where a generation's secret lies from now on, and the secret. Raises SafeSilent."""

    def secret(self, place: str) -> bytes:
        """Return the secret that lies there. Raises SafeSilent."""

    def destroy(self, place: str) -> None:
        """Let nobody ever have that secret again, where the safe can do so; else do nothing. Raises SafeSilent."""
