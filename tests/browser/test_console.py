"""A clerk's day in a real browser: by keyboard alone, over a wire that loses answers, and without scripts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.expected_conditions import text_to_be_present_in_element
from selenium.webdriver.support.ui import WebDriverWait

from gateway.tickets.snapshot import CounterView
from tests.support.browser import chromium
from tests.support.lossy import lossy_wire
from tests.support.portal import PIN, RunningPortal, running_portal

PATIENCE_S = 30
GOING = [WebDriverException]
"""While a page goes and the next one comes, the driver may ask a document that is gone already: look again."""


@pytest.fixture
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPortal]:
    """Serve a hall in which four people wait for letters, the third of them old, and one for help."""
    with running_portal(tmp_path_factory.mktemp("hall")) as running:
        for line, priority in (("surat", ""), ("surat", ""), ("surat", "lansia"), ("surat", ""), ("bantuan", "")):
            running.issue(line, priority)
        yield running


@pytest.fixture
def clerk(portal: RunningPortal) -> Iterator[WebDriver]:
    """Sit at counter 1 with a keyboard."""
    with chromium(1024, 640) as driver:
        _sit_down(driver, portal.address)
        yield driver


def _sit_down(driver: WebDriver, address: str, counter: str = "1") -> None:
    driver.get(f"{address}/loket/{counter}")
    driver.find_element(By.ID, "officer").send_keys("Siti")
    driver.find_element(By.ID, "pin").send_keys(PIN + "\n")
    _until(driver, "#present")


def _until(driver: WebDriver, css: str, text: str = "") -> None:
    """Wait until the element is there and says so; it may be replaced while one looks."""
    script = "return document.querySelector(arguments[0])?.textContent"
    WebDriverWait(driver, PATIENCE_S, 0.05).until(
        lambda one: (said := one.execute_script(script, css)) is not None and text in said, f"{css} never said {text!r}"
    )


def _type(driver: WebDriver, keys: str) -> None:
    """Press keys wherever the focus is, once the page takes them."""
    WebDriverWait(driver, PATIENCE_S, 0.05).until(
        lambda one: one.execute_script("return globalThis.balai && !document.body.dataset.busy")
    )
    ActionChains(driver).send_keys(keys).perform()


def _counter(portal: RunningPortal, counter: str = "1") -> CounterView:
    found = portal.view.current.counter(counter)
    assert found is not None
    return found


def test_a_whole_visit_by_keyboard(portal: RunningPortal, clerk: WebDriver) -> None:
    """Space calls, U again, M serves, H and a digit hold, Z takes back, A and a digit transfer, I rests, space works again."""
    for keys, css, said in (
        (" ", "#present", "A-003"),
        ("u", ".present .of", "dipanggil 2 kali"),
        ("m", ".present .of", "Sedang dilayani"),
        ("h", "#hold[open]", "ambil berkas"),
        ("1", ".held", "ambil berkas"),
        ("z", "#present", "A-003"),
        ("a", "#transfer[open]", "Bantuan sosial"),
        ("1", "#undo", "A-003 dialihkan"),
        ("i", "#present", "Istirahat"),
        (" ", "#present", "Siap memanggil"),
    ):
        _type(clerk, keys)
        _until(clerk, css, said)
    assert {line: [one.number for one in people] for line, people in portal.view.current.waiting.items()} == {
        "surat": ["A-001", "A-002", "A-004"],
        "bantuan": ["A-003", "B-001"],
    }


def test_typing_a_number_does_nothing_else(portal: RunningPortal, clerk: WebDriver) -> None:
    """Letters that are keys elsewhere are letters in a field; Enter calls the number, Escape leaves everything as it was."""
    _type(clerk, "n")
    _until(clerk, "#find[open]")
    ActionChains(clerk).send_keys("sh t iz ").perform()
    assert clerk.execute_script("return document.activeElement.value") == "sh t iz "
    ActionChains(clerk).send_keys(Keys.ESCAPE).perform()
    assert (_counter(portal).ticket, clerk.find_elements(By.CSS_SELECTOR, "details[open]")) == (None, [])
    _type(clerk, "n")
    ActionChains(clerk).send_keys("a4" + Keys.ENTER).perform()
    _until(clerk, "#present", "A-004")
    _type(clerk, "s")
    _until(clerk, "#undo", "A-004 selesai")


def test_the_space_bar_presses_what_was_reached_by_tab(portal: RunningPortal, clerk: WebDriver) -> None:
    """Whoever walks to a button with the Tab key means that button; afterwards space is the green act again."""
    _type(clerk, " ")
    _until(clerk, "#present", "A-003")
    _type(clerk, Keys.TAB + Keys.TAB)
    assert clerk.execute_script("return document.activeElement.id") == "act-serve"
    _type(clerk, " ")
    _until(clerk, ".present .of", "Sedang dilayani")
    assert clerk.execute_script("return document.activeElement.id") == "present"
    _type(clerk, " ")
    _until(clerk, "#present", "A-001")


def test_what_is_open_or_typed_stays_when_somebody_takes_a_number(portal: RunningPortal, clerk: WebDriver) -> None:
    """The list grows beside it; the half-typed number, its focus and the open choice stay."""
    _type(clerk, "n")
    ActionChains(clerk).send_keys("a0" + Keys.HOME).perform()
    portal.issue("bantuan")
    _until(clerk, ".queue", "B-002")
    shown = clerk.execute_script(
        "return [document.activeElement.id, document.activeElement.value, document.getElementById('find').open]"
    )
    assert shown == ["number", "a0", True]
    ActionChains(clerk).send_keys("b").perform()
    assert clerk.execute_script("return document.activeElement.value") == "ba0"


def test_a_lost_answer_is_asked_for_again_and_applied_once(portal: RunningPortal) -> None:
    """The wire dies after the hall has done it: the page says so, asks with the same key, and nobody else is called."""
    with lossy_wire(portal.server.port) as wire, chromium(1024, 640) as driver:
        _sit_down(driver, wire.address)
        for keys, css, said in ((" ", "#present", "A-003"), ("h1", ".held", "A-003"), (" ", "#present", "A-001")):
            wire.lose(2)
            for key in keys:
                _type(driver, key)
            _until(driver, "#trouble", "Dikirim lagi")
            _until(driver, css, said)
        assert wire.lost == 6
    assert _counter(portal).ticket == "A-001"
    assert [one.number for one in portal.view.current.held] == ["A-003"]
    assert [call.number for call in portal.view.current.calls] == ["A-001", "A-003"]


def test_undo_goes_away_with_its_time(portal: RunningPortal, clerk: WebDriver) -> None:
    """The bar counts down and leaves the page when the act can no longer be taken back."""
    _type(clerk, " ")
    _until(clerk, "#undo .left", "(10)")
    clerk.execute_script("document.getElementById('undo').dataset.leftS = 0")
    WebDriverWait(clerk, PATIENCE_S, 0.05).until(lambda one: not one.find_elements(By.ID, "undo"))


def test_a_refusal_is_told_where_the_work_is(portal: RunningPortal, clerk: WebDriver) -> None:
    """A sentence with the focus on it stays whatever happens elsewhere, until Escape or until the next act is accepted."""
    for leave, present in ((Keys.ESCAPE, "Siap memanggil"), (" ", "A-001")):
        _type(clerk, "n")
        ActionChains(clerk).send_keys("a99" + Keys.ENTER).perform()
        _until(clerk, "#refused", "Nomor A-099 tidak ada hari ini.")
        _type(clerk, "")
        clerk.execute_async_script("globalThis.balai.look().then(arguments[0])")
        if leave == Keys.ESCAPE:
            portal.call("2")
        else:
            portal.issue("bantuan")
        _until(clerk, ".queue", "(4)" if leave == Keys.ESCAPE else "(5)")
        assert clerk.find_element(By.ID, "refused").is_displayed()
        assert clerk.execute_script("return document.activeElement.id") == "refused"
        _type(clerk, leave)
        _until(clerk, "#present", present)
        assert clerk.find_elements(By.ID, "refused") == []


def test_the_focus_goes_to_the_work_when_what_had_it_is_gone(portal: RunningPortal, clerk: WebDriver) -> None:
    """Another counter calls the person whose button had the focus."""
    _type(clerk, "")
    clerk.execute_script("document.getElementById('call-A-003').focus()")
    portal.call("2")
    _until(clerk, ".queue", "(4)")
    assert clerk.execute_script("return document.activeElement.id") == "present"


def test_a_bounce_calls_nobody_and_every_other_key_goes_through(portal: RunningPortal, clerk: WebDriver) -> None:
    """Just after the answer (the clock of the page stands still) space rests, U works, and Z takes back."""
    _type(clerk, "")
    clerk.execute_script("performance.now = () => 1000")
    for keys, css, said in (("  ", "#present", "A-003"), (" u", ".present .of", "dipanggil 2 kali")):
        _type(clerk, keys)
        _until(clerk, css, said)
    assert [call.number for call in portal.view.current.calls] == ["A-003"]
    for keys, said in (("s", "Siap memanggil"), ("z", "A-003")):
        _type(clerk, keys)
        _until(clerk, "#present", said)
    assert [len(people) for people in portal.view.current.waiting.values()] == [3, 1]


def test_one_key_is_kept_while_an_answer_is_awaited(portal: RunningPortal) -> None:
    """It is done after the answer if it was meant for the ticket that is still in front; Z takes back what was awaited."""
    with lossy_wire(portal.server.port) as wire, chromium(1024, 640) as driver:
        _sit_down(driver, wire.address)
        for keys, css, said in (
            (" z", "#present", "Siap memanggil"),
            (" s", "#present", "A-003"),
            ("um", ".present .of", "Sedang dilayani · "),
            (" u", "#present", "A-001"),
            ("m", ".present .of", "Sedang dilayani"),
        ):
            wire.lose(len(keys) - 1)
            _type(driver, keys[0])
            if keys[1:]:
                _until(driver, "#trouble", "Dikirim lagi")
                ActionChains(driver).send_keys(keys[1:]).perform()
                _type(driver, "")
            _until(driver, css, said)
        counter = _counter(portal)
    assert (counter.ticket, counter.state, counter.calls) == ("A-001", "serving", 1)
    assert [call.number for call in portal.view.current.calls] == ["A-001", "A-003"]


def test_another_counter_is_two_keys_away(portal: RunningPortal, clerk: WebDriver) -> None:
    """G and a digit, with the hall's counters and whom they serve in the list."""
    portal.call("2")
    _type(clerk, "g")
    _until(clerk, "#menu[open]", "Loket 2")
    _type(clerk, "1")
    _until(clerk, "#present", "A-003")
    assert clerk.current_url.endswith("/loket/2")


def test_every_act_is_there_without_scripts(portal: RunningPortal) -> None:
    """On a small phone: buttons of 48 pixels, choices that open, nothing beyond the edge; undo is there when drawn in time."""
    with chromium(360, 740, scripts=False) as driver:
        _sit_down(driver, portal.address)
        for press, css, said in (
            ("#act-main", "#present", "A-003"),
            ("#hold summary", "#hold[open]", "membayar"),
            ("#hold-payment", ".held", "membayar"),
            ("#act-undo", "#present", "A-003"),
            ("#act-skip", "#present", "A-001"),
            ("#call-A-002", "#present", "A-002"),
        ):
            driver.find_element(By.CSS_SELECTOR, press).click()
            # Without scripts every press is another page: none is there for a moment.
            WebDriverWait(driver, PATIENCE_S, 0.05, GOING).until(text_to_be_present_in_element((By.CSS_SELECTOR, css), said))
        sizes = [
            one.size["height"] for one in driver.find_elements(By.CSS_SELECTOR, "button, summary, a.act") if one.is_displayed()
        ]
        assert min(sizes) >= 48
        assert driver.find_element(By.TAG_NAME, "body").size["width"] <= 360
    assert _counter(portal).ticket == "A-002"
