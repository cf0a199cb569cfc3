"""Making a document: the press is started, bounded from outside too, and what it says of a broken template is put in our words.

Promises: whatever a template does, the hall waits at most ``LIMIT_S`` and gets a document or a ``Broken``; nothing is written to the
card: template and answers go in by a pipe, the document comes out by one.
"""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
import threading
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from gateway.errors import Reason

log = logging.getLogger(__name__)

PRESS = Path(__file__).parent / "press.py"
PARTS = Path(__file__).parent / "shipped" / "bagian.typ"
"""What every template may use: it is put before each."""
LIMIT_S = 30.0
"""A Pi Zero needs some seconds."""
LARGEST_BYTES = 2 * 1024**2
"""A letter has about thirty kilobytes."""
SOURCE_LIMIT_BYTES = 24 * 1024
"""Of a template; the largest shipped one has two."""
ONE_THREAD = {"RAYON_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}
"""All that the press is told by its environment: each thread more would take some 70 MB of its addresses."""
_AT = re.compile(r"__typst_py_bytes__\.typ:(\d+):")
_ONE_AT_A_TIME = threading.Lock()
"""A small Pi has no memory for two."""


class Broken(Exception):
    """A template that makes no document: where, from 1, and why. Line 0 is the whole of it."""

    def __init__(self, line: int, reason: Reason) -> None:
        self.line = line
        self.reason = reason
        super().__init__(reason)


def make(template: str, data: Mapping[str, object], form: Literal["pdf", "png"] = "pdf") -> bytes:
    """Return the document that ``template`` makes of ``data``: a PDF, or its first page as a picture. Raises Broken."""
    if len(template.encode()) > SOURCE_LIMIT_BYTES:
        raise Broken(0, Reason("templatnya terlalu panjang"))
    before = parts()
    asked = {"source": before + template, "inputs": {"surat": json.dumps(data)}, "format": form}
    with _ONE_AT_A_TIME:
        try:
            done = subprocess.run(  # noqa: S603 - our own script, and nothing of a person's on the command line
                [sys.executable, "-I", str(PRESS)], input=json.dumps(asked).encode(), capture_output=True, timeout=LIMIT_S,
                check=False, env=ONE_THREAD, cwd="/",
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise Broken(0, Reason("templat ini terlalu lama dikerjakan")) from error
    if done.returncode == 0 and len(done.stdout) <= LARGEST_BYTES:
        return done.stdout
    if done.returncode == 0:
        raise Broken(0, Reason("suratnya terlalu besar"))
    raise _fault(done, before.count("\n"))


@cache
def parts() -> str:
    """Return the parts, which end with a line of their own."""
    return PARTS.read_text(encoding="utf-8").rstrip("\n") + "\n"


def _fault(done: subprocess.CompletedProcess[bytes], before: int) -> Broken:
    try:
        told = json.loads(done.stdout)
        message, diagnostic = str(told["message"]), str(told["diagnostic"])
    except (ValueError, KeyError, TypeError):
        log.warning("event=press-died status=%s", done.returncode)
        return Broken(0, Reason("templat ini meminta terlalu banyak memori atau waktu"))
    # A fault within a part is named by the line of the template that called it, which comes after.
    lines = [int(line) - before for line in _AT.findall(diagnostic)]
    return Broken(next((line for line in lines if line > 0), 0), Reason("{error}", error=message[:300]))
