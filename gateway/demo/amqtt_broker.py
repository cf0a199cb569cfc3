"""The demo's broker where Mosquitto is not installed. It loses messages: never for a hall.

Run as ``python -m gateway.demo.amqtt_broker PORT``.
"""

from __future__ import annotations

import asyncio
import logging
import sys

from amqtt.broker import Broker


async def serve(port: int) -> None:
    """Serve MQTT 3.1.1 on a loopback port until the process ends."""
    settings = {
        "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}},
        "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
    }
    broker = Broker(settings)
    await broker.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    logging.disable()  # it reports every port that is probed as a failure
    asyncio.run(serve(int(sys.argv[1])))
