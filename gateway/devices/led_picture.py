"""LED boards drawn as SVG from what their chips light, dot by dot and segment by segment. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.devices.board_picture import CASE, CELL_HEIGHT, LIT, PITCH, SEGMENTS, UNLIT, bar

BITS = {0: "gh", 1: "f", 2: "e", 3: "d", 4: "c", 5: "b", 6: "a"}
"""The bit of each segment in a digit's byte; seven segments have one bar where fourteen have two. Bit 7 is the point."""


def draw_dots(rows: Sequence[str]) -> str:
    """Return a matrix as an SVG document; ``rows`` have ``#`` for a dot that shines."""
    dots = {"#": "", ".": ""}
    for y, row in enumerate(rows):
        for x, dot in enumerate(row):
            dots[dot] += f"M{x + 1} {y + 1}h0"
    width, height = len(rows[0]) + 1, len(rows) + 1
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"><rect width="{width}" height="{height}" rx=".6" fill="{CASE}"/>'
        f'<g stroke-linecap="round" stroke-width=".74" fill="none"><path stroke="{UNLIT}" d="{dots["."]}"/><path stroke="{LIT}" d="{dots["#"]}"/></g></svg>'
    )


def draw_digits(digits: Sequence[int]) -> str:
    """Return 7-segment digits as an SVG document, the leftmost first; ``digits`` are the bytes of a MAX7219."""
    paths = {True: "", False: ""}
    points = {True: "", False: ""}
    for place, byte in enumerate(digits):
        for bit, names in BITS.items():
            paths[bool(byte >> bit & 1)] += "".join(bar(SEGMENTS[name], place * PITCH) for name in names)
        points[bool(byte >> 7)] += f"M{place * PITCH + 114} {CELL_HEIGHT - 10}h0"
    width = len(digits) * PITCH + 40
    drawn = "".join(
        f'<path fill="{colour}" d="{paths[lit]}"/><path stroke="{colour}" stroke-linecap="round" stroke-width="18" d="{points[lit]}"/>'
        for lit, colour in ((False, UNLIT), (True, LIT))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} 260"><rect width="{width}" height="260" rx="28" fill="{CASE}"/>'
        f'<g transform="translate(40 40) skewX(-5)">{drawn}</g></svg>'
    )
