"""The centre's services, as ``provision centre init`` writes them: systemd accepts them, and they can do little."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from provisioning.identity.folder import CentreFolder
from provisioning.identity.founding import UNITS, Founding

EXPOSURE_LIMIT = 15

needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")


@pytest.fixture(scope="module")
def units(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the units of a new centre."""
    path = tmp_path_factory.mktemp("centre") / "centre"
    Founding(CentreFolder(path), datetime(2026, 11, 24, tzinfo=UTC)).found({})
    return path / "systemd"


@needs_systemd
@pytest.mark.parametrize("name", UNITS)
def test_systemd_understands_every_line_and_finds_little_exposed(units: Path, tmp_path: Path, name: str) -> None:
    """No key would be ignored at boot, and what each could still do is 1.5 of 10 at the most."""
    standing_in = tmp_path / name
    standing_in.write_text(re.sub(r"^ExecStart=.*", "ExecStart=/bin/true", (units / name).read_text(), flags=re.MULTILINE))
    verify = subprocess.run(["systemd-analyze", "verify", standing_in], capture_output=True, text=True, timeout=60, check=False)
    exposed = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", f"--threshold={EXPOSURE_LIMIT}", units / name],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert [line for line in verify.stderr.splitlines() if name in line] == []
    assert exposed.returncode == 0, exposed.stdout[-500:]


@pytest.mark.parametrize("name", UNITS)
def test_a_service_comes_back_whatever_ended_it(units: Path, name: str) -> None:
    """A revocation ends the broker on purpose; nothing is ever given up."""
    assert {"Restart=always", "StartLimitIntervalSec=0"} <= set((units / name).read_text().splitlines())
