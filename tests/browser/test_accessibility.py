"""Every page and state before axe: WCAG 2.2 A and AA, in light, dark and more contrast, on a phone and on a desk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver

from tests.browser.pages import PAGES, Busy, Page, busy_hall, sign_in, sign_out, visit
from tests.browser.screens import SCHEMES, wish
from tests.support.browser import chromium

AXE = next((Path(__file__).parent / "vendor").glob("axe-core-*.min.js")).read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = "const done = arguments[1]; axe.run({runOnly: arguments[0]}).then((found) => done(found.violations), (error) => done(String(error)))"


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Busy]:
    """Serve a hall in the middle of a morning."""
    with busy_hall(tmp_path_factory.mktemp("hall")) as hall:
        yield hall


@pytest.fixture(scope="module")
def driver(busy: Busy) -> Iterator[WebDriver]:
    """Open one browser for all pages."""
    with chromium(360, 740) as one:
        sign_in(one, busy)
        yield one


def violations(driver: WebDriver) -> list[str]:
    """Return what axe finds on the page that is open."""
    driver.execute_script(AXE)
    found: list[dict[str, Any]] | str = driver.execute_async_script(RUN, RULES)
    assert not isinstance(found, str), found
    return [f"{one['id']}: {node['target']} {node['failureSummary']}" for one in found for node in one["nodes"]]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_axe_finds_nothing(driver: WebDriver, busy: Busy, page: Page) -> None:
    """No violation in any scheme, 320 pixels wide and 1024; and nothing is wider than the phone."""
    if not page.officer:
        sign_out(driver)
    elif not driver.get_cookie("petugas"):
        sign_in(driver, busy)
    for width in (320, 1024):
        metrics = {"width": width, "height": 720, "deviceScaleFactor": 1, "mobile": False}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        visit(driver, busy, page)
        assert driver.execute_script("return document.documentElement.scrollWidth") <= width
        for scheme in SCHEMES:
            wish(driver, scheme)
            assert violations(driver) == [], (width, scheme)
