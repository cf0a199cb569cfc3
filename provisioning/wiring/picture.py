"""One wiring as a picture that can be wired from: parts, wires with their numbers, and what each wire joins, below it."""

from __future__ import annotations

from collections.abc import Iterator

from provisioning.wiring.header import PINS, SOCKETS
from provisioning.wiring.layout import LETTER, MARGIN, Layout, Point, Run, lay_out
from provisioning.wiring.model import PI, End, Language, Wire, Wiring
from provisioning.wiring.shapes import PAINT, capacitor, part, pi, resistor, tag, terminals
from provisioning.wiring.svg import FAINT, INK, PAPER, bent, box, circle, line, path, picture, text
from provisioning.wiring.words import lines_of, place, said, through, value

TITLE_H = 46.0
LINE_H = 21.0
NOTE_H = 17.0
NARROWEST = 760.0


def draw(wiring: Wiring, language: Language) -> str:
    """Return the SVG."""
    layout = lay_out(wiring, language)
    width = max(layout.width, NARROWEST)
    words = [_words(wire, wiring, language) for wire in wiring.wires]
    rows = [lines_of(one, int((width - 130) / LETTER)) for one in words]
    notes = [lines_of(note.of(language).replace("`", ""), int((width - 90) / LETTER)) for note in wiring.notes]
    below = layout.height + TITLE_H
    under = below + LINE_H * sum(map(len, rows)) + MARGIN
    height = under + NOTE_H * sum(map(len, notes)) + MARGIN
    shift = (width - layout.width) / 2
    return picture(
        (width, height),
        wiring.title.of(language),
        [
            text((MARGIN, 32), wiring.title.of(language), 20, weight="bold"),
            text((width - MARGIN, 32), wiring.kind, 13, anchor="end", fill=FAINT),
            f'<g transform="translate({shift:g} {TITLE_H:g})">',
            *_scene(wiring, layout, language),
            "</g>",
            *_legend(wiring, rows, (width, below)),
            *_notes(notes, under),
        ],
    )


def _scene(wiring: Wiring, layout: Layout, language: Language) -> Iterator[str]:
    used = {end.terminal: wire.colour for wire in wiring.wires for end in wire.all_ends if end.part == PI}
    yield from _small_board(wiring, layout, language)
    if PI in layout.boxes:
        yield from pi(layout.boxes[PI], used, language)
    for id, one in wiring.parts.items():
        yield from part(layout.boxes[id], one)
    for run in layout.runs:
        yield from _wire(run)
    for id, one in wiring.parts.items():
        yield from terminals(layout.boxes[id], one)
    for run in layout.runs:
        yield from _upon(run, wiring, layout, language)


def _wire(run: Run) -> Iterator[str]:
    """Yield a wire: first its halo, so that one sees which of two crossing wires is above, then its edge, then its colour."""
    thick = 6.5 if run.wire.cable else 3.4
    for width, stroke in ((thick + 5, PAPER), (thick + 2.2, INK), (thick, PAINT[run.wire.colour])):
        for one, end in zip(run.lines, run.wire.ends, strict=True):
            points = [*_from_pin(one[0], run.wire.start), *one[1:-1], *reversed(_from_pin(one[-1], end))]
            yield path(bent(points), stroke=stroke, width=width)
    for dot in sorted(run.dots):
        yield circle(dot, 5, PAINT[run.wire.colour], width=1.3)


def _from_pin(at: Point, end: End) -> list[Point]:
    """Return where a wire begins: at a header, upon the very pin and not only at the edge of the Pi."""
    x, y = at
    if end.part != PI or end.terminal in SOCKETS:
        return [at]
    return [(x - 41, y - 4), (x - 37, y)] if int(end.terminal) % 2 else [(x - 11, y)]


def _upon(run: Run, wiring: Wiring, layout: Layout, language: Language) -> Iterator[str]:
    """Yield what stands upon a wire: its numbers, resistors, capacitors, the name of its cable, the name of its pin."""
    wire = run.wire
    for end in wire.all_ends:
        x, y = layout.boxes[end.part].terminals[end.terminal]
        left = end.part == PI or end.terminal in wiring.parts[end.part].right
        if end.part == PI and end.terminal not in SOCKETS:
            even = int(end.terminal) % 2 == 0
            if even:
                yield from tag(x, y, PINS[int(end.terminal) - 1])
            yield from _number((x + (117 if even else 94), y), wire)
        else:
            yield from _number((x + (22 if left else -20), y), wire)
        if end in wire.ends and not left:
            yield from _elements(wire, end, wiring, layout, language)
    yield from _cable(wire, wiring, layout, language)


def _number(at: Point, wire: Wire) -> Iterator[str]:
    yield circle(at, 9.5, PAPER, width=1.6)
    yield text((at[0], at[1] + 4), str(wire.number), 11, anchor="middle", weight="bold")


def _elements(wire: Wire, end: End, wiring: Wiring, layout: Layout, language: Language) -> Iterator[str]:
    rows, names = layout.boxes[end.part].terminals, wiring.parts[end.part].left
    x = layout.elements[wiring.parts[end.part].column][0] + 34
    y = rows[end.terminal][1]
    if wire.resistor:
        yield from resistor((x + 88, y), wire.resistor, value(wire.resistor, language))
    rung = wire.capacitor or wire.pulldown
    if rung:
        below = rows[names[names.index(end.terminal) + 1]][1]
        yield line([(x, y), (x, below)], width=2.5)
        yield circle((x, y), 4.5, PAINT[wire.colour], width=1.3)
        yield circle((x, below), 4.5, PAINT["black"], width=1.3)
        middle = (x, (y + below) / 2)
        yield from (
            capacitor(middle, wire.capacitor, value(wire.capacitor, language))
            if wire.capacitor
            else resistor(middle, wire.pulldown, value(wire.pulldown, language), upright=True)
        )


def _small_board(wiring: Wiring, layout: Layout, language: Language) -> Iterator[str]:
    """Yield the ground upon which resistors and capacitors stand together, near the Pi."""
    for channel, (x, _) in layout.elements.items():
        ys = []
        for wire in wiring.wires:
            for end in wire.ends:
                if (
                    (wire.resistor or wire.capacitor or wire.pulldown)
                    and end.part != PI
                    and wiring.parts[end.part].column == channel
                ):
                    y = layout.boxes[end.part].terminals[end.terminal][1]
                    ys += [y - 32, y + (74 if wire.capacitor or wire.pulldown else 26)]
        if ys:
            top, bottom = min(ys) - 12, max(ys)
            yield box((x + 6, top), (166, bottom - top), "#fbf7ec", stroke="#b59b5b", width=1.3, round=8, dash="5 4")
            yield text(
                (x + 16, top + 15), said("near-pi" if PI in layout.boxes else "near-module", language), 10.5, fill="#6b5a2a"
            )


def _cable(wire: Wire, wiring: Wiring, layout: Layout, language: Language) -> Iterator[str]:
    if wire.cable is None:
        return
    at_left = [end for end in wire.all_ends if end.part != PI and end.terminal in wiring.parts[end.part].left]
    end = (at_left or [wire.start])[-1]
    x, y = layout.boxes[end.part].terminals[end.terminal]
    words = lines_of(wire.cable.of(language), 24)
    for index, one in enumerate(words):
        at = (x - 36 if at_left else x + 36, y - 11 - 14 * (len(words) - 1 - index))
        yield text(at, one, 11, anchor="end" if at_left else "start")


def _words(wire: Wire, wiring: Wiring, language: Language) -> str:
    ends = ", ".join(place(end, wiring, language) for end in wire.ends)
    between = through(wire, language)
    return f"{said(wire.colour, language)}: {place(wire.start, wiring, language)} → {ends}{f' ({between})' if between else ''}".replace(
        "**", ""
    )


def _legend(wiring: Wiring, rows: list[tuple[str, ...]], size: Point) -> Iterator[str]:
    y = size[1]
    yield line([(MARGIN, y - 14), (size[0] - MARGIN, y - 14)], stroke=FAINT, width=1)
    for wire, words in zip(wiring.wires, rows, strict=True):
        y += LINE_H
        yield from _number((MARGIN + 10, y - 14), wire)
        yield path(bent([(MARGIN + 28, y - 14), (MARGIN + 62, y - 14)]), stroke=INK, width=8.7 if wire.cable else 5.6)
        yield path(
            bent([(MARGIN + 28, y - 14), (MARGIN + 62, y - 14)]), stroke=PAINT[wire.colour], width=6.5 if wire.cable else 3.4
        )
        for index, one in enumerate(words):
            yield text((MARGIN + 76, y - 10 + LINE_H * index), one, 12)
        y += LINE_H * (len(words) - 1)


def _notes(notes: list[tuple[str, ...]], y: float) -> Iterator[str]:
    """Yield what must be known besides, so that a sheet on the wall needs no other."""
    for lines in notes:
        yield circle((MARGIN + 10, y - 4), 2.5, INK, width=0)
        for words in lines:
            yield text((MARGIN + 22, y), words, 12)
            y += NOTE_H
