"""The pages in a real browser: a phone without scripts and with them, the board, the counter's keyboard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tests.support.browser import chromium
from tests.support.portal import PIN, RunningPortal, running_portal

PATIENCE_S = 30


@pytest.fixture
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPortal]:
    """Serve a furnished hall."""
    with running_portal(tmp_path_factory.mktemp("hall")) as running:
        yield running


def _text(driver: WebDriver, css: str) -> str:
    return driver.find_element(By.CSS_SELECTOR, css).text


def _wait_for(driver: WebDriver, css: str, text: str) -> None:
    """Wait until the element says so; it may be replaced while one looks."""
    script = "return document.querySelector(arguments[0])?.textContent ?? ''"
    WebDriverWait(driver, PATIENCE_S, 0.05).until(lambda one: text in one.execute_script(script, css))


def test_a_number_is_taken_on_a_small_phone_without_javascript(portal: RunningPortal) -> None:
    """320 pixels wide, no scripts: one tap, one number, nothing beyond the edge."""
    with chromium(320, 640, scripts=False) as driver:
        driver.get(portal.address + "/")
        assert driver.find_element(By.TAG_NAME, "html").size["width"] <= 320
        button = driver.find_element(By.ID, "line-surat")
        assert button.size["height"] >= 64
        button.click()
        arriving = WebDriverWait(driver, PATIENCE_S, 0.05, [NoSuchElementException, StaleElementReferenceException])
        assert arriving.until(lambda one: _text(one, "h1") == "A-001")
        assert _text(driver, ".ahead") == "Anda berikutnya"
    assert portal.view.current.lines[0].waiting == 1


def test_the_ticket_lives_on_the_phone(portal: RunningPortal) -> None:
    """With scripts the page changes by itself when its number is called, and names the counter."""
    token = portal.issue()
    with chromium(360, 740) as driver:
        driver.get(f"{portal.address}/t/{token}")
        height_px = driver.execute_script("return parseFloat(getComputedStyle(document.querySelector('h1')).fontSize)")
        assert height_px >= 84
        portal.call("1")
        _wait_for(driver, "#ticket .go", "Loket 1")
        assert "A-001: silakan ke Loket 1" in driver.title


def test_two_close_calls_are_shown_one_after_the_other(portal: RunningPortal) -> None:
    """The board gives each call its time; the letters are a quarter of the screen's height at least."""
    for _ in range(3):
        portal.issue()
    portal.call("1")
    with chromium(1280, 720) as driver:
        driver.get(portal.address + "/papan")
        driver.execute_script(
            "window.seen = []; new MutationObserver(() => seen.push(document.getElementById('number').textContent))"
            ".observe(document.getElementById('number'), {childList: true})"
        )
        share = driver.execute_script(
            "const n = document.getElementById('number'), m = document.createElement('canvas').getContext('2d');"
            "m.font = '800 100px ' + getComputedStyle(n).fontFamily;"
            "return m.measureText('A-001').actualBoundingBoxAscent * n.getScreenCTM().d / innerHeight"
        )
        assert share >= 0.25
        portal.call("2")
        portal.call("1")
        WebDriverWait(driver, PATIENCE_S, 0.05).until(lambda one: len(one.execute_script("return seen")) == 2)
        assert driver.execute_script("return seen") == ["A-002", "A-003"]
        assert "A-002" in _text(driver, "#former")


def test_a_clerk_works_by_keyboard(portal: RunningPortal) -> None:
    """Space calls, U calls again, T marks who did not come: without the mouse."""
    for _ in range(2):
        portal.issue()
    with chromium(1024, 640) as driver:
        driver.get(portal.address + "/loket/1")
        driver.find_element(By.ID, "officer").send_keys("Siti")
        driver.find_element(By.ID, "pin").send_keys(PIN + "\n")
        _wait_for(driver, "#present", "Siap memanggil")
        for key, css, said in (
            (" ", "#present", "A-001"),
            ("u", ".present .of", "dipanggil 2 kali"),
            ("t", "#present", "Siap memanggil"),
        ):
            WebDriverWait(driver, PATIENCE_S, 0.05).until(lambda one: one.execute_script("return !document.body.dataset.busy"))
            driver.find_element(By.TAG_NAME, "body").send_keys(key)
            _wait_for(driver, css, said)
    assert [one.number for one in portal.view.current.waiting["surat"]] == ["A-002"]
