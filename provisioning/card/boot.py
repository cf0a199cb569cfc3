"""The boot configuration of a Pi: the parts of ``firmware_config/pi`` merged into what the image's makers wrote. Pure but for reading.

Promises: what others wrote stays, letter for letter; ours stands at the end, between two lines that say so; merging twice is merging once;
a file that was cut off in the middle of ours is refused, since nobody knows what was behind it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

BEGIN = "# >>> balai-gateway: what stands up to <<< is written anew by `provision`; change firmware_config/pi instead"
END = "# <<< balai-gateway"

MODELS: Mapping[str, frozenset[str]] = {
    "pi3": frozenset({"pi3", "pi3+"}),
    "pi4": frozenset({"pi4"}),
    "pi5": frozenset({"pi5"}),
    "pi02": frozenset({"pi0", "pi0w", "pi02"}),
}
"""The models that a hall may have, and which filters of ``config.txt`` each of them sees (a Pi 3 as its 3B+)."""
_MODEL_FILTER = re.compile(r"pi\d.*|cm\d.*|board-type=.*")

PINS: Mapping[str, frozenset[int]] = {
    "dtparam=spi=on": frozenset({7, 8, 9, 10, 11}),
    "dtoverlay=i2c-rtc,ds3231": frozenset({2, 3}),
    "enable_uart=1": frozenset({14, 15}),
    "dtoverlay=uart0-pi5": frozenset({14, 15}),
    "dtoverlay=gpio-shutdown,gpio_pin=4,active_low=1,gpio_pull=up,debounce=2000": frozenset({4}),
}
"""The GPIOs that a line of our parts takes; every other line of them takes none."""


class BootFault(Exception):
    """A boot configuration that cannot be merged; says why."""


@dataclass(frozen=True)
class Parts:
    """What a hall adds: parts of ``config.txt``, and changes of ``cmdline.txt``, in the order in which they are merged."""

    config: tuple[str, ...]
    cmdline: tuple[str, ...]


def features(folder: Path) -> tuple[str, ...]:
    """Return the names of what can be switched on beside the base, for example ``spi``; ``without-wifi`` keeps its whole name."""
    names = sorted(path.stem for path in folder.glob("with*.txt"))
    return tuple(name.removeprefix("with-") for name in names)


def parts_of(folder: Path, wanted: Iterable[str]) -> Parts:
    """Return the base and the parts of ``wanted``. Raises BootFault for a name that ``features`` does not know."""
    known = features(folder)
    names = list(dict.fromkeys(wanted))
    for name in names:
        if name not in known:
            raise BootFault(f"firmware_config/pi has no part '{name}'; it has {', '.join(known)}")
    stems = ["base", *(f"with-{name}" if not name.startswith("without-") else name for name in sorted(names))]
    texts = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir() if path.is_file()}
    return Parts(*(tuple(texts[name] for stem in stems if (name := stem + end) in texts) for end in (".txt", ".cmdline")))


def merge_config(config: str, parts: Parts) -> str:
    """Return ``config.txt`` with our parts at its end. Raises BootFault when an earlier merge was cut off."""
    lines = config.splitlines(keepends=True)
    marks = {mark: [index for index, line in enumerate(lines) if line.rstrip("\r\n") == mark] for mark in (BEGIN, END)}
    if marks[BEGIN] or marks[END]:
        if [len(found) for found in marks.values()] != [1, 1] or marks[BEGIN] > marks[END]:
            raise BootFault("config.txt is cut off within our part: take the image's own config.txt again")
        del lines[marks[BEGIN][0] : marks[END][0] + 1]
    theirs = "".join(lines)
    theirs += "" if theirs.endswith("\n") or not theirs else "\n"
    return "\n".join([theirs + BEGIN, *(part.strip() + "\n" for part in parts.config), "[all]", END, ""])


def _settings(part: str) -> Iterator[str]:
    """Yield the lines of a part that are no reasons."""
    yield from (line for line in part.splitlines() if line and not line.startswith("#"))


def merge_cmdline(cmdline: str, parts: Parts) -> str:
    """Return the one line of ``cmdline.txt`` with our changes: what is taken out, then what is put at its end. Raises BootFault for no line."""
    words = cmdline.split()
    if not words:
        raise BootFault("cmdline.txt is empty: the Pi would not find its root; take the image's own again")
    changes = [line.split(maxsplit=1) for part in parts.cmdline for line in _settings(part)]
    put = [word for sign, word in changes if sign == "+"]
    out = [word for sign, word in changes if sign == "-"]
    kept = [word for word in words if word in put or not any(fnmatchcase(word, pattern) for pattern in out)]
    return " ".join([*kept, *(word for word in put if word not in kept)]) + "\n"


def seen_by(model: str, config: str) -> tuple[str, ...]:
    """Return the settings of a ``config.txt`` that a model obeys, in their order; filters that depend on anything else count as not met."""
    seen: list[str] = []
    model_met, others_met = True, True
    for line in (line.strip() for line in config.splitlines()):
        if line.startswith("[") and line.endswith("]"):
            name = line[1:-1]
            if name == "all":
                model_met, others_met = True, True
            elif _MODEL_FILTER.fullmatch(name):
                model_met = name in MODELS[model]
            else:
                others_met = False
        elif line and not line.startswith("#") and model_met and others_met:
            seen.append(line)
    return tuple(seen)


def pins_of(part: str) -> frozenset[int]:
    """Return the GPIOs that a part of ``config.txt`` takes, on any model."""
    return frozenset().union(*(PINS.get(line, frozenset()) for line in _settings(part)))
