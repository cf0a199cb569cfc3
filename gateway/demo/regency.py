"""A regency on the laptop: a broker and an intake as child processes, so that the whole way is visible.

The broker is Mosquitto when it is installed; else amqtt, which loses messages and so shows why only the
centre's receipts count. Both children end with the hall, however the hall ends.
"""

from __future__ import annotations

import getpass
import logging
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Literal

from gateway.demo.children import child, end, ended, free_port

log = logging.getLogger(__name__)

LISTENING = b"event=connected"
"""The intake's own word that it hears the halls."""
SIGNING_KEY = "centre.key"
"""What the regency signs with, in its folder."""
START_LOOKS = 80
START_LOOK_S = 0.1
LOOK_S = 1.0
"""How often a child is looked at and started again when it has ended."""

MOSQUITTO_SETTINGS = """\
user {user}
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

    def __init__(
        self, folder: Path, *, broker: str = "embedded", topic_root: str = "balai/v1", mosquitto: str | None = None
    ) -> None:
        """Keep everything below ``folder``; ``broker`` is ``embedded`` or the address of one that runs elsewhere.

        ``mosquitto`` is the path of the program, None where it is not installed.
        """
        self.database = folder / "centre.db"
        self.demo_only = broker == "embedded" and mosquitto is None
        self._mosquitto = mosquitto
        # amqtt fails on MQTT 5.
        self.protocol: Literal["auto", "3.1.1"] = "3.1.1" if self.demo_only else "auto"
        self.pulled = False
        self._folder = folder
        self._embedded = broker == "embedded"
        self._port = free_port() if self._embedded else 0
        self.address = f"mqtt://127.0.0.1:{self._port}" if self._embedded else broker
        self._topic_root = topic_root
        self._broker: subprocess.Popen[bytes] | None = None
        self._intake: subprocess.Popen[bytes] | None = None
        self._listening = threading.Event()

    def centre_key(self) -> str:
        """Return the public key by which a hall knows this regency's orders; the private half is made when it is not there."""
        self._folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "provisioning", "centre", "key", str(self._folder / SIGNING_KEY)]
        line = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 - our own command, no shell
        return line.partition('"')[2].rpartition('"')[0]

    def start(self) -> None:
        """Start both children and wait until the intake listens: a broker forgets what nobody has subscribed to."""
        (self._folder / "broker").mkdir(parents=True, exist_ok=True)
        self.centre_key()
        if self.demo_only:
            log.warning("event=demo-broker broker=amqtt note=loses-messages-install-mosquitto")
        for _ in range(START_LOOKS):
            self.step()
            if self._listening.wait(START_LOOK_S):
                return
        log.warning("event=demo-intake-slow note=the-hall-sends-again-by-itself")

    def step(self) -> float:
        """Start what should run and does not."""
        if self._embedded and not self.pulled and ended(self._broker):
            self._broker = child(self._broker_command())
        if ended(self._intake) and self._broker_answers():
            self._intake = child(self._intake_command(), stderr=subprocess.PIPE)
            threading.Thread(target=self._pass_on, args=(self._intake.stderr,), name="intake-log", daemon=True).start()
        return LOOK_S

    def pull_uplink(self) -> None:
        """Let the hall lose its regency, as when the cable is pulled. Does nothing to a broker that runs elsewhere."""
        if self._embedded and not self.pulled:
            self.pulled = True
            end(self._broker)

    def plug_uplink(self) -> None:
        """Give the regency back at the next look.

        Not here: the kernel ends a child with the *thread* that started it, and this may be a short-lived one.
        """
        self.pulled = False

    def stop(self) -> None:
        """End both children."""
        end(self._intake)
        end(self._broker)

    def _broker_answers(self) -> bool:
        """Whether there is anything to connect to: an intake that finds nothing would hesitate with its next try."""
        if not self._embedded:
            return True
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self._port)) == 0

    def _pass_on(self, lines: IO[bytes]) -> None:
        """Show the intake's warnings in this terminal; note when it says that it listens."""
        with lines:
            for line in lines:
                if LISTENING in line:
                    self._listening.set()
                elif b"level=INFO" not in line:
                    sys.stderr.buffer.write(line)
                    sys.stderr.flush()

    def _broker_command(self) -> list[str]:
        if self._mosquitto is None:
            return [sys.executable, "-m", "gateway.demo.amqtt_broker", str(self._port)]
        settings = self._folder / "broker" / "mosquitto.conf"
        settings.write_text(MOSQUITTO_SETTINGS.format(user=getpass.getuser(), port=self._port, folder=self._folder / "broker"))
        return [self._mosquitto, "-c", str(settings)]

    def _intake_command(self) -> list[str]:
        return [
            *(sys.executable, "-m", "provisioning", "centre", "intake"),
            *("--broker", self.address),
            *("--database", f"sqlite:///{self.database}"),
            *("--topic-root", self._topic_root, "--protocol", self.protocol),
            *("--signing-key", str(self._folder / SIGNING_KEY)),
        ]
