"""A printer's inside that reads the hall's ESC/POS: bytes in, answers and pictures of slips out.

Stands behind the demo's paper roll and, at the end of a TCP connection or a terminal, behind the tests. Whatever is not in
the subset is kept in ``strange``: a real printer would have printed it as letters.
"""

from __future__ import annotations

import re

from PIL import Image

from gateway.devices.escpos import ASK_DONE, ASK_OFFLINE, ASK_PAPER, CUT, ESC, GS, WIDTHS

RASTER = GS + b"v0\x00"
HEADER = len(RASTER) + 4
WHOLE = {ESC + b"@": 2, ESC + b"J": 3, CUT: 3, ASK_DONE: 3, ASK_OFFLINE: 3, ASK_PAPER: 3}
"""The other commands by how they begin, and their length in bytes."""

QUESTION = re.compile(re.escape(ASK_OFFLINE) + b"|" + re.escape(ASK_PAPER))
"""Is answered as soon as it comes, whatever waits before it."""


class Machine:
    """One printer. Belongs to one thread."""

    def __init__(self, width: int = WIDTHS[58]) -> None:
        """``width`` is in dots."""
        self.slips: list[Image.Image] = []
        """What has come out, each to its feed, or to where a job was cut off and the next began; the feed itself is left off."""
        self.strange = bytearray()
        self.has_paper, self.is_closed = True, True
        self.is_near_end = False
        """Whether the sensor sees the last metres of the roll."""
        self._width = width
        self._waiting = bytearray()
        self._tail = b""
        self._rows = bytearray()

    def take(self, data: bytes) -> bytes:
        """Read ``data``, print what is whole, return the answers. Without paper or with an open cover it prints nothing, and keeps it."""
        answers = bytearray()
        heard = self._tail + data
        for question in QUESTION.finditer(heard):
            if question[0] == ASK_OFFLINE:
                answers.append(0x12 | (0 if self.is_closed else 0x04) | (0 if self.has_paper else 0x20))
            else:
                answers.append(0x12 | (0 if self.has_paper else 0x60) | (0x0C if self.is_near_end else 0))
        self._tail = heard[-2:]
        self._waiting += data
        while self.has_paper and self.is_closed and (used := self._whole_command()):
            answers += self._obey(bytes(self._waiting[:used]))
            del self._waiting[:used]
        return bytes(answers)

    def switch_on(self) -> None:
        """Be as after power-on: what was in it is forgotten, what hangs out of it is torn off."""
        self._waiting.clear()
        self._tear()

    @property
    def unfinished(self) -> Image.Image | None:
        """What hangs out of it, or None."""
        return self._picture() if self._rows else None

    def _whole_command(self) -> int:
        """Return the length of the command that waits, 0 while it is not whole; a byte of none counts as one."""
        waiting = bytes(self._waiting[:HEADER])
        if waiting.startswith(RASTER) and len(waiting) == HEADER:
            length = HEADER + int.from_bytes(waiting[4:6], "little") * int.from_bytes(waiting[6:8], "little")
        elif any(begin.startswith(waiting[: len(begin)]) for begin in (RASTER, *WHOLE)):
            length = next((long for begin, long in WHOLE.items() if waiting.startswith(begin)), HEADER)
        else:
            length = 1
        return length if 0 < length <= len(self._waiting) else 0

    def _obey(self, command: bytes) -> bytes:
        if command.startswith(RASTER):
            self._burn(command)
        elif command in {CUT, ESC + b"@"} or command.startswith(ESC + b"J"):
            self._tear()
        elif command == ASK_DONE:
            return b"\x00"
        elif len(command) == 1 and command != b"\x00":
            self.strange += command
        return b""

    def _burn(self, command: bytes) -> None:
        across = int.from_bytes(command[4:6], "little")
        for row in range(HEADER, len(command), across):
            self._rows += command[row : row + across].ljust(self._width // 8, b"\x00")[: self._width // 8]

    def _tear(self) -> None:
        if self._rows:
            self.slips.append(self._picture())
            self._rows.clear()

    def _picture(self) -> Image.Image:
        size = (self._width, len(self._rows) * 8 // self._width)
        return Image.frombytes("1", size, bytes(byte ^ 0xFF for byte in self._rows))
