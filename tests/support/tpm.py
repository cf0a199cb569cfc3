"""A real TPM 2.0 in software (Debian's swtpm), asked by the tools that a Pi asks its chip with."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from gateway.privacy.tpm import Run, run_tool
from tests.support.waiting import until

MISSING = [tool for tool in ("swtpm", "tpm2_nvread") if shutil.which(tool) is None] + [
    library for library in ("libtss2-tcti-swtpm.so.0",) if not list(Path("/usr/lib").rglob(library))
]
"""What a test of this needs and this machine does not have."""


@contextmanager
def running_tpm(folder: Path) -> Iterator[Run]:
    """Power a chip whose memory lies in ``folder``; give what asks it."""
    folder.mkdir(parents=True, exist_ok=True)
    with socket.create_server(("127.0.0.1", 0)) as one:
        port = one.getsockname()[1]
        while not _is_free(port + 1):  # the tools look for the other door at the next port
            port += 1
    doors = (f"type=tcp,port={port},bindaddr=127.0.0.1", f"type=tcp,port={port + 1},bindaddr=127.0.0.1")
    chip = subprocess.Popen(
        ["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={folder}", "--server", doors[0], "--ctrl", doors[1], "--flags", "not-need-init,startup-clear"]
    )  # fmt: skip
    try:
        assert until(lambda: not _is_free(port)), "the chip did not start"
        yield partial(run_tool, environment={"TPM2TOOLS_TCTI": f"swtpm:host=127.0.0.1,port={port}"})
    finally:
        chip.kill()
        chip.wait()


def _is_free(port: int) -> bool:
    try:
        with socket.create_server(("127.0.0.1", port)):
            return True
    except OSError:
        return False
