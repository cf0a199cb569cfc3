"""Forms with a file that no browser sends: refused with a sentence, and nothing of them is left."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.types import Message

from gateway.errors import Refusal
from gateway.portal.uploads import MemoryUpload, read_upload, receive_upload


@pytest.mark.parametrize("boundary", ["x" * 300, "x", ""], ids=["longer than any", "another than was told", "none"])
def test_a_form_that_cannot_be_taken_apart_is_refused(tmp_path: Path, boundary: str) -> None:
    """Whatever its header says; the fuzzing found a boundary that is too long to end in an internal error."""

    async def receive() -> Message:
        return {"type": "http.request", "body": b"--other\r\n\r\n", "more_body": False}

    async def take() -> None:
        header = (b"content-type", f"multipart/form-data; boundary={boundary}".encode())
        async with receive_upload(Request({"type": "http", "headers": [header]}, receive), tmp_path):
            pass

    with pytest.raises(Refusal) as told:
        asyncio.run(take())
    assert (told.value.code, [*tmp_path.iterdir()]) == ("body-unreadable", [])


def test_a_picture_of_papers_stays_in_memory() -> None:
    """Fields and file come whole out of a body that is in memory; a form without a file brings an empty one; nonsense is refused."""

    def taken(body: bytes, boundary: str = "x") -> object:
        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        header = (b"content-type", f"multipart/form-data; boundary={boundary}".encode())
        try:
            return asyncio.run(read_upload(Request({"type": "http", "method": "POST", "headers": [header]}, receive)))
        except Refusal as refusal:
            return refusal.code

    field = b'--x\r\ncontent-disposition: form-data; name="act"\r\n\r\nsend\r\n'
    file = b'--x\r\ncontent-disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\n\x00\xff\r\n\r\n'
    assert taken(field + file + b"--x--\r\n") == MemoryUpload({"act": "send"}, b"\x00\xff\r\n")
    assert taken(field + b"--x--\r\n") == MemoryUpload({"act": "send"}, b"")
    assert [taken(b"--other\r\n\r\n"), taken(field + b"--x--\r\n", "x" * 300)] == ["body-unreadable"] * 2
