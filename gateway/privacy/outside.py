"""What this machine has outside of its card to keep a secret in: looked for once, at the start.

A TPM is preferred, since it forgets; then the Pi's own key. A Pi 3, a Zero 2 W and a laptop usually have neither: that is the
declared weaker mode.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from gateway.privacy import otp, tpm
from gateway.privacy.safes import OTP, TPM, Safe, SafeSilent

log = logging.getLogger(__name__)

MODEL = Path("/proc/device-tree/model")
PI = "Raspberry Pi"
BURNABLE = ("Raspberry Pi 4", "Raspberry Pi 400", "Raspberry Pi 5", "Raspberry Pi 500", "Compute Module 4", "Compute Module 5")
"""Models whose key can be burned."""


@dataclass(frozen=True, slots=True)
class Outside:
    """The safes of a machine, and what could be better."""

    safes: Sequence[Safe] = ()
    """The strongest first."""
    silent: str = ""
    """The mode of a safe that is there and does not answer."""
    burnable: bool = False
    """Whether this Pi has room for a key that nobody has burned."""


def find_safes(
    model: str, *, has_mailbox: bool, has_chip: bool, ask: otp.Ask = otp.ask_firmware, run: tpm.Run = tpm.run_tool
) -> Outside:
    """Return what a machine has; never raises."""
    safes: list[Safe] = []
    silent, burnable = "", False
    if has_chip:
        try:
            run(["tpm2_getcap", "handles-nv-index"], b"")
            safes.append(tpm.Tpm(run))
        except SafeSilent as error:
            silent = TPM
            log.warning("event=safe-silent safe=tpm error=%s", error)
    if has_mailbox and any(name in model for name in BURNABLE):
        try:
            secret = otp.read_private_key(ask)
        except SafeSilent as error:
            silent = silent or OTP
            log.warning("event=safe-silent safe=otp error=%s", error)
        else:
            burnable = not secret
            safes += [otp.Otp(secret)] if secret else []
    return Outside(tuple(safes), silent, burnable)


def look_around(read: Callable[[], str] = lambda: MODEL.read_text(errors="replace")) -> Outside:
    """Return what this machine has."""
    try:
        model = read()
    except OSError:
        model = ""
    # A laptop's chip is its owner's: a demo puts nothing into it.
    return find_safes(model, has_mailbox=otp.MAILBOX.exists(), has_chip=PI in model and tpm.DEVICE.exists())
