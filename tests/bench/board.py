"""The TV: hours of calls, slides and running text cost little of a core and leave nothing behind in the browser.

The real hall, its board in headless Chromium at 1280x720 without a GPU. First a quiet hour's worth in miniature: running
text, slides, and a call every fifteen seconds, while the processor time of all of the browser's processes is read from
``/proc``. Then a hall-day with the browser's timeouts three hundred times as fast: heap and nodes after a forced collection,
at its beginning and at its end.

Negative controls: the same text as a sliding line must cost more than the goal; a page that keeps a few nodes of each call
must be found.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from selenium.webdriver.chrome.webdriver import WebDriver

from gateway.bulletin.choices import BoardChoices
from gateway.bulletin.model import Draft
from tests.bench.verdict import quick, seed, show, verdict
from tests.browser.pages import Busy, busy_hall
from tests.support.browser import chromium

CPU_GOAL = 0.05
"""Of one core."""
NODES_GOAL, HEAP_GOAL_BYTES = 60, 1024 * 1024
CALL_EVERY_S = 15.0
FASTER = """
for (const name of ["setTimeout", "setInterval"]) {
  const real = window[name];
  window[name] = (act, ms = 0, ...rest) => real(act, name === "setTimeout" || ms === 8000 ? ms / 300 : ms, ...rest);
}
"""
SLIDE = """
document.getElementById("running").animate({transform: ["translateX(100%)", "translateX(-100%)"]}, {duration: 20000, iterations: Infinity})
"""
KEEP = """
window.kept = [];
document.addEventListener("call", () => { for (let one = 0; one < 5; one += 1) kept.push(document.createElement("li")); })
"""


def main() -> None:
    """Measure both, with their controls."""
    measured_s, people = (6, 40) if quick() else (60, 400)
    with tempfile.TemporaryDirectory() as folder, busy_hall(Path(folder)) as busy:
        _tell_more(busy, Path(folder))
        shares = {name: _cpu_share(busy, script, measured_s) for name, script in (("board", ""), ("sliding line", SLIDE))}
        show(cpu_share_of_a_core=shares["board"], sliding_line=shares["sliding line"], seconds=measured_s)
        grown = {name: _growth(busy, script, people) for name, script in (("board", ""), ("keeps nodes", KEEP))}
        for name, (nodes, heap_bytes) in grown.items():
            show(page=name, calls=people, nodes_grown=nodes, heap_grown_kib=heap_bytes // 1024)
    holds = shares["board"] <= CPU_GOAL and grown["board"][0] <= NODES_GOAL and grown["board"][1] <= HEAP_GOAL_BYTES
    fails = shares["sliding line"] > CPU_GOAL and grown["keeps nodes"][0] > NODES_GOAL
    verdict(
        "board",
        seed(),
        {"cpu": round(shares["board"], 4), "nodes": grown["board"][0], "heap_bytes": grown["board"][1]},
        f"cpu <= {CPU_GOAL}, nodes <= {NODES_GOAL}, heap <= {HEAP_GOAL_BYTES}",
        {"cpu": round(shares["sliding line"], 4), "nodes": grown["keeps nodes"][0]},
        holds=holds and fails,
    )


def _tell_more(busy: Busy, folder: Path) -> None:
    for number, colour in enumerate(("#7a4a1f", "#5b3a8c")):
        picture = folder / f"{number}.png"
        Image.linear_gradient("L").resize((1920, 1080)).convert("RGB").save(picture)
        busy.hall.village.bulletin.publish(
            Draft({"id": f"Kabar {colour}: " + "kerja bakti hari Minggu. " * 8}), key=f"board-{number}", file=picture
        )
    busy.hall.choices.change(BoardChoices(quiet_s=5))


def _call(busy: Busy) -> None:
    busy.hall.tickets.issue("administrasi", origin="staff")
    called = busy.hall.tickets.call_next("1")
    busy.hall.view.at_least(called.revision)


def _cpu_share(busy: Busy, script: str, measured_s: int) -> float:
    """Return which part of one core the browser takes while the board hangs on the wall."""
    with chromium(1280, 720) as driver:
        driver.get(busy.hall.address + "/papan")
        time.sleep(3)
        if script:
            driver.execute_script(script)
        browser = list(_below(driver.service.process.pid))
        before, begun = _cpu_s(browser), time.monotonic()
        while (left := begun + measured_s - time.monotonic()) > 0:
            time.sleep(min(CALL_EVERY_S, left))
            if left > CALL_EVERY_S:
                _call(busy)
        return (_cpu_s(browser) - before) / (time.monotonic() - begun)


def _growth(busy: Busy, script: str, people: int) -> tuple[int, int]:
    """Return how many nodes and bytes a hall-day of calls leaves behind."""
    with chromium(1280, 720) as driver:
        driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": FASTER})
        driver.get(busy.hall.address + "/papan")
        if script:
            driver.execute_script(script)
        kept = []
        for calls in (people // 4, people):
            for _ in range(calls):
                _call(busy)
                time.sleep(0.05)
            time.sleep(1)
            kept.append(_kept(driver))
        return kept[1][0] - kept[0][0], kept[1][1] - kept[0][1]


def _kept(driver: WebDriver) -> tuple[int, int]:
    for _ in range(3):
        driver.execute_cdp_cmd("HeapProfiler.collectGarbage", {})
    driver.execute_cdp_cmd("Performance.enable", {})
    metrics = {one["name"]: one["value"] for one in driver.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]}
    return int(metrics["Nodes"]), int(metrics["JSHeapUsedSize"])


def _below(root: int) -> Iterator[int]:
    """Yield every process below ``root``: the browser's, without the driver itself."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
    found = {root}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    yield from found - {root}


def _cpu_s(processes: list[int]) -> float:
    ticks = 0
    for process in processes:
        try:
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
