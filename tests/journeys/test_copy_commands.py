"""``gateway export`` and ``gateway import``, beside no running hall and on a second one."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from gateway.cli import main
from tests.support.hall_process import write_settings


def test_a_file_goes_out_of_one_hall_and_into_another(tmp_path: Path) -> None:
    """Looking changes nothing, a fault is told with its key, and what was applied comes out again."""
    run = CliRunner().invoke
    file, hall = tmp_path / "balai.toml", tmp_path / "hall"
    hall.mkdir()
    config = ["--config", str(write_settings(hall))]
    file.write_text("[queue]\nskip_places = 99\n")
    assert run(main, ["import", *config, str(file)]).exit_code == 1
    file.write_text("[queue]\nskip_places = 9\n")
    looked = run(main, ["import", *config, "--look", str(file)])
    assert (looked.exit_code, looked.output) == (0, "queue.skip_places: 3 -> 9\n")
    assert run(main, ["export", *config, str(tmp_path / "before.toml")]).exit_code == 0
    assert "skip_places = 3" in (tmp_path / "before.toml").read_text()
