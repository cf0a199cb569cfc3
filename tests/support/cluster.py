"""Three nodes of one broker on loopback, from the configuration that ships for operators: TLS, certificates, permissions.

Each node is a process of its own that can be killed and started again with its ports and its files.
"""

from __future__ import annotations

import os
import queue
import signal
import subprocess
from abc import ABC, abstractmethod
from contextlib import suppress
from pathlib import Path

from gateway.mqtt.address import BrokerAddress
from gateway.mqtt.connection import PahoConnection
from gateway.mqtt.ports import Connected
from gateway.mqtt.session import Habits
from tests.support.certificates import Authority
from tests.support.mosquitto import free_port
from tests.support.waiting import until

SHIPPED = Path(__file__).parents[2] / "provisioning" / "centre" / "brokers"
"""The configuration for operators."""
SIZE = 3
START_LIMIT_S = 120.0
"""A cluster that serves nobody by then is broken."""
END_LIMIT_S = 20.0
OPERATOR = "operator"
"""May say and hear everything: for tests of the connection itself."""


class Cluster(ABC):
    """``address`` names every node; ``close`` ends whatever was started. Who shows a certificate of ``authority`` is known by its name."""

    size = SIZE

    def __init__(self, folder: Path, authority: Authority) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.authority = authority
        self.server = authority.sign("broker")
        self.ports = [free_port() for _ in range(SIZE)]
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self.trust = authority.trust

    @property
    def address(self) -> str:
        """``mqtts://127.0.0.1:A,127.0.0.1:B,127.0.0.1:C``."""
        return f"mqtts://{','.join(f'127.0.0.1:{port}' for port in self.ports)}"

    @property
    def pids(self) -> list[int]:
        """The processes of the nodes that run."""
        return [process.pid for process in self._processes.values()]

    def address_of(self, node: int) -> str:
        """Return the address of one node."""
        return f"mqtts://127.0.0.1:{self.ports[node]}"

    def start(self) -> None:
        """Start every node that does not run, and return when each serves."""
        for node in range(SIZE):
            self.start_node(node)
        for node in range(SIZE):
            self.await_node(node)

    def start_node(self, node: int) -> None:
        """Start one node and return at once; harmless while it runs."""
        if node not in self._processes:
            with (self.folder / f"node-{node}.log").open("ab") as log:
                self._processes[node] = self._launch(node, log.fileno())

    def await_node(self, node: int) -> None:
        """Return when a node takes connections. Raises RuntimeError when it does not in time."""
        if not until(lambda: self._serves(node) or self._processes[node].poll() is not None, START_LIMIT_S) or not self._serves(
            node
        ):
            raise RuntimeError(f"node {node} does not serve: {(self.folder / f'node-{node}.log').read_text()[-2000:]}")

    def kill_node(self, node: int) -> None:
        """End one node with SIGKILL; harmless when it has ended."""
        self._end(node, signal.SIGKILL)

    def stop(self) -> None:
        """Ask every node to end, and wait for it."""
        for node in range(SIZE):
            self._end(node, signal.SIGTERM)

    def kill(self) -> None:
        """End every node with SIGKILL."""
        for node in range(SIZE):
            self.kill_node(node)

    def close(self) -> None:
        """End everything that was started."""
        self.kill()

    @abstractmethod
    def _launch(self, node: int, log: int) -> subprocess.Popen[bytes]:
        """Start a node at the head of a session of its own, its output going to the descriptor ``log``."""

    def _end(self, node: int, how: signal.Signals) -> None:
        process = self._processes.pop(node, None)
        if process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(process.pid, how)
        try:
            process.wait(END_LIMIT_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _serves(self, node: int) -> bool:
        habits = Habits(f"probe-{node}", connect_limit_s=1.0, answer_limit_s=2.0)
        address = BrokerAddress.parse(self.address_of(node))
        connection = PahoConnection(address, habits, trust=self.trust(OPERATOR), protocol="3.1.1")
        connection.start()
        try:
            return isinstance(connection.happenings.get(timeout=5), Connected)
        except queue.Empty:
            return False
        finally:
            connection.stop()
