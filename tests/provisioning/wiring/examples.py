"""A wiring as a file, for tests."""

from __future__ import annotations

from provisioning.wiring.reading import CUT


def wire(start: str, to: str, colour: str, more: str = "") -> str:
    """One wire; ``to`` may name several ends with commas."""
    ends = ", ".join(f'"{one}"' for one in to.split(","))
    return f'[[wiring.wires]]\nfrom = "{start}"\nto = [{ends}]\ncolour = "{colour}"\n{more}\n'


def part(id: str, draw: str, more: str) -> str:
    """One part."""
    return f'[[wiring.parts]]\nid = "{id}"\ndraw = "{draw}"\nname = {{id = "Bagian {id}", en = "Part {id}"}}\n{more}\n'


def crossing() -> str:
    """A board of the second column behind a level shifter of the first, and a supply of its own."""
    return "\n".join(
        [
            f"{CUT}\n[wiring]",
            'title = {id = "Papan", en = "Board"}\nabout = {id = "Sebuah papan.", en = "A board."}\nboot = ["spi"]',
            part("shifter", "module", 'left = ["VCC", "1A", "2A", "GND"]\nright = ["1Y", "2Y"]'),
            part("supply", "supply", 'right = ["+", "-"]'),
            part("board", "screen", 'column = 2\nleft = ["VCC", "GND", "DIN", "CS"]'),
            wire("pi.2", "shifter.VCC", "red"),
            wire("pi.19", "shifter.1A", "blue", 'resistor = "330 Ω"'),
            wire("pi.24", "shifter.2A", "green", 'pulldown = "10 kΩ"'),
            wire("pi.20", "shifter.GND,board.GND,supply.-", "black"),
            wire("supply.+", "board.VCC", "red"),
            wire("shifter.1Y", "board.DIN", "blue"),
            wire("shifter.2Y", "board.CS", "green"),
        ]
    )
