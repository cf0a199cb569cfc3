"""The device private key in the one-time programmable memory of a Raspberry Pi 4, 400, 5 or Compute Module.

It is 256 bits that somebody burns once (``rpi-otp-private-key -w``), readable through the firmware's mailbox by the group ``video``,
and never through ``vcgencmd otp_dump``. A card in another machine is without it. It cannot be erased: what is closed is closed by
the salt on the card (docs/privacy.md).
"""

from __future__ import annotations

import fcntl
import os
import struct
from collections.abc import Callable
from pathlib import Path

from gateway.privacy.safes import OTP, SafeSilent
from gateway.privacy.sealing import RandomBytes

MAILBOX = Path("/dev/vcio")
PROPERTY = 0xC0000000 | struct.calcsize("P") << 16 | 100 << 8
"""The mailbox's one ioctl, ``_IOWR(100, 0, char *)``."""
GET_PRIVATE_KEY = 0x00030081
ROWS = 8
"""Of 32 bits each."""
_ANSWERED = 0x80000000
_FORM = struct.Struct("<7I8II")
"""Length, code, tag, its length, its answer's length, first row, rows; the rows; the end."""

Ask = Callable[[bytearray], None]
"""Sends one message to the firmware and puts its answer in its place. Raises OSError."""


class Otp:
    """A Pi's own key. One secret for all generations."""

    mode = OTP

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def begin(self, random_bytes: RandomBytes) -> tuple[str, bytes]:
        """Return the one secret."""
        del random_bytes
        return "", self._secret

    def secret(self, place: str) -> bytes:
        """Return the one secret."""
        del place
        return self._secret

    def destroy(self, place: str) -> None:
        """Do nothing: what is burned stays."""


def ask_firmware(message: bytearray) -> None:
    """Ask the firmware of this Pi."""
    mailbox = os.open(MAILBOX, os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.ioctl(mailbox, PROPERTY, message)
    finally:
        os.close(mailbox)


def read_private_key(ask: Ask = ask_firmware) -> bytes:
    """Return the 32 bytes, or none when nobody has burned any. Raises SafeSilent for firmware that does not tell."""
    message = bytearray(_FORM.pack(_FORM.size, 0, GET_PRIVATE_KEY, 40, 40, 0, ROWS, *[0] * ROWS, 0))
    try:
        ask(message)
    except OSError as error:
        raise SafeSilent(f"the firmware was not asked: {error.strerror or error}") from None
    answer = _FORM.unpack(message)
    if answer[1] != _ANSWERED or not answer[4] & _ANSWERED:
        raise SafeSilent("the firmware does not tell the key: it is old, or the key is locked")
    rows = answer[7 : 7 + ROWS]
    return struct.pack(f">{ROWS}I", *rows) if any(rows) else b""
