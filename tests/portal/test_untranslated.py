"""Every page in a language of brackets: what is outside them would be Indonesian for every reader."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from html.parser import HTMLParser
from pathlib import Path
from random import Random

import httpx
import pytest

from gateway.hall import Hall
from gateway.portal.i18n import LANGUAGES, Words, on_trial
from gateway.settings import Settings
from gateway.voice.tongues import TONGUES
from tests.browser.pages import ANNOUNCED, ANNOUNCED_LATER, OFFICER, PAGES, PIN, Busy, busy_hall
from tests.portal.catalogues import sentences
from tests.support.hall_process import write_settings

ROOT = Path(__file__).parents[2] / "gateway"

BRACKETS = "qps"
"""The code that is kept for such languages; nobody is offered it."""
OPEN, SHUT = "\N{MATHEMATICAL LEFT WHITE SQUARE BRACKET}", "\N{MATHEMATICAL RIGHT WHITE SQUARE BRACKET}"

SAID = ("title", "aria-label", "placeholder", "alt", "aria-description", "aria-roledescription", "label")
"""Attributes that are read to somebody; so are all that begin with ``data-word`` or ``data-say``."""
SILENT = {"script", "style", "kbd", "code"}
"""What nobody is told: the last is what is typed in a file, spelled alike in every language."""
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}

DATA = (
    *LANGUAGES.values(), *(tongue.name for tongue in TONGUES.values()), "Balai Desa Contoh", "Banyuwangi", OFFICER, "PIN", "KTP", "KK", "QR", "Rp",
    "WAV", "WIB", "REG", *ANNOUNCED.values(), ANNOUNCED_LATER, "sudo apt install espeak-ng",
)  # fmt: skip
"""What is the hall's own, or the same in every language."""


class Brackets(Mapping[str, tuple[str, ...]]):
    """A catalogue that has every sentence, in brackets, and remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: set[str] = set()

    def __getitem__(self, sentence: str) -> tuple[str, ...]:
        self.asked.add(sentence)
        return (f"{OPEN}{sentence}{SHUT}" if sentence else "",)

    def __iter__(self) -> Iterator[str]:
        return iter(self.asked)

    def __len__(self) -> int:
        return len(self.asked)


class BracketedWords(Words):
    """Dates are in brackets too: whoever writes one by hand is found."""

    def __init__(self, language: str, catalogue: Mapping[str, tuple[str, ...]]) -> None:
        super().__init__(language, catalogue)
        for names in ("weekdays", "months"):
            setattr(self, names, tuple(f"{OPEN}{one}{SHUT}" for one in getattr(self, names)))

    def day(self, on: date) -> str:
        """Return a date."""
        return f"{OPEN}{super().day(on)}{SHUT}"

    def time(self, at: datetime) -> str:
        """Return a time of day."""
        return f"{OPEN}{super().time(at)}{SHUT}"


class Reader(HTMLParser):
    """Collects what a page says to eyes and ears, and where it leads."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.leads: set[str] = set()
        self._within: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Read the attributes; remember whether what follows is in a language of its own."""
        told = {name: value or "" for name, value in attrs}
        if tag == "a" and told.get("href", "").startswith("/"):
            self.leads.add(told["href"].partition("?")[0].partition("#")[0])
        own = told.get("lang", BRACKETS) != BRACKETS or tag in SILENT or any(foreign for _, foreign in self._within)
        if not own:
            self.said += [value for name, value in told.items() if name in SAID or name.startswith(("data-word", "data-say"))]
            if tag == "input" and told.get("type") in ("submit", "button", "reset"):
                self.said.append(told.get("value", ""))
        if tag not in VOID:
            self._within.append((tag, own))

    def handle_endtag(self, tag: str) -> None:
        """Leave an element, and those inside it that need no end."""
        while self._within and self._within.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Read a text."""
        if not any(foreign for _, foreign in self._within):
            self.said.append(data)


def _left_over(said: str) -> str:
    """Return the letters of what is said that are in no brackets and no data."""
    depth, left = 0, ""
    for letter in said:
        depth += (letter == OPEN) - (letter == SHUT)
        left += letter if depth == 0 and letter not in (OPEN, SHUT) else " "
    for known in sorted(DATA, key=len, reverse=True):
        left = left.replace(known, " ")
    left = re.sub(
        r"\bLoket \d\b|https?://\S+|/[\w/.-]*|\b[A-Z]-\d{3}\b|\b[A-Z0-9]{3} ?[A-Z0-9]{3}\b|\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", " ", left
    )
    return " ".join(re.findall(r"[^\W\d_]{2,}", left))


@pytest.fixture(scope="module")
def brackets() -> Iterator[Brackets]:
    """Let the portal speak in brackets to whoever asks for it."""
    catalogue = Brackets()
    with on_trial(BracketedWords(BRACKETS, catalogue)):
        yield catalogue


@pytest.fixture(scope="module")
def busy(brackets: Brackets, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Busy]:
    """Serve a real hall with people in every state."""
    with busy_hall(tmp_path_factory.mktemp("hall")) as hall:
        yield hall


@pytest.fixture(scope="module")
def stranger(busy: Busy) -> Iterator[httpx.Client]:
    """Be a villager with a phone."""
    with httpx.Client(base_url=busy.hall.address, timeout=20, trust_env=False, cookies={"bahasa": BRACKETS}) as client:
        yield client


@pytest.fixture(scope="module")
def officer(busy: Busy) -> Iterator[httpx.Client]:
    """Be the head of the office."""
    with httpx.Client(base_url=busy.hall.address, timeout=20, trust_env=False, cookies={"bahasa": BRACKETS}) as client:
        client.post("/masuk", data={"officer": OFFICER, "pin": PIN}, headers={"origin": busy.hall.address})
        yield client


def _outside(answer: httpx.Response) -> list[str]:
    reader = Reader()
    reader.feed(answer.text)
    assert answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR, answer.url
    assert f'lang="{BRACKETS}"' in answer.text, answer.url
    return [f"{answer.url.path}: {left}" for said in reader.said if (left := _left_over(said))]


def _wander(client: httpx.Client, starts: list[str]) -> list[str]:
    """Look at these pages and at all that they lead to; return what they say outside brackets."""
    found: list[str] = []
    seen: set[str] = set()
    ahead = list(starts)
    while ahead:
        path = ahead.pop()
        bare = path.partition("?")[0]
        if path in seen or bare.startswith("/static"):
            continue
        seen.add(path)
        # Screens that many use, as the kiosk, take the language from the address alone.
        answer = client.get(f"{path}{'&' if '?' in path else '?'}bahasa={BRACKETS}", follow_redirects=True)
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        found += _outside(answer)
        reader = Reader()
        reader.feed(answer.text)
        ahead += sorted(reader.leads)
    return sorted(set(found))


def _paths(busy: Busy) -> list[str]:
    return [page.path if isinstance(page.path, str) else page.path(busy) for page in PAGES]


def test_what_stands_outside_brackets_is_found() -> None:
    """The control: a bare word in a text, in an attribute or within other words does not hide; names, numbers and other tongues may."""
    reader = Reader()
    reader.feed(f'<p title="Ambil">{OPEN}x{SHUT} nomor A-001, 12 <b lang="id">dua</b> Basa Jawa<img alt="Gambar"></p>')
    assert [left for said in reader.said if (left := _left_over(said))] == ["Ambil", "nomor", "Gambar"]


def test_a_stranger_reads_nothing_untranslated(busy: Busy, stranger: httpx.Client) -> None:
    """Every page in every state, and every page they lead to, as a villager sees them."""
    assert _wander(stranger, _paths(busy)) == []


def test_an_officer_reads_nothing_untranslated(busy: Busy, officer: httpx.Client) -> None:
    """Every page in every state, and every page they lead to, as the head of the office sees them."""
    assert _wander(officer, _paths(busy)) == []


def test_what_was_refused_is_told_in_the_readers_language(busy: Busy, stranger: httpx.Client) -> None:
    """A form that is not taken comes back with its reasons, a page that is not there with a way on."""
    told = {"origin": busy.hall.address}
    answers = [
        stranger.post("/masuk", data={"officer": OFFICER, "pin": "1"}, headers=told),
        stranger.post("/kode", data={"kode": "AAAAAA"}, headers=told),
        stranger.post("/", data={"line": "zzz", "key": "a" * 20}, headers=told),
        stranger.get("/nowhere"),
    ]
    assert [one for answer in answers for one in _outside(answer)] == []


def test_a_new_hall_greets_in_the_readers_language(brackets: Brackets, tmp_path: Path) -> None:
    """The pages of setting up a hall that nobody has claimed, and what its TV shows."""
    with (
        Hall(Settings.load(write_settings(tmp_path)), randomness=Random(7)) as hall,
        httpx.Client(base_url=hall.address, timeout=20, trust_env=False, cookies={"bahasa": BRACKETS}) as client,
    ):
        code, told = hall.people.setup_code(), {"origin": hall.address}
        answers = [
            client.get("/atur"),
            client.get("/papan"),
            client.post("/atur", data={"code": "x"}, headers=told),
            client.post("/atur", data={"code": code}, headers=told),
        ]
        said = [one for answer in answers for one in _outside(answer)]
        assert [one for one in said if not re.fullmatch(r"/papan: [A-Z ]+", one)] == []


def test_whatever_a_page_asks_for_is_in_the_catalogues(
    busy: Busy, stranger: httpx.Client, officer: httpx.Client, brackets: Brackets
) -> None:
    """A sentence that a page takes from elsewhere, such as a title in a table, is known to those who translate."""
    for client in (stranger, officer):
        _wander(client, _paths(busy))
    queue = busy.hall.view.current
    own = {"", *(line.name for line in queue.lines), *(counter.name for counter in queue.counters)}
    assert sorted(brackets.asked - set(sentences()) - own) == []


def test_scripts_say_nothing_by_themselves() -> None:
    """A script takes its sentences from the page: no word of it has a translation of its own to go stale."""
    texts = re.compile(r"""(["'`])((?:(?!\1)[^\\\n]|\\.)*)\1""")
    said = set(sentences())
    for script in sorted(ROOT.glob("*/static/*.js")):
        if "demo" in script.parts:
            continue
        code = re.sub(r"//.*|/\*.*?\*/", "", script.read_text(encoding="utf-8"))
        for _, text in texts.findall(code):
            assert text not in said, (script.name, text)
            assert not re.search(r"[a-z]{3,} [a-z]{3,}", text) or text == "use strict", (script.name, text)
