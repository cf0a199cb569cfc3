"""Where everything stands in a picture: the Pi, the parts in their columns, and the lane of each wire between them.

The picture is columns with channels between them; a wire leaves its terminal to the side, runs up or down in a lane of its own and goes
to the side again. A wire that must pass a column does so above or below its parts. Pure; all lengths are pixels.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations

from provisioning.wiring.header import SOCKETS
from provisioning.wiring.model import PI, End, Language, Part, Wire, Wiring
from provisioning.wiring.words import lines_of

MARGIN = 24
PITCH = 28
"""From one row of the header to the next."""
ODD_X, EVEN_X, EDGE_X = 122, 152, 174
"""The two rows of the header and the edge of the Pi, counted from its left."""
TAG = 104
"""The room for the names of the even pins beside the Pi."""
SOCKET_H = 44
PART_W = 210
ROW, WIDE_ROW = 32, 40
RUNG = 58
"""From a terminal to the next where a capacitor stands between them."""
GAP = 22
ICON = 34
LANE = 16
LETTER = 7.2
"""The width of a letter of 12 pixels, on average and a little over."""

NEAR = 9
"""Lines nearer than this look like one."""
MODULE_ROWS = 2
"""A part with more terminals than this has them closer together."""

Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """One part in the picture: its corner, its size, the lines of its name, and where its terminals are."""

    id: str
    x: float
    y: float
    width: float
    height: float
    lines: tuple[str, ...]
    terminals: Mapping[str, Point]


@dataclass
class Run:
    """One wire in the picture: a line of corners from its beginning to each end."""

    wire: Wire
    lines: list[list[Point]] = field(default_factory=list)
    dots: set[Point] = field(default_factory=set)


@dataclass(frozen=True)
class Layout:
    """The whole picture."""

    width: float
    height: float
    boxes: Mapping[str, Box]
    runs: tuple[Run, ...]
    elements: Mapping[int, tuple[float, float]]
    """By channel: from where to where resistors and the names of cables have room."""


def lay_out(wiring: Wiring, language: Language) -> Layout:
    """Return where everything stands."""
    return _Plan(wiring, language).layout()


def _exit_of(terminal: str) -> Point:
    """Return where a wire leaves the Pi for a header pin, counted from the first row: odd ones pass below their even neighbour."""
    row, odd = divmod(int(terminal) - 1, 2)
    return (EDGE_X, row * PITCH + (0 if odd else PITCH / 2))


class _Plan:
    """Makes one layout, column by column."""

    def __init__(self, wiring: Wiring, language: Language) -> None:
        self.wiring, self.language = wiring, language
        used = [end.terminal for wire in wiring.wires for end in wire.all_ends if end.part == PI]
        self.pins = [terminal for terminal in used if terminal not in SOCKETS]
        self.sockets = [socket for socket in SOCKETS if socket in used]
        self.columns: dict[int, list[Part]] = {0: []}
        for part in wiring.parts.values():
            self.columns.setdefault(part.column, []).append(part)
        self.boxes: dict[str, Box] = {}
        self.feeds: dict[tuple[int, int], float] = {}

    def layout(self) -> Layout:
        heights = {column: self._height(column) for column in self.columns}
        height = max(heights.values()) + 2 * MARGIN
        x: float = MARGIN
        lanes: dict[tuple[int, int], float] = {}
        elements: dict[int, tuple[float, float]] = {}
        spans: dict[int, tuple[float, float]] = {}
        for column in range(max(self.columns) + 1):
            if column:
                nets = [wire for wire in self.wiring.wires if column in self._channels(wire)]
                spans[column] = (x, x + 60 + LANE * len(nets))
                elements[column] = (spans[column][1], spans[column][1] + self._element_room(column))
                x = elements[column][1]
            x = self._place(column, x, height)
        for column in spans:
            lanes |= self._lanes(column, spans[column][0] + 52)
        runs = tuple(self._run(wire, lanes) for wire in self.wiring.wires)
        bottom = max([height, *(y + MARGIN for run in runs for line in run.lines for _, y in line)])
        return Layout(x + MARGIN, bottom, self.boxes, runs, elements)

    def _pitch(self, part: Part) -> int:
        """Return how far a part's terminals are from each other."""
        if any(wire.capacitor or wire.pulldown for wire in self._wires_at(part)):
            return RUNG
        return ROW if len(part.left) > MODULE_ROWS else WIDE_ROW

    def _wires_at(self, part: Part) -> Iterator[Wire]:
        return (wire for wire in self.wiring.wires if any(end.part == part.id for end in wire.ends))

    def _part_height(self, part: Part) -> float:
        return 18 * len(self._lines(part)) + 26 + self._rows_height(part) + 2 * self._slack(part) + 22

    def _rows_height(self, part: Part) -> float:
        return (max(len(part.left), len(part.right)) - 1) * self._pitch(part)

    def _slack(self, part: Part) -> float:
        """Return what a part with few terminals needs above and below them, so that its icon has room."""
        return 0 if part.draw == "module" else max(0, ICON - self._rows_height(part)) / 2

    def _lines(self, part: Part) -> tuple[str, ...]:
        return lines_of(part.name.of(self.language), 22)

    def _pi_height(self) -> float:
        return 34 + (20 * PITCH if self.pins else 0) + SOCKET_H * len(self.sockets) + 22

    def _height(self, column: int) -> float:
        parts = self.columns.get(column, [])
        pi = [self._pi_height()] if column == 0 and (self.pins or self.sockets) else []
        stack = [*pi, *map(self._part_height, parts)]
        feeds = sum(1 for wire in self.wiring.wires if column in self._crossed(wire))
        return sum(stack) + GAP * (len(stack) - 1) + 2 * LANE * feeds

    def _place(self, column: int, x: float, height: float) -> float:
        """Put a column's boxes under each other, around the middle of what they are wired to; return where the next channel begins."""
        used = self._height(column)
        wanted = [
            self.at(end)[1]
            for wire in self.wiring.wires
            if any(end.part != PI and self.wiring.parts[end.part].column == column for end in wire.all_ends)
            for end in wire.all_ends
            if end.part in self.boxes
        ]
        middle = sum(wanted) / len(wanted) if column and wanted else height / 2
        top = y = min(max(middle - used / 2, MARGIN), height - MARGIN - used)
        crossing = [wire for wire in self.wiring.wires if column in self._crossed(wire)]
        y += LANE * len(crossing)
        right = x
        if column == 0 and (self.pins or self.sockets):
            self.boxes[PI] = self._pi(x, y)
            y += self._pi_height() + GAP
            right = x + EDGE_X + (TAG if self.pins else 0)
        for part in self.columns.get(column, []):
            self.boxes[part.id] = self._box(part, x, y)
            y += self._part_height(part) + GAP
            right = max(right, x + PART_W)
        for index, wire in enumerate(crossing):
            starts = [self.at(end)[1] for end in wire.all_ends if end.part in self.boxes]
            above = sum(starts) / len(starts) < (top + y) / 2
            self.feeds[wire.number, column] = top + LANE * index if above else y - GAP + LANE * (index + 1)
        return right

    def _pi(self, x: float, y: float) -> Box:
        first = y + 48
        terminals = {pin: (x + _exit_of(pin)[0], first + _exit_of(pin)[1]) for pin in self.pins}
        below = first + (20 * PITCH if self.pins else 0)
        terminals |= {socket: (x + EDGE_X + 4, below + SOCKET_H * index + 8) for index, socket in enumerate(self.sockets)}
        return Box(PI, x, y, EDGE_X, self._pi_height(), (), terminals)

    def _box(self, part: Part, x: float, y: float) -> Box:
        lines, pitch = self._lines(part), self._pitch(part)
        first = y + 18 * len(lines) + 26 + self._slack(part)
        rows = {
            name: (x + side, first + index * pitch)
            for side, names in ((0, part.left), (PART_W, part.right))
            for index, name in enumerate(names)
        }
        return Box(part.id, x, y, PART_W, self._part_height(part), lines, rows)

    def at(self, end: End) -> Point:
        """Return where a terminal is."""
        return self.boxes[end.part].terminals[end.terminal]

    def channel(self, end: End) -> int:
        """Return the channel into which a terminal looks; channel 1 is right of column 0."""
        if end.part == PI:
            return 1
        part = self.wiring.parts[end.part]
        return part.column + (0 if end.terminal in part.left else 1)

    def _channels(self, wire: Wire) -> range:
        found = [self.channel(end) for end in wire.all_ends]
        return range(min(found), max(found) + 1)

    def _crossed(self, wire: Wire) -> range:
        """Return the columns that a wire must pass."""
        channels = self._channels(wire)
        return range(channels.start, channels.stop - 1)

    def _element_room(self, channel: int) -> float:
        """Return the width of the room beside the lanes: for resistors and capacitors, for the names of cables, or for numbers only."""
        room = 34.0
        for wire in self.wiring.wires:
            if channel not in {self.channel(end) for end in wire.all_ends}:
                continue
            if wire.resistor or wire.capacitor or wire.pulldown:
                room = max(room, 250)
            if wire.cable:
                longest = max(map(len, lines_of(wire.cable.of(self.language), 24)))
                room = max(room, longest * LETTER + 60)
        return room

    def _ys(self, wire: Wire, channel: int) -> tuple[list[float], list[float]]:
        """Return at which heights a wire comes into a channel from its left and from its right."""
        left: list[float] = []
        right: list[float] = []
        for end in wire.all_ends:
            if self.channel(end) == channel:
                looks_right = end.part == PI or end.terminal in self.wiring.parts[end.part].right
                (left if looks_right else right).append(self.at(end)[1])
        left += [self.feeds[wire.number, channel - 1]] if channel - 1 in self._crossed(wire) else []
        right += [self.feeds[wire.number, channel]] if channel in self._crossed(wire) else []
        return left, right

    def _lanes(self, channel: int, x: float) -> dict[tuple[int, int], float]:
        """Return the lane of each wire of a channel: in the order with the fewest crossings, found by moving one after the other."""
        order = [wire for wire in self.wiring.wires if channel in self._channels(wire)]
        ys = {wire.number: self._ys(wire, channel) for wire in order}
        best = order
        while True:
            for wire in order:
                rest = [one for one in best if one is not wire]
                best = min(
                    [best, *([*rest[:at], wire, *rest[at:]] for at in range(len(order)))], key=lambda some: _cost(some, ys)
                )
            if _cost(best, ys) == _cost(order, ys):
                break
            order = best
        return {(wire.number, channel): x + LANE * index for index, wire in enumerate(order)}

    def _run(self, wire: Wire, lanes: Mapping[tuple[int, int], float]) -> Run:
        run = Run(wire)
        for end in wire.ends:
            run.lines.append(self._line(wire, wire.start, end, lanes))
        for channel in self._channels(wire):
            heights = sorted(y for side in self._ys(wire, channel) for y in side)
            run.dots |= {(lanes[wire.number, channel], y) for y in heights[1:-1]}
        return run

    def _line(self, wire: Wire, start: End, end: End, lanes: Mapping[tuple[int, int], float]) -> list[Point]:
        first, last = self.channel(start), self.channel(end)
        step = 1 if last >= first else -1
        line = [self.at(start)]
        for channel in range(first, last + step, step):
            lane = lanes[wire.number, channel]
            following = self.at(end)[1] if channel == last else self.feeds[wire.number, channel if step > 0 else channel - 1]
            line += [(lane, line[-1][1]), (lane, following)]
        return [*line, self.at(end)]


def _cost(order: list[Wire], ys: Mapping[int, tuple[list[float], list[float]]]) -> int:
    """Return how bad an order of lanes is: one for each crossing, much for lines that would lie on each other."""
    cost = 0
    for left, right in combinations(order, 2):
        (inner_in, inner_out), (outer_in, outer_out) = ys[left.number], ys[right.number]
        inner, outer = inner_in + inner_out, outer_in + outer_out
        cost += sum(1 for y in outer_in if min(inner) < y < max(inner))
        cost += sum(1 for y in inner_out if min(outer) < y < max(outer))
        cost += sum(100 for one in inner_out for other in outer_in if abs(one - other) < NEAR)
    return cost
