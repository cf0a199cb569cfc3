"""A new hall in a real browser: the code on the TV, and the two steps on a technician's phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from gateway.people.model import spaced_code
from tests.browser.screens import SCHEMES, wish
from tests.browser.test_accessibility import violations
from tests.support.browser import chromium
from tests.support.portal import RunningPortal, running_portal

PIN = "604182"


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[RunningPortal]:
    """Serve a new hall."""
    with running_portal(tmp_path, claimed=False) as running:
        yield running


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1280, 720), (1024, 768)])
def test_the_code_fills_the_tv(hall: RunningPortal, width: int, height: int) -> None:
    """Read across the hall on every shape of screen, whole, and good to look at for axe."""
    with chromium(width, height) as driver:
        driver.get(hall.address + "/papan")
        code = driver.find_element(By.CSS_SELECTOR, ".code")
        assert code.text == spaced_code(hall.people.setup_code())
        assert code.rect["height"] >= height / 6
        assert driver.execute_script("return document.querySelector('.code').scrollWidth") <= width
        bottom = code.rect["y"] + code.rect["height"]
        assert bottom <= height
        assert violations(driver) == []


def test_a_technician_claims_the_hall_by_keyboard(hall: RunningPortal) -> None:
    """320 pixels wide, code, name, PIN; each step is good to look at, and slips are told."""
    with chromium(320, 640) as driver:
        arriving = WebDriverWait(driver, 30, 0.05)
        driver.get(hall.address + "/atur")
        for scheme in SCHEMES:
            wish(driver, scheme)
            assert violations(driver) == []
        driver.switch_to.active_element.send_keys("AAAA-AAAA\n")
        assert arriving.until(lambda one: one.find_elements(By.CSS_SELECTOR, "[role=alert]"))
        assert violations(driver) == []
        driver.switch_to.active_element.send_keys(spaced_code(hall.people.setup_code()).lower() + "\n")
        assert arriving.until(lambda one: one.find_elements(By.NAME, "again"))
        for scheme in SCHEMES:
            wish(driver, scheme)
            assert violations(driver) == []
        assert driver.execute_script("return document.documentElement.scrollWidth") <= 320
        driver.switch_to.active_element.send_keys("Bu Wati")
        driver.find_element(By.NAME, "pin").send_keys(PIN)
        driver.find_element(By.NAME, "again").send_keys(PIN + "\n")
        assert arriving.until(lambda one: one.find_elements(By.CSS_SELECTOR, ".doors"))
    assert hall.people.is_claimed()
