"""A real Mosquitto for tests, on a free loopback port: plain, or TLS with client certificates and an ACL.

It can be started, stopped, killed, frozen (SIGSTOP: accepts TCP and never answers) and started again on the
same port with the same persistence folder.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.certificates import Authority

START_LIMIT_S = 10.0
"""A broker that does not accept by then is broken."""

HALL_ACL = """\
pattern write balai/v1/%u/up/#
pattern write balai/v1/%u/hello
pattern write balai/v1/%u/presence
pattern write balai/v1/%u/live
pattern read balai/v1/%u/receipt
pattern read balai/v1/%u/down
pattern read balai/v1/all/down

user intake
topic read balai/v1/+/up/#
topic read balai/v1/+/hello
topic read balai/v1/+/presence
topic write balai/v1/+/receipt
topic write balai/v1/+/down
"""
"""A hall (its certificate's CN is its user name) writes only below its own name and reads only its own."""


@dataclass(frozen=True, slots=True)
class Tls:
    """Serve TLS 1.2+ only to client certificates that ``authority`` has signed."""

    authority: Authority
    acl: str = HALL_ACL


class Mosquitto:
    """One broker process. Use as a context manager; ``address`` is what a client is given.

    ``folder`` keeps its settings and persistence; ``extra`` adds lines to its settings.
    """

    def __init__(self, folder: Path, *, tls: Tls | None = None, persistence: bool = True, extra: str = "") -> None:
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.tls = tls
        self._process: subprocess.Popen[bytes] | None = None
        self._settings = folder / "mosquitto.conf"
        self._settings.write_text(self._lines(persistence) + extra)

    @property
    def address(self) -> str:
        """``mqtt://127.0.0.1:PORT`` or ``mqtts://127.0.0.1:PORT``."""
        return f"{'mqtts' if self.tls else 'mqtt'}://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The process's id while it runs."""
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether it has been started and has not ended."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start (again) and return when it accepts connections."""
        log = (self.folder / "mosquitto.log").open("ab")
        with log:
            self._process = subprocess.Popen([executable(), "-c", str(self._settings)], stdout=log, stderr=log)
        pause = threading.Event()
        for _ in range(int(START_LIMIT_S / 0.02)):
            if self._process.poll() is not None:
                raise RuntimeError((self.folder / "mosquitto.log").read_text())
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            pause.wait(0.02)
        raise RuntimeError("Mosquitto does not accept connections")

    def stop(self) -> None:
        """End it kindly: it saves its persistence. Stopping twice is harmless."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it with SIGKILL: what it acknowledged since its last autosave is lost."""
        self._end(signal.SIGKILL)

    def freeze(self) -> None:
        """Stop it with SIGSTOP: the kernel still accepts connections, nobody answers."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen broker go on."""
        os.kill(self.pid, signal.SIGCONT)

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.send_signal(how)
            self._process.send_signal(signal.SIGCONT)
            self._process.wait(10)
        self._process = None

    def _lines(self, persistence: bool) -> str:
        user = "user root\n" if os.geteuid() == 0 else ""  # else it drops to a user that cannot read the test's folder
        lines = [
            f"listener {self.port} 127.0.0.1",
            f"persistence {str(persistence).lower()}",
            f"persistence_location {self.folder}/",
            "log_dest stderr",
            "log_type all",
            "connection_messages true",
            "set_tcp_nodelay true",
        ]
        if self.tls is None:
            lines.append("allow_anonymous true")
        else:
            identity = self.tls.authority.sign("broker")
            acl = self.folder / "acl"
            acl.write_text(self.tls.acl)
            acl.chmod(0o600)
            lines += [
                f"cafile {self.tls.authority.certificate}",
                f"certfile {identity.certificate}",
                f"keyfile {identity.key}",
                "require_certificate true",
                "use_identity_as_username true",
                "allow_anonymous false",
                f"acl_file {acl}",
            ]
        return user + "\n".join(lines) + "\n"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.kill()


def executable() -> str:
    """Return Mosquitto's path; Debian puts it where a plain user's PATH does not look."""
    found = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
    assert found is not None, "install Debian's package mosquitto"
    return found


def free_port() -> int:
    """Return a port that nobody uses at this moment, on any address.

    It is none of those that Linux gives to outgoing connections: one of these, open or lingering, on whatever
    address, would refuse the port to a broker that listens on all addresses.
    """
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe:
            try:
                probe.bind(("", port))
            except OSError:
                continue
        return port
