"""A request from a villager's phone to the counter until it is collected, at 360 px and without scripts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random

import pytest
from PIL import Image
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import visibility_of_element_located as visible

from gateway.hall import Hall
from gateway.people.model import Role
from gateway.settings import Settings
from tests.browser.test_phone import _says, _touch, _until
from tests.support.browser import chromium
from tests.support.hall_process import write_settings
from tests.support.portal import PIN
from tests.support.requests import ANSWERS, NIK, PAPERS


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """Run a hall with a clerk."""
    with Hall(Settings.load(write_settings(tmp_path_factory.mktemp("hall"))), randomness=Random(7)) as running:
        running.people.add_officer("Siti", PIN, Role.HEAD)
        yield running


def _as_stranger(driver: WebDriver, headers: Mapping[str, str]) -> None:
    """Let the hall take the browser for a phone on the Wi-Fi; without headers it is one of the hall's own."""
    driver.execute_cdp_cmd("Network.enable", {})
    driver.execute_cdp_cmd("Network.setExtraHTTPHeaders", {"headers": dict(headers)})


def _fits(driver: WebDriver) -> None:
    assert driver.find_element(By.TAG_NAME, "html").size["width"] <= 360, driver.current_url


def _answer(driver: WebDriver, answers: Mapping[str, str]) -> list[str]:
    """Answer what this page asks; return what that was."""
    asked = {one.get_attribute("name") or "" for one in driver.find_elements(By.CSS_SELECTOR, "main [name^=isi-]")}
    for name in sorted(asked):
        text = answers.get(name.removeprefix("isi-"), "")
        fields = driver.find_elements(By.NAME, name)
        if fields[0].get_attribute("type") == "radio":
            next(one for one in fields if one.get_attribute("value") == text).click()
        else:
            fields[0].clear()
            fields[0].send_keys(text)
    return [name.removeprefix("isi-") for name in sorted(asked)]


def _collect(driver: WebDriver, hall: Hall, number: str) -> None:
    """Work a request off at the counter, and hand it over."""
    driver.get(f"{hall.address}/loket/permohonan")
    if "/masuk" in driver.current_url:
        driver.find_element(By.NAME, "officer").send_keys("Siti")
        driver.find_element(By.NAME, "pin").send_keys(PIN)
        _touch(driver, "button.main")
    _until(driver, lambda one: one.find_elements(By.LINK_TEXT, number))
    _fits(driver)
    driver.find_element(By.LINK_TEXT, number).click()
    _says(driver, "Langkah berikutnya")
    _fits(driver)
    field = driver.find_element(By.ID, "f-nik")
    field.clear()
    field.send_keys(NIK)
    for paper in PAPERS:
        tick = driver.find_element(By.NAME, f"ada-{paper}")
        if not tick.is_selected():
            tick.click()
    _touch(driver, "button[value=save]")
    for act, said in (("approve", "Menunggu tanda tangan"), ("sign", "Siap diambil"), ("collect", "Sudah diambil")):
        _until(driver, visible((By.CSS_SELECTOR, f"button.main[value={act}]")))
        _touch(driver, f"button.main[value={act}]")
        _says(driver, said)


def test_one_question_a_page_to_a_letter_in_the_hand(hall: Hall) -> None:
    """From the list of services: each question alone, handed in without a NIK, completed by the clerk, collected with a number that goes ahead."""
    with chromium(360, 740, scripts=False) as driver:
        _as_stranger(driver, {"x-real-ip": "10.0.0.7"})
        driver.get(f"{hall.address}/layanan/skck")
        driver.find_element(By.PARTIAL_LINK_TEXT, "Ajukan permohonan").click()
        _says(driver, "tidak ditanyakan di Wi-Fi ini")
        _fits(driver)
        _touch(driver, "button[value=paged]")
        asked: list[str] = []
        for place in range(1, 11):
            _says(driver, f"Pertanyaan {place} dari 10")
            asked += _answer(driver, ANSWERS)
            _fits(driver)
            _touch(driver, "button[value=next]")
        assert (asked[0], "nik" in asked, len(asked)) == ("nama", False, 10)
        _says(driver, "Yang dibawa")
        _touch(driver, "a.main")
        _says(driver, "Petugas akan menanyakan")
        _touch(driver, "form button.main")
        _says(driver, "Belum lengkap")
        own, number = driver.current_url, driver.find_element(By.TAG_NAME, "h1").text
        _as_stranger(driver, {})
        _collect(driver, hall, number)
        _as_stranger(driver, {"x-real-ip": "10.0.0.7"})
        driver.get(own)
        _says(driver, "Sudah diambil")


def test_a_draft_that_was_left_with_a_photograph_and_found_again(hall: Hall, tmp_path: Path) -> None:
    """All on one page: something wrong stays with its reason; another browser with the link goes on; the code leads to the page."""
    photo = tmp_path / "pengantar.jpg"
    Image.new("RGB", (2000, 1500), "#997755").save(photo)
    with chromium(360, 740, scripts=False) as driver:
        _as_stranger(driver, {"x-real-ip": "10.0.0.8"})
        driver.get(f"{hall.address}/layanan/skck/ajukan")
        _touch(driver, "button[value=semua]")
        _until(driver, visible((By.NAME, "isi-nama")))
        _answer(driver, ANSWERS | {"tanggal-lahir": "31-2-1990"})
        _touch(driver, "button[value=next]")
        _says(driver, "Tanggal ini tidak ada di kalender.")
        assert driver.find_element(By.ID, "f-tanggal-lahir").get_attribute("value") == "31-2-1990"
        left = driver.current_url
    with chromium(360, 740, scripts=False) as driver:
        _as_stranger(driver, {"x-real-ip": "10.0.0.9"})
        driver.get(left)
        field = driver.find_element(By.ID, "f-tanggal-lahir")
        field.clear()
        field.send_keys("1 Juli 1990")
        _touch(driver, "button[value=next]")
        _says(driver, "Yang dibawa")
        driver.find_element(By.ID, "photo-pengantar-rt").send_keys(str(photo))
        _touch(driver, "#pengantar-rt button[value=send]")
        _says(driver, "Foto tersimpan")
        _fits(driver)
        _touch(driver, "a.main")
        _touch(driver, "form button.main")
        _says(driver, "Kode lacak")
        number, code = driver.find_element(By.TAG_NAME, "h1").text, driver.find_element(By.CSS_SELECTOR, ".claim").text
        driver.delete_all_cookies()
        driver.get(f"{hall.address}/permohonan")
        driver.find_element(By.ID, "kode").send_keys(code.lower())
        _touch(driver, "button.main")
        _says(driver, "Belum lengkap")
        _as_stranger(driver, {})
        _collect(driver, hall, number)
