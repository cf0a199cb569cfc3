"""Records a real hall morning: the hall under strace, a real Mosquitto and intake, people who ask and note.

Two lives of one hall: the first is killed in the middle of the work (kill -9: what the page cache had stays), the second
starts from there and stops as SIGTERM would stop it. At the end the model card must hold byte for byte what the real folder
holds: otherwise the recording has missed something, and the bench says so instead of proving anything.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from gateway.clock import SystemClock
from gateway.control import ask
from provisioning.centre.opening import leave_order, open_reader
from provisioning.centre.orders import OrderRow, compose
from provisioning.centre.signing_key import make_or_load_key, pinned
from tests.bench.power import trace
from tests.bench.power.facts import Diary, Fact, acknowledged
from tests.bench.power.images import Recording, boundaries
from tests.bench.power.morning import Morning
from tests.bench.power.replay import IGNORED
from tests.support.mosquitto import Mosquitto
from tests.support.waiting import until

START_LIMIT_S = 60.0
STRACE = (
    "strace",
    "-f",
    "-yy",
    "-xx",
    "-s",
    "67108864",
    "--seccomp-bpf",
    "-e",
    "signal=none",
    "-e",
    "trace=" + ",".join(trace.CALLS),
)
HALL = "3510012001"
PIN = "739164"
ORDERS = (
    ("announcement.put", "pasar"),
    ("announcement.put", "vaksin"),
    ("announcement.put", "pasar"),
    ("announcement.withdraw", "vaksin"),
    ("ping", ""),
)
"""What the regency asks of the hall in each life: kind and name."""
SETTINGS = """
[hall]
id = "3510012001"
name = "Balai Desa Contoh"

[data]
directory = "{data}"

[portal]
host = "127.0.0.1"
port = 0

[relay]
broker = "{broker}"
centre_key = "{centre_key}"

[clock]
trust = "always"

[[devices]]
id = "tombol-a"
kind = "simulated-button"
line = "administrasi"
rest_s = 0.0

[[devices]]
id = "tombol-b"
kind = "simulated-button"
line = "bantuan"
rest_s = 0.0

[[devices]]
id = "papan"
kind = "telling-board"

[[devices]]
id = "printer"
kind = "telling-printer"
"""


@dataclass(frozen=True, slots=True)
class Size:
    """How much happens."""

    people: int
    """So many take a number in each life; some more while the hall is killed."""
    lives: int = 2
    """The last one stops in order, those before are killed."""


class TracedHall:
    """One life of the hall, under strace."""

    def __init__(self, settings: Path, level: str, file: Path) -> None:
        self._file = file
        self._served = threading.Event()
        self._pressing = threading.Lock()
        self._presses = threading.Semaphore(0)
        self.address = ""
        self.said: list[dict[str, Any]] = []
        with file.with_suffix(".log").open("wb") as log:
            self._process = subprocess.Popen(
                [
                    *STRACE,
                    "-o",
                    str(file),
                    sys.executable,
                    "-m",
                    "tests.bench.power.hall_under_test",
                    str(settings),
                    level,
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        if not self._served.wait(START_LIMIT_S) or not self.address:
            self.kill()
            raise RuntimeError("the hall does not start: " + self._file.with_suffix(".log").read_text()[-2000:])
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()

    def press(self, device: str) -> None:
        """Press a button and return when the hall has taken the press."""
        assert self._process.stdin is not None, "it was opened as a pipe"
        with self._pressing:
            self._process.stdin.write(f"press {device}\n")
            self._process.stdin.flush()
        if not self._presses.acquire(timeout=START_LIMIT_S):
            raise RuntimeError("the hall does not take a press")

    def stop(self) -> None:
        """Let it end as systemd would, and wait for it."""
        assert self._process.stdin is not None, "it was opened as a pipe"
        self._process.stdin.close()
        self._process.wait(START_LIMIT_S)
        self._reader.join(START_LIMIT_S)

    def kill(self) -> None:
        """Kill the hall (not strace, which then ends by itself with the whole trace written)."""
        if self._process.poll() is None:
            children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
            for child in children:
                os.kill(int(child), signal.SIGKILL)
            self._process.wait(START_LIMIT_S)
        self._reader.join(START_LIMIT_S)

    def _read(self) -> None:
        assert self._process.stdout is not None, "it was opened as a pipe"
        with self._process.stdout as lines:
            for line in lines:
                said = json.loads(line)
                self.said.append(said)
                if "address" in said:
                    self.address = said["address"]
                    self._served.set()
                elif "pressed" in said:
                    self._presses.release()
        self._served.set()
        self._presses.release(1000)  # nobody waits at the button of a dead hall


def record(work: Path, level: str, size: Size, seed: int) -> Recording:
    """Record a morning in two lives below the empty folder ``work``. Raises RuntimeError when the model does not match."""
    folder = work / "recorded"
    (folder / "data").mkdir(parents=True)
    (folder / "backups").mkdir()
    lives: list[list[trace.Moment]] = []
    told: dict[int, list[Fact]] = {}
    key = make_or_load_key(work / "centre.key")
    with Mosquitto(work / "broker") as broker, _intake(work, broker):
        settings = work / "hall.toml"
        settings.write_text(SETTINGS.format(data=folder / "data", broker=broker.address, centre_key=pinned(key)))
        for life in range(size.lives):
            with TracedHall(settings, level, work / f"life-{life}.trace") as hall:
                morning = Morning(hall.address, hall.press, f"{seed}-{life}", PIN)
                commands = _spend(morning, hall, work, size, life)
            moments = trace.read(work / f"life-{life}.trace")
            diary = Diary(morning.port, broker.port, morning.asked, commands)
            before = sum(map(len, lives))
            told |= {before + index: facts for index, facts in acknowledged(moments, diary).items()}
            lives.append(moments)
    recording = Recording(str(folder), ("data", "backups"), lives, told)
    _require_same(recording, work)
    return recording


def _spend(morning: Morning, hall: TracedHall, work: Path, size: Size, life: int) -> list[Fact]:
    """Let a life pass; return what its commands promised, in order."""
    commands: list[Fact] = []
    folder = work / "recorded"
    door = folder / "data" / "hall.sock"
    if life == 0:
        ask(door, "officer-add", {"name": "Siti", "pin": PIN})
        commands.append(Fact("officer", ("Siti",)))
    morning.begin()
    with morning.beside(size.people // 2):
        _ask_of_the_hall(f"sqlite:///{work / 'centre.db'}")
    backup = f"backups/{life}.backup"
    with morning.beside(size.people // 8):
        ask(door, "backup", {"file": str(folder / backup)})
    commands.append(Fact("backup", (backup,)))
    morning.serve(size.people - size.people // 2 - size.people // 8)
    if life < size.lives - 1:
        with morning.beside(1000):
            morning.wait_for_answers(10)
            hall.kill()
    else:
        hall.stop()
    return commands


def _ask_of_the_hall(database: str) -> None:
    """Let the regency put up, change and take down announcements, and return when the hall has answered all of it."""
    asked: list[OrderRow] = []
    with closing(open_reader(database)) as reader:
        for kind, name in ORDERS:
            data = {"texts": {"id": f"Kabar {len(asked)}"}} if kind == "announcement.put" else {}
            asked.append(compose(reader.centre, HALL, kind, data, name=name, now=SystemClock().now()))
            leave_order(database, asked[-1])
            if not until(lambda: bool(reader.order_answers(asked[-1].id)), START_LIMIT_S):
                raise RuntimeError("the hall does not answer the centre")


@contextmanager
def _intake(work: Path, broker: Mosquitto) -> Iterator[None]:
    command = (
        "centre",
        "intake",
        "--broker",
        broker.address,
        "--database",
        f"sqlite:///{work / 'centre.db'}",
        "--signing-key",
        str(work / "centre.key"),
    )
    with (work / "intake.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "provisioning", *command], stdout=log, stderr=log)
    try:
        yield
    finally:
        process.terminate()
        process.wait(START_LIMIT_S)


def _require_same(recording: Recording, work: Path) -> None:
    """Compare what the model says is in the folder now with what really is."""
    rebuilt = work / "rebuilt"
    rebuilt.mkdir()
    *_, (_, card) = boundaries(recording)
    card.render(rebuilt, card.pending)
    ours, real = _contents(rebuilt), _contents(Path(recording.folder))
    for name in ours.keys() | real.keys():
        if ours.get(name) != real.get(name):
            raise RuntimeError(f"the model card differs from the real folder in {name!r}: the recording missed something")


def _contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.endswith(IGNORED)
    }
