"""``make bench-weight``: P10, a first visit is light, quick on a slow phone, and nothing jumps.

Debian's Chromium, as a phone with a processor four times slower, opens the pages of the product's own hall, each with an empty
cache, and tells what came over the wire, when the largest thing was painted (LCP) and how much jumped (CLS). The same pages are opened
without JavaScript: a number must be taken. The control is a page whose picture comes late and has no size: it must jump.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.hall import Hall
from gateway.settings import Settings
from tests.bench.press import SETTINGS
from tests.bench.verdict import quick, seed, show, verdict
from tests.support.browser import chromium

GOAL_BYTES, GOAL_REQUESTS, GOAL_LCP_MS, GOAL_CLS = 50_000, 6, 1500.0, 0.1
SLOWER = 4
SETTLED_S = 1.0
"""After the page is complete, so long it may still jump."""

WATCH = """
window.seen = {lcp: 0, cls: 0};
new PerformanceObserver((list) => { for (const one of list.getEntries()) seen.lcp = one.startTime; }).observe({type: "largest-contentful-paint", buffered: true});
new PerformanceObserver((list) => { for (const one of list.getEntries()) if (!one.hadRecentInput) seen.cls += one.value; }).observe({type: "layout-shift", buffered: true});
"""
RESOURCES = """
const own = performance.getEntriesByType("navigation")[0], rest = performance.getEntriesByType("resource").filter((one) => !one.name.includes("/api/v1/events"));
return {bytes: rest.reduce((sum, one) => sum + one.transferSize, own.transferSize),
        requests: 1 + new Set(rest.map((one) => one.name)).size, ...window.seen};
"""


@dataclass(frozen=True)
class Visit:
    """What one first visit cost."""

    bytes: int
    requests: int
    lcp_ms: float
    cls: float


def main() -> None:
    """Visit, look at the control, and judge."""
    chosen, times = seed(), 3 if quick() else 15
    show(bench="weight", seed=chosen, quick=quick(), slower=SLOWER)
    with _hall() as hall:
        token = hall.tickets.issue("administrasi", origin="button").token
        hall.view.refresh()
        pages = {"front": "/", "ticket": f"/t/{token}"}
        with chromium(360, 740) as driver:
            driver.execute_cdp_cmd("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
            driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH})
            figure = {
                name: _typical(name, [_visit(driver, hall.address + path) for _ in range(times)]) for name, path in pages.items()
            }
            control = _visit(driver, hall.address + "/kendali")
            show(page="control", cls=control.cls)
        taken = _take_without_scripts(hall)
        show(page="front", scripts=False, taken=taken)
    holds = all(_is_light(visit) for visit in figure.values()) and taken and control.cls > GOAL_CLS
    goal = f"<= {GOAL_BYTES} bytes, <= {GOAL_REQUESTS} requests, LCP <= {GOAL_LCP_MS:g} ms, CLS <= {GOAL_CLS:g}"
    verdict("weight", chosen, {name: vars(visit) for name, visit in figure.items()}, goal, {"cls": control.cls}, holds)


def _is_light(visit: Visit) -> bool:
    heavy = visit.bytes > GOAL_BYTES or visit.requests > GOAL_REQUESTS
    return not heavy and 0 < visit.lcp_ms <= GOAL_LCP_MS and visit.cls <= GOAL_CLS


def _typical(name: str, visits: Sequence[Visit]) -> Visit:
    """Return the median time, and the worst of everything else."""
    visit = Visit(
        max(one.bytes for one in visits),
        max(one.requests for one in visits),
        round(statistics.median(one.lcp_ms for one in visits), 1),
        round(max(one.cls for one in visits), 4),
    )
    show(page=name, visits=len(visits), worst_lcp_ms=max(one.lcp_ms for one in visits), **vars(visit))
    return visit


def _visit(driver: WebDriver, address: str) -> Visit:
    """Open a page with nothing kept from before."""
    driver.get("about:blank")
    driver.execute_cdp_cmd("Network.clearBrowserCache", {})
    driver.get(address)
    time.sleep(SETTLED_S)
    seen: dict[str, Any] = driver.execute_script(RESOURCES)
    return Visit(int(seen["bytes"]), int(seen["requests"]), float(seen["lcp"]), float(seen["cls"]))


def _take_without_scripts(hall: Hall) -> bool:
    with chromium(320, 640, scripts=False) as driver:
        driver.get(hall.address + "/")
        driver.find_element(By.ID, "line-administrasi").click()
        return driver.current_url.startswith(hall.address + "/t/")


async def _late_picture(_request: Request) -> Response:
    await asyncio.sleep(0.4)
    picture = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="320" height="400"><rect width="320" height="400" fill="#1f7a4d"/></svg>'
    )
    return Response(picture, media_type="image/svg+xml")


async def _jumping_page(_request: Request) -> Response:
    words = "<p>Antrean hari ini.</p>" * 20
    page = f'<!doctype html><html lang="id"><title>.</title><h1>Balai</h1><img src="/kendali/gambar" alt="">{words}</html>'
    return Response(page, media_type="text/html; charset=utf-8")


@contextmanager
def _hall() -> Iterator[Hall]:
    extra: Sequence[BaseRoute] = (Route("/kendali", _jumping_page), Route("/kendali/gambar", _late_picture))
    with tempfile.TemporaryDirectory(prefix="weight-") as folder:
        settings = Path(folder) / "hall.toml"
        settings.write_text(SETTINGS.replace("watched-board", "simulated-board"))
        with Hall(Settings.load(settings), extra_routes=lambda _hall: extra) as hall:
            yield hall


if __name__ == "__main__":
    main()
