"""The hardened service leaves the hall what it needs: a real morning asks the kernel for nothing that the unit takes away.

No systemd runs here, so the unit cannot be started; what it would deny is compared with what the real process asks for.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.support.hall_process import HallProcess, gateway, write_settings
from tests.support.waiting import until
from tests.systemd.test_units import service

pytestmark = pytest.mark.skipif(
    shutil.which("strace") is None or shutil.which("systemd-analyze") is None, reason="strace and systemd-analyze are needed"
)

OURS = {"execve"} | ({"fchown"} if os.geteuid() == 0 else set())
"""Asked for by the start itself; and by SQLite for the files of whoever owns the database, but only as root."""

DENY_WRITE_EXECUTE = """
import ctypes, os, sys
PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN = 65, 1
if ctypes.CDLL(None).prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0):
    sys.exit("the kernel does not know PR_SET_MDWE")
os.execv(sys.argv[1], sys.argv[1:])
"""
"""Runs the rest of its command line without memory that is both written and run."""


def knows_the_switch() -> bool:
    """Tell whether this kernel has it: 6.3 and later, so not that of Debian 12."""
    command = [sys.executable, "-c", DENY_WRITE_EXECUTE, sys.executable, "-c", ""]
    return subprocess.run(command, capture_output=True, timeout=30, check=False).returncode == 0


needs_the_switch = pytest.mark.skipif(not knows_the_switch(), reason="the kernel does not know PR_SET_MDWE")


def calls_of(*groups: str) -> set[str]:
    """Return the calls of systemd's named groups, those within groups too."""
    text = subprocess.run(["systemd-analyze", "syscall-filter"], capture_output=True, text=True, timeout=60, check=True).stdout
    members: dict[str, list[str]] = {}
    name = ""
    for line in text.splitlines():
        if line.startswith("@"):
            name = line.strip()
            members[name] = []
        elif line.strip() and not line.strip().startswith("#"):
            members[name].append(line.strip())
    found: set[str] = set()
    waiting = list(groups)
    while waiting:
        for member in members[waiting.pop()]:
            if member.startswith("@"):
                waiting.append(member)
            else:
                found.add(member)
    return found


def allowed_calls() -> set[str]:
    """Return what the unit's SystemCallFilter lines leave."""
    allowed: set[str] = set()
    for line in service()["SystemCallFilter"]:
        groups = line.lstrip("~").split()
        allowed = allowed - calls_of(*groups) if line.startswith("~") else allowed | calls_of(*groups)
    return allowed


def live_a_morning(settings: Path, address: str) -> None:
    """Add an officer, sign in, take a number, call it, look at the pages, check and back up."""
    assert gateway("officer", "add", "Siti", "--pin-stdin", "--config", str(settings), stdin="739164").returncode == 0

    with httpx.Client(base_url=address, timeout=20) as phone:

        def ask(path: str, body: dict[str, str], token: str = "") -> dict[str, str]:
            headers = {"Idempotency-Key": f"morning{path.replace('/', '-')}"} | (
                {"Authorization": f"Bearer {token}"} if token else {}
            )
            return dict(phone.post(f"/api/v1/{path}", json=body, headers=headers).raise_for_status().json())

        token = ask("session", {"officer": "Siti", "pin": "739164"})["token"]
        assert ask("tickets", {"line": "administrasi"})["number"] == "A-001"
        counter = phone.get("/api/v1/queue").json()["counters"][0]["id"]
        assert ask(f"counters/{counter}/call-next", {}, token)["number"] == "A-001"
        assert [phone.get(page).status_code for page in ("/", "/papan", "/kesehatan", "/healthz")] == [200] * 4
    assert gateway("check", "--config", str(settings)).returncode == 0
    assert gateway("backup", "--config", str(settings), str(settings.parent / "balai.backup")).returncode == 0


def test_a_morning_asks_for_no_forbidden_call(tmp_path: Path) -> None:
    """Start, sign-in, a number by phone, its call, pages, backup and the end: all within SystemCallFilter."""
    settings, summary = write_settings(tmp_path), tmp_path / "calls"
    tracer = ("strace", "-D", "-f", "-c", "-S", "name", "-o", str(summary))
    with HallProcess(settings, wrapper=tracer) as hall:
        live_a_morning(settings, hall.address)
        assert hall.terminate() == 0
    assert until(lambda: summary.exists() and " total" in summary.read_text())
    asked = {line.split()[-1] for line in summary.read_text().splitlines() if re.match(r"\s*\d", line)} - {"total"}
    assert "fdatasync" in asked
    assert asked - allowed_calls() - OURS == set()


@needs_the_switch
def test_a_morning_needs_no_memory_that_is_written_and_run(tmp_path: Path) -> None:
    """MemoryDenyWriteExecute is on for the same morning, by the kernel's own switch: PINs, pictures and pages work."""
    settings = write_settings(tmp_path)
    with HallProcess(settings, wrapper=(sys.executable, "-c", DENY_WRITE_EXECUTE)) as hall:
        live_a_morning(settings, hall.address)
        assert hall.terminate() == 0


@needs_the_switch
def test_the_kernel_s_switch_is_really_on() -> None:
    """The control: under the same switch a page that is written and run is refused."""
    forbidden = "import mmap; mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)"
    answer = subprocess.run(
        [sys.executable, "-c", DENY_WRITE_EXECUTE, sys.executable, "-c", forbidden],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert "PermissionError" in answer.stderr
