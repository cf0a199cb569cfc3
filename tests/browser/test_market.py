"""From a villager's offer to a neighbour's call, in a real browser 320 pixels wide and without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from PIL import Image
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select, WebDriverWait

from gateway.hall import Hall
from gateway.people.model import Role
from gateway.settings import Settings
from tests.support.browser import chromium
from tests.support.hall_process import write_settings
from tests.support.portal import PIN


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    """Run a hall with a clerk."""
    with Hall(Settings.load(write_settings(tmp_path, devices=False)), randomness=Random(7)) as running:
        running.people.add_officer("Siti", PIN, Role.CLERK)
        yield running


def _press(driver: WebDriver, css: str, then: str) -> None:
    """Press something, and wait until what should come says so; nothing may be wider than the phone."""
    driver.find_element(By.CSS_SELECTOR, css).click()
    # A page may be replaced while it is being read.
    WebDriverWait(driver, 20, 0.05, (StaleElementReferenceException, NoSuchElementException)).until(
        lambda one: then in one.find_element(By.TAG_NAME, "main").text
    )
    assert driver.find_element(By.TAG_NAME, "html").size["width"] <= 320, driver.current_url


def test_an_offer_is_sold_without_scripts(hall: Hall, tmp_path: Path) -> None:
    """A fault beside its field, the code, the clerk's look, the neighbour's search, another price, and everything gone again."""
    photo = tmp_path / "keripik.jpg"
    Image.new("RGB", (1600, 1200), "#1f7a4d").save(photo)
    with chromium(320, 640, scripts=False) as driver:
        driver.get(f"{hall.address}/")
        _press(driver, "a[href='/desa']", "Lapak warga")
        _press(driver, "a[href='/lapak']", "Jadilah yang pertama")
        _press(driver, "a[href='/lapak/jual']", "Yang dijual")
        for name, text in {"title": "Keripik pisang", "price": "Rp15.000", "name": "Bu Tini", "phone": "0812 3456 7890"}.items():
            driver.find_element(By.ID, name).send_keys(text)
        Select(driver.find_element(By.ID, "category")).select_by_value("food")
        _press(driver, "button.main", "Beri tanda di sini")
        driver.find_element(By.ID, "agree").click()
        driver.find_element(By.ID, "photo").send_keys(str(photo))
        _press(driver, "button.main", "hanya ditunjukkan sekali")
        code = driver.find_element(By.CSS_SELECTOR, ".code").text
        driver.get(f"{hall.address}/masuk?lanjut=/atur/lapak")
        driver.find_element(By.ID, "officer").send_keys("Siti")
        driver.find_element(By.ID, "pin").send_keys(PIN)
        _press(driver, "main button", "Keripik pisang")
        _press(driver, "button[value=approve]", "Semua sudah diperiksa")
        driver.get(f"{hall.address}/lapak")
        driver.find_element(By.ID, "cari").send_keys("keripik tini")
        _press(driver, ".find button", "1 ditemukan")
        _press(driver, ".goods a", "0812-3456-7890")
        assert driver.find_element(By.CSS_SELECTOR, ".photo").size["width"] > 200
        assert "wa.me/6281234567890" in (driver.find_element(By.CSS_SELECTOR, "a.main").get_attribute("href") or "")
        driver.get(f"{hall.address}/lapak/kelola")
        driver.find_element(By.ID, "code").send_keys(code.lower())
        _press(driver, "button[value=open]", "Jualan saya")
        _press(driver, "button[value=edit]", "Ubah jualan")
        driver.find_element(By.ID, "price").clear()
        driver.find_element(By.ID, "price").send_keys("17500")
        _press(driver, "button[value=save]", "Perubahannya menunggu petugas")
        driver.find_elements(By.CSS_SELECTOR, "summary")[-1].click()
        _press(driver, "button[value=leave]", "sudah dihapus dari balai")
