"""What a technician asks of a hall by command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.cli import main

SETTINGS = """
[hall]
id = "3510012001"
name = "Balai"
[data]
directory = "data"
[[devices]]
id = "papan"
kind = "max7219-matrix"
columns = 4
bus = 6
chip = 2
[[devices]]
id = "tv"
kind = "hdmi-tv"
"""


@pytest.fixture
def settings(tmp_path: Path) -> str:
    """A hall that rests, with a board whose SPI no machine has, and a TV."""
    path = tmp_path / "hall.toml"
    path.write_text(SETTINGS)
    return str(path)


def test_a_check_by_name_tells_of_nothing_else(settings: str) -> None:
    """``gateway check devices`` says in words what is wrong with each of them, what to do, and that something is."""
    answer = CliRunner().invoke(main, ["check", "devices", "--config", settings, "--json"])
    told = [json.loads(line) for line in answer.output.splitlines() if line.startswith("{")]
    assert {one["check"] for one in told} == {"devices"}
    said = {one["facts"]["device"]: (one["facts"]["reason"], one["facts"]["remedy"] != "") for one in told}
    assert (set(said), all(reason and has_remedy for reason, has_remedy in said.values())) == ({"papan", "tv"}, True)
    levels = {one["facts"]["device"]: one["level"] for one in told}
    assert (answer.exit_code, levels) == (1, {"papan": 2, "tv": 1})


def test_a_tv_that_only_a_running_hall_can_see_is_no_fault_at_rest(settings: str) -> None:
    """A technician who checks before the start is told to look again later, and that nothing is broken."""
    path = Path(settings)
    path.write_text(SETTINGS[: SETTINGS.index("[[devices]]")] + SETTINGS[SETTINGS.rindex("[[devices]]") :])
    answer = CliRunner().invoke(main, ["check", "devices", "--config", settings])
    assert (answer.exit_code, "tv" in answer.output) == (0, True)


def test_a_check_of_no_name_is_refused_with_all_names(settings: str) -> None:
    """A typing mistake checks nothing and says so."""
    answer = CliRunner().invoke(main, ["check", "device", "--config", settings])
    assert (answer.exit_code, "no check is called device; there are access, broker" in answer.output) == (2, True)


def test_who_has_read_enough_of_a_check_sees_no_fault(settings: str) -> None:
    """As with ``gateway check | head -1``: the closed pipe ends it quietly."""
    read_end, write_end = os.pipe()
    os.close(read_end)
    with os.fdopen(write_end, "wb") as closed:
        command = [sys.executable, "-m", "gateway", "check", "--config", settings]
        ended = subprocess.run(command, stdout=closed, stderr=subprocess.PIPE, text=True, check=False)

    assert "Broken pipe" not in ended.stderr
