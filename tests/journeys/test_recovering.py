"""A dead Pi: its backup on another one, opened with the village head's paper, by the commands that a technician types."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE

from gateway.clock import SystemClock
from gateway.privacy.outside import Outside
from gateway.safekeeping import Safekeeping
from gateway.settings import Settings
from gateway.store.opening import open_store
from tests.support.hall_process import gateway, write_settings

NIK = b"3510014107900001"


def print_paper(settings: Path) -> str:
    """Run ``gateway recovery-key``: mistype once, then type back what it asks for; return the groups of the paper."""
    command = [sys.executable, "-m", "gateway", "recovery-key", "--config", str(settings)]
    environment = {**os.environ, "LC_ALL": "id_ID.UTF-8", "NO_COLOR": "1"}
    with subprocess.Popen(command, stdin=PIPE, stdout=PIPE, stderr=PIPE, text=True, env=environment) as running:
        typed, printed, said = running.stdin, running.stdout, running.stderr
        assert typed is not None
        assert printed is not None
        assert said is not None
        groups: dict[int, str] = {}
        while len(groups) < 14:
            groups |= {int(number): group for number, group in re.findall(r"(\d+):(\w{4})", printed.readline())}
        for is_right in (False, True):
            asked = ""
            while not asked.endswith(": "):
                asked += said.read(1)
            numbers = [int(number) for number in re.findall(r"\d+", asked)]
            typed.write((" ".join(groups[number] for number in numbers).lower() if is_right else "AAAA BBBB CCCC") + "\n")
            typed.flush()
        assert running.wait(60) == 0
    return " ".join(groups[number] for number in sorted(groups))


def keep(settings: Path, content: bytes | None = None) -> bytes:
    """Keep a record in a resting hall, if one is given; return what the hall then opens."""
    known = Settings.load(settings)
    store = open_store(known.data.directory, lambda: None, SystemClock())
    try:
        vault = Safekeeping(known, store, SystemClock(), Outside()).vault
        with store.transaction() as tx:
            if content is not None:
                vault.put(tx, "request", "17", content, who="Siti", why="permohonan")
            return vault.open(tx, "request", "17", 1, who="Siti", why="permohonan")
    finally:
        store.close()


def test_a_new_pi_opens_what_the_dead_one_had_sealed(tmp_path: Path) -> None:
    """Paper, backup, restore, recover: each by its command; a wrong paper opens nothing and says so; the notice of the breach is filled in."""
    home = write_settings(tmp_path / "home", devices=False)
    assert keep(home, NIK) == NIK
    paper = print_paper(home)
    copy = tmp_path / "hall.balai"
    assert gateway("backup", "--config", str(home), str(copy)).returncode == 0
    assert NIK not in copy.read_bytes()

    other = write_settings(tmp_path / "other", devices=False)
    assert gateway("restore", "--config", str(other), str(copy)).returncode == 0
    wrong = gateway("recover", "--config", str(other), "--words-stdin", stdin=paper[:-1] + ("2" if paper[-1] != "2" else "3"))
    assert (wrong.returncode, "Kunci pemulihan salah ketik" in wrong.stderr) == (1, True)
    told = gateway("recover", "--config", str(other), "--words-stdin", stdin=paper)
    assert (told.returncode, told.stdout.strip()) == (0, "1 catatan terbuka kembali di Pi ini; 0 masih terkunci.")
    assert keep(other) == NIK

    notice = gateway("breach-report", "--config", str(other), "--what", "Pi lama hilang").stdout
    said = ("Pasal 46 UU 27/2022", "Balai Desa Contoh (3510012001)", "Pi lama hilang", "permohonan surat: 1 catatan tersimpan", "- Siti: permohonan surat, 2 kali", "(restored)")  # fmt: skip
    assert [words for words in said if words not in notice] == []
