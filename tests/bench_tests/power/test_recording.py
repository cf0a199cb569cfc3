"""A real process under a real strace, rebuilt."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.power import trace
from tests.bench.power.replay import Replay

PROGRAM = """
import os, sqlite3, sys
folder = sys.argv[1]
db = sqlite3.connect(folder + "/x.db", isolation_level=None)
db.execute("PRAGMA journal_mode=WAL")
db.execute("PRAGMA synchronous=FULL")
db.execute("CREATE TABLE t (a)")
for a in range(20):
    db.execute("INSERT INTO t VALUES (?)", (a,))
os.mkdir(folder + "/sub")
with open(folder + "/sub/f.part", "wb") as part:
    part.write(b"abcdef")
    part.seek(2)
    part.write(b"X")
os.rename(folder + "/sub/f.part", folder + "/sub/f")
with open(folder + "/sub/f", "ab") as more:
    more.write(b"g")
open(folder + "/gone", "w").close()
os.unlink(folder + "/gone")
os._exit(0)
"""


@pytest.mark.skipif(shutil.which("strace") is None, reason="needs Debian's package strace")
def test_model_holds_what_the_real_folder_holds(tmp_path: Path) -> None:
    """After the last moment of a trace the model card is byte for byte the folder that the process left behind."""
    folder, file, rebuilt = tmp_path / "real", tmp_path / "trace", tmp_path / "rebuilt"
    folder.mkdir()
    rebuilt.mkdir()
    options = (
        "-f",
        "-yy",
        "-xx",
        "-s",
        "1000000",
        "-e",
        "signal=none",
        "-e",
        "trace=" + ",".join(trace.CALLS),
    )
    subprocess.run(
        [
            "strace",
            *options,
            "-o",
            str(file),
            sys.executable,
            "-c",
            PROGRAM,
            str(folder),
        ],
        check=True,
    )
    replay = Replay(str(folder))
    seen = {replay.step(moment) for moment in trace.read(file)}
    replay.card.render(rebuilt, replay.card.pending)
    assert seen == {"", "write", "sync", "name"}
    assert _files(rebuilt) == _files(folder)


def _files(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file() and not path.name.endswith("-shm"))
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}
