"""Programs that the demo starts beside the hall. They end with it, however it ends."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess


def find_mosquitto() -> str | None:
    """Return the path of Mosquitto, also where Debian puts it and a plain user's PATH does not look; None without it."""
    return shutil.which("mosquitto", path=os.environ.get("PATH", os.defpath) + os.pathsep + "/usr/sbin")


def child(command: list[str], stderr: int | None = None) -> subprocess.Popen[bytes]:
    """Start a command that the kernel ends when the hall is gone, even by kill -9."""
    tied = ["setpriv", "--pdeathsig", "KILL", "--"] if shutil.which("setpriv") else []
    return subprocess.Popen(  # noqa: S603 - our own commands, no shell
        [*tied, *command], stdin=subprocess.DEVNULL, stderr=stderr
    )


def ended(child: subprocess.Popen[bytes] | None) -> bool:
    """Return whether a child does not run (any more)."""
    return child is None or child.poll() is not None


def end(child: subprocess.Popen[bytes] | None) -> None:
    """End a child, kindly at first. Ending twice is harmless."""
    if child is None or child.poll() is not None:
        return
    child.terminate()
    try:
        child.wait(timeout=2)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def free_port() -> int:
    """Return a port of this machine that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
