"""The page on which a stranger sees the whole hall."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from gateway.demo.sim import FOLDER, SimParts, sim_routes
from gateway.demo.speech import ENGLISH
from gateway.devices.catalog import plug_in
from gateway.devices.plugged import Devices
from gateway.devices.ports import LampSign
from gateway.errors import Refusal
from gateway.portal.face import Face
from gateway.portal.i18n import words
from gateway.settings import DeviceSettings
from gateway.store.outbox import backlog
from gateway.tickets.inputs import PressDesk
from gateway.tickets.outputs import BoardOutput, SlipOutput
from gateway.tickets.view import QueueView
from gateway.voice import sound
from tests.support.tickets import WIB, Queue, open_queue


class Browser:
    """Asks the routes in this process, one request after the other; follows no redirect."""

    def __init__(self, app: Starlette) -> None:
        self._app = app

    def get(self, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        """Fetch a page."""
        return asyncio.run(self._ask("GET", path, headers))

    def post(self, path: str) -> httpx.Response:
        """Submit a form."""
        return asyncio.run(self._ask("POST", path, None))

    async def _ask(self, method: str, path: str, headers: dict[str, str] | None) -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self._app), base_url="http://balai.lan") as client:
            return await client.request(method, path, headers=headers)


@dataclass
class Cable:
    """The uplink of the demo."""

    pulled: bool = False

    def pull_uplink(self) -> None:
        """Pull the plug."""
        self.pulled = True

    def plug_uplink(self) -> None:
        """Put it back."""
        self.pulled = False


@dataclass
class Demo:
    """A hall whose loops step when the test says so."""

    queue: Queue
    view: QueueView
    presses: PressDesk
    devices: Devices
    boards: tuple[BoardOutput, ...]
    slips: SlipOutput
    cable: Cable
    client: Browser
    centre: Path = field(default_factory=Path)

    def settle(self) -> None:
        """Let every loop look once."""
        self.presses.step()
        self.view.refresh()
        for board in self.boards:
            board.step()
        self.slips.step()

    def post(self, path: str) -> None:
        """Submit a form of the page and let the hall settle."""
        answer = self.client.post(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/sim")
        self.settle()


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    """The page over a real queue and store."""
    entries = [
        DeviceSettings.model_validate(entry)
        for entry in (
            {"id": "tombol-a", "kind": "simulated-button", "line": "surat"},
            {"id": "keypad", "kind": "simulated-keypad", "counter": "1"},
            {"id": "nilai-4", "kind": "simulated-rating-button", "counter": "1", "score": 4},
            {"id": "papan", "kind": "simulated-board"},
            {"id": "matriks", "kind": "simulated-matrix"},
            {"id": "angka", "kind": "simulated-segments"},
            {"id": "printer", "kind": "simulated-printer"},
            {"id": "suara", "kind": "simulated-speaker"},
            {"id": "lampu", "kind": "simulated-lamp"},
        )
    ]
    with open_queue(tmp_path / "hall") as queue, plug_in(entries, queue.clock) as devices:
        view, presses, cable = QueueView(queue.store, queue.desk.choices), PressDesk(queue.desk, queue.clock), Cable()
        for button in devices.buttons:
            button.when_pressed(presses.press)

        def waiting() -> int:
            with queue.store.reader() as db:
                return backlog(db).depth

        parts = SimParts(
            "Balai <Contoh>", WIB, devices, lambda: view.current, presses, waiting,
            tmp_path / "centre.db", cable,
        )  # fmt: skip
        app = Starlette(routes=sim_routes(parts), exception_handlers={Refusal: _told})
        slips = SlipOutput(
            queue.store, devices.printers, queue.clock, words=words, zone=WIB, face=lambda: Face("Balai", address="http://b.lan")
        )
        boards = tuple(BoardOutput(view, board, queue.clock) for board in devices.boards)
        yield Demo(queue, view, presses, devices, boards, slips, cable, Browser(app), tmp_path / "centre.db")


def _told(_request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refusal)
    return PlainTextResponse(refusal.code, refusal.fault.status)


def test_the_page_is_english_for_whoever_asks(demo: Demo) -> None:
    """All of it, what devices say of themselves too; every sentence has its English, and no English is left over."""
    demo.post("/sim/switch/printer/take-paper")
    demo.post("/sim/press/tombol-a")
    page = demo.client.get("/sim?bahasa=en").text
    assert 'lang="en"' in page
    assert [
        word for word in ("out of paper", "6 touches, 1 counted", "Queue buttons", "Troubles to try") if word not in page
    ] == []
    sources = [*(FOLDER / "templates").glob("*.html"), FOLDER / "faults.py", FOLDER / "sim.py"]
    written = "".join(source.read_text(encoding="utf-8") for source in sources)
    asked = {one for match in re.findall(r'_\("([^"]+)"|act\([^,]+, "[^"]+", "([^"]+)"', written) for one in match if one}
    assert asked - ENGLISH.keys() == set()
    assert [sentence for sentence in ENGLISH if f'"{sentence}"' not in written] == []


def test_a_press_is_seen_on_board_roll_and_queue(demo: Demo) -> None:
    """One click, and the number stands on the board and comes out as a slip that can be looked at."""
    demo.post("/sim/press/tombol-a")
    demo.post("/sim/press/keypad/call-next")
    page = demo.client.get("/sim").text
    slip = re.search(r'src="(/sim/slip/printer/1\.png)', page)
    assert slip is not None
    assert demo.client.get(slip[1]).content.startswith(b"\x89PNG")
    assert 'aria-label="A-001 1, A-001"' in demo.client.get("/sim/board/papan.svg").text
    assert "Nomor terakhir dari tombol: <b>A-001</b>" in page


def test_led_boards_show_what_their_bytes_say(demo: Demo) -> None:
    """Dots and segments change with the queue; without power they are dark, and the page admits that no hall would know."""
    pictures = [demo.client.get(f"/sim/board/{board}.svg").text for board in ("matriks", "angka")]
    demo.post("/sim/press/tombol-a")
    demo.post("/sim/press/keypad/call-next")
    called = [demo.client.get(f"/sim/board/{board}.svg").text for board in ("matriks", "angka")]
    assert all(before != after for before, after in zip(pictures, called, strict=True))
    for board in ("matriks", "angka"):
        demo.post(f"/sim/switch/{board}/unplug")
    assert demo.client.get("/sim").text.count("tanpa daya: balai tidak tahu") == 2
    assert demo.devices.ailing() == {}


def test_the_lamp_is_told_in_words_too(demo: Demo) -> None:
    """Who sees no blinking reads what it says."""
    [lamp] = demo.devices.lamps
    before = demo.client.get("/sim").text
    lamp.shine(LampSign.AWAY)
    assert "Lampu gelap." in before
    assert "Lampu kedip lambat: kabupaten tidak terjangkau." in demo.client.get("/sim").text


def test_the_page_works_without_script_and_escapes_names(demo: Demo) -> None:
    """Every act is a form, the page reloads itself, and a hall's name cannot break it."""
    page = demo.client.get("/sim").text
    assert '<noscript><meta http-equiv="refresh"' in page
    assert "Balai &lt;Contoh&gt;" in page
    assert page.count("<form") == page.count('method="post" action="/sim/')


def test_every_form_of_the_page_does_something(demo: Demo) -> None:
    """No switch is painted on: each posts to an act that exists, and back again."""
    demo.post("/sim/press/tombol-a")
    for _ in range(2):
        for action in re.findall(r'action="([^"]+)"', demo.client.get("/sim").text):
            demo.post(action)


def test_switches_disturb_the_devices(demo: Demo) -> None:
    """Paper, plugs and the uplink can be taken away and given back."""
    for path in ("printer/take-paper", "papan/unplug", "uplink/pull"):
        demo.post(f"/sim/switch/{path}")
    page = demo.client.get("/sim").text
    assert all(word in page for word in ("kertas habis", "kabel papan tercabut", "Uplink tercabut"))
    assert (list(demo.devices.ailing()), demo.cable.pulled) == (["papan", "printer"], True)
    for path in ("printer/give-paper", "papan/plug", "uplink/plug"):
        demo.post(f"/sim/switch/{path}")
    assert (demo.devices.ailing(), demo.cable.pulled) == ({}, False)


@pytest.mark.parametrize(
    ("fault", "mend", "says"),
    [
        ("printer/open-cover", "printer/close-cover", "penutup printer terbuka"),
        ("printer/wear-paper", "printer/give-paper", "kertas hampir habis"),
        ("printer/slow-down", "printer/speed-up", "Cepat lagi"),
        ("suara/unplug", "suara/plug", "kabel pengeras suara tercabut"),
        ("suara/take-card", "suara/give-card", "kartu suara tidak dapat dibuka"),
        ("keypad/hold", "keypad/release", "Lepaskan panggil"),
    ],
)
def test_each_fault_is_said_and_mended(demo: Demo, fault: str, mend: str, says: str) -> None:
    """What is wrong stands on the page in the device's own words, until it is mended; thrown twice a switch does no more."""
    said = []
    for act in (fault, fault, mend, mend):
        demo.post(f"/sim/switch/{act}")
        said.append(says in demo.client.get("/sim").text)
    assert said == [True, True, False, False]


def test_a_bouncing_contact_gives_one_number(demo: Demo) -> None:
    """Every press is six touches, on a worn contact twenty-one; the page says what was made of them."""
    demo.post("/sim/press/tombol-a")
    told = [demo.client.get("/sim").text]
    demo.queue.clock.advance(2)
    demo.post("/sim/switch/tombol-a/bounce")
    told.append(demo.client.get("/sim").text)
    assert demo.queue.rows("SELECT label FROM ticket") == [("A-001",), ("A-002",)]
    assert "6 sentuhan, 1 dihitung" in told[0]
    assert "27 sentuhan, 2 dihitung" in told[1]


def test_the_lamp_in_a_button_shines_as_its_pin_does(demo: Demo) -> None:
    """A second long, from the edge that counted; a press that does not count lights nothing."""
    said = []
    for passed_s in (0.0, 1.5, 0.0):
        demo.post("/sim/press/tombol-a")
        said.append("lampu menyala" in demo.client.get("/sim").text)
        demo.queue.clock.advance(passed_s)
        demo.devices.step()
        said.append("lampu menyala" in demo.client.get("/sim").text)
    assert said == [True, True, True, False, True, True]


def test_a_button_that_is_held_for_long_is_switched_off(demo: Demo) -> None:
    """Half a minute: it says so, gives one number, and counts again after a rest."""
    demo.post("/sim/switch/tombol-a/hold")
    demo.queue.clock.advance(31)
    assert "tombol macet tertekan, dimatikan" in demo.client.get("/sim").text
    demo.post("/sim/switch/tombol-a/release")
    demo.queue.clock.advance(6)
    demo.post("/sim/press/tombol-a")
    assert demo.queue.rows("SELECT label FROM ticket") == [("A-001",), ("A-002",)]


def test_a_printer_pulled_in_mid_slip_prints_the_same_number_again(demo: Demo) -> None:
    """A torn piece, and once it is back the whole slip, which says that it may be a second one."""
    demo.post("/sim/switch/printer/pull-in-mid-slip")
    demo.post("/sim/press/tombol-a")
    assert "Struk A-001, terpotong" in demo.client.get("/sim").text
    demo.post("/sim/switch/printer/plug")
    demo.queue.clock.advance(5)
    demo.settle()
    page = demo.client.get("/sim").text
    assert ("Struk A-001, cetak ulang" in page, demo.queue.rows("SELECT label FROM ticket")) == (True, [("A-001",)])


def test_what_the_speaker_says_is_read_and_heard_again(demo: Demo) -> None:
    """The words stand on the page, and the link beside them plays the sound."""
    wav = sound.to_wav(sound.silence(0.01))
    demo.devices.speakers[0].play(wav, "Nomor antrean A, kosong kosong satu")
    assert "Nomor antrean A, kosong kosong satu" in demo.client.get("/sim").text
    answer = demo.client.get("/sim/sound/suara/1.wav")
    assert (answer.content, answer.headers["content-type"]) == (wav, "audio/wav")
    assert demo.client.get("/sim/sound/suara/2.wav").status_code == 404


def test_calling_nobody_is_a_sentence(demo: Demo) -> None:
    """A refusal is shown to the person who pressed, not as an error page."""
    demo.post("/sim/press/keypad/call-next")
    assert "Tidak ada yang menunggu di loket ini." in demo.client.get("/sim").text


def test_the_keypad_of_a_counter_works_like_a_real_one(demo: Demo) -> None:
    """It calls, finishes, and a second press in haste calls nobody else; what it has done is said."""
    for _ in range(2):
        demo.post("/sim/press/tombol-a")
        demo.queue.clock.advance(2)
    for act in ("call-next", "call-next", "complete"):
        demo.post(f"/sim/press/keypad/{act}")
        demo.queue.clock.advance(0.5)
    assert demo.queue.rows("SELECT label, state FROM ticket ORDER BY id") == [("A-001", "completed"), ("A-002", "waiting")]
    assert "Selesai: <b>A-001</b> di loket 1." in demo.client.get("/sim").text


def test_the_keypad_takes_back_and_sends_away(demo: Demo) -> None:
    """What a numpad does besides: the last act is taken back, and who was called often enough and does not come is not present."""
    demo.post("/sim/press/tombol-a")
    for act in ("call-next", "undo", "call-next", "no-show"):
        demo.post(f"/sim/press/keypad/{act}")
        demo.queue.clock.advance(2)
    assert demo.queue.rows("SELECT label, state FROM ticket") == [("A-001", "no_show")]
    assert "Tidak hadir: <b>A-001</b> di loket 1." in demo.client.get("/sim").text


def test_a_face_says_whether_a_visit_was_rated(demo: Demo) -> None:
    """Whoever presses it sees what became of it: nobody has been served yet, then a word that counts."""
    demo.post("/sim/press/nilai-4")
    assert "Belum ada yang baru selesai dilayani di loket 1." in demo.client.get("/sim").text
    demo.post("/sim/press/tombol-a")
    for act in ("call-next", "complete"):
        demo.post(f"/sim/press/keypad/{act}")
        demo.queue.clock.advance(2)
    demo.post("/sim/press/nilai-4")
    assert "Sangat puas: dicatat untuk loket 1." in demo.client.get("/sim").text
    assert demo.queue.rows("SELECT score FROM rating") == [(4,)]


def test_what_the_centre_has_is_shown_newest_first(demo: Demo) -> None:
    """The last station of an event is visible, and the page never writes to it."""
    with closing(sqlite3.connect(demo.centre)) as db, db:
        db.execute("CREATE TABLE events (arrival INTEGER PRIMARY KEY, lane, seq, type, subject, received_at)")
        for seq, kind in enumerate(("issued", "called"), 1):
            db.execute(
                "INSERT INTO events VALUES (NULL, 'record', ?, ?, 'ticket/7f3a90c2/1/A-001', '2026-11-23T01:14:03+00:00')",
                (seq, f"id.balai.ticket.{kind}.v1"),
            )
    page = demo.client.get("/sim").text
    assert page.index("ticket.called") < page.index("ticket.issued")
    assert "<b>2</b> sudah di kabupaten" in page
    assert "08.14.03" in page


def test_without_a_centre_the_page_still_stands(demo: Demo) -> None:
    """The intake may come later or never."""
    page = demo.client.get("/sim").text
    assert "Belum ada yang tiba." in page
    assert not demo.centre.exists()


def test_an_unchanged_page_is_not_sent_again(demo: Demo) -> None:
    """The script's looks cost next to nothing while nothing happens."""
    first = demo.client.get("/sim/live")
    same = demo.client.get("/sim/live", headers={"if-none-match": first.headers["etag"]})
    demo.post("/sim/press/tombol-a")
    changed = demo.client.get("/sim/live", headers={"if-none-match": first.headers["etag"]})
    assert [first.status_code, same.status_code, changed.status_code] == [200, 304, 200]


@pytest.mark.parametrize(
    "path", ["/sim/board/x.svg", "/sim/slip/printer/99.png", "/sim/slip/x/1.png", f"/sim/slip/printer/{'9' * 5000}.png"]
)
def test_what_is_not_there_is_not_found(demo: Demo, path: str) -> None:
    """An old address of a slip is a plain not-found."""
    assert (demo.client.get(path).status_code, demo.client.post("/sim/switch/x/y").status_code) == (404, 404)
    assert [demo.client.post(f"/sim/press/{key}").status_code for key in ("x", "keypad", "keypad/dance")] == [404, 404, 404]


@pytest.mark.parametrize(("name", "kind"), [("sim.css", "text/css"), ("sim.js", "text/javascript")])
def test_style_and_script_come_from_the_hall(demo: Demo, name: str, kind: str) -> None:
    """Nothing is loaded from elsewhere: the content policy allows the hall alone."""
    answer = demo.client.get(f"/sim/{name}")
    assert answer.headers["content-type"].startswith(kind)
    assert "http" not in answer.text.replace("http-equiv", "")
