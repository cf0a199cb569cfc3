"""A villager's phone and the touch screen in the hall, in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tests.support.browser import chromium
from tests.support.portal import RunningPortal, running_portal

PATIENCE_S = 30
GOING = [WebDriverException]
"""While a page goes and the next one comes, the driver may ask a document that is gone already: look again."""


@pytest.fixture
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPortal]:
    """Serve a furnished hall."""
    with running_portal(tmp_path_factory.mktemp("hall")) as running:
        yield running


def _until(driver: WebDriver, holds: Callable[[WebDriver], object]) -> None:
    WebDriverWait(driver, PATIENCE_S, 0.05, GOING).until(holds)


def _says(driver: WebDriver, words: str) -> None:
    """Wait until the page says so."""
    _until(driver, lambda one: words in one.find_element(By.TAG_NAME, "main").text)


def _touch(driver: WebDriver, css: str) -> None:
    """Touch something that a thumb must find."""
    element = driver.find_element(By.CSS_SELECTOR, css)
    assert element.size["height"] >= 48, css
    element.click()


def test_a_whole_visit_on_a_small_phone_without_scripts_or_cookies(portal: RunningPortal) -> None:
    """320 pixels: take, come later, come back by the code of the slip, be called, be served, say how it was; nothing beyond the edge."""
    with chromium(320, 640, scripts=False) as driver:
        driver.get(portal.address + "/")
        _touch(driver, "#line-surat")
        _says(driver, "Anda berikutnya")
        claim = driver.find_element(By.CSS_SELECTOR, ".claim").text
        _touch(driver, "#later")
        _says(driver, "Tempat Anda disimpan")
        driver.delete_all_cookies()
        driver.get(portal.address + "/")
        driver.find_element(By.ID, "kode").send_keys(claim.lower())
        _touch(driver, ".code-row .act")
        _says(driver, "Tempat Anda disimpan")
        _touch(driver, "#back")
        _says(driver, "Menunggu")
        portal.call("1")
        driver.refresh()
        _says(driver, "Silakan menuju")
        portal.view.at_least(portal.desk.complete("1").revision)
        driver.refresh()
        _touch(driver, "button[name=score][value='4']")
        _says(driver, "Terima kasih atas penilaian Anda.")
        assert driver.find_element(By.TAG_NAME, "html").size["width"] <= 320


def test_a_number_is_given_back_in_two_steps(portal: RunningPortal) -> None:
    """The first touch only asks; the first answer leads back; no dialog, no script."""
    with chromium(320, 640, scripts=False) as driver:
        driver.get(f"{portal.address}/t/{portal.issue()}")
        _touch(driver, "#cancel")
        _says(driver, "Batalkan nomor A-001?")
        _touch(driver, ".act.main")
        _says(driver, "Menunggu")
        _touch(driver, "#cancel")
        _says(driver, "Batalkan nomor A-001?")
        _touch(driver, ".act.danger")
        _says(driver, "sudah Anda batalkan")


def test_a_phone_rings_only_when_its_holder_has_asked(portal: RunningPortal) -> None:
    """The bell is off until touched; then a call makes it sound and shake, and readers aloud are told."""
    token = portal.issue()
    with chromium(360, 740) as driver:
        driver.execute_cdp_cmd(
            "Page.addScriptToEvaluateOnNewDocument",
            {"source": "window.shakes = 0; navigator.vibrate = () => { window.shakes++; return true; };"},
        )
        driver.get(f"{portal.address}/t/{token}")
        bell = driver.find_element(By.ID, "bell")
        _until(driver, lambda _one: bell.is_displayed())
        assert bell.get_attribute("aria-pressed") == "false"
        bell.click()
        assert (bell.get_attribute("aria-pressed"), bell.text) == ("true", "Akan berbunyi saat dipanggil")
        asked = driver.execute_script("return shakes")
        portal.call("1")
        _until(driver, lambda one: one.execute_script("return shakes") == asked + 1)
        assert "Loket 1" in (driver.find_element(By.ID, "said").get_attribute("textContent") or "")
        assert driver.title.startswith("A-001: silakan ke Loket 1")


@pytest.mark.parametrize("size", [(1280, 720), (800, 1280)], ids=["lying", "standing"])
def test_the_touch_screen_gives_one_number_for_a_double_tap_and_begins_anew(portal: RunningPortal, size: tuple[int, int]) -> None:
    """Everything fits the screen, every target is 64 pixels high, two quick taps are one number, and Selesai leads to the start."""
    with chromium(*size) as driver:
        driver.get(portal.address + "/anjungan")
        _until(driver, lambda _one: "anjungan" in portal.screens.silence())
        targets = [driver.find_elements(By.CSS_SELECTOR, css) for css in (".line", ".chip", ".tongues a")]
        assert min(element.size["height"] for found in targets for element in found) >= 64
        assert driver.execute_script("return document.body.scrollHeight") <= size[1]
        driver.execute_script("const tile = document.getElementById('line-surat'); tile.click(); tile.click();")
        _until(driver, lambda one: one.find_element(By.TAG_NAME, "h1").text == "A-001")
        assert driver.execute_script("return document.body.scrollHeight") <= size[1]
        _touch(driver, ".done .act")
        _says(driver, "Sentuh layanan yang Anda perlukan")
    assert [ticket.origin for ticket in portal.view.current.tickets.values()] == ["kiosk"]


def test_the_touch_screen_works_without_scripts(portal: RunningPortal) -> None:
    """A tablet that runs none gives numbers all the same."""
    with chromium(1280, 720, scripts=False) as driver:
        driver.get(portal.address + "/anjungan")
        _touch(driver, "#line-bantuan")
        _says(driver, "B-001")
        _touch(driver, ".done .act")
        _says(driver, "Sentuh layanan yang Anda perlukan")
