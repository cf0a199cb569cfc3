"""The rows of a spreadsheet that somebody has sent, in memory alone: CSV however it is parted and coded, XLSX, XLS or ODS."""

from __future__ import annotations

import csv
import io
import struct
import zipfile
from collections.abc import Sequence

from gateway.errors import Reason, Refusal

FILE_LIMIT_BYTES = 12 * 1024 * 1024
UNPACKED_LIMIT_BYTES = 120 * 1024 * 1024
"""A packed table that becomes larger is no list of residents."""
ZIP, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
SIGNS = ";,\t|"


def rows_of(content: bytes) -> Sequence[Sequence[object]]:
    """Return all rows of the first sheet. Raises Refusal ``list-unreadable``."""
    if not content:
        raise Refusal("list-unreadable", reason=Reason("berkasnya kosong"))
    if content.startswith((ZIP, OLD_EXCEL)):
        return _spreadsheet(content)
    return _parted(content)


def _parted(content: bytes) -> Sequence[Sequence[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")  # what an old Excel writes
    if "\0" in text:
        raise Refusal("list-unreadable", reason=Reason("bukan tabel"))
    head = text[: text.find("\n")] if "\n" in text else text
    sign = max(SIGNS, key=head.count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=sign))
    except csv.Error:
        raise Refusal("list-unreadable", reason=Reason("bukan tabel")) from None


def _spreadsheet(content: bytes) -> Sequence[Sequence[object]]:
    from python_calamine import CalamineWorkbook  # noqa: PLC0415 - only who brings a list pays for it

    if content.startswith(ZIP):
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as packed:
                unpacked_bytes = sum(member.file_size for member in packed.infolist())
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, struct.error):
            raise Refusal("list-unreadable", reason=Reason("berkasnya rusak")) from None
        if unpacked_bytes > UNPACKED_LIMIT_BYTES:
            raise Refusal("list-unreadable", reason=Reason("terlalu besar"))
    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    except BaseException as error:
        # A reader in Rust that meets nonsense panics, and its panic is no Exception.
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise Refusal("list-unreadable", reason=Reason("berkasnya rusak")) from None
        raise
