"""The hall's own network of devices, on a real Mosquitto with the files that the hall writes: what it survives, and who may do what."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.clock import SystemClock
from gateway.demo.lan_devices import EmulatedBoard, EmulatedKeys
from gateway.devices import lan_words
from gateway.devices.catalog import plug_in
from gateway.devices.lan_accounts import HALL, secret_of
from gateway.devices.lan_board import LanBoard
from gateway.devices.lan_keys import LanButton
from gateway.devices.ports import BoardFace, DeviceFault, DeviceState, Press
from gateway.lan_broker import listening
from gateway.mqtt.address import BrokerAddress
from gateway.mqtt.connection import PahoConnection
from gateway.mqtt.ports import Connected, Disconnected, Message
from gateway.mqtt.session import Habits
from gateway.settings import DeviceSettings, LanSettings
from tests.support.clock import FakeClock
from tests.support.lan import PASSWORD, Lan
from tests.support.waiting import until


@pytest.fixture
def lan(tmp_path: Path) -> Iterator[Lan]:
    """A hall with a network and no device yet."""
    with Lan(tmp_path) as lan:
        yield lan


class Paired:
    """A button of the hall, and the emulated device that is one."""

    def __init__(self, lan: Lan) -> None:
        self.presses: list[Press] = []
        self.lan = lan
        button = lan.adopt("lan-button", line="surat")
        assert isinstance(button, LanButton)
        self.button = button
        button.when_pressed(self.presses.append)
        self.emulated: EmulatedKeys = lan.keys()
        self.settle()

    def settle(self) -> None:
        """Wait until the hall has taken all that the device has said."""
        self.lan.settle(self.emulated, self.button)

    def press(self) -> None:
        """Tap the button; the next person comes two seconds later."""
        assert isinstance(self.lan.clock, FakeClock)
        self.emulated.down()
        self.lan.clock.advance(0.1)
        self.emulated.up()
        self.lan.clock.advance(2.0)


@pytest.fixture
def paired(lan: Lan) -> Paired:
    """A hall with one LAN button that is there."""
    return Paired(lan)


def advance(lan: Lan, seconds: float) -> None:
    """Let time pass for hall and devices."""
    assert isinstance(lan.clock, FakeClock)
    lan.clock.advance(seconds)


def test_a_press_comes_once_and_is_confirmed(paired: Paired) -> None:
    """The device's lamp shines before the hall knows; then the hall says that it counts, and of a double press that it does not."""
    paired.emulated.down()
    assert paired.emulated.is_lit
    assert until(lambda: paired.emulated.answer is True)
    advance(paired.lan, 0.1)
    paired.emulated.up()
    advance(paired.lan, 0.3)
    paired.emulated.down()
    assert until(lambda: paired.emulated.answer is False)
    assert (len(paired.presses), paired.emulated.is_lit) == (1, False)


def test_the_device_tells_how_it_is(paired: Paired) -> None:
    """Signal and firmware are known; a weak signal is foretold; it blinks when asked."""
    paired.emulated.rssi_dbm = -85
    paired.emulated.say_all()
    assert until(lambda: paired.button.signal == -85)
    assert (paired.button.firmware, paired.button.battery, paired.button.state()) == ("1.0.0", None, DeviceState.READY)
    assert paired.button.warning() == "sinyal Wi-Fi lemah (-85 dBm)"
    assert paired.button.blink()
    assert until(lambda: paired.emulated.blinked == 1)


@pytest.mark.parametrize("how", ["kill", "stop", "freeze"])
def test_the_broker_may_be_killed_stopped_or_frozen_and_start_again(paired: Paired, how: str) -> None:
    """The button is missing meanwhile and comes back by itself (a frozen broker is killed in the end); nothing is invented or doubled."""
    paired.press()
    paired.settle()
    broker = paired.lan.broker
    if how == "freeze":
        broker.freeze()
        broker.kill()
    elif how == "kill":
        broker.kill()
    else:
        broker.stop()
    assert until(lambda: paired.button.state() is DeviceState.MISSING)
    assert paired.button.reason() == lan_words.NO_BROKER
    broker.start()
    assert until(lambda: paired.button.state() is DeviceState.READY)
    paired.settle()
    assert (len(paired.presses), paired.button.missed) == (1, 0)
    paired.press()
    paired.settle()
    assert len(paired.presses) == 2


def test_a_press_while_the_broker_is_away_for_a_moment_counts(paired: Paired) -> None:
    """It was felt less than ten seconds ago when the device finds the hall again."""
    paired.lan.broker.kill()
    assert until(lambda: not paired.emulated.is_connected)
    paired.press()
    paired.lan.broker.start()
    assert until(lambda: len(paired.presses) == 1)
    paired.settle()
    assert (len(paired.presses), paired.button.missed) == (1, 0)


def test_presses_while_the_broker_is_away_for_long_give_nothing_and_are_known(paired: Paired) -> None:
    """Three people pressed and went: no number for nobody, and the page can say that three were missed."""
    paired.lan.broker.kill()
    assert until(lambda: not paired.emulated.is_connected)
    for _ in range(3):
        paired.press()
    advance(paired.lan, 9.0)
    paired.lan.broker.start()
    assert until(lambda: paired.button.missed == 3)
    paired.settle()
    assert (paired.presses, paired.emulated.answer) == ([], False)


def test_a_message_that_lay_in_a_frozen_broker_is_too_late(paired: Paired) -> None:
    """The broker stands still with a press inside and goes on after fifteen seconds."""
    paired.press()
    paired.settle()
    paired.lan.broker.freeze()
    paired.emulated.down()
    advance(paired.lan, 15.0)
    paired.lan.broker.thaw()
    assert until(lambda: paired.button.missed == 1)
    paired.settle()
    assert len(paired.presses) == 1


def test_a_device_that_starts_anew_gives_nothing_by_that(paired: Paired) -> None:
    """Its counts go on where they were kept, and it is the same button to the hall."""
    paired.press()
    paired.settle()
    boot = paired.emulated.boot
    paired.emulated.restart()
    assert until(lambda: paired.emulated.is_connected)
    paired.settle()
    assert (len(paired.presses), paired.emulated.boot == boot) == (1, False)
    advance(paired.lan, 2.0)
    paired.press()
    paired.settle()
    assert len(paired.presses) == 2


def test_a_hall_that_starts_anew_gives_nothing_by_that(paired: Paired) -> None:
    """Whatever was counted before is where it begins."""
    paired.press()
    paired.settle()
    again = paired.lan.devices.replace(DeviceSettings.model_validate({
        "id": "tombol", "kind": "lan-button", "line": "surat", "secret": secret_of("tombol", PASSWORD),
    }))  # fmt: skip
    assert isinstance(again, LanButton)
    presses: list[Press] = []
    again.when_pressed(presses.append)
    paired.lan.settle(paired.emulated, again)
    assert (presses, again.missed, again.state()) == ([], 0, DeviceState.READY)
    paired.press()
    paired.lan.settle(paired.emulated, again)
    assert len(presses) == 1


def test_lost_messages_are_seen(paired: Paired) -> None:
    """The air is full while three people press: the count jumps, one gets a number, and two are known to be missed."""
    paired.emulated.is_mute = True
    for _ in range(3):
        paired.press()
    paired.emulated.is_mute = False
    paired.settle()
    assert (len(paired.presses), paired.button.missed) == (1, 2)


def test_what_the_broker_keeps_is_never_a_press(paired: Paired) -> None:
    """A retained count, by whatever mistake of a device, is of unknown age."""
    paired.press()
    paired.settle()
    topic, boot = "balai/lan/tombol/up/key", paired.emulated.boot
    said = {
        "boot": boot, "ms": 1 << 30, "key": "press", "count": 9, "age_ms": 10, "rest_ms": 9000, "open_ms": 0, "down": True, "stuck": False,
    }  # fmt: skip
    paired.emulated.connection.publish(Message(topic, json.dumps(said).encode(), retain=True))
    paired.settle()
    live = len(paired.presses)  # as it is published it is a message like any other
    paired.lan.broker.kill()
    assert until(lambda: paired.button.state() is DeviceState.MISSING)
    paired.lan.broker.start()
    assert until(lambda: paired.button.state() is DeviceState.READY)
    paired.settle()
    assert len(paired.presses) == live


def test_a_device_that_vanishes_is_missing_by_its_will(paired: Paired) -> None:
    """The broker says so; and one that only falls silent is missing after 45 s."""
    paired.emulated.unplug()
    assert until(lambda: paired.button.reason() == lan_words.GONE)
    paired.emulated.restart()
    assert until(lambda: paired.button.state() is DeviceState.READY)
    paired.settle()
    paired.emulated.is_mute = True
    advance(paired.lan, 46.0)
    assert (paired.button.state(), paired.button.reason()) == (DeviceState.MISSING, lan_words.SILENT)


def test_nonsense_in_a_devices_name_changes_nothing(paired: Paired) -> None:
    """It is counted, and the button goes on."""
    for what, payload in (("key", b"\xff"), ("key", b"[" * 900), ("status", b"{}"), ("online", b"?"), ("dance", b"{}")):
        paired.emulated.connection.publish(Message(f"balai/lan/tombol/up/{what}", payload))
    assert until(lambda: paired.button.misunderstood == 5)
    paired.press()
    paired.settle()
    assert (len(paired.presses), paired.button.state()) == (1, DeviceState.READY)


def attempt(
    address: BrokerAddress, *messages: Message, filters: tuple[str, ...] = (), ends: type[Connected | Disconnected] = Disconnected
) -> PahoConnection:
    """Try to connect as somebody until it ends as it should, and publish."""
    connection = PahoConnection(address, Habits("x", connect_limit_s=2.0), retry_s=(0.2, 0.5))
    connection.subscribe(filters)
    connection.start()
    until(lambda: isinstance(connection.state, ends))
    for message in messages:
        connection.publish(message)
    return connection


@pytest.mark.parametrize(("id", "password"), [("tombol", "salah"), ("orang", PASSWORD), ("", ""), (HALL, PASSWORD)])
def test_whoever_has_not_been_paired_is_not_let_in(paired: Paired, id: str, password: str) -> None:
    """A wrong password, an unknown name, none at all, or the hall's own name."""
    connection = attempt(paired.lan.address_of(id, password))
    state = connection.state
    connection.stop()
    assert isinstance(state, Disconnected)
    assert state.code == "broker-refused"


def test_a_device_can_neither_speak_for_another_nor_overhear_it(paired: Paired) -> None:
    """It writes its own state and reads its own commands, nothing else; nobody but the hall speaks for the hall."""
    spy_account = paired.lan.adopt("lan-board", "mata-mata")
    spy = attempt(
        paired.lan.address_of("mata-mata"),
        *(
            Message(topic, b"{}")
            for topic in (
                "balai/lan/tombol/up/key", "balai/lan/tombol/down/heard", "balai/lan/mata-mata/down/show", "balai/lan/mata-mata/up/a/b",
                "anything", "$SYS/x",
            )
        ),
        filters=("#", "balai/lan/tombol/up/+", "balai/lan/+/down/+", "$SYS/#"),
        ends=Connected,
    )  # fmt: skip
    paired.press()
    paired.settle()
    heard, is_in = paired.emulated.heard, isinstance(spy.state, Connected)
    spy.stop()
    received = [one for one in iter_happenings(spy) if not isinstance(one, Connected | Disconnected) and hasattr(one, "topic")]
    assert (is_in, received, paired.button.misunderstood, len(paired.presses)) == (True, [], 0, 1)
    assert {what for what, _ in heard} <= {"ask", "heard"}
    assert spy_account.state() is DeviceState.MISSING


def iter_happenings(connection: PahoConnection) -> list[object]:
    """Return all that has happened."""
    found: list[object] = []
    while not connection.happenings.empty():
        found.append(connection.happenings.get_nowait())
    return found


def test_a_device_that_is_dismissed_is_thrown_out_at_once(paired: Paired) -> None:
    """Its password is worth nothing as soon as the broker has read anew."""
    assert paired.emulated.is_connected
    paired.lan.devices.dismiss("tombol")
    assert until(lambda: not paired.emulated.is_connected)
    connection = attempt(paired.lan.address_of("tombol"))
    state = connection.state
    connection.stop()
    assert isinstance(state, Disconnected)


@pytest.fixture
def board(lan: Lan) -> tuple[LanBoard, EmulatedBoard]:
    """A board of the hall, and the emulated device that is one."""
    device = lan.adopt("lan-board", "papan")
    assert isinstance(device, LanBoard)
    emulated = lan.board()
    lan.settle(emulated, device)
    return device, emulated


FACE = BoardFace("A-012", "2", "A-014", 7)


def test_a_board_shows_what_it_is_given_and_says_so(board: tuple[LanBoard, EmulatedBoard]) -> None:
    """Shown is what the board itself says that it shows."""
    device, emulated = board
    device.show(FACE)
    assert emulated.face == FACE


def test_a_board_that_says_nothing_has_not_shown_it(board: tuple[LanBoard, EmulatedBoard]) -> None:
    """A lost answer is a fault, and tried again; a board without power is missing."""
    device, emulated = board
    emulated.is_mute = True
    with pytest.raises(DeviceFault, match=lan_words.BOARD_SILENT):
        device.show(FACE)
    emulated.is_mute = False
    device.show(FACE)
    emulated.unplug()
    assert until(lambda: device.state() is DeviceState.MISSING)
    with pytest.raises(DeviceFault, match=lan_words.GONE):
        device.show(FACE)


def test_a_board_that_hears_nothing_goes_dark(lan: Lan, board: tuple[LanBoard, EmulatedBoard]) -> None:
    """It never shows a number that nobody vouches for any more."""
    device, emulated = board
    device.show(FACE)
    advance(lan, 60.0)
    assert emulated.face == BoardFace("", "")


def test_a_lan_device_without_a_network_says_what_to_do() -> None:
    """Nothing blocks the start."""
    alone = LanBoard("papan", SystemClock(), secret_of("papan", PASSWORD))
    assert (alone.state(), alone.reason()) == (DeviceState.MISSING, lan_words.NO_NETWORK)


def test_a_check_of_a_hall_that_rests_hears_its_devices(tmp_path: Path) -> None:
    """It gives them time to say that they are there, lets nobody in that was not, and waits no longer than it was told."""
    with Lan(tmp_path) as lan:
        lan.adopt("lan-button", line="surat")
        emulated = lan.keys()
        assert until(lambda: emulated.is_connected)
        lan.rest()
        entries = [
            DeviceSettings.model_validate({"id": id, "kind": "lan-board", "secret": secret_of(id, PASSWORD)})
            for id in ("tombol", "papan")
        ]
        with plug_in(entries, lan.clock) as devices, listening(lan.broker.lan, tmp_path / "data", devices, lan.clock, 1.0):
            assert devices.ailing() == {"papan": lan_words.NEVER_SEEN}


@pytest.mark.parametrize(("host", "why"), [("127.0.0.1", lan_words.NEVER_RUN), ("", lan_words.NO_NETWORK)])
def test_a_check_before_the_first_start_says_what_comes_first(tmp_path: Path, host: str, why: str) -> None:
    """A hall whose network is set has to run once; nobody is sent to settings that are right."""
    entry = DeviceSettings.model_validate({"id": "papan", "kind": "lan-board", "secret": secret_of("papan", PASSWORD)})
    settings = LanSettings(host=host, folder=tmp_path / "lan")
    with plug_in([entry], FakeClock()) as devices, listening(settings, tmp_path, devices, FakeClock()):
        assert devices.ailing() == {"papan": why}
    assert list(tmp_path.iterdir()) == []


def test_a_device_cannot_take_the_halls_place(paired: Paired) -> None:
    """Whatever a device calls itself, the broker knows it by the name with which it has logged in."""
    paired.emulated.unplug()
    thief = PahoConnection(paired.lan.address_of("tombol"), Habits(HALL, connect_limit_s=2.0), retry_s=(0.2, 0.5))
    thief.start()
    assert until(lambda: isinstance(thief.state, Connected))
    link = paired.lan.connection.state
    thief.stop()
    paired.emulated.restart()
    assert until(lambda: paired.button.state() is DeviceState.READY)
    assert paired.lan.connection.state is link
