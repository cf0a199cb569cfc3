"""``make screens``: a picture of every page in every language, on a phone, a desk and a TV, in ``screens/``, for reviewers.

Promises: nothing is judged here; a page is where ``tests/browser/pages.py`` names it.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

from selenium.webdriver.chrome.webdriver import WebDriver

from gateway.portal.i18n import LANGUAGES
from tests.browser.pages import PAGES, Busy, Page, busy_hall, sign_in, visit
from tests.support.browser import chromium

FOLDER = Path(__file__).parents[2] / "screens"
SIZES = ((320, 640), (360, 740), (1024, 768))
KIOSK_SIZES = ((1280, 720), (800, 1280))
TV_SIZES = ((1920, 1080), (1280, 720), (1024, 768))
SCHEMES = {
    "terang": [],
    "gelap": [{"name": "prefers-color-scheme", "value": "dark"}],
    "kontras": [{"name": "prefers-contrast", "value": "more"}],
}


def wish(driver: WebDriver, scheme: str) -> None:
    """Let the browser ask for a scheme as a system's setting does."""
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": SCHEMES[scheme]})


def _sizes(page: Page) -> Iterator[tuple[int, int]]:
    if page.kiosk:
        yield from KIOSK_SIZES
    else:
        yield from SIZES if not page.tv else (SIZES[1], *TV_SIZES)


def _take(driver: WebDriver, busy: Busy, page: Page, language: str, schemes: list[str]) -> None:
    for width, height in _sizes(page):
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        visit(driver, busy, page, language)
        tall = driver.execute_script("return document.documentElement.scrollHeight")
        driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride", metrics | {"height": height if page.tv or page.kiosk else max(height, tall)}
        )
        for scheme in schemes:
            wish(driver, scheme)
            name = f"{page.name}-{width}x{height}-{language}" + ("" if scheme == "terang" else f"-{scheme}")
            driver.save_screenshot(str(FOLDER / f"{name}.png"))


def main() -> None:
    """Take them all, or those whose names begin with ``--only``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="the beginning of the pages' names")
    parser.add_argument("--languages", default=",".join(LANGUAGES), help="for example id,en")
    parser.add_argument("--schemes", default=",".join(SCHEMES), help="for example terang,gelap,kontras")
    asked = parser.parse_args()
    FOLDER.mkdir(exist_ok=True)
    wanted = [page for page in PAGES if page.name.startswith(asked.only)]
    with tempfile.TemporaryDirectory() as data, busy_hall(Path(data)) as busy, chromium(*SIZES[0]) as driver:
        for officer in (False, True):
            if officer:
                sign_in(driver, busy)
            for page in wanted:
                if page.officer is officer:
                    for language in asked.languages.split(","):
                        _take(driver, busy, page, language, asked.schemes.split(","))
    print(f"{FOLDER}: {len([*FOLDER.glob('*.png')])}")


if __name__ == "__main__":
    main()
