"""The pages of devices as a technician's browser meets them, on a whole hall with simulated devices."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from gateway.devices.simulated_button import SimulatedButton
from gateway.devices.simulated_printer import SimulatedPrinter
from gateway.hall import Hall
from gateway.people.model import Role
from gateway.portal.i18n import LANGUAGES
from gateway.settings import Settings
from tests.support.clock import FakeClock
from tests.support.hall_process import write_settings
from tests.support.waiting import until

PIN = "739164"


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    """Run a hall with a button, a board, a printer and a speaker; time passes only when a test says so."""
    with Hall(Settings.load(write_settings(tmp_path)), clock=FakeClock()) as running:
        running.people.add_officer("Siti", PIN, Role.TECHNICIAN)
        running.people.add_officer("Budi", PIN, Role.CLERK)
        yield running


@contextmanager
def browser(hall: Hall, officer: str = "Siti") -> Iterator[httpx.Client]:
    """Open a browser of somebody who has signed in."""
    with httpx.Client(base_url=hall.address, timeout=20, trust_env=False) as client:
        client.post("/masuk", data={"officer": officer, "pin": PIN})
        yield client


def act(client: httpx.Client, path: str, **fields: str) -> int:
    """Send a form of the page; return the status."""
    csrf = re.findall(r'name="csrf" value="([^"]*)"', client.get("/petugas").text)[0]
    return client.post(path, data={"csrf": csrf, **fields}).status_code


def button(hall: Hall) -> SimulatedButton:
    """Return the button that gives numbers."""
    [found] = hall.devices.of_kind(SimulatedButton.kind)
    assert isinstance(found, SimulatedButton)
    return found


def press(hall: Hall) -> None:
    """Let somebody press, after a rest."""
    hall.clock.advance(3)  # type: ignore[attr-defined]  # the clock of this test
    button(hall).press()


def test_every_device_stands_on_the_page_with_its_state_and_what_to_do(hall: Hall) -> None:
    """The one that cannot do its work comes first; a line is told by its name."""
    [printer] = hall.devices.of_kind(SimulatedPrinter.kind)
    printer.take_paper()
    with browser(hall) as client:
        page = client.get("/perangkat").text
    assert re.findall(r'id="alat-([a-z-]+)"', page) == ["printer", "tombol-a", "papan", "suara"]
    assert "1 bermasalah" in page
    assert "Pasang gulungan kertas baru" in page
    assert "Surat dan KTP/KK" in page


def test_a_tried_button_gives_no_number_once_and_everybody_can_see_it(hall: Hall) -> None:
    """The health page says so to whoever looks; the second press gives the first number."""
    with browser(hall) as client:
        assert act(client, "/perangkat/tombol-a/coba", act="press") == 303
        assert "Tekan sekarang." in client.get("/perangkat").text
        assert "tombol-a sedang dicoba" in client.get("/kesehatan").text
        press(hall)
        assert "Tekanan terasa." in client.get("/perangkat").text
        assert hall.view.current.tickets == {}
        press(hall)
        until(lambda: [one.number for one in hall.view.current.tickets.values()] == ["A-001"])
        assert (button(hall).blinked, "sedang dicoba" in client.get("/kesehatan").text) == (1, False)


def test_a_dead_button_is_not_tried_and_says_why(hall: Hall) -> None:
    """Nobody waits a minute for a press that cannot be felt, or looks for a lamp that does not shine."""
    button(hall).close()
    with browser(hall) as client:
        for wish in ("press", "blink"):
            assert act(client, "/perangkat/tombol-a/coba", act=wish) == 303
            page = client.get("/perangkat/tombol-a").text
            assert re.search(r"Gagal: [a-z ]+\.", page)
            assert ("Tekan sekarang." in page, "Lampunya berkedip" in page) == (False, False)
    assert (hall.gate.held(), button(hall).blinked) == (None, 0)


def test_a_stuck_button_is_tried_once_it_is_free(hall: Hall) -> None:
    """The reason and its remedy first; then its press is waited for, and nothing is said of the failure any more."""
    hall.clock.advance(3)  # type: ignore[attr-defined]  # the clock of this test
    button(hall).hold()
    hall.clock.advance(31)  # type: ignore[attr-defined]  # the clock of this test
    with browser(hall) as client:
        act(client, "/perangkat/tombol-a/coba", act="press")
        page = client.get("/perangkat/tombol-a").text
        assert ("Gagal: tombol macet tertekan, dimatikan." in page, "Lepaskan tombolnya" in page) == (True, True)
        assert hall.gate.held() is None
        button(hall).release()
        hall.clock.advance(6)  # type: ignore[attr-defined]  # the clock of this test
        act(client, "/perangkat/tombol-a/coba", act="press")
        page = client.get("/perangkat/tombol-a").text
    assert ("Gagal" in page, "Tekan sekarang." in page) == (False, True)


def test_a_trial_of_a_press_can_be_ended(hall: Hall) -> None:
    """On the button's own page, to which one comes back."""
    with browser(hall) as client:
        act(client, "/perangkat/tombol-a/coba", act="press")
        assert act(client, "/perangkat/tombol-a/coba", act="count", **{"from": "one"}) == 303
        press(hall)
        until(lambda: len(hall.view.current.tickets) == 1)


@pytest.mark.parametrize(
    ("device", "wish", "said"),
    [
        ("printer", "print", "Struk percobaan sudah dikirim"),
        ("papan", "show", "Gambar percobaan sudah dikirim"),
        ("suara", "beep", "Nada sudah dibunyikan"),
        ("tombol-a", "blink", "Lampunya berkedip"),
    ],
)
def test_each_device_is_tried_in_its_own_way(hall: Hall, device: str, wish: str, said: str) -> None:
    """By its own loop, without a number; the page tells what became of it."""
    with browser(hall) as client:
        assert act(client, f"/perangkat/{device}/coba", act=wish) == 303
        until(lambda: said in client.get(f"/perangkat/{device}").text)
        assert hall.view.current.tickets == {}


def test_what_fails_is_said_with_what_to_do(hall: Hall) -> None:
    """A speaker whose plug is pulled while nobody looks: the trial waits for it, and says in a minute that it did not come."""
    [printer] = hall.devices.of_kind(SimulatedPrinter.kind)
    printer.unplug()
    with browser(hall) as client:
        act(client, "/perangkat/printer/coba", act="print")
        assert "Sedang dicoba." in client.get("/perangkat/printer").text
        hall.clock.advance(61)  # type: ignore[attr-defined]  # the clock of this test
        assert "Gagal: perangkat belum siap dalam satu menit." in client.get("/perangkat/printer").text
        printer.plug()
        assert printer.printed == 0


def test_the_history_of_a_device_is_on_its_page(hall: Hall) -> None:
    """With what a technician has noted; it is written by the desk, which looks each second."""
    with browser(hall) as client:
        hall.equipment.step()
        hall.clock.advance(5)  # type: ignore[attr-defined]  # the clock of this test
        hall.equipment.step()
        assert act(client, "/perangkat/printer/ganti") == 303
        page = client.get("/perangkat/printer").text
    assert re.findall(r"<strong>(Siap|Diganti dengan yang baru)</strong>", page) == ["Diganti dengan yang baru", "Siap"]


def test_nonsense_changes_nothing(hall: Hall) -> None:
    """Unknown devices, acts that a device has not, forms of other sites."""
    with browser(hall) as client:
        assert client.get("/perangkat/tidak-ada").status_code == 404
        assert act(client, "/perangkat/tidak-ada/coba", act="press") == 404
        assert act(client, "/perangkat/papan/coba", act="press") == 422
        assert act(client, "/perangkat/papan/coba") == 422
        assert client.post("/perangkat/tombol-a/coba", data={"act": "press"}).status_code == 403
    assert hall.gate.held() is None


def test_the_page_is_for_those_who_look_after_devices(hall: Hall) -> None:
    """A clerk is told whom to ask; who has not signed in is led there; the former page leads here."""
    with browser(hall, "Budi") as client:
        assert client.get("/perangkat").status_code == 403
        assert client.get("/perangkat/printer").status_code == 403
    with browser(hall) as client:
        assert client.get("/atur/uji").headers["location"] == "/perangkat"
    answer = httpx.get(f"{hall.address}/perangkat", trust_env=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/masuk?lanjut=/perangkat")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_are_there_in_every_language(hall: Hall, language: str) -> None:
    """Also with a device in trouble, one that is tried and one that has failed."""
    [printer] = hall.devices.of_kind(SimulatedPrinter.kind)
    printer.unplug()
    with browser(hall) as client:
        act(client, "/perangkat/tombol-a/coba", act="press")
        for path in ("/perangkat", "/perangkat/printer", "/perangkat/tombol-a"):
            answer = client.get(path, params={"bahasa": language})
            assert (answer.status_code, f'lang="{language}"' in answer.text) == (200, True)


def test_a_wrong_option_costs_its_device_alone(tmp_path: Path) -> None:
    """The hall starts and gives numbers; what is wrong stands on the pages, and a kind that does not exist goes to the centre as unknown."""
    path = write_settings(tmp_path)
    path.write_text(path.read_text() + '\n[[devices]]\nid = "salah"\nkind = "Gpio Buton"\n')
    with Hall(Settings.load(path), clock=FakeClock()) as running:
        running.people.add_officer("Siti", PIN, Role.TECHNICIAN)
        assert until(lambda: "salah" in running.devices.ailing())
        with browser(running) as client:
            page, health = client.get("/perangkat").text, client.get("/kesehatan").text
        press(running)
        assert until(lambda: sum(map(len, running.view.current.waiting.values())) == 1)
    assert "tidak dapat dipakai: jenis Gpio Buton tidak dikenal, mungkin maksudnya gpio-button" in page
    assert "tidak dapat dipakai: jenis Gpio Buton" in health
