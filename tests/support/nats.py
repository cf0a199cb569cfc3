"""A NATS cluster for tests: Debian's nats-server with JetStream and MQTT, from ``provisioning/centre/brokers/nats.conf``."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

from tests.support.certificates import Authority
from tests.support.cluster import OPERATOR, SHIPPED, SIZE, Cluster
from tests.support.mosquitto import free_port

SAME_ON_EVERY_NODE = "# The same on every node from here on."


class NatsCluster(Cluster):
    """Three nodes of NATS; up in a few seconds."""

    def __init__(self, folder: Path, authority: Authority) -> None:
        super().__init__(folder, authority)
        self._peers = [free_port() for _ in range(SIZE)]
        _, _, self._common = (SHIPPED / "nats.conf").read_text().partition(SAME_ON_EVERY_NODE)
        halls = (SHIPPED / "halls.conf").read_text()
        everything = f'users: [\n{{ user: "CN={OPERATOR}", permissions: {{ publish: ">", subscribe: ">" }} }},\n'
        (folder / "halls.conf").write_text(halls.replace("users: [\n", everything, 1))

    def _launch(self, node: int, log: int) -> subprocess.Popen[bytes]:
        own = {
            "NODE": f"node-{node}",
            "HALLS": f"127.0.0.1:{self.ports[node]}",
            "PEERS": f"127.0.0.1:{self._peers[node]}",
            "LOCAL": f"127.0.0.1:{free_port()}",
            "DATA": str(self.folder / f"node-{node}"),
            "CERTIFICATE": str(self.server.certificate),
            "KEY": str(self.server.key),
            "DEVICES": str(self.authority.certificate),
            "MEMBERS": [f"nats-route://127.0.0.1:{port}" for port in self._peers],
        }
        path = self.folder / f"node-{node}.conf"
        path.write_text("".join(f"{name}: {json.dumps(value)}\n" for name, value in own.items()) + self._common)
        return subprocess.Popen([executable(), "-c", str(path)], stdout=log, stderr=log, start_new_session=True)


def executable() -> str:
    """Return the path of nats-server; Debian puts it where a plain user's PATH does not look."""
    found = shutil.which("nats-server") or shutil.which("nats-server", path="/usr/sbin:/usr/local/sbin")
    assert found is not None, "install Debian's package nats-server"
    return found
