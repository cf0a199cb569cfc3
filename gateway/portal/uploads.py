"""A form with a file, read in pieces: the file goes to a temporary one on the card, never whole into memory.

Promises: nothing is read before the caller has judged who asks; a file is at most what ``Access`` lets through for its
address; the temporary file is gone when the block ends, however it ends.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from gateway.errors import Refusal

FIELDS_LIMIT_BYTES = 16 * 1024
"""All words of the form together."""


@dataclass(frozen=True, slots=True)
class Upload:
    """What a form brought."""

    fields: dict[str, str]
    file: Path | None
    """The temporary file, or None when no file was chosen."""


@dataclass(frozen=True, slots=True)
class MemoryUpload:
    """What a form brought that never touches the card."""

    fields: dict[str, str]
    file: bytes
    """Empty when no file was chosen."""


async def read_upload(request: Request) -> MemoryUpload:
    """Read a ``multipart/form-data`` form with at most one file, such as a photograph of somebody's papers, in memory alone.

    For addresses whose bodies are limited and read whole (``PortalParts.larger_bodies``). Raises Refusal ``body-unreadable`` or ``body-too-large``.
    """
    boundary, file = _boundary(request), io.BytesIO()
    try:
        form = _Form(boundary)
        form.parser.write(await request.body())
        form.parser.finalize()
    except FormParserError as error:
        raise Refusal("body-unreadable") from error
    form.pour_into(file)
    return MemoryUpload(form.words(), file.getvalue())


def _boundary(request: Request) -> bytes:
    kind, options = parse_options_header(request.headers.get("content-type"))
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise Refusal("body-unreadable")
    return boundary


@asynccontextmanager
async def receive_upload(request: Request, folder: Path) -> AsyncIterator[Upload]:
    """Read a ``multipart/form-data`` form with at most one file, which lies in ``folder`` until the block ends.

    Raises Refusal ``body-unreadable`` or ``body-too-large``, and OSError when the card does not take it.
    """
    boundary = _boundary(request)
    path = await run_in_threadpool(_new_file, folder)
    try:
        with await run_in_threadpool(path.open, "wb") as file:
            try:
                form = _Form(boundary)
                async for piece in request.stream():
                    form.parser.write(piece)
                    await run_in_threadpool(form.pour_into, file)
                form.parser.finalize()
            except FormParserError as error:
                raise Refusal("body-unreadable") from error
        yield Upload(form.words(), path if form.has_file else None)
    finally:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _new_file(folder: Path) -> Path:
    with tempfile.NamedTemporaryFile(dir=folder, prefix="kiriman-", suffix=".part", delete=False) as file:
        return Path(file.name)


@dataclass
class _Part:
    """One part of the form while it is read."""

    name: str = ""
    is_file: bool = False
    header: bytearray = field(default_factory=bytearray)
    value: bytearray = field(default_factory=bytearray)
    content: bytearray = field(default_factory=bytearray)


class _Form:
    """Collects the parts that the parser tells of."""

    def __init__(self, boundary: bytes) -> None:
        self.has_file = False
        self._fields: dict[str, bytes] = {}
        self._field_bytes = 0
        self._part = _Part()
        self._pouring: list[bytes] = []
        self.parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": lambda data, start, end: self._part.header.extend(data[start:end]),
                "on_header_value": lambda data, start, end: self._part.value.extend(data[start:end]),
                "on_header_end": self._header,
                "on_part_data": self._data,
                "on_part_end": self._end,
            },
        )

    def pour_into(self, file: IO[bytes]) -> None:
        """Write what has come of the file."""
        for piece in self._pouring:
            file.write(piece)
        self._pouring.clear()

    def words(self) -> dict[str, str]:
        """Return the fields. Raises Refusal ``body-unreadable`` for bad UTF-8."""
        try:
            return {name: value.decode("utf-8").replace("\r\n", "\n") for name, value in self._fields.items()}
        except UnicodeDecodeError as error:
            raise Refusal("body-unreadable") from error

    def _begin(self) -> None:
        self._part = _Part()

    def _header(self) -> None:
        part = self._part
        if bytes(part.header).lower() == b"content-disposition":
            _, options = parse_options_header(bytes(part.value))
            part.name = options.get(b"name", b"").decode("utf-8", "replace")
            part.is_file = b"filename" in options
        part.header.clear()
        part.value.clear()

    def _data(self, data: bytes, start: int, end: int) -> None:
        part = self._part
        if part.is_file:
            self.has_file = True
            self._pouring.append(data[start:end])
            return
        self._field_bytes += end - start
        if self._field_bytes > FIELDS_LIMIT_BYTES:
            raise Refusal("body-too-large", limit_kib=FIELDS_LIMIT_BYTES // 1024)
        part.content += data[start:end]

    def _end(self) -> None:
        if not self._part.is_file:
            self._fields[self._part.name] = bytes(self._part.content)
