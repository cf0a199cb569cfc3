"""The printing press: one letter made from one template, in a process of its own that can open no file and reach no network.

Run as a script, so that it knows nothing of the hall. Reads one JSON object (source, inputs, format) and writes the document, or on
the exit status 1 a JSON object that says what is wrong. What a village types is a program: it gets this much memory, this much
time, and not one file descriptor.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

import typst

MEMORY_BYTES = 400 << 20
"""Of addresses, of which the compiler itself takes half; a Pi Zero has no more to give."""
CPU_S = 10
PREVIEW_PPI = 70
EMPTY = Path(__file__).parent / "shipped"
"""Some folder must be named as the root; nothing in it can be opened."""


def main() -> int:
    """Compile what stands on the standard input."""
    asked = json.loads(sys.stdin.buffer.read())
    _compile("#let warm = 1", {}, "pdf")  # loads whatever is loaded late, while files can still be opened
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    try:
        made = _compile(asked["source"], asked["inputs"], asked["format"])
    except typst.TypstError as error:
        told = {"message": error.message, "diagnostic": error.diagnostic}
        sys.stdout.buffer.write(json.dumps(told).encode())
        return 1
    sys.stdout.buffer.write(made)
    sys.stdout.buffer.flush()
    return 0


def _compile(source: str, inputs: dict[str, str], form: str) -> bytes:
    compiler = typst.Compiler(
        input=source.encode(), root=EMPTY, ignore_system_fonts=True, sys_inputs=inputs, package_path=EMPTY, package_cache_path=EMPTY
    )  # fmt: skip
    made = compiler.compile(format="pdf", timestamp=0) if form == "pdf" else compiler.compile(format="png", ppi=PREVIEW_PPI)
    first = made[0] if isinstance(made, list) else made
    assert isinstance(first, bytes), "no file is named, so bytes come back"  # noqa: S101 - an invariant, not a check of input
    return first


if __name__ == "__main__":
    sys.exit(main())
