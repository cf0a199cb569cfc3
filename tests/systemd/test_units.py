"""The service that a Pi runs: systemd accepts it, it gives away as little as it can, and it starts what exists."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from gateway.cli import main
from gateway.settings import DataSettings

FOLDER = Path(__file__).parents[2] / "systemd"
UNIT = FOLDER / "balai-gateway.service"
EXPOSURE_LIMIT = 15
"""Tenths: 1.5 is what systemd-analyze may find at most."""

needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")


def service() -> dict[str, list[str]]:
    """Return the values of each key of ``[Service]``, in their order."""
    values: dict[str, list[str]] = {}
    section = ""
    for line in UNIT.read_text().splitlines():
        if line.startswith("["):
            section = line
        elif section == "[Service]" and "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            values.setdefault(key, []).append(value)
    return values


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run systemd-analyze."""
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, timeout=60, check=False)


@needs_systemd
def test_systemd_understands_every_line(tmp_path: Path) -> None:
    """An unknown key or value would be ignored at boot; here it fails. The program's place is taken by one that exists."""
    standing_in = tmp_path / UNIT.name
    standing_in.write_text(re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", UNIT.read_text(), flags=re.MULTILINE))
    answer = analyze("verify", str(standing_in))
    about_it = [line for line in answer.stderr.splitlines() if UNIT.name in line]
    assert about_it == []


@needs_systemd
def test_the_exposure_stays_low() -> None:
    """Systemd's own count of what the service could still do is 1.5 of 10 at the most."""
    answer = analyze("security", "--offline=true", f"--threshold={EXPOSURE_LIMIT}", str(UNIT))
    assert answer.returncode == 0, answer.stdout[-500:]


@needs_systemd
def test_a_plain_unit_would_not_pass(tmp_path: Path) -> None:
    """The control: without the hardening the same service is far above the limit."""
    plain = tmp_path / UNIT.name
    plain.write_text("[Service]\nExecStart=/bin/true\n")
    assert analyze("security", "--offline=true", f"--threshold={EXPOSURE_LIMIT}", str(plain)).returncode != 0


def test_the_service_starts_a_command_that_exists() -> None:
    """ExecStart is written as the command's own help writes it."""
    [start] = service()["ExecStart"]
    program, command, option, _path = start.split()
    assert Path(program).name == "gateway"
    assert option in {name for parameter in main.commands[command].params for name in parameter.opts}


def test_the_state_folder_is_where_the_settings_look() -> None:
    """StateDirectory is the default of ``data.directory``, and tmpfiles makes the same one."""
    [state] = service()["StateDirectory"]
    default = DataSettings().directory
    assert Path("/var/lib") / state == default
    assert f"d {default} 0700 balai balai" in re.sub(r" +", " ", (FOLDER / "balai.tmpfiles").read_text())


def test_the_service_is_watched_and_comes_back() -> None:
    """READY and the watchdog come from the main process, a dead hall starts again, and the stop leaves room for 5 s."""
    unit = service()
    assert unit["Type"] == ["notify"]
    assert unit["NotifyAccess"] == ["main"]
    assert unit["Restart"] == ["always"]
    assert int(unit["TimeoutStopSec"][0]) > 5
    assert 5 < int(unit["WatchdogSec"][0]) <= 30


def test_a_service_that_fails_at_once_is_never_given_up() -> None:
    """Nobody is in a village to type reset-failed."""
    assert "\nStartLimitIntervalSec=0\n" in UNIT.read_text()


def test_pins_sound_printers_keypads_and_boards_are_the_only_devices_and_lgpio_has_its_folder() -> None:
    """Only pins, sound, ways to a printer, LED boards and, for reading, keyboards are let through, and the working folder can be written."""
    unit = service()
    printers = ["char-usb", "char-ttyAMA", "char-ttyS", "char-ttyUSB", "char-ttyACM"]
    assert unit["DeviceAllow"] == [f"{kind} rw" for kind in ("char-gpiochip", "char-alsa", *printers)] + [
        "char-input r",
        "char-spi rw",
        "/dev/vcio rw",
        "/dev/tpmrm0 rw",
    ]
    assert unit["WorkingDirectory"] == [f"/run/{unit['RuntimeDirectory'][0]}"]


def test_memory_stays_off_the_card() -> None:
    """Temporary files lie in memory, nothing is swapped out, and a crash leaves no picture of what was open."""
    unit = service()
    assert f"TMPDIR=/run/{unit['RuntimeDirectory'][0]}" in unit["Environment"]
    assert (unit["MemorySwapMax"], unit["LimitCORE"], unit["PrivateTmp"]) == (["0"], ["0"], ["yes"])


def test_the_user_is_made_before_it_is_used() -> None:
    """Sysusers makes the user and the group that the service names."""
    unit, sysusers = service(), (FOLDER / "balai.sysusers").read_text()
    assert f"u {unit['User'][0]} " in sysusers
    for group in unit["SupplementaryGroups"][0].split():
        assert f"m {unit['User'][0]} {group}" in sysusers
        assert f"g {group} " in sysusers


@pytest.mark.skipif(
    shutil.which("systemd-sysusers") is None or os.geteuid() != 0, reason="needs systemd-sysusers, and root for owners"
)
def test_systemd_makes_the_users_and_folders(tmp_path: Path) -> None:
    """Its own tools take every line: one that they refuse stops a technician at the first step. A colon in a name is such a one."""
    (tmp_path / "etc").mkdir()
    for tool, name in (("systemd-sysusers", "sysusers"), ("systemd-tmpfiles", "tmpfiles")):
        command = [tool, f"--root={tmp_path}", *(("--create",) if name == "tmpfiles" else ()), str(FOLDER / f"balai.{name}")]
        assert subprocess.run(command, capture_output=True, text=True, check=False).returncode == 0
    users = (tmp_path / "etc" / "passwd").read_text()
    assert [f"\n{user}:" in f"\n{users}" for user in ("balai", "balai-screen", "balai-lan")] == [True] * 3
    assert (tmp_path / "var" / "lib" / "balai").is_dir()
