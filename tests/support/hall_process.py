"""A whole hall in a process of its own, as systemd or a technician would start it; it can be killed like one."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

START_LIMIT_S = 30.0
STOP_LIMIT_S = 30.0


def write_settings(folder: Path, *, broker: str = "", relay: str = "", devices: bool = True, port: int = 0) -> Path:
    """Write a hall.toml for a hall on loopback below ``folder`` and return its path; ``relay`` adds lines to its section."""
    text = f"""
[hall]
id = "3510012001"
name = "Balai Desa Contoh"

[data]
directory = "data"

[portal]
host = "127.0.0.1"
port = {port}

[relay]
broker = "{broker}"
{relay}

[clock]
trust = "always"
"""
    if devices:
        text += """
[[devices]]
id = "tombol-a"
kind = "simulated-button"
line = "administrasi"

[[devices]]
id = "papan"
kind = "simulated-board"

[[devices]]
id = "printer"
kind = "simulated-printer"

[[devices]]
id = "suara"
kind = "simulated-speaker"
"""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "hall.toml"
    path.write_text(text)
    return path


def gateway(*arguments: str, stdin: str = "", language: str = "id_ID.UTF-8") -> subprocess.CompletedProcess[str]:
    """Run one ``gateway`` command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "gateway", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "LC_ALL": language, "NO_COLOR": "1"},
    )


class HallProcess:
    """``gateway run`` as a child, started by ``wrapper`` if given. ``address`` is known once it serves."""

    def __init__(self, settings: Path, *command: str, wrapper: Sequence[str] = ()) -> None:
        self._command = command or ("run", "--config", str(settings))
        self._served = threading.Event()
        self.address = ""
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [*wrapper, sys.executable, "-m", "gateway", *self._command],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        if not self._served.wait(START_LIMIT_S) or not self.address:
            self.kill()
            raise AssertionError("the hall did not start: " + "".join(self.lines))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.kill()

    def kill(self) -> None:
        """End it like kill -9; harmless when it has ended."""
        self.process.kill()
        self._end()

    def terminate(self) -> int:
        """Ask it to end as systemd does; return its exit code. Raises subprocess.TimeoutExpired when it hangs.

        A hall ends in 4.5 s by a clock of its own (``gateway.running``); the limit here is for machines that are busy with other tests.
        """
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(STOP_LIMIT_S)
        self._end()
        return code

    def _end(self) -> None:
        self.process.wait()
        self._reader.join(5)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)
            found = re.search(r"http://127\.0\.0\.1:\d+", line)
            if found and not self.address:
                self.address = found.group()
                self._served.set()
        self._served.set()
