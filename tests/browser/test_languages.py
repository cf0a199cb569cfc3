"""Every page in every language, on the smallest phone, the kiosk and the TV: longer words push nothing out of sight."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver

from gateway.portal.i18n import LANGUAGES
from tests.browser.pages import PAGES, Busy, busy_hall, sign_in, sign_out, visit
from tests.browser.screens import KIOSK_SIZES, TV_SIZES
from tests.support.browser import chromium

PHONE = ((320, 640),)


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Busy]:
    """Serve a hall in the middle of a morning."""
    with busy_hall(tmp_path_factory.mktemp("hall")) as hall:
        yield hall


@pytest.fixture(scope="module")
def driver() -> Iterator[WebDriver]:
    """Open one browser for all pages."""
    with chromium(320, 640) as one:
        yield one


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_wider_than_its_screen(driver: WebDriver, busy: Busy, language: str) -> None:
    """No page of a villager or an officer is pushed aside by longer words; the page says in which language it is."""
    found = []
    sign_out(driver)
    for officer in (False, True):
        if officer:
            sign_in(driver, busy)
        for page in (one for one in PAGES if one.officer is officer and not one.wait):
            for width, height in TV_SIZES if page.tv else KIOSK_SIZES if page.kiosk else PHONE:
                metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
                driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
                visit(driver, busy, page, language)
                wide, tall, said = driver.execute_script(
                    "const page = document.documentElement; return [page.scrollWidth, page.scrollHeight, page.lang]"
                )
                if wide > width or said != language or (page.tv and tall > height):
                    found.append((page.name, width, wide, tall, said))
    assert found == []
