"""``make bench-requests``: a thousand requests in an hour, and the queue does not notice.

A whole hall in a process of its own. One driver brings requests from phones and the touch screen, each with a photograph of 12 megapixels, and works them off
as a clerk does, six times as fast as a thousand an hour; another asks for the queue's pages and takes numbers without pause. Seconds with
requests and seconds without them alternate, so that whatever else the machine does slows both.

Negative control: the same with everything a draft does carried out on the event loop, where every phone must wait for it.
"""

from __future__ import annotations

import io
import itertools
import multiprocessing
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from html import unescape
from multiprocessing.synchronize import Event
from pathlib import Path
from random import Random
from typing import Any

import httpx
from PIL import Image

from gateway.hall import Hall
from gateway.people.model import Role
from gateway.services.requests import draft_routes
from gateway.settings import Settings
from tests.bench.verdict import quick, seed, show, verdict
from tests.support.hall_process import write_settings
from tests.support.portal import PIN
from tests.support.requests import ANSWERS, PAPERS

GOAL = "p99 of the queue's pages with requests <= 1.5 of that without; the control's > 3"
LIMIT, CONTROL_LIMIT = 1.5, 3.0
PER_HOUR = 6000
WINDOW_S = 3.0
PROBE_S = 0.02
"""Between two looks at the queue: about what sixty phones ask."""
TAKES_EVERY = 25
"""So many looks, then a number is taken."""
MEMORY = Path("/dev/shm")


def main() -> None:
    """Measure the product and the control, show the figures, and judge."""
    if "--hall" in sys.argv:
        _serve(Path(sys.argv[2]), is_control="--control" in sys.argv)
        return
    chosen = seed()
    measured = _measure(chosen, 24 if quick() else 1000, is_control=False)
    show(part="product", **measured)
    control = _measure(chosen, 10 if quick() else 60, is_control=True)
    show(part="control", **control)
    holds = measured["ratio"] <= LIMIT and control["ratio"] > CONTROL_LIMIT and measured["collected"] == measured["requests"]
    verdict("requests", chosen, measured, GOAL, control, holds)


def _serve(folder: Path, *, is_control: bool) -> None:
    """Be the hall, until the parent closes our input."""
    if is_control:

        async def on_the_loop(act: Callable[..., Any], *arguments: object) -> object:
            return act(*arguments)

        setattr(draft_routes, "run_in_threadpool", on_the_loop)  # noqa: B010 - the control: as if nobody had thought of threads
    with Hall(Settings.load(folder / "hall.toml"), randomness=Random(7)) as hall:
        hall.people.add_officer("Siti", PIN, Role.HEAD)
        print(hall.address, flush=True)
        sys.stdin.read()


def _measure(chosen: int, count: int, *, is_control: bool) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="requests-", dir=MEMORY if MEMORY.is_dir() else None) as name:
        folder = Path(name)
        write_settings(folder)
        (folder / "hall.toml").write_text(_behind_a_front((folder / "hall.toml").read_text(), folder))
        command = [sys.executable, "-m", "tests.bench.requests", "--hall", name, *(["--control"] if is_control else [])]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as hall:
            assert hall.stdout is not None
            assert hall.stdin is not None
            address = hall.stdout.readline().strip()
            try:
                return _watched(address, chosen, count)
            finally:
                hall.stdin.close()
                hall.wait(20)


def _behind_a_front(settings: str, folder: Path) -> str:
    """Let the driver be many phones, and the kiosk one more."""
    front = 'trusted_proxies = ["127.0.0.1"]\nkiosks = ["10.9.9.9"]\n'
    return settings.replace('directory = "data"', f'directory = "{folder / "data"}"').replace("[portal]\n", f"[portal]\n{front}")


def _watched(address: str, chosen: int, count: int) -> dict[str, float]:
    # The probe is a process of its own: it must not wait for what the driver does.
    fresh = multiprocessing.get_context("spawn")
    busy, over, answers = fresh.Event(), fresh.Event(), fresh.Queue()
    probe = fresh.Process(target=_probe, args=(address, answers, busy, over))
    people = People(address, chosen)
    brought, collected = 1, int(people.bring(0))  # the first finds everything cold
    probe.start()
    try:
        for is_busy in itertools.cycle((False, True)):
            ends_s = time.monotonic() + WINDOW_S
            (busy.set if is_busy else busy.clear)()
            if is_busy:
                for turn in range(round(WINDOW_S * PER_HOUR / 3600)):
                    due_s = ends_s - WINDOW_S + turn * 3600 / PER_HOUR
                    time.sleep(max(0.0, due_s - time.monotonic()))
                    collected += people.bring(brought)
                    brought += 1
            time.sleep(max(0.0, ends_s - time.monotonic()))
            if brought >= count:
                break
    finally:
        over.set()
        looks = answers.get(timeout=60)
        probe.join()
        people.close()
    quiet, loud = _p99_ms(looks[False]), _p99_ms(looks[True])
    return {
        "requests": brought, "collected": collected, "looks": len(looks[True]) + len(looks[False]), "p99_without_ms": round(quiet, 2),
        "p99_with_ms": round(loud, 2), "ratio": round(loud / quiet, 3),
    }  # fmt: skip


class People:
    """Villagers with phones, one touch screen, and the clerk who works off what they bring."""

    def __init__(self, address: str, chosen: int) -> None:
        self._random = Random(chosen)
        self._clients = [httpx.Client(base_url=address, timeout=30, trust_env=False) for _ in range(2)]
        self._villager, self._clerk = self._clients
        self._clerk.headers["x-real-ip"] = "10.8.8.8"
        assert self._clerk.post("/masuk", data={"officer": "Siti", "pin": PIN}).status_code == 303
        picture = Image.effect_noise((400, 300), 60).resize((4000, 3000)).convert("RGB")
        kept = io.BytesIO()
        picture.save(kept, "JPEG", quality=60)
        self._photo = kept.getvalue()

    def bring(self, number: int) -> bool:
        """Bring one request and work it off; return whether it was collected."""
        kiosk = number % 2 == 1
        villager = self._villager
        villager.headers["x-real-ip"] = "10.9.9.9" if kiosk else f"10.1.{number // 250 % 250}.{number % 250}"
        path = "/layanan/skck/ajukan"
        key = _hidden(villager.get(path).text)["key"]
        begun = villager.post(path, data={"key": key, "cara": "semua", "asal": "kiosk" if kiosk else "phone"})
        draft = begun.headers["location"]
        typed = {f"isi-{one}": text for one, text in ANSWERS.items()}
        villager.post(draft, data={"dari": "semua", "act": "next", **typed})
        villager.post(f"{draft}/foto/pengantar-rt", data={"act": "send"}, files={"photo": ("pengantar.jpg", self._photo)})
        own = villager.post(f"{draft}/kirim").headers["location"]
        found = re.search(r"REG-0*(\d+)", villager.get(own).text)
        assert found is not None
        at_counter = f"/loket/permohonan/{found[1]}"
        seen = {f"ada-{one}": "1" for one in PAPERS}
        self._clerk.post(at_counter, data=_hidden(self._clerk.get(at_counter).text) | typed | seen | {"act": "save"})
        for act in ("approve", "sign", "collect"):
            self._clerk.post(at_counter, data=_hidden(self._clerk.get(at_counter).text) | {"act": act})
        return "Sudah diambil" in villager.get(own).text

    def close(self) -> None:
        """Go home."""
        for client in self._clients:
            client.close()


def _probe(address: str, answers: Any, busy: Event, over: Event) -> None:
    """Look at the queue without pause, and take a number now and then; tell in the end how long each look took, by whether requests came."""
    looks: dict[bool, list[float]] = {True: [], False: []}
    with httpx.Client(base_url=address, timeout=30, trust_env=False, headers={"x-real-ip": "10.9.9.9"}) as phone:
        key = ""
        for turn in itertools.count():
            if over.is_set():
                break
            was_busy, began_s = busy.is_set(), time.perf_counter()
            if turn % TAKES_EVERY == 0 and key:
                phone.post("/anjungan", data={"key": key, "line": "administrasi", "priority": ""})
                key = ""
            elif turn % 2:
                phone.get("/api/v1/queue")
            else:
                key = _hidden(phone.get("/anjungan").text).get("key", "")
            took_s = time.perf_counter() - began_s
            if turn > TAKES_EVERY:  # the first ones find everything cold
                looks[was_busy].append(took_s)
            time.sleep(PROBE_S)
    answers.put(looks)


def _hidden(page: str) -> dict[str, str]:
    return {unescape(name): unescape(value) for name, value in re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', page)}


def _p99_ms(took_s: list[float]) -> float:
    return 1000 * sorted(took_s)[int(len(took_s) * 0.99)]


if __name__ == "__main__":
    main()
