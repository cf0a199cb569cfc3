"""A RabbitMQ cluster for tests: Debian's rabbitmq-server with its MQTT plugin, from ``provisioning/centre/brokers/rabbitmq.conf``.

Erlang's name server, the nodes' own talk and the halls' door stand on loopback only; cookie, home and data are the test's own.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from tests.support.certificates import Authority
from tests.support.cluster import OPERATOR, SHIPPED, SIZE, Cluster
from tests.support.mosquitto import free_port

SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
"""Past Debian's wrapper, which would run it as its own user in its own folder."""


def suits_the_shipped_file() -> bool:
    """Return whether this RabbitMQ is the one for which the shipped file is written: later ones name some settings otherwise."""
    return any(Path("/usr/lib/rabbitmq/lib").glob("rabbitmq_server-3.10.*"))


class RabbitCluster(Cluster):
    """Three nodes of RabbitMQ.

    The first time one is up before the others are started, or each would found a cluster of its own; after all
    have ended they are started together, because each waits for what the others know.
    """

    def __init__(self, folder: Path, authority: Authority) -> None:
        super().__init__(folder, authority)
        assert SERVER.exists(), "install Debian's package rabbitmq-server"
        self._talk = [free_port() for _ in range(SIZE)]
        self._names_port = free_port()
        self._names: subprocess.Popen[bytes] | None = None
        home = folder / "home"
        home.mkdir(exist_ok=True)
        cookie = home / ".erlang.cookie"
        cookie.write_text(os.urandom(16).hex())
        cookie.chmod(0o400)
        (folder / "enabled_plugins").write_text("[rabbitmq_mqtt].\n")
        definitions = json.loads((SHIPPED / "rabbitmq-halls.json").read_text())
        definitions["users"].append({"name": OPERATOR, "password_hash": "", "tags": []})
        definitions["permissions"].append({"vhost": "/", "user": OPERATOR, "configure": ".*", "write": ".*", "read": ".*"})
        (folder / "halls.json").write_text(json.dumps(definitions))

    def start(self) -> None:
        """Start the first node, then the others, and return when each serves."""
        if self._names is None:
            arguments = ["epmd", "-address", "127.0.0.1", "-port", str(self._names_port)]
            self._names = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if not (self.folder / "node-0").exists():
            self.start_node(0)
            self.await_node(0)
        super().start()

    def close(self) -> None:
        """End the nodes and Erlang's name server."""
        super().close()
        if self._names is not None:
            self._names.kill()
            self._names.wait()
            self._names = None

    def _launch(self, node: int, log: int) -> subprocess.Popen[bytes]:
        folder = self.folder / f"node-{node}"
        folder.mkdir(exist_ok=True)
        (folder / "rabbitmq.conf").write_text((SHIPPED / "rabbitmq.conf").read_text() + self._own(node))
        return subprocess.Popen(
            [str(SERVER)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env={
                "PATH": os.environ["PATH"],
                "LANG": "C.UTF-8",
                "HOME": str(self.folder / "home"),
                "ERL_EPMD_ADDRESS": "127.0.0.1",
                "ERL_EPMD_PORT": str(self._names_port),
                "RUNNING_UNDER_SYSTEMD": "1",  # no shell between this process and the node
                "RABBITMQ_NODENAME": f"node{node}@localhost",
                "RABBITMQ_DIST_PORT": str(self._talk[node]),
                "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
                "RABBITMQ_CONF_ENV_FILE": "/dev/null",
                "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
                "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "none.config"),
                "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "enabled_plugins"),
                "RABBITMQ_MNESIA_BASE": str(folder / "data"),
                "RABBITMQ_LOG_BASE": str(folder / "log"),
                "RABBITMQ_PID_FILE": str(folder / "pid"),
            },
        )

    def _own(self, node: int) -> str:
        """Return what differs from node to node."""
        lines = [
            "listeners.tcp = none",
            "mqtt.listeners.tcp = none",
            f"mqtt.listeners.ssl.1 = 127.0.0.1:{self.ports[node]}",
            f"ssl_options.certfile = {self.server.certificate}",
            f"ssl_options.keyfile = {self.server.key}",
            f"ssl_options.cacertfile = {self.authority.certificate}",
            f"load_definitions = {self.folder / 'halls.json'}",
            "cluster_formation.peer_discovery_backend = classic_config",
            *(f"cluster_formation.classic_config.nodes.{one + 1} = node{one}@localhost" for one in range(SIZE)),
        ]
        return "\n" + "\n".join(lines) + "\n"
