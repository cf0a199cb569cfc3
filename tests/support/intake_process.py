"""The centre's intake in a process of its own, as the regency runs it; it can be killed like one."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from gateway.mqtt.tls import Trust

START_LIMIT_S = 20.0


def showing(trust: Trust) -> list[str]:
    """Return the options by which an intake shows its certificate."""
    return ["--ca-file", str(trust.authority), "--certificate-file", str(trust.certificate), "--key-file", str(trust.key)]


class IntakeProcess:
    """``provision centre intake`` as a child that is started, stopped, killed and started again on one database."""

    def __init__(self, broker: str, database: Path | str, *options: str) -> None:
        """Prepare an intake on a file, or on the address of a PostgreSQL database."""
        self.database = Path(database)
        address = f"sqlite:///{database}" if isinstance(database, Path) else database
        self.lines: list[str] = []
        self._command = [
            *(sys.executable, "-m", "provisioning", "centre", "intake"),
            *("--broker", broker, "--database", address, *options),
        ]
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self._connected = threading.Event()

    def start(self, *, wait: bool = True) -> None:
        """Start (again); with ``wait`` return once the broker has accepted it."""
        self._connected.clear()
        self._process = subprocess.Popen(self._command, stderr=subprocess.PIPE, text=True)
        self._reader = threading.Thread(target=self._read, args=(self._process,), daemon=True)
        self._reader.start()
        if wait:
            self.await_connection()

    def await_connection(self) -> None:
        """Return once the broker has accepted it: from then on it also ends when it is asked to."""
        if not self._connected.wait(START_LIMIT_S):
            self.kill()
            raise AssertionError("the intake did not connect: " + "".join(self.lines))

    @property
    def pid(self) -> int:
        """The process's id while it runs."""
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """End it like kill -9; harmless when it has ended."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """Ask it to end as systemd does; return its exit code."""
        return self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> int:
        if self._process is None or self._reader is None:
            return 0
        self._process.send_signal(how)
        code = self._process.wait(10)
        self._reader.join(5)
        assert self._process.stderr is not None
        self._process.stderr.close()
        self._process = None
        return code

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stderr is not None
        for line in process.stderr:
            self.lines.append(line)
            if "room=provisioning.centre.intake event=connected" in line:
                self._connected.set()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.kill()
