"""Secrets in a TPM 2.0: one for each generation of the hall's key, each in an index of its own that can be undefined.

What is undefined is gone from the chip: neither the card nor the chip opens what was wrapped under it. Asked through Debian's
``tpm2-tools``, with the secret on pipes only. Whoever takes the chip with the card reads what is still there.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from gateway.privacy.safes import TPM, SafeSilent
from gateway.privacy.sealing import RandomBytes
from gateway.relay.sealing import KEY_BYTES

DEVICE = Path("/dev/tpmrm0")
FIRST_INDEX = 0x01BA1A00
"""In the range that belongs to the owner of the machine."""
INDEXES = 8
"""Two are enough: the present generation and the one before."""
ATTRIBUTES = "ownerread|ownerwrite|no_da"
LIMIT_S = 20.0

Run = Callable[[list[str], bytes], bytes]
"""Runs one of the tools with what it reads; returns what it prints. Raises SafeSilent."""


class Tpm:
    """The chip. ``run`` asks it."""

    mode = TPM

    def __init__(self, run: Run) -> None:
        self._run = run

    def begin(self, random_bytes: RandomBytes) -> tuple[str, bytes]:
        """Put a new secret into a free index; it is read back before it is used."""
        taken = set(
            re.findall(
                r"0x[0-9A-F]{1,8}",
                self._run(["tpm2_getcap", "handles-nv-index"], b"").decode("ascii", "replace").upper().replace("0X", "0x"),
            )
        )
        free = next((f"0x{index:X}" for index in range(FIRST_INDEX, FIRST_INDEX + INDEXES) if f"0x{index:X}" not in taken), None)
        if free is None:
            raise SafeSilent("all indexes of the hall are taken")
        secret = random_bytes(KEY_BYTES)
        self._run(["tpm2_nvdefine", free, "-C", "o", "-s", str(KEY_BYTES), "-a", ATTRIBUTES], b"")
        self._run(["tpm2_nvwrite", free, "-C", "o", "-i", "-"], secret)
        if self.secret(free) != secret:
            raise SafeSilent("the chip keeps something else than it was given")
        return free, secret

    def secret(self, place: str) -> bytes:
        """Read an index."""
        secret = self._run(["tpm2_nvread", place, "-C", "o", "-s", str(KEY_BYTES)], b"")
        if len(secret) != KEY_BYTES:
            raise SafeSilent("the chip has something else there")
        return secret

    def destroy(self, place: str) -> None:
        """Undefine an index."""
        self._run(["tpm2_nvundefine", place, "-C", "o"], b"")


def run_tool(command: list[str], typed: bytes, environment: Mapping[str, str] | None = None) -> bytes:
    """Run one of Debian's tpm2-tools."""
    environment = environment or {"TPM2TOOLS_TCTI": f"device:{DEVICE}"}
    try:
        done = subprocess.run(  # noqa: S603 - words of this module only
            command, input=typed, capture_output=True, timeout=LIMIT_S, check=False, env={**os.environ, **environment}
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SafeSilent(f"{command[0]}: {type(error).__name__}") from None
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no word"]
        raise SafeSilent(f"{command[0]}: {lines[-1][:200]}")
    return done.stdout


def has_tools() -> bool:
    """Return whether tpm2-tools is installed."""
    return shutil.which("tpm2_nvread") is not None
