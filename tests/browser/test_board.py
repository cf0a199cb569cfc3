"""The board in a real browser: sizes, slides, running text, and what happens when the hall falls silent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from gateway.portal.news import News, Slide
from tests.support.browser import chromium
from tests.support.portal import RunningPortal, running_portal

PATIENCE_S = 30
TEXTS = ("Posyandu Melati: Kamis 26 November, 08.00, di balai dusun.", "Bawa buku KIA. " * 12)


@dataclass
class Hall:
    """A hall whose news a test may change."""

    portal: RunningPortal
    news: list[News]
    speaker: Spokesman


class Spokesman:
    """A speaker that says what the test says."""

    saying = ""

    def tells(self, tell: Callable[[], None], /) -> None:
        """Remember whom to tell."""
        self._tell = tell

    def say(self, sentence: str) -> None:
        """Speak."""
        self.saying = sentence
        self._tell()


@pytest.fixture
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """Serve a hall that has something to say: slides come after a tenth of a second of quiet, texts change as fast."""
    news: list[News] = [News(texts=TEXTS, text_s=0.1, quiet_s=0.1)]
    speaker = Spokesman()
    with running_portal(tmp_path_factory.mktemp("hall"), lambda _language: news[0], speaker=speaker) as portal:
        with portal.client() as client:
            mark = client.get("/favicon.ico").headers["location"]
        news[0] = News(texts=TEXTS, slides=(Slide(mark, "image", "Gajah oling"),), slide_s=0.1, text_s=0.1, quiet_s=0.1)
        yield Hall(portal, news, speaker)


def _until(driver: WebDriver, script: str) -> None:
    WebDriverWait(driver, PATIENCE_S, 0.05).until(lambda one: one.execute_script(script))


GLYPHS = """
const text = document.getElementById("number"), pen = document.createElement("canvas").getContext("2d");
const style = getComputedStyle(text), box = text.getScreenCTM();
pen.font = `800 100px ${style.fontFamily}`;
const ink = pen.measureText(text.textContent), stage = document.getElementById("call").getBoundingClientRect(), line = text.getBoundingClientRect();
const parts = [...document.querySelectorAll(".call, .former, .waiting, .running, .bar")].map((one) => one.getBoundingClientRect());
return {
  share: (ink.actualBoundingBoxAscent + ink.actualBoundingBoxDescent) * box.d / innerHeight,
  inside: line.left >= stage.left && line.right <= stage.right && document.getElementById("counter").getBoundingClientRect().bottom <= stage.bottom,
  bare: document.getElementById("call").innerText.includes("<"),
  onScreen: parts.every((one) => one.width > 0 && one.left >= 0 && one.right <= innerWidth && one.top >= 0 && one.bottom <= innerHeight + .5),
  apart: parts.every((one, at) => parts.every((two, other) => at === other || one.right <= two.left + 1 || two.right <= one.left + 1 || one.bottom <= two.top + 1 || two.bottom <= one.top + 1)),
};
"""


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1280, 720), (1024, 768)])
def test_the_number_is_a_quarter_of_the_screen(hall: Hall, width: int, height: int) -> None:
    """The glyphs themselves, not their line: at least 25 % of the height, whole inside the stage, nothing above another, off the screen or in brackets."""
    for _ in range(7):
        hall.portal.issue()
    for _ in range(6):
        hall.portal.call()
    hall.news[0] = News(texts=TEXTS)
    with chromium(width, height) as driver:
        driver.get(hall.portal.address + "/papan")
        _until(driver, "return !document.getElementById('running').hidden")
        found = driver.execute_script(GLYPHS)
    assert found.pop("share") >= 0.25
    assert found == {"inside": True, "bare": False, "onScreen": True, "apart": True}


def test_a_call_takes_the_stage_from_a_slide(hall: Hall) -> None:
    """In quiet a slide stands on the stage and the latest call heads the list; a new call is big at once."""
    for _ in range(2):
        hall.portal.issue()
    hall.portal.call()
    with chromium(1280, 720) as driver:
        driver.get(hall.portal.address + "/papan")
        _until(driver, "return document.querySelector('#slide:not([hidden]) img')?.naturalWidth > 0")
        _until(driver, "return document.querySelector('#former .latest strong')?.textContent === 'A-001'")
        hall.news[0] = News(slides=hall.news[0].slides, quiet_s=3600)
        driver.refresh()
        hall.portal.call("2")
        _until(
            driver, "return document.getElementById('number').textContent === 'A-002' && document.getElementById('slide').hidden"
        )


def test_the_running_text_changes_page_by_page(hall: Hall) -> None:
    """A long text is cut into pages that fit the band; each is shown, none moves."""
    with chromium(1280, 720) as driver:
        driver.get(hall.portal.address + "/papan")
        driver.execute_script(
            "window.seen = new Set(); window.broad = 0; const line = document.getElementById('running');"
            "new MutationObserver(() => { seen.add(line.textContent); broad = Math.max(broad, line.scrollWidth - line.clientWidth, line.scrollHeight - line.clientHeight); })"
            ".observe(line, {childList: true})"
        )
        _until(driver, "return seen.size >= 3")
        shown = driver.execute_script("return [[...seen].join(' '), broad, document.getAnimations().length]")
    assert [word in shown[0] for word in ("Posyandu", "KIA.")] == [True, True]
    assert shown[1:] == [0, 0]


def test_what_is_spoken_stands_below_the_call(hall: Hall) -> None:
    """Word for word while it is said, and gone after it."""
    hall.portal.issue()
    hall.portal.call()
    with chromium(1280, 720) as driver:
        driver.get(hall.portal.address + "/papan")
        for sentence in ("Nomor antrean A, kosong kosong satu, silakan menuju Loket 1.", ""):
            hall.speaker.say(sentence)
            _until(driver, f"return document.getElementById('saying').textContent === {sentence!r}")


def test_the_next_call_waits_for_the_voice(hall: Hall) -> None:
    """A number that is being spoken stays until it has been said, though its own time on the stage is over."""
    hall.news[0] = News()
    for _ in range(3):
        hall.portal.issue()
    hall.portal.call("1")
    quick = "const real = setTimeout; window.setTimeout = (act, ms) => real(act, ms === 6000 ? 50 : ms);"
    with chromium(1280, 720) as driver:
        driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": quick})
        driver.get(hall.portal.address + "/papan")
        driver.execute_script(
            "window.told = []; document.addEventListener('saying', (one) => told.push(one.detail), true);"
            "new MutationObserver(() => told.push(document.getElementById('number').textContent))"
            ".observe(document.getElementById('number'), {childList: true})"
        )
        hall.portal.call("2")
        _until(driver, "return told.includes('A-002')")
        hall.speaker.say("A-002 ke Loket 2")
        _until(driver, "return told.includes('A-002 ke Loket 2')")
        hall.portal.call("1")
        _until(driver, "window.since ??= performance.now(); return performance.now() - since > 300")
        hall.speaker.say("")
        _until(driver, "return told.includes('A-003')")
        told = driver.execute_script("return told.filter((one, at) => at === 0 || one !== told[at - 1])")
    assert [one for one in told if one][-3:] == ["A-002", "A-002 ke Loket 2", "A-003"]
    assert told.index("A-003") > told.index("A-002 ke Loket 2") + 1


def test_a_call_that_is_taken_back_leaves_the_stage(hall: Hall) -> None:
    """The one before it stands there again, and the next call is shown although it may bear the same id."""
    hall.news[0] = News()
    for _ in range(3):
        hall.portal.issue()
    hall.portal.call("1")
    with chromium(1280, 720) as driver:
        driver.get(hall.portal.address + "/papan")
        hall.portal.call("2")
        _until(driver, "return document.getElementById('number').textContent === 'A-002'")
        hall.portal.desk.counters.undo("2")
        _until(driver, "return document.getElementById('number').textContent === 'A-001'")
        hall.portal.call("2")
        _until(driver, "return document.getElementById('number').textContent === 'A-002'")


def test_a_board_without_scripts_says_the_same(hall: Hall) -> None:
    """Call, former calls, waiting and a text are in the page itself, which loads itself anew."""
    hall.news[0] = News(texts=TEXTS[:1])
    hall.portal.issue()
    hall.portal.call()
    with hall.portal.client() as client:
        page = client.get("/papan").text
    assert [words in page for words in ("A-001", "Loket 1", TEXTS[0], 'http-equiv="refresh"')] == [True] * 4


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1280, 720), (1024, 768)])
def test_without_scripts_two_calls_at_once_are_both_large(hall: Hall, width: int, height: int) -> None:
    """One above the other, each with its counter beside it, whole inside the stage; a call ten seconds later stands there alone."""
    hall.news[0] = News(texts=TEXTS[:1])
    for _ in range(3):
        hall.portal.issue()
    hall.portal.call("1")
    hall.portal.call("2")
    with chromium(width, height, scripts=False) as driver:
        driver.get(hall.portal.address + "/papan")
        stage = driver.find_element(By.ID, "call").rect
        found = [
            (one.text, one.rect)
            for one in driver.find_elements(By.CSS_SELECTOR, ".call .to, .call .number")
            if one.is_displayed()
        ]
        assert sorted(text for text, _ in found) == ["A-001", "A-002", "Loket 1", "Loket 2"]
        for text, box in found:
            assert stage["x"] <= box["x"] <= box["x"] + box["width"] <= stage["x"] + stage["width"] + 1, text
            assert stage["y"] <= box["y"] <= box["y"] + box["height"] <= stage["y"] + stage["height"] + 1, text
            assert box["height"] >= height * (0.16 if text.startswith("A-") else 0.06)
        hall.portal.clock.advance(11)
        hall.portal.call("1")
        driver.refresh()
        assert [one.text for one in driver.find_elements(By.CSS_SELECTOR, ".call .number")] == ["A-003"]


def test_a_board_that_is_not_told_anything_says_so(hall: Hall) -> None:
    """When the hall is gone the board does not pretend to know."""
    with chromium(1280, 720) as driver:
        driver.get(hall.portal.address + "/papan")
        driver.execute_script("window.setTimeout = ((real) => (act, ms) => real(act, ms === 15000 ? 10 : ms))(window.setTimeout)")
        hall.portal.server.stop()
        _until(driver, "return !document.getElementById('away').hidden")


def test_a_named_board_gives_a_sign_and_says_goodbye(hall: Hall) -> None:
    """It is known by its name while it is open, and not missed once it is closed."""
    with chromium(1280, 720) as driver:
        driver.get(hall.portal.address + "/papan?layar=lobi")
        WebDriverWait(driver, PATIENCE_S, 0.05).until(lambda _: hall.portal.screens.silence() == {"lobi": 0.0})
        driver.get("about:blank")
        WebDriverWait(driver, PATIENCE_S, 0.05).until(lambda _: hall.portal.screens.silence() == {})
