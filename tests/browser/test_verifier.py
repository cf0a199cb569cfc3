"""The page that checks letters, in a real browser: everything from a hall that issues, over the centre's database, to a bank's computer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from gateway.proof.proof import bare_name, check_name, prove, read_proof
from gateway.relay.uplink import Uplink
from gateway.services.letters.key import make_or_load
from gateway.store import outbox
from provisioning.centre.intake import Intake
from provisioning.centre.opening import open_database
from provisioning.cli import main
from tests.support.broker import FakeBroker
from tests.support.browser import chromium
from tests.support.clock import FakeClock
from tests.support.letters import HALL, LetterOffice

PATIENCE_S = 20
NAME = "M. Nur Hidayah, S.Pd"


@dataclass
class Letters:
    """What the halls gave out, as their QR codes say it."""

    folder: Path
    genuine: str
    replaced: str
    void: str
    forger: str
    """By somebody who has made a key."""


def carried(office: LetterOffice, address: str) -> None:
    """Carry what the hall has told to the centre's database, and keep it."""
    clock, broker, database = FakeClock(), FakeBroker(Random(1)), open_database(address)
    uplink = Uplink(office.store, broker.connection(HALL), clock, HALL, randomness=Random(1))
    connection = broker.connection("intake", session_s=60)
    intake = Intake(database, connection, clock, "balai/v1")
    connection.start()
    for _ in range(100):
        clock.advance(1)
        uplink.step()
        intake.step(0)
        with office.store.reader() as db:
            if not outbox.backlog(db).depth:
                break
    database.close()


@pytest.fixture(scope="module")
def letters(tmp_path_factory: pytest.TempPathFactory) -> Letters:
    """Issue letters in a hall, take one back, replace one, and let the regency write its page."""
    folder = tmp_path_factory.mktemp("regency")
    office, address = LetterOffice(folder / "hall"), f"sqlite:///{folder}/centre.db"

    def coded(letter: int) -> str:
        return office.documents.code_of(office.desk.find(letter), who="1").partition("#")[2]

    genuine, old, void = (office.issue("sku", nama=NAME).letter for _ in range(3))
    office.issue("sku", nama=NAME, replaces=old)
    office.desk.void(void, "salah ketik", who="1")
    told = read_proof(coded(genuine)).told
    forged = prove(told, check_name("Maling Budiman", bytes(12)), make_or_load(folder / "forger"))
    carried(office, address)
    made = CliRunner().invoke(main, ["centre", "verifier", "--database", address, "--out", str(folder / "page")])
    assert (made.exit_code, "1 balai, 1 kunci, 2 surat" in made.output) == (0, True)
    codes = Letters(folder / "page", coded(genuine), coded(old), coded(void), forged)
    office.close()
    return codes


@pytest.fixture(scope="module")
def served(letters: Letters) -> Iterator[str]:
    """Serve the folder as any web server does."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(letters.folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_told: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def bank() -> Iterator[WebDriver]:
    """Open the browser of a bank, small as a phone."""
    with chromium(360, 800) as driver:
        yield driver


def verdict_of(driver: WebDriver, address: str, name: str = "") -> str:
    """Open a code, type a name where one is asked, and return the verdict."""
    driver.get("about:blank")
    driver.get(address)
    if name:
        WebDriverWait(driver, PATIENCE_S, 0.05).until(lambda one: one.find_element(By.ID, "name").is_displayed())
        driver.find_element(By.ID, "name").send_keys(name)
        driver.find_element(By.CSS_SELECTOR, "#ask button").click()
    WebDriverWait(driver, PATIENCE_S, 0.05).until(lambda one: one.find_elements(By.CSS_SELECTOR, "[data-verdict]"))
    return str(driver.find_element(By.CSS_SELECTOR, "[data-verdict]").get_attribute("data-verdict"))


def altered(code: str, part: int) -> str:
    """Return a code of which one part has another letter in its middle."""
    parts = code.split(".")
    middle = len(parts[part]) // 2
    parts[part] = parts[part][:middle] + ("1" if parts[part][middle] != "1" else "2") + parts[part][middle + 1 :]
    return ".".join(parts)


def test_a_genuine_letter_is_found_genuine(bank: WebDriver, served: str, letters: Letters) -> None:
    """With the name on the paper, however it is typed; number, date and kind are shown to be compared; nothing is sent anywhere."""
    assert verdict_of(bank, served + "#" + letters.genuine, "m nur hidayah spd") == "genuine"
    facts = bank.find_element(By.ID, "facts").text
    for said in (
        "Desa Genteng Kulon (35.10.01.2001)",
        "510/001/429.510/2026",
        "23 November 2026",
        "Surat Keterangan Usaha (SKU)",
    ):
        assert said in facts
    asked = bank.execute_script("return performance.getEntriesByType('resource').map(one => one.name)")
    assert asked == [served + "kunci.js"]


def test_a_genuine_code_on_another_s_letter_is_found_out(bank: WebDriver, served: str, letters: Letters) -> None:
    """The verifier types the name on the paper: it is not the one that was signed."""
    assert verdict_of(bank, served + "#" + letters.genuine, "Maling Budiman") == "othername"


def test_whatever_is_changed_in_a_code_is_found_out(bank: WebDriver, served: str, letters: Letters) -> None:
    """Another number, date, kind, name or signature; another hall; somebody else's key; a letter that was replaced or taken back."""
    parts = dict.fromkeys(range(3, 9), "forged")
    found = {part: verdict_of(bank, served + "#" + altered(letters.genuine, part)) for part in parts}
    assert found == parts
    other = letters.genuine.replace(HALL, "3510012002")
    assert [
        verdict_of(bank, served + "#" + code) for code in (other, letters.forger, letters.replaced, letters.void, "halo")
    ] == [
        "stranger",
        "stranger",
        "replaced",
        "withdrawn",
        "unread",
    ]


def test_it_works_from_a_stick_in_three_languages(bank: WebDriver, letters: Letters) -> None:
    """No server at all: the folder on a disk; the words change with a button, the verdict stays."""
    assert verdict_of(bank, (letters.folder / "index.html").as_uri() + "#" + letters.replaced) == "replaced"
    said = []
    for language in ("jv", "en", "id"):
        bank.find_element(By.CSS_SELECTOR, f"[data-language={language}]").click()
        said.append(bank.find_element(By.CSS_SELECTOR, "[data-verdict]").text.split(".")[0])
    assert said == ["Serat menika sampun dipungantos", "This letter was replaced", "Surat ini sudah diganti"]
    assert "510/004/429.510/2026" in bank.find_element(By.CSS_SELECTOR, "[data-verdict]").text


def test_a_browser_that_cannot_says_so(bank: WebDriver, served: str, letters: Letters) -> None:
    """Without Web Crypto, as at an address without https, there is a sentence and no verdict."""
    told = bank.execute_cdp_cmd(
        "Page.addScriptToEvaluateOnNewDocument", {"source": "Object.defineProperty(crypto, 'subtle', {value: undefined})"}
    )
    bank.get("about:blank")
    bank.get(served + "#" + letters.genuine)
    WebDriverWait(bank, PATIENCE_S, 0.05).until(lambda one: one.find_element(By.ID, "cannot").is_displayed())
    bank.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", told)
    assert (bank.find_elements(By.CSS_SELECTOR, "[data-verdict]"), bank.find_element(By.ID, "facts").is_displayed()) == (
        [],
        False,
    )


def test_a_revoked_key_is_not_believed(letters: Letters, bank: WebDriver, tmp_path: Path) -> None:
    """The regency names the key of a stolen hall: its letters are genuine no more; a key that no hall has is a slip of the pen."""
    address = f"sqlite:///{letters.folder.parent}/centre.db"
    key = read_proof(letters.genuine).key
    asked = ["centre", "verifier", "--database", address, "--out", str(tmp_path), "--revoked"]
    ends = [CliRunner().invoke(main, [*asked, one]).exit_code for one in (key, "00000000", "x")]
    assert (ends, verdict_of(bank, (tmp_path / "index.html").as_uri() + "#" + letters.genuine)) == ([0, 2, 2], "revoked")


def test_names_are_bared_alike_in_page_and_hall(bank: WebDriver, served: str) -> None:
    """The browser's rule and the hall's give the same letters for any name."""
    names = [
        "Siti Aminah",
        "Ni Luh Putu Ayu",
        "H. Abdurrahman Wahid, S.H.",
        "Nurul 'Aini",
        "José Ñúñez",
        "\uff33\uff29",
        "Þór",
        "İbrahim",
        "ß",
        "李 小龍",
        "a²b½",
    ]
    bank.get(served)
    assert bank.execute_script("return arguments[0].map(bareName)", names) == [bare_name(one) for one in names]
