"""The service of the Pi's own screen: systemd accepts it, every flag has its reason, and the browser keeps away from the hall's data."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "systemd"
UNIT = FOLDER / "balai-screen.service"

needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")


@needs_systemd
def test_systemd_understands_every_line(tmp_path: Path) -> None:
    """An unknown key or value would be ignored at boot; here it fails. The programs' places are taken by one that exists."""
    standing_in = tmp_path / UNIT.name
    standing_in.write_text(UNIT.read_text().replace("/usr/bin/cage", "/bin/true").replace("/usr/bin/chromium", "/bin/true"))
    answer = subprocess.run(
        ["systemd-analyze", "verify", str(standing_in)], capture_output=True, text=True, timeout=60, check=False
    )
    assert [line for line in answer.stderr.splitlines() if UNIT.name in line] == []


def test_every_flag_has_its_reason() -> None:
    """A flag nobody explains nobody dares to take away."""
    text = UNIT.read_text()
    comments = "\n".join(line for line in text.splitlines() if line.startswith("#"))
    command = text.partition("ExecStart=")[2].partition("Restart=")[0]
    flags = re.findall(r"(?<=\s)--[a-z-]+", command)
    assert len(flags) > 10
    assert [flag for flag in flags if flag not in comments] == []


def test_the_browser_is_another_user_that_cannot_see_the_halls_data() -> None:
    """A page that breaks out of its browser finds neither database nor settings."""
    text = UNIT.read_text()
    assert "\nUser=balai-screen\n" in text
    assert "\nInaccessiblePaths=-/var/lib/balai -/etc/balai\n" in text
    assert "u balai-screen " in (FOLDER / "balai.sysusers").read_text()


def test_the_page_is_one_that_the_hall_knows_as_its_tv() -> None:
    """The name in the address is the one that hdmi-tv has without an option."""
    assert "\nEnvironment=PAGE=/papan?layar=tv\n" in UNIT.read_text()
