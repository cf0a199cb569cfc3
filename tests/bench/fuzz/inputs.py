"""Strange inputs without end: honest ones with something changed, by bytes or with understanding, and structures drawn by Hypothesis."""

from __future__ import annotations

import json
import re
import warnings
import zlib
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis import strategies as st

from gateway.relay.words import WORDS

NASTY_BYTES = (
    b"\x00",
    b"\xff",
    b"\xed\xa0\x80",
    b"\xf0\x9f",
    b"[",
    b"]",
    b"{",
    b"}",
    b'"',
    b"\\u0000",
    b"\\ud800",
    b"\x78\x9c",
    b"\x78\xbb",
    b"\n",
    b"=",
    b",,",
)
NASTY_VALUES: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        -1,
        1,
        2**31,
        2**53 - 1,
        2**53,
        2**63,
        -(2**63),
        10**400,
        0.5,
        -0.0,
        1e308,
        float("inf"),
        float("nan"),
    ),
    *(
        "",
        " ",
        "\0",
        "\ud800",
        "a\0b",
        "\u202e",
        "0",
        "-1",
        "null",
        "../../etc/passwd",
        "a" * 5000,
        "٣" * 10,
        "\n",
        "%s{0}",
        "Siti'; --",
    ),
    *(
        [],
        {},
        [[]],
        [{}],
        {"": ""},
        [None] * 600,
        {"id": {}},
        "2026-13-45T99:99:99+99:99",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
    ),
)
NASTY_TOML = (
    *(
        "inf",
        "-nan",
        "1e400",
        "9999999999999999999999",
        "-1",
        "0",
        "1979-05-27",
        "1979-05-27T07:32:00Z",
        "07:32:00",
        "true",
        "[]",
        "{}",
        '""',
    ),
    *(
        '"\\u0000"',
        '"a"',
        "'''\n'''",
        "[[1]]",
        "[{a = 1}]",
        "0x7fffffffffffffff",
        '"../../x"',
        '["a", 1]',
        '"🙂"',
        '"1/2"',
        "{ a.b = 1 }",
    ),
)
DEEP = (10, 500, 3000, 30_000)
"""How deep a nest may be."""
BOMB_BYTES = 24 * 1024 * 1024
"""What a few kilobytes may claim to be."""
STRUCTURES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


def drawn(chosen: int, count: int, strategy: st.SearchStrategy[Any] = STRUCTURES) -> list[Any]:
    """Return ``count`` structures as Hypothesis draws them, the same for the same seed."""
    found: list[Any] = []

    @seed(chosen)
    @settings(
        max_examples=count, database=None, deadline=None, phases=[Phase.generate], verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(strategy)
    def draw(value: Any) -> None:
        found.append(value)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        draw()
    return found


class Inputs:
    """Inputs for one parser. ``structures`` are put where honest values stood."""

    def __init__(self, randomness: Random, seeds: Sequence[bytes], form: str, structures: Sequence[Any]) -> None:
        self._random = randomness
        self._seeds = seeds
        self._form = form
        self._structures = structures

    def __iter__(self) -> Iterator[bytes]:
        """Yield inputs without end, the honest ones first."""
        yield from self._seeds
        ways: dict[str, Sequence[Callable[[bytes], bytes]]] = {
            "json": (self._bytes, self._value, self._value, self._value, self._drawn, self._nested, self._repacked),
            "toml": (self._bytes, self._toml, self._toml, self._toml, self._toml_nested),
            "text": (self._bytes,),
        }
        bomb = bombs() if self._form == "json" else []
        yield from bomb
        while True:
            yield self._random.choice(ways[self._form])(self._random.choice(self._seeds))

    def _bytes(self, seed_: bytes) -> bytes:
        """Change a few bytes, wherever."""
        changed = bytearray(seed_)
        for _ in range(self._random.choice((1, 1, 2, 4, 16))):
            at, length = self._random.randrange(len(changed) + 1), self._random.choice((1, 2, 8, 64))
            match self._random.randrange(6):
                case 0 if changed:
                    changed[at - 1] ^= 1 << self._random.randrange(8)
                case 1:
                    changed[at:at] = self._random.choice(NASTY_BYTES)
                case 2:
                    del changed[at : at + length]
                case 3:
                    changed[at:at] = changed[at : at + length]
                case 4:
                    other = self._random.choice(self._seeds)
                    changed[at:] = other[self._random.randrange(len(other) + 1) :]
                case _:
                    changed[at : at + length] = self._random.randbytes(length)
        return bytes(changed)

    def _value(self, seed_: bytes) -> bytes:
        """Put something else where one value of the structure stood, or leave it out, or say it twice."""
        whole = plain(seed_)
        for _ in range(self._random.choice((1, 1, 1, 2, 5))):
            whole = self._changed(whole)
        return self._wrapped(whole, seed_)

    def _changed(self, value: Any) -> Any:
        inside = isinstance(value, dict | list) and bool(value) and self._random.random() < 0.9
        if not inside:
            return self._random.choice(NASTY_VALUES) if self._random.random() < 0.7 else self._random.choice(self._structures)
        return self._changed_list(value) if isinstance(value, list) else self._changed_object(value)

    def _changed_list(self, value: list[Any]) -> list[Any]:
        index = self._random.randrange(len(value))
        match self._random.randrange(8):
            case 0:
                return value[:index] + value[index + 1 :]
            case 1:
                return [*value, *value[: index + 1]]
            case _:
                return [*value[:index], self._changed(value[index]), *value[index + 1 :]]

    def _changed_object(self, value: dict[str, Any]) -> dict[str, Any]:
        deeper = "data" in value and self._random.random() < 0.4  # the envelope around it has more fields, and less to misread
        name = "data" if deeper else self._random.choice([*value])
        match self._random.randrange(8):
            case 0:
                return {key: one for key, one in value.items() if key != name}
            case 1:
                return {**value, str(self._random.choice(NASTY_VALUES))[:50]: value[name]}
            case _:
                return {**value, name: self._changed(value[name])}

    def _drawn(self, seed_: bytes) -> bytes:
        """Say something that has nothing to do with it."""
        return self._wrapped(self._random.choice(self._structures), seed_)

    def _nested(self, seed_: bytes) -> bytes:
        """Put a deep nest where a value stood, or nothing but a nest."""
        depth = self._random.choice(DEEP)
        opened, shut = self._random.choice(((b"[", b"]"), (b'{"a":', b"}"), (b'[{"":', b"}]")))
        nest = opened * depth + b"1" + shut * (depth if self._random.random() < 0.8 else 0)
        whole = json.dumps(plain(seed_)).encode()
        places = [found.span() for found in re.finditer(rb'(?<=[:,\[])("[^"]*"|\d+|\{\})', whole)]
        start, end = self._random.choice(places) if places and self._random.random() < 0.8 else (0, len(whole))
        nested = whole[:start] + nest + whole[end:]
        return zlib.compress(nested) if seed_[:1] == b"\x78" or self._random.random() < 0.5 else nested

    def _repacked(self, seed_: bytes) -> bytes:
        """Compress it in another way, cut it, add to it."""
        text = json.dumps(plain(seed_)).encode()
        stream = zlib.compressobj(self._random.randrange(10), zdict=self._random.choice((WORDS, WORDS[1:], b"balai")))
        packed = self._random.choice((zlib.compress(text), stream.compress(text) + stream.flush(), b"\x1f\x8b" + text))
        return (
            packed[: self._random.randrange(len(packed))] if self._random.random() < 0.5 else packed + self._random.randbytes(3)
        )

    def _wrapped(self, value: Any, seed_: bytes) -> bytes:
        text = json.dumps(value, ensure_ascii=self._random.random() < 0.5).encode("utf-8", "surrogatepass")
        return zlib.compress(text, 1) if seed_[:1] == b"\x78" else text

    def _toml(self, seed_: bytes) -> bytes:
        """Put another value behind a key, or a key or a heading elsewhere."""
        lines = seed_.decode().splitlines()
        for _ in range(self._random.choice((1, 1, 2, 4))):
            at = self._random.randrange(len(lines))
            name = lines[at].partition("=")[0]
            match self._random.randrange(5):
                case 0:
                    del lines[at : at + self._random.choice((1, 3))]
                case 1:
                    lines.insert(self._random.randrange(len(lines) + 1), lines[at])
                case _:
                    lines[at] = f"{name}= {self._random.choice(NASTY_TOML)}"
            lines = lines or [""]
        return "\n".join(lines).encode()

    def _toml_nested(self, seed_: bytes) -> bytes:
        """Put a deep nest behind a key, or name a deep table."""
        depth = self._random.choice(DEEP)
        nest = self._random.choice(
            (
                f"deep = {'[' * depth}{']' * depth}",
                f"[{'a.' * depth}a]",
                f"deep = {'{a=' * depth}1{'}' * depth}",
                "a." * depth + "b = 1",
            )
        )
        lines = seed_.decode().splitlines()
        lines.insert(self._random.randrange(len(lines) + 1), nest)
        return "\n".join(lines).encode()


def plain(payload: bytes) -> Any:
    """Return what an honest payload says."""
    if payload[:1] == b"\x78":
        stream = zlib.decompressobj(zdict=WORDS)
        payload = stream.decompress(payload)
    return json.loads(payload)


@cache
def bombs() -> list[bytes]:
    """Return small payloads that claim to be large: spaces, numbers, empty lists."""
    fillings = (b" ", b"0,", b"[],", b'"a":{},')
    return [zlib.compress(b"[" + filling * (BOMB_BYTES // len(filling)) + b"0]", 9) for filling in fillings]
