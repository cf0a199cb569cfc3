"""The services of the LAN broker: systemd accepts them, they can do little, and Mosquitto asks for nothing that they take away."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from gateway.devices.lan_accounts import PASSWORDS, RIGHTS, SETTINGS
from gateway.settings import LanSettings
from tests.support.lan import Lan
from tests.support.waiting import until
from tests.systemd.test_units import FOLDER, analyze, needs_systemd
from tests.systemd.test_what_the_hall_asks import calls_of

BROKER = "balai-lan-broker.service"
LIMITS = {BROKER: 10, "balai-lan-signal@.service": 4}
"""Tenths: what systemd-analyze may find at most."""
PATHS = {"balai-lan-accounts.path": {PASSWORDS, RIGHTS}, "balai-lan-settings.path": {SETTINGS}}


def lines_of(name: str, key: str) -> list[str]:
    """Return the values of a key in a unit, in their order."""
    return re.findall(rf"^{key}=(.*)$", (FOLDER / name).read_text(), flags=re.MULTILINE)


@needs_systemd
def test_systemd_understands_every_line(tmp_path: Path) -> None:
    """An unknown key would be ignored at boot."""
    for name in [*LIMITS, *PATHS]:
        shutil.copy(FOLDER / name, tmp_path)
    told = analyze("verify", *(str(tmp_path / name.replace("@", "@HUP")) for name in [*LIMITS, *PATHS]))
    assert [line for line in told.stderr.splitlines() if "balai-lan" in line] == []


@needs_systemd
@pytest.mark.parametrize(("name", "tenths"), LIMITS.items())
def test_the_exposure_stays_low(name: str, tenths: int) -> None:
    """1.0 for the broker, which must reach the hall's network; 0.4 for what only sends it a signal."""
    told = analyze("security", "--offline=true", f"--threshold={tenths}", str(FOLDER / name))
    assert told.returncode == 0, told.stdout[-500:]


def test_units_settings_and_folders_name_the_same_places() -> None:
    """What the hall writes is what the broker reads, what is watched, and what tmpfiles makes."""
    folder = LanSettings().folder
    assert lines_of(BROKER, "ExecStart") == [f"/usr/sbin/mosquitto -c {folder / SETTINGS}"]
    assert {name: set(lines_of(name, "PathChanged")) for name in PATHS} == {
        name: {str(folder / file) for file in files} for name, files in PATHS.items()
    }
    assert f"d {folder} 2750 balai balai-lan -" in (FOLDER / "balai.tmpfiles").read_text()
    assert f"-{folder}" in lines_of("balai-gateway.service", "ReadWritePaths")[0].split()
    assert {lines_of(name, "User")[0] for name in LIMITS} == {"balai-lan"}
    assert "u balai-lan " in (FOLDER / "balai.sysusers").read_text()


def test_the_broker_comes_back_whatever_ended_it() -> None:
    """Changed settings end it on purpose; nothing is ever given up."""
    assert {"Restart=always", "StartLimitIntervalSec=0"} <= set((FOLDER / BROKER).read_text().splitlines())


@needs_systemd
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is needed")
def test_mosquitto_asks_for_no_call_that_the_unit_takes_away(tmp_path: Path) -> None:
    """A start, a device that comes and goes, accounts read anew, an end."""
    trace = tmp_path / "trace"
    with Lan(tmp_path) as lan:
        tracing = subprocess.Popen(["strace", "-f", "-qq", "-o", trace, "-p", str(lan.broker.pid)], stderr=subprocess.DEVNULL)
        assert until(lambda: trace.exists() and trace.stat().st_size > 0)
        device = lan.adopt("lan-button", line="surat")
        emulated = lan.keys()
        lan.settle(emulated, device)
        lan.devices.dismiss("tombol")
        lan.broker.stop()
        tracing.wait(10)
    asked = set(re.findall(r"^\d+ +(\w+)\(", trace.read_text(), flags=re.MULTILINE))
    allowed: set[str] = set()
    for line in lines_of(BROKER, "SystemCallFilter"):
        groups = line.lstrip("~").split()
        allowed = allowed - calls_of(*groups) if line.startswith("~") else allowed | calls_of(*groups)
    assert {"accept4", "accept", "sendto", "write", "read"} & asked
    assert asked - allowed == set()
