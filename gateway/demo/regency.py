"""A regency on the laptop: a broker and an intake as child processes, so that the whole way is visible.

The broker is Mosquitto when it is installed; else amqtt, which loses messages and so shows why only the
centre's receipts count. Both children end with the hall, however the hall ends.
"""

from __future__ import annotations

import logging
import shutil
import socket
import subprocess
import sys
from pathlib import Path

log = logging.getLogger(__name__)

LOOK_S = 1.0
"""How often a child is looked at and started again when it has ended."""

MOSQUITTO_SETTINGS = """\
listener {port} 127.0.0.1
allow_anonymous true
persistence true
persistence_location {folder}/
autosave_interval 30
log_dest stderr
log_type error
log_type warning
"""


class Regency:
    """The broker and the intake of the demo. ``step`` belongs to a loop and keeps both alive."""

    def __init__(self, folder: Path, *, broker: str = "embedded", topic_root: str = "balai/v1") -> None:
        """Keep everything below ``folder``; ``broker`` is ``embedded`` or the address of one that runs elsewhere."""
        self.database = folder / "centre.db"
        self.demo_only = broker == "embedded" and shutil.which("mosquitto") is None
        self.pulled = False
        self._folder = folder
        self._embedded = broker == "embedded"
        self._port = _free_port() if self._embedded else 0
        self.address = f"mqtt://127.0.0.1:{self._port}" if self._embedded else broker
        self._topic_root = topic_root
        self._broker: subprocess.Popen[bytes] | None = None
        self._intake: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start both children."""
        (self._folder / "broker").mkdir(parents=True, exist_ok=True)
        if self.demo_only:
            log.warning("event=demo-broker broker=amqtt note=loses-messages-install-mosquitto")
        self.step()

    def step(self) -> float:
        """Start what should run and does not."""
        if self._embedded and not self.pulled and _ended(self._broker):
            self._broker = _child(self._broker_command())
        if _ended(self._intake):
            self._intake = _child(self._intake_command())
        return LOOK_S

    def pull_uplink(self) -> None:
        """Let the hall lose its regency, as when the cable is pulled. Does nothing to a broker that runs elsewhere."""
        if self._embedded and not self.pulled:
            self.pulled = True
            _end(self._broker)

    def plug_uplink(self) -> None:
        """Give the regency back at the next look.

        Not here: the kernel ends a child with the *thread* that started it, and this may be a short-lived one.
        """
        self.pulled = False

    def stop(self) -> None:
        """End both children."""
        _end(self._intake)
        _end(self._broker)

    def _broker_command(self) -> list[str]:
        if self.demo_only:
            return [sys.executable, "-m", "gateway.demo.amqtt_broker", str(self._port)]
        settings = self._folder / "broker" / "mosquitto.conf"
        settings.write_text(MOSQUITTO_SETTINGS.format(port=self._port, folder=self._folder / "broker"))
        return ["mosquitto", "-c", str(settings)]

    def _intake_command(self) -> list[str]:
        return [
            *(sys.executable, "-m", "provisioning", "centre", "intake"),
            *("--broker", self.address),
            *("--database", f"sqlite:///{self.database}"),
            *("--topic-root", self._topic_root),
        ]


def _child(command: list[str]) -> subprocess.Popen[bytes]:
    """Start a command that the kernel ends when the hall is gone, even by kill -9."""
    tied = ["setpriv", "--pdeathsig", "KILL", "--"] if shutil.which("setpriv") else []
    return subprocess.Popen([*tied, *command], stdin=subprocess.DEVNULL)


def _ended(child: subprocess.Popen[bytes] | None) -> bool:
    return child is None or child.poll() is not None


def _end(child: subprocess.Popen[bytes] | None) -> None:
    if child is None or child.poll() is not None:
        return
    child.terminate()
    try:
        child.wait(timeout=2)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
