"""Letters in a real browser: from a request at the counter to a checked letter, by keyboard."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from gateway.services.requests.model import Origin
from tests.browser.pages import Busy, busy_hall, sign_in
from tests.support.browser import chromium
from tests.support.requests import ANSWERS, PAPERS

PATIENCE_S = 30


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Busy]:
    """Serve a hall that gives out letters."""
    with busy_hall(tmp_path_factory.mktemp("hall")) as hall:
        yield hall


@pytest.fixture(scope="module")
def clerk(busy: Busy) -> Iterator[WebDriver]:
    """Open a clerk's browser."""
    with chromium(1280, 800) as driver:
        sign_in(driver, busy)
        yield driver


def at(driver: WebDriver, part: str) -> None:
    """Wait until the browser has come to an address that contains ``part``."""
    WebDriverWait(driver, PATIENCE_S, 0.05).until(lambda one: part in one.current_url)


def said(verdict: str) -> Callable[[WebDriver], bool]:
    """Return a question that is true once the page says ``verdict``."""
    return lambda driver: bool(driver.find_elements(By.CSS_SELECTOR, f"[data-verdict={verdict}]"))


def press(driver: WebDriver, key: str) -> None:
    """Press a key on the page."""
    driver.find_element(By.TAG_NAME, "body").send_keys(key)


def test_a_request_becomes_a_letter_by_keyboard(clerk: WebDriver, busy: Busy) -> None:
    """Approved with the space bar it has a letter; from there to the list and back, and ``/`` types a number."""
    village = busy.hall.village
    village.drafts.begin("draft-for-a-letter", "skck", 1, origin=Origin.STAFF, ground="basis", paged=False)
    village.drafts.save("draft-for-a-letter", ANSWERS)
    number = village.requests.file("draft-for-a-letter").number
    village.requests.amend(number, ANSWERS, PAPERS, who="1", key="letters-amend")
    clerk.get(f"{busy.hall.address}/loket/permohonan/{number}")
    press(clerk, " ")
    WebDriverWait(clerk, PATIENCE_S, 0.05).until(lambda one: one.find_elements(By.CSS_SELECTOR, "a[href*='/loket/surat/']"))
    written = clerk.find_element(By.CSS_SELECTOR, "a[href*='/loket/surat/']").text
    clerk.find_element(By.CSS_SELECTOR, "a[href*='/loket/surat/']").click()
    at(clerk, "/loket/surat/")
    assert clerk.find_element(By.TAG_NAME, "h1").text == written
    assert "permohonannya" in clerk.find_element(By.TAG_NAME, "main").text
    press(clerk, Keys.ESCAPE)
    WebDriverWait(clerk, PATIENCE_S, 0.05).until(lambda one: one.current_url.endswith("/loket/surat"))
    press(clerk, "/")
    clerk.switch_to.active_element.send_keys(written, Keys.ENTER)
    at(clerk, "nomor=")
    assert [one.text for one in clerk.find_elements(By.CSS_SELECTOR, ".letters th a")] == [written]
    press(clerk, "1")
    WebDriverWait(clerk, PATIENCE_S, 0.05).until(lambda one: one.find_element(By.TAG_NAME, "h1").text == written)


def test_the_code_of_a_letter_opens_the_hall_s_own_page(clerk: WebDriver, busy: Busy) -> None:
    """What stands behind the # is put into the form by the page, and sent only with the name."""
    village = busy.hall.village
    code = village.documents.code_of(village.letters.find(1), who="1").partition("#")[2]
    clerk.get(f"{busy.hall.address}/verifikasi#{code}")
    WebDriverWait(clerk, PATIENCE_S, 0.05).until(lambda one: one.find_element(By.ID, "kode").get_attribute("value") == code)
    found = []
    for name in ("Maling Budiman", "siti aminah"):
        clerk.find_element(By.ID, "nama").clear()
        clerk.find_element(By.ID, "nama").send_keys(name)
        clerk.find_element(By.CSS_SELECTOR, "button.main").click()
        expected = "genuine" if "siti" in name else "othername"
        WebDriverWait(clerk, PATIENCE_S, 0.05).until(said(expected))
        found.append(clerk.find_element(By.CSS_SELECTOR, "[data-verdict]").get_attribute("data-verdict"))
    assert found == ["othername", "genuine"]
