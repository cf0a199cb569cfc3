"""A whole hall whose devices fail in the middle of their work: a printer pulled in mid-slip, a board unplugged, a keypad plugged in again.

The hall is the real one, with its loops and its store; what it is wired to stands at the lowest edge that this machine has: the end of a TCP
connection, of a pseudo-terminal and of a pipe, and gpiozero's mock pins moved by a thread of their own, as the chip's is.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from gpiozero.pins.mock import MockFactory
from PIL import Image

from gateway.clock import Clock
from gateway.devices import catalog
from gateway.devices.debounce import ContactRules
from gateway.devices.gpio import Chip
from gateway.devices.gpio_button import GpioButton
from gateway.devices.ports import Device
from gateway.hall import Hall
from gateway.settings import Settings
from tests.support.escpos import LinePrinter, TcpPrinter
from tests.support.evdev import Numpad, keypad_at
from tests.support.hall_process import write_settings
from tests.support.waiting import until

ENTER, BUTTON, LAMP = 96, 17, 5
BANNER_ROW = 30
"""A row of dots that is black on a slip that says *cetak ulang*."""
BUTTONS = "".join(
    f'[[devices]]\nid = "tombol-{line[0]}"\nkind = "simulated-button"\nline = "{line}"\n' for line in ("administrasi", "bantuan")
)
BOARD = '[[devices]]\nid = "papan"\nkind = "simulated-board"\n'


def settings_with(folder: Path, devices: str) -> Settings:
    """The settings of a hall with these devices."""
    path = write_settings(folder, devices=False)
    path.write_text(path.read_text() + devices)
    return Settings.load(path)


@contextmanager
def kind(name: str, make: Callable[[str, Clock], Device]) -> Iterator[None]:
    """Let ``name`` be a kind of device."""
    with pytest.MonkeyPatch.context() as catalogue:
        catalogue.setitem(catalog.KINDS, name, lambda id, _options, clock: make(id, clock))
        yield


def numbers(hall: Hall) -> list[str]:
    """The numbers on the card."""
    with hall.store.reader() as db:
        return [str(label) for (label,) in db.execute("SELECT label FROM ticket ORDER BY id")]


def printed(hall: Hall) -> list[bool]:
    """Whether the slip of each number is known to be printed."""
    with hall.store.reader() as db:
        return [bool(at) for (at,) in db.execute("SELECT printed_at IS NOT NULL FROM slip ORDER BY ticket")]


def says_reprint(slip: Image.Image) -> bool:
    """Read from the dots whether a slip says that it may be a second copy."""
    row = slip.crop((0, BANNER_ROW, slip.width, BANNER_ROW + 1)).convert("L").tobytes()
    return row.count(0) > slip.width // 2


def health(hall: Hall) -> str:
    """What the health page says."""
    return httpx.get(f"{hall.address}/kesehatan").text


@pytest.fixture(params=["network", "serial"])
def table(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[TcpPrinter | LinePrinter, str]]:
    """A printer at the end of a TCP connection, then of a pseudo-terminal, and its entry in hall.toml."""
    if request.param == "network":
        with TcpPrinter() as tcp:
            yield tcp, f'[[devices]]\nid = "printer"\nkind = "escpos-network"\nhost = "127.0.0.1"\nport = {tcp.port}\n'
    else:
        with LinePrinter(tmp_path / "tty") as line:
            yield line, f'[[devices]]\nid = "printer"\nkind = "escpos-serial"\npath = "{line.path}"\n'


def test_a_printer_pulled_in_mid_slip_costs_no_number(tmp_path: Path, table: tuple[TcpPrinter | LinePrinter, str]) -> None:
    """The number stays one; whoever presses meanwhile gets theirs; back again, the slip says that it may be a second copy, the other does not."""
    printer, entry = table
    with Hall(settings_with(tmp_path, BUTTONS + BOARD + entry)) as hall:
        first, second = hall.devices.of_kind("simulated-button")
        [board] = hall.devices.of_kind("simulated-board")
        printer.dies_after = 9_000
        assert first.press()
        assert until(lambda: "Perangkat bermasalah: printer" in health(hall))
        assert second.press()
        assert until(lambda: board.face.newest == "B-001")
        assert (hall.tickets.call_next("1").number, printed(hall)) == ("A-001", [False, False])
        assert until(lambda: board.face.number == "A-001")
        printer.unplug()
        printer.plug()
        assert until(lambda: printed(hall) == [True, True], 40)
        with printer.lock:
            whole = printer.machine.slips[-2:]
        assert ([says_reprint(slip) for slip in whole], numbers(hall)) == ([True, False], ["A-001", "B-001"])


def test_a_printer_that_hangs_holds_up_nobody(tmp_path: Path, table: tuple[TcpPrinter | LinePrinter, str]) -> None:
    """While its slip is under way for seconds, people get numbers, the board shows them, and a call is spoken."""
    printer, entry = table
    speaker = '[[devices]]\nid = "suara"\nkind = "simulated-speaker"\n'
    with Hall(settings_with(tmp_path, BUTTONS + BOARD + speaker + entry)) as hall:
        first, second = hall.devices.of_kind("simulated-button")
        [board] = hall.devices.of_kind("simulated-board")
        printer.stalls_after = 3_000
        assert first.press()
        assert until(lambda: printer.taken >= 3_000)
        assert second.press()
        assert until(lambda: board.face.newest == "B-001")
        hall.tickets.call_next("1")
        assert until(lambda: board.face.number == "A-001" and bool(hall.voice.saying))
        assert (printed(hall), hall.loops.alive()["print"], hall.loops.restarted) == ([False, False], True, {})


def test_a_board_that_was_unplugged_shows_the_latest_call_again(tmp_path: Path) -> None:
    """What was called meanwhile stands on it as soon as it is back; the health page says that it was away."""
    with Hall(settings_with(tmp_path, BUTTONS + BOARD)) as hall:
        first, second = hall.devices.of_kind("simulated-button")
        [board] = hall.devices.of_kind("simulated-board")
        assert first.press()
        assert second.press()
        assert until(lambda: board.face.newest == "B-001")
        hall.tickets.call_next("1")
        assert until(lambda: board.face.number == "A-001")
        board.unplug()
        assert until(lambda: "kabel papan tercabut" in health(hall))
        called = hall.tickets.call_next("2").number
        board.plug()
        assert until(lambda: (board.face.number, board.face.counter, board.face.newest) == (called, "2", "B-001"))
        assert until(lambda: "kabel papan tercabut" not in health(hall))


def test_a_numpad_that_is_plugged_in_again_goes_on(tmp_path: Path) -> None:
    """It calls, is pulled out under the finger, is missed, comes back and calls the next person: each person once."""
    ports = tmp_path / "by-path"
    ports.mkdir()
    numpad = Numpad(ports)
    numpad.plug()
    with kind("test-numpad", lambda _id, clock: keypad_at(ports, clock, follow=_in_a_thread)):
        hall = Hall(settings_with(tmp_path, '[[devices]]\nid = "keypad-1"\nkind = "test-numpad"\n'))
        with hall:
            for _ in range(3):
                hall.tickets.issue("administrasi", origin="phone")
            numpad.key(ENTER, 1)
            assert until(lambda: hall.view.current.counters[0].ticket == "A-001")
            numpad.unplug()
            assert until(lambda: "tidak tercolok di porta ini" in health(hall))
            numpad.plug()
            assert until(lambda: "tidak tercolok di porta ini" not in health(hall))
            numpad.key(ENTER, 1)
            numpad.key(ENTER, 0)
            assert until(lambda: hall.view.current.counters[0].ticket == "A-002")
            with hall.store.reader() as db:
                calls = [
                    (str(officer), int(count)) for officer, count in db.execute("SELECT officer, count FROM call ORDER BY id")
                ]
    numpad.unplug()
    assert calls == [("device:keypad-1", 1), ("device:keypad-1", 1)]


def _in_a_thread(listen: Callable[[], bool]) -> None:
    def follow() -> None:
        while listen():
            pass

    threading.Thread(target=follow, daemon=True).start()


class Wall:
    """A GPIO button with a lamp, and a finger that has its own thread."""

    def __init__(self) -> None:
        self.pins: Any = MockFactory()

    def button(self, id: str, clock: Clock) -> Device:
        """The hall's side of it."""
        return GpioButton(id, "administrasi", BUTTON, clock, rules=ContactRules(), lamp_pin=LAMP, chip=Chip(lambda: self.pins))

    def press(self) -> None:
        """Press once, with a contact that bounces, from a thread that the hall has not started."""

        def finger() -> None:
            for _ in range(5):
                self.pins.pin(BUTTON).drive_low()
                self.pins.pin(BUTTON).drive_high()

        thread = threading.Thread(target=finger)
        thread.start()
        thread.join()

    @property
    def is_lit(self) -> bool:
        """Whether the lamp shines."""
        return bool(self.pins.pin(LAMP).state)


def test_a_press_while_the_hall_starts_gets_its_number(tmp_path: Path) -> None:
    """The pins are open before the queue is served: the lamp answers, and the number comes once the hall has started."""
    wall, seen = Wall(), list[tuple[bool, list[str]]]()

    def meanwhile(hall: Hall) -> list[Any]:
        wall.press()
        seen.append((wall.is_lit, numbers(hall)))
        return []

    with kind("test-wall", wall.button):
        settings = settings_with(tmp_path, '[[devices]]\nid = "tombol-a"\nkind = "test-wall"\n')
        with Hall(settings, extra_routes=meanwhile) as hall:
            assert until(lambda: numbers(hall) == ["A-001"])
    assert seen == [(True, [])]


def test_a_press_while_the_store_is_busy_gets_its_number(tmp_path: Path) -> None:
    """The lamp waits for no card; the number comes when the store is free, once."""
    wall = Wall()
    with kind("test-wall", wall.button):
        settings = settings_with(tmp_path, '[[devices]]\nid = "tombol-a"\nkind = "test-wall"\n')
        with Hall(settings) as hall:
            with hall.store.transaction():
                wall.press()
                lit, before = wall.is_lit, numbers(hall)
            assert until(lambda: numbers(hall) == ["A-001"])
            hall.tickets.issue("administrasi", origin="phone")
    assert (lit, before) == (True, [])
