"""What people and the centre had been told, and since which moment: an acknowledgement counts from its first byte.

Read from the bytes that the real process gave away: HTTP answers to people, lines at ``hall.sock`` to commands, MQTT
publishes to the broker, numbers on paper and on the board. What each HTTP request had asked is known from the people's own diary.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.relay import batches
from tests.bench.power.trace import Moment

SENDS = frozenset({"write", "writev", "sendto", "sendmsg"})
TCP = re.compile(r"^TCP(?:v6)?:\[.*?:(\d+)->.*?:(\d+)\]$")
HEAD_END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that must be true for ever. ``kind`` says which check of ``reopening.py`` looks for it."""

    kind: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Diary:
    """What the morning's people asked, in the order of asking."""

    portal_port: int
    broker_port: int
    requests: Mapping[int, Sequence[str]]
    """By the client's own TCP port: the path of each POST and GET on that connection, in order."""
    commands: Sequence[Fact]
    """What each command at hall.sock promised, in order."""


def acknowledged(moments: Sequence[Moment], diary: Diary) -> dict[int, list[Fact]]:
    """Return the facts told at each moment, by the moment's index."""
    told: dict[int, list[Fact]] = {}
    commands = iter(diary.commands)
    for peer, stream in _streams(moments).items():
        if (found := TCP.match(peer)) is not None:
            here, there = int(found[1]), int(found[2])
            if here == diary.portal_port:
                facts = _http_facts(stream, diary.requests.get(there, ()))
            elif there == diary.broker_port:
                facts = _published(stream)
            else:
                continue
        elif peer.startswith("UNIX"):
            facts = _command_facts(stream, commands)
        else:
            facts = _seen(stream)
        for index, fact in facts:
            told.setdefault(index, []).append(fact)
    return told


class _Stream:
    """The bytes of one connection and, for each offset, the moment at which they began to be sent."""

    def __init__(self) -> None:
        self.content = bytearray()
        self._starts: list[tuple[int, int]] = []

    def add(self, index: int, content: bytes) -> None:
        self._starts.append((len(self.content), index))
        self.content += content

    def moment_of(self, offset: int) -> int:
        """Return the index of the moment in which the byte at ``offset`` was sent."""
        return max(index for start, index in self._starts if start <= offset)


def _streams(moments: Sequence[Moment]) -> dict[str, _Stream]:
    """Collect what was sent to each peer. A peer that connects again from the same port continues its stream."""
    streams: dict[str, _Stream] = {}
    for index, moment in enumerate(moments):
        call = moment.call
        if not moment.begins or call.name not in SENDS or call.result == -1:
            continue
        target = call.target()
        if target.startswith(("TCP", "UNIX")) or (target.startswith("pipe:") and call.descriptor() == 1):
            streams.setdefault(target, _Stream()).add(index, call.data())
    return streams


def _http_facts(stream: _Stream, paths: Sequence[str]) -> Iterator[tuple[int, Fact]]:
    offset = 0
    for path in paths:
        head_end = stream.content.find(HEAD_END, offset)
        if head_end < 0:
            return  # the process was killed before it answered: nothing was promised
        head = bytes(stream.content[offset:head_end]).decode("latin-1").lower()
        length = re.search(r"\r\ncontent-length: *(\d+)", head)
        body_end = head_end + len(HEAD_END) + (int(length[1]) if length else 0)
        if len(stream.content) < body_end:
            return
        if re.match(r"http/1\.1 (20[01]|303)\b", head):
            body = bytes(stream.content[head_end + len(HEAD_END) : body_end])
            leads = re.search(r"\r\nlocation: *(\S+)", head)
            fact = _fact_of_page(path, leads[1] if leads else "", body) or _fact_of_answer(path, body)
            if fact is not None:
                yield stream.moment_of(offset), fact
        offset = body_end


def _fact_of_page(path: str, leads: str, body: bytes) -> Fact | None:
    """Return what a villager's page or form has told: a draft that is kept, a request that has its number, or one taken back."""
    path, _, note = path.partition("#")
    if (handed_in := re.match(r"^/ajukan/[^/]+/kirim$", path)) is not None and leads:
        return Fact("request", (leads.removeprefix("/permohonan/"),))
    if (draft := re.match(r"^/ajukan/([^/]+)$", path)) is not None and leads and not handed_in:
        return Fact("draft", (draft[1], note))
    if (own := re.match(r"^/permohonan/(\w+)$", path)) is not None:
        if note == "cancel":
            return Fact("cancelled", (own[1],)) if leads else None
        number = re.search(rb">REG-0*(\d+)<", body)
        return Fact("registered", (own[1], int(number[1]))) if number else None
    return None


def _fact_of_answer(path: str, body: bytes) -> Fact | None:
    if path == "/api/v1/tickets":
        answer = json.loads(body)
        return Fact("ticket", (answer["number"], answer["token"]))
    if path == "/api/v1/session":
        return Fact("session", (json.loads(body)["token"],))
    if (act := re.match(r"^/api/v1/counters/[^/]+/([a-z-]+)$", path)) is not None:
        answer = json.loads(body)
        return Fact(act[1], (answer["number"], answer["counter"]))
    return None


def _command_facts(stream: _Stream, commands: Iterator[Fact]) -> Iterator[tuple[int, Fact]]:
    offset = 0
    for line in bytes(stream.content).splitlines(keepends=True):
        if line.startswith(b'{"done"'):
            fact = next(commands, None)
            if fact is not None:
                yield stream.moment_of(offset), fact
        offset += len(line)


def _seen(stream: _Stream) -> Iterator[tuple[int, Fact]]:
    """Yield what the devices showed: numbers on paper and on the board (see ``hall_under_test.py``)."""
    offset = 0
    for line in bytes(stream.content).splitlines(keepends=True):
        said = json.loads(line)
        if "paper" in said:
            yield stream.moment_of(offset), Fact("paper", (said["paper"],))
        elif "board" in said:
            number, counter, newest = said["board"]
            if number:
                yield stream.moment_of(offset), Fact("board", (number, counter))
            if newest:
                yield stream.moment_of(offset), Fact("newest", (newest,))
        offset += len(line)


def _published(stream: _Stream) -> Iterator[tuple[int, Fact]]:
    """Yield every event that left the hall: its sequence must mean this event for ever."""
    for offset, topic, payload in publishes(bytes(stream.content)):
        lane = re.search(r"/up/([a-z]+)$", topic)
        if lane is None:
            continue
        for event in batches.unpack(payload):
            yield (
                stream.moment_of(offset),
                Fact(
                    "published",
                    (
                        event.epoch,
                        event.lane,
                        event.seq,
                        event.type,
                        event.subject,
                        event.time,
                    ),
                ),
            )


def publishes(content: bytes) -> Iterator[tuple[int, str, bytes]]:
    """Yield (offset, topic, payload) of each MQTT PUBLISH in what a client sent; a cut-off last packet is left out."""
    offset, version = 0, 4
    while offset + 2 <= len(content):
        start, kind = offset, content[offset]
        length, shift, offset = 0, 0, offset + 1
        while True:
            if offset >= len(content):
                return
            length |= (content[offset] & 127) << shift
            shift += 7
            offset += 1
            if content[offset - 1] < 128:
                break
        body, offset = content[offset : offset + length], offset + length
        if offset > len(content):
            return
        if kind >> 4 == 1:
            version = body[6]
        elif kind >> 4 == 3:
            yield start, *_publish(kind, body, version)


def _publish(kind: int, body: bytes, version: int) -> tuple[str, bytes]:
    topic_end = 2 + int.from_bytes(body[:2], "big")
    payload = topic_end + (2 if kind & 6 else 0)
    if version == 5:
        payload += 1 + body[payload]  # our properties are short: their length takes one byte
    return body[2:topic_end].decode(), body[payload:]
