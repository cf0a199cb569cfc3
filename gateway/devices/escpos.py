"""The few words of ESC/POS that the hall speaks: a picture as raster, feed, cut, and three questions.

Pure. Promises: what is drawn is what is burnt, dot for dot; whatever a cut-off job has left in a printer, even half a band
of raster, is swallowed by ``RESET`` before the next begins.
"""

from __future__ import annotations

from PIL import Image

from gateway.devices.printer_words import COVER_OPEN, OUT_OF_PAPER, PAPER_NEAR_END, TROUBLE

ESC, GS, DLE, EOT = b"\x1b", b"\x1d", b"\x10", b"\x04"
WIDTHS = {58: 384, 80: 576}
"""Dots across the paper by its width in mm: 48 and 72 mm are printed at 8 dots per mm."""
BAND_ROWS = 24
"""Rows per command: the smallest printers hold 4 KB, and so little is swallowed after a cut-off job."""
RESET = bytes(BAND_ROWS * max(WIDTHS.values()) // 8) + ESC + b"@"
"""White dots to the end of a band that was cut off (elsewhere NUL is nothing), then the printer as it is after power-on."""
FEED_DOTS = 96
"""12 mm: from the head to the cutter or to the edge on which one tears."""
CUT = GS + b"V\x01"
"""Cut, leaving a bridge, so that no slip falls to the floor."""
ASK_OFFLINE, ASK_PAPER = DLE + EOT + b"\x02", DLE + EOT + b"\x04"
"""Real-time questions: why it does not print, and whether there is paper. Answered at once, even without paper."""
ASK_DONE = GS + b"r\x01"
"""Is answered in its turn: when all before it is on the paper."""

OFFLINE_ANSWERS = frozenset(
    0x12 | cover | key | paper | error for cover in (0, 4) for key in (0, 8) for paper in (0, 32) for error in (0, 64)
)
"""Cover, feed key, paper and error each have a bit of their own; the other four are fixed."""
PAPER_ANSWERS = frozenset(0x12 | near | end for near in (0, 4, 8, 12) for end in (0, 32, 64, 96))
"""Each of the two sensors has two bits, which should be alike; cheap printers set only one."""


def job(picture: Image.Image, *, cut: bool) -> bytes:
    """Return what prints a 1-bit ``picture`` (a multiple of 8 dots wide), feeds and cuts."""
    across = picture.width // 8
    # In Pillow a set bit is white, on the printer it is burnt.
    dots = bytes(byte ^ 0xFF for byte in picture.tobytes())
    said = bytearray(RESET)
    for top in range(0, picture.height, BAND_ROWS):
        rows = min(BAND_ROWS, picture.height - top)
        said += GS + b"v0\x00" + across.to_bytes(2, "little") + rows.to_bytes(2, "little")
        said += dots[top * across : (top + rows) * across]
    return bytes(said + ESC + b"J" + bytes([FEED_DOTS]) + (CUT if cut else b""))


def is_offline(byte: int) -> bool:
    """Return whether ``byte`` can answer ``ASK_OFFLINE``."""
    return byte in OFFLINE_ANSWERS


def is_paper(byte: int) -> bool:
    """Return whether ``byte`` can answer ``ASK_PAPER``."""
    return byte in PAPER_ANSWERS


def is_done(byte: int) -> bool:
    """Return whether ``byte`` can answer ``ASK_DONE``."""
    return byte & 0b1001_0000 == 0


def trouble(offline: int, paper: int) -> str:
    """Return what the answers to ``ASK_OFFLINE`` and ``ASK_PAPER`` complain of; empty when all is well."""
    if offline & 0x04:
        return COVER_OPEN
    if offline & 0x20 or paper & 0x60:
        return OUT_OF_PAPER
    return TROUBLE if offline & 0x40 else ""


def warning(paper: int) -> str:
    """Return what the answer to ``ASK_PAPER`` warns of; a printer without that sensor never does."""
    return PAPER_NEAR_END if paper & 0x0C and not paper & 0x60 else ""
