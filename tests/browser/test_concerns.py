"""Complaints and needs in a real browser: a small phone without scripts, a clerk with nothing but the keyboard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from gateway.hall import Hall
from gateway.people.model import Role
from gateway.settings import Settings
from tests.support.browser import chromium
from tests.support.hall_process import write_settings

PIN = "739164"
PATIENCE_S = 30


@pytest.fixture
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """Run a whole hall with a clerk."""
    with Hall(Settings.load(write_settings(tmp_path_factory.mktemp("hall"), devices=False))) as running:
        running.people.add_officer("Siti", PIN, Role.HEAD)
        running.people.add_officer("Budi", PIN, Role.CLERK)
        yield running


def _wait_for(driver: WebDriver, css: str, text: str) -> str:
    def found(one: WebDriver) -> str:
        return next((each.text for each in one.find_elements(By.CSS_SELECTOR, css) if text in each.text), "")

    return WebDriverWait(driver, PATIENCE_S, 0.05).until(found)


def _press(driver: WebDriver, css: str) -> None:
    driver.find_element(By.CSS_SELECTOR, css).click()


def _fits(driver: WebDriver) -> bool:
    return bool(driver.find_element(By.TAG_NAME, "html").size["width"] <= 320)


def test_a_complaint_from_a_small_phone_to_its_answer(hall: Hall) -> None:
    """Told without a name at 320 pixels without scripts, passed on and answered by keyboard, read with the code from the paper."""
    with chromium(320, 640, scripts=False) as phone:
        phone.get(hall.address + "/desa")
        _press(phone, "a[href='/pengaduan']")
        _wait_for(phone, "h1", "Pengaduan")
        _press(phone, "input[value=jalan]")
        phone.find_element(By.ID, "cerita").send_keys("Jalan Melati berlubang.")
        assert _fits(phone)
        _press(phone, "form button.main")
        code = _wait_for(phone, "#code", "-")
        assert (_fits(phone), code not in phone.current_url, phone.get_cookies()) == (True, True, [])
    with chromium(1024, 700) as clerk:
        clerk.get(hall.address + "/petugas/pengaduan")
        clerk.find_element(By.ID, "officer").send_keys("Budi")
        clerk.find_element(By.ID, "pin").send_keys(PIN + "\n")
        _wait_for(clerk, "h1", "Pengaduan")
        clerk.find_element(By.CSS_SELECTOR, ".data a").send_keys(Keys.ENTER)
        _wait_for(clerk, "li.card", "Jalan Melati berlubang.")
        clerk.find_element(By.ID, "answer").send_keys("Diperbaiki Senin.", Keys.TAB, Keys.ENTER)
        _wait_for(clerk, "#state", "Sudah dijawab")
    with chromium(320, 640, scripts=False) as phone:
        phone.get(hall.address + "/pengaduan/kode")
        phone.find_element(By.ID, "kode").send_keys(code.lower() + Keys.ENTER)
        _wait_for(phone, "li.card", "Diperbaiki Senin.")
        assert _fits(phone)
        _press(phone, "main button.main")
        _wait_for(phone, "#state", "Selesai")
