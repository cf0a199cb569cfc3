"""P5: the pages that a hundred phones ask for come from the snapshot, at a price near that of a static file.

The product's own portal, over a real store with people waiting, serves its front page and a ticket's page, each with all its
headers, from one core; nginx serves a static file of the same size from the same core; wrk asks both from the other core,
in turns. The figure is the ratio of the medians. FQM's touch page reached 0.0315 of nginx on such a machine (2,163 of 68,700
requests a second), so three times FQM is 0.0945.

Negative control: the same page drawn from its template for each request must miss the goal.
"""

from __future__ import annotations

import copy
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from starlette.routing import BaseRoute, Route

from gateway.portal.hot import Drawing, HotPages
from gateway.portal.site import Site
from gateway.tickets.routes import TicketPages
from tests.bench.verdict import quick, seed, show, verdict
from tests.support.mosquitto import free_port
from tests.support.portal import running_portal

GOAL = 3 * 2_163 / 68_700
SERVER_CORE, CLIENT_CORE = "0", "1"
CONNECTIONS = 32
WAITING = 24


class Forgetful(HotPages):
    """Remembers no page."""

    def get(self, etag: str, identity: tuple[str, ...], draw: Callable[[], str]) -> Drawing:
        """Draw the page, whether or not somebody has asked for it before."""
        return Drawing(etag, (draw().encode(), b""))


class DrawnAnew(TicketPages):
    """The product's pages, and beside the front page the control: the same, drawn for each request."""

    def routes(self, site: Site) -> Sequence[BaseRoute]:
        """Add ``/digambar``."""
        routes = super().routes(site)
        front = next(
            route for route in routes if isinstance(route, Route) and route.path == "/" and "GET" in (route.methods or ())
        )
        shown: Any = front.endpoint
        pages = copy.copy(shown.__self__)
        pages._drawn = Forgetful(site.edition)
        return [Route("/digambar", getattr(pages, shown.__name__)), *routes]


def main() -> None:
    """Measure in turns, show the figures, and judge."""
    chosen = seed()
    rounds, seconds = (3, 2) if quick() else (7, 5)
    with tempfile.TemporaryDirectory(prefix="pages-") as folder, hall(Path(folder)) as (address, ticket):
        size = len(body_of(f"{address}/"))
        with nginx(Path(folder), size) as static:
            asked = {"nginx": static, "front": f"{address}/", "ticket": f"{address}{ticket}", "drawn": f"{address}/digambar"}
            rates = measure(asked, rounds, seconds, random.Random(chosen))
    median = {name: statistics.median(found) for name, found in rates.items()}
    ratios = {name: round(rate / median["nginx"], 4) for name, rate in median.items() if name != "nginx"}
    show(seed=chosen, page_bytes=size, **{f"{name}_per_s": round(rate) for name, rate in median.items()})
    figure = {name: ratios[name] for name in ("front", "ticket")}
    holds = min(figure.values()) >= GOAL > ratios["drawn"]
    verdict("pages", chosen, figure, f">= {GOAL:.4f} of nginx", {"drawn for each request": ratios["drawn"]}, holds)


def measure(asked: dict[str, str], rounds: int, seconds: int, order: random.Random) -> dict[str, list[float]]:
    """Return the requests per second of each address, all asked in turns."""
    rates: dict[str, list[float]] = {name: [] for name in asked}
    for _ in range(rounds):
        for name in order.sample(list(asked), len(asked)):
            rates[name].append(requests_per_s(asked[name], seconds))
        show(**{name: round(found[-1]) for name, found in rates.items()})
    return rates


def requests_per_s(address: str, seconds: int) -> float:
    """Ask an address with wrk and return how many were answered a second. Raises when any answer was not 200."""
    command = ["taskset", "-c", CLIENT_CORE, "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", address]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise SystemExit(f"{address} was not answered well: {said}")
    return float(re.search(r"Requests/sec:\s*([\d.]+)", said)[1])  # type: ignore[index]  # wrk always says it


def body_of(address: str) -> bytes:
    """Return what a page holds."""
    with urllib.request.urlopen(address) as answer:  # noqa: S310 - our own loopback address
        return bytes(answer.read())


@contextmanager
def hall(folder: Path) -> Iterator[tuple[str, str]]:
    """Serve a hall with people waiting from one core; give its address and the path of a ticket."""
    command = ["taskset", "-c", SERVER_CORE, sys.executable, "-m", "tests.bench.pages", "serve", str(folder / "hall")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        address, ticket = process.stdout.readline().split()
        try:
            yield address, ticket
        finally:
            process.stdin.close()
            process.wait(20)


def serve(folder: Path) -> None:
    """Serve until standard input ends."""
    folder.mkdir(parents=True)
    with running_portal(folder, pages=DrawnAnew) as portal:
        tokens = [portal.issue("surat" if number % 3 else "bantuan") for number in range(WAITING)]
        print(portal.address, f"/t/{tokens[-1]}", flush=True)
        sys.stdin.read()


@contextmanager
def nginx(folder: Path, size: int) -> Iterator[str]:
    """Serve a static file of ``size`` bytes with one nginx worker on the same core; give its address."""
    root = folder / "static"
    root.mkdir()
    (root / "page.html").write_bytes(b"x" * size)
    port = free_port()
    (folder / "nginx.conf").write_text(
        f"""
        daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
        events {{ worker_connections 256; }}
        http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000;
          client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
          uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi; default_type text/html;
          server {{ listen 127.0.0.1:{port}; root {root}; }} }}
        """
    )
    user = ["-g", "user root;"] if os.geteuid() == 0 else []
    program = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
    if program is None:
        raise SystemExit("nginx is not installed: apt-get install nginx-light")
    process = subprocess.Popen(["taskset", "-c", SERVER_CORE, program, "-c", str(folder / "nginx.conf"), *user])
    address = f"http://127.0.0.1:{port}/page.html"
    try:
        _wait_for(address)
        yield address
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(address: str) -> None:
    for _ in range(100):
        try:
            body_of(address)
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit(f"{address} does not answer")


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve(Path(sys.argv[2]))
    else:
        main()
