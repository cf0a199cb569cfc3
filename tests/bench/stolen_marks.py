"""S1: what a thief looks for, in every way in which a program may have written it: marks of made-up people, and the search for them.

A mark is never found by chance: names of sixteen made-up letters, numbers of random digits.
"""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from random import Random
from types import MappingProxyType
from urllib.parse import quote

LETTERS = "abcdefghijklmnopqrstuvwxyz"
STREAM_STARTS = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda", b"\x1f\x8b\x08")
"""How zlib and gzip begin."""
INFLATED_LIMIT_BYTES = 1 << 22
GROUPS = 4


@dataclass(frozen=True)
class Person:
    """Somebody made up."""

    name: str
    nik: str
    kk: str
    phone: str
    """As typed: ``0812...``."""
    words: str
    """What the person tells about themselves."""

    def marks(self) -> dict[str, str]:
        """Return what must be found nowhere, by what it is."""
        return {
            "name": self.name.split()[-1],
            "nik": self.nik,
            "kk": self.kk,
            "phone": self.phone[1:],
            "words": self.words.split()[-1],
        }


def make_person(random: Random) -> Person:
    """Make somebody up. The names are long and have an accent, so that JSON and URLs must spell one in their own way."""
    first, last, words = (_word(random) for _ in range(3))
    day, month, year = random.randint(1, 28), random.randint(1, 12), random.randint(60, 99)
    nik = f"351001{day:02}{month:02}{year:02}{random.randint(1000, 9999)}"
    return Person(
        f"{first} {last}\u00e9",
        nik,
        f"351001{random.randint(10**9, 10**10 - 1)}",
        f"08{random.randint(10**9, 10**10 - 1)}",
        f"Rumah dekat {words}",
    )


def spellings(mark: str) -> dict[str, bytes]:
    """Return the bytes of a mark in many codings, by their names; each at least eight bytes long."""
    found: dict[str, bytes] = {}
    for shape, text in {"plain": mark, "upper": mark.upper(), "title": mark.title(), "reversed": mark[::-1]}.items():
        raw = text.encode()
        found |= {
            shape: raw, f"{shape}-latin": text.encode("cp1252"), f"{shape}-utf16le": text.encode("utf-16-le"), f"{shape}-utf16be": text.encode("utf-16-be"),
            f"{shape}-json": text.encode("ascii", "backslashreplace").replace(b"\\x", b"\\u00"), f"{shape}-url": quote(text).encode(),
            f"{shape}-hex": raw.hex().encode(), f"{shape}-hex-upper": raw.hex().upper().encode(), f"{shape}-rot": raw.translate(_ROT),
        }  # fmt: skip
        found |= {f"{shape}-base64-{at}": _inner_base64(raw, at) for at in range(3)}
    if mark.isdecimal():
        number = int(mark)
        found |= {f"number-{order}": number.to_bytes(8, order) for order in ("big", "little")}
        found |= {"packed": bytes.fromhex(mark if len(mark) % 2 == 0 else "0" + mark)}
        for sign in (" ", ".", "-"):
            found[f"grouped{sign}"] = sign.join(mark[at : at + GROUPS] for at in range(0, len(mark), GROUPS)).encode()
    return {how: what for how, what in found.items() if len(what) >= 6}


_ROT = bytes((letter + 13 - 97) % 26 + 97 if 97 <= letter < 123 else letter for letter in range(256))


def _inner_base64(raw: bytes, at: int) -> bytes:
    """Return what base64 makes of ``raw`` when ``at`` other bytes stand before it: without the letters that these share."""
    coded = base64.b64encode(bytes(at) + raw)
    first, last = -(-at * 8 // 6), (at + len(raw)) * 8 // 6
    return coded[first:last]


def _word(random: Random) -> str:
    return "".join(random.choice(LETTERS) for _ in range(16)).capitalize()


class Searcher:
    """Looks for all marks of many people at once."""

    def __init__(self, marks: Iterable[tuple[str, str]], also: Mapping[bytes, str] = MappingProxyType({})) -> None:
        """``marks``: what each is, such as ``resident/nik``, and the mark; ``also`` are bytes that are looked for as they are."""
        self._needles: dict[bytes, str] = dict(also)
        for what, mark in marks:
            for how, needle in spellings(mark).items():
                self._needles.setdefault(needle, f"{what}/{how}")

    def __len__(self) -> int:
        return len(self._needles)

    def found(self, content: bytes) -> set[str]:
        """Return what stands in ``content``, as it is or in a compressed stream of it."""
        found = {what for needle, what in self._needles.items() if needle in content}
        for stream in inflated(content):
            found |= {f"{what}/zlib" for needle, what in self._needles.items() if needle in stream}
        return found


def inflated(content: bytes) -> Iterator[bytes]:
    """Yield what each compressed stream that begins in ``content`` holds, as far as it is whole."""
    view = memoryview(content)
    for begin in re.finditer(b"|".join(map(re.escape, STREAM_STARTS)), content):
        reader = zlib.decompressobj(47)
        try:
            told = reader.decompress(view[begin.start() : begin.start() + INFLATED_LIMIT_BYTES], INFLATED_LIMIT_BYTES)
        except zlib.error:
            continue
        if len(told) >= 8:
            yield told
