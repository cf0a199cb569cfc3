"""What the check of devices says of every kind in every state: in words, with what to do, in the reader's language."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path

import pytest

import gateway.devices
from gateway.checks.devices import GOOD, NONE, ONE, SHARED, SILENT, SOON, TRIED, TWICE, check_devices
from gateway.devices.catalog import KINDS, plug_in
from gateway.devices.gpio_contacts import STUCK
from gateway.devices.options import Options
from gateway.devices.ports import Device, DeviceState
from gateway.devices.printer_words import CLOSED, OUT_OF_PAPER, PAPER_NEAR_END, UNPLUGGED
from gateway.devices.remedies import OF_KIND, REMEDIES, USUAL, remedy
from gateway.errors import Reason
from gateway.portal.i18n import words
from gateway.settings import DeviceSettings
from tests.support.clock import FakeClock

ROOM = Path(gateway.devices.__file__).parent
NO_DEVICES = {"options", "remedies", "trials", "catalog", "plugged", "claims"}
"""Modules whose sentences are no reasons of a device, or that say them of all."""


class Lamp:
    """A device that is as it is told to be."""

    def __init__(self, name: str, state: DeviceState, why: str = "", kind: str = "lamp") -> None:
        self.id = name
        self.kind = kind
        self._state = state
        self._why = why

    def state(self) -> DeviceState:
        """Return the given state."""
        return self._state

    def reason(self) -> str:
        """Return the given words."""
        return self._why

    def look(self) -> None:
        """Stay as it is."""

    def close(self) -> None:
        """Do nothing."""


class Thirsty(Lamp):
    """A printer whose roll is near its end."""

    def warning(self) -> str:
        """Return what it will soon lack."""
        return PAPER_NEAR_END


class _Given(Options):
    """Options that give whatever is asked for."""

    def __init__(self) -> None:
        return

    def text(self, key: str) -> str:
        return "nowhere"

    def text_or(self, key: str, default: str) -> str:
        return default

    def name_or(self, key: str, default: str) -> str:
        return default

    def one_of(self, key: str, choices: tuple[str, ...], default: str) -> str:
        return default

    def whole(self, key: str, low: int, high: int, default: int | None = None) -> int:
        return low

    def whole_or_none(self, key: str, low: int, high: int) -> None:
        return None

    def choice(self, key: str, default: int, among: Iterable[int]) -> int:
        return default

    def yes(self, key: str, *, default: bool) -> bool:
        return default

    def address(self, key: str) -> str:
        return "127.0.0.1"

    def seconds(self, key: str, default: float, high: float) -> float:
        return default


def _verdicts(*devices: Device) -> list[object]:
    return [finding.verdict for finding in check_devices(devices)]


def test_a_hall_of_well_devices_is_well() -> None:
    """Nothing is said of a device that does its work; a hall without any has nothing to mend."""
    assert (_verdicts(), _verdicts(Lamp("papan", DeviceState.READY))) == ([NONE], [GOOD])


def test_each_trouble_has_its_own_words_the_worst_first() -> None:
    """A technician reads what is wrong with each, and what to do; what will be wrong soon comes after."""
    printer = Thirsty("printer-2", DeviceState.READY)
    stuck, lost = Lamp("keypad-1", DeviceState.FAULTY, STUCK), Lamp("printer", DeviceState.MISSING, UNPLUGGED, "escpos-usb")
    found = check_devices([printer, Lamp("papan", DeviceState.READY), stuck, lost])
    told = [(finding.verdict, finding.facts["device"], finding.facts["remedy"]) for finding in found]
    assert told == [
        (ONE, "keypad-1", REMEDIES[STUCK]),
        (ONE, "printer", OF_KIND["escpos-usb", UNPLUGGED]),
        (SOON, "printer-2", REMEDIES[PAPER_NEAR_END]),
    ]


def test_what_many_have_in_common_is_told_once() -> None:
    """Twelve buttons behind one dead cable are one trouble."""
    devices = [Lamp(f"tombol-{number}", DeviceState.MISSING, "belum dicari") for number in range(3)]
    [found] = check_devices(devices)
    assert found.sentence == "Perangkat bermasalah: tombol-0, tombol-1, tombol-2 (belum dicari)."


def test_one_that_says_nothing_is_named_all_the_same() -> None:
    """A device without words gets the usual ones."""
    [found] = check_devices([Lamp("papan", DeviceState.MISSING)])
    assert (found.verdict, found.facts["remedy"]) == (SILENT, USUAL)


def test_a_button_that_is_tried_is_always_said() -> None:
    """Also while something else is broken: a press that gives no number must be known to everybody who looks."""
    found = check_devices([Lamp("papan", DeviceState.MISSING, "belum dicari")], "tombol-a", 41.6)
    assert [(finding.verdict, finding.level) for finding in found] == [(ONE, 2), (TRIED, 1)]
    assert "tombol-a" in found[1].sentence
    assert "42 detik" in found[1].remedy


CLASHES: list[tuple[str, list[dict[str, object]], list[tuple[object, str, str]]]] = [
    (
        "pins",
        [
            {"id": "tombol-a", "kind": "gpio-button", "line": "a", "pin": 17, "lamp_pin": 18},
            {"id": "tombol-b", "kind": "gpio-button", "line": "b", "pin": 18},
            {"id": "loket", "kind": "gpio-keypad", "counter": "1", "call_pin": 5, "recall_pin": 5, "done_pin": 6},
            {"id": "lampu", "kind": "status-lamp", "pin": 26, "yellow_pin": 26, "red_pin": 17},
        ],
        [(SHARED, "GPIO 17", "tombol-a, lampu"), (SHARED, "GPIO 18", "tombol-a, tombol-b"), (TWICE, "GPIO 5", "loket")],
    ),
    (
        "a lamp at the pin of its own button",
        [{"id": "tombol-a", "kind": "gpio-button", "line": "a", "pin": 17, "lamp_pin": 17}],
        [(TWICE, "GPIO 17", "tombol-a")],
    ),
    (
        "two boards at one chip",
        [{"id": "papan-1", "kind": "max7219-segments"}, {"id": "papan-2", "kind": "max7219-matrix", "columns": 8}],
        [(SHARED, "SPI 0.0", "papan-1, papan-2")],
    ),
    (
        "boards at two chips share the wires of their data",
        [{"id": "papan-1", "kind": "max7219-segments"}, {"id": "papan-2", "kind": "max7219-matrix", "columns": 8, "chip": 1}],
        [],
    ),
    (
        "a button at a pin of the SPI",
        [{"id": "papan", "kind": "max7219-segments"}, {"id": "tombol-a", "kind": "gpio-button", "line": "a", "pin": 7}],
        [(SHARED, "GPIO 7", "papan, tombol-a")],
    ),
    (
        "a lamp at a pin of the serial line",
        [{"id": "printer", "kind": "escpos-serial"}, {"id": "lampu", "kind": "status-lamp", "pin": 15}],
        [(SHARED, "GPIO 15", "printer, lampu")],
    ),
    (
        "screens of one name",
        [
            {"id": "tv-1", "kind": "hdmi-tv"},
            {"id": "tv-2", "kind": "hdmi-tv", "screen": "tv"},
            {"id": "layar", "kind": "kiosk-screen"},
        ],
        [(SHARED, "nama layar tv", "tv-1, tv-2")],
    ),
    (
        "USB printers that are not told apart",
        [{"id": "printer-1", "kind": "escpos-usb"}, {"id": "printer-2", "kind": "escpos-usb", "port": "1-1.2"}],
        [(SHARED, "printer USB tanpa port", "printer-1, printer-2")],
    ),
    (
        "USB printers that are",
        [{"id": f"printer-{port}", "kind": "escpos-usb", "port": f"1-1.{port}"} for port in (2, 3)],
        [],
    ),
    (
        "keypads at one port",
        [{"id": f"keypad-{one}", "kind": "usb-keypad", "counter": one, "port": "usb-1"} for one in "12"],
        [(SHARED, "porta usb-1", "keypad-1, keypad-2")],
    ),
    (
        "speakers at one card",
        [{"id": "suara-1", "kind": "alsa-speaker"}, {"id": "suara-2", "kind": "alsa-speaker"}],
        [(SHARED, "kartu suara default", "suara-1, suara-2")],
    ),
]


@pytest.mark.parametrize(("entries", "told"), [case[1:] for case in CLASHES], ids=[case[0] for case in CLASHES])
def test_what_two_devices_want_alone_is_told_without_hardware(
    entries: list[dict[str, object]], told: list[tuple[object, str, str]]
) -> None:
    """A laptop on which the settings are judged says it, and the start goes on."""
    with plug_in([DeviceSettings.model_validate(one) for one in entries], FakeClock()) as devices:
        found = [one for one in check_devices(devices) if one.verdict in {SHARED, TWICE}]
    assert sorted((one.facts["thing"], one.verdict, one.facts["device"]) for one in found) == sorted(
        (thing, verdict, names) for verdict, thing, names in told
    )


def test_a_device_that_cannot_be_used_is_told_with_all_that_is_wrong() -> None:
    """In the reader's language; the hall's other devices are well."""
    wrong = {"id": "tombol-a", "kind": "gpio-button", "pin": 99, "warna": 3}
    with plug_in(
        [DeviceSettings.model_validate(wrong), DeviceSettings(id="papan", kind="simulated-board")], FakeClock()
    ) as devices:
        [found] = check_devices(devices)
    said = words("en").tell(found.verdict.sentence, found.facts)
    assert said == (
        "Device in trouble: tombol-a (not usable: line must be filled in; pin must be a whole number from 0 to 27; "
        "warna is unknown for gpio-button)."
    )


def test_a_status_lamp_whose_signs_share_a_pin_is_well() -> None:
    """One LED for all signs is how a small hall has it."""
    lamp = DeviceSettings.model_validate({"id": "lampu", "kind": "status-lamp", "pin": 26, "yellow_pin": 26})
    with plug_in([lamp], FakeClock()) as devices:
        assert SHARED not in [one.verdict for one in check_devices(devices)]


def test_every_reader_is_told_in_words_what_is_wrong_with_a_device() -> None:
    """The reason is said in the reader's language, as the sentence around it is."""
    [found] = check_devices([Lamp("keypad-1", DeviceState.FAULTY, STUCK)])
    said = words("en").tell(found.verdict.sentence, found.facts)
    assert said == "Device in trouble: keypad-1 (a key is stuck down and switched off)."


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_without_its_hardware_says_what_to_do(kind: str) -> None:
    """No device is left with the usual words: not one that was never found, not one that was let go."""
    device = KINDS[kind]("alat", _Given(), FakeClock())
    try:
        device.look()
        told = [] if device.state() is DeviceState.READY else [remedy(kind, device.reason())]
    finally:
        device.close()
    told.append(remedy(kind, device.reason()))
    assert [one for one in told if one == USUAL] == []


def _reasons() -> list[tuple[str, str]]:
    """Return every sentence that a device may say of itself, with the module in which it stands."""
    found = []
    for module in sorted(ROOM.glob("*.py")):
        if module.stem in NO_DEVICES:
            continue
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"Reason", "DeviceFault"}:
                found += [(module.stem, str(one.value)) for one in node.args[:1] if isinstance(one, ast.Constant)]
            elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
                name, value = getattr(node.targets[0], "id", ""), node.value.value
                if name.isupper() and " " in value and value[0].islower():
                    found.append((module.stem, value))
    return found


def test_whatever_a_device_may_say_has_its_remedy() -> None:
    """The control: every reason in every module of devices stands in the one table, and the usual words are for none of them."""
    reasons = _reasons()
    assert len(reasons) > 20
    assert [one for one in reasons if one[1] not in REMEDIES] == []


def test_the_words_of_a_kind_are_of_a_kind_and_a_reason_that_exist() -> None:
    """A kind that is renamed does not lose its words unseen; facts within a reason do not hide it."""
    assert [pair for pair in OF_KIND if pair[0] not in KINDS or pair[1] not in REMEDIES] == []
    assert remedy("gpio-button", Reason("pin tidak dapat dibuka ({error})", error="PinInUse")) != USUAL
    assert remedy("escpos-usb", OUT_OF_PAPER) == REMEDIES[OUT_OF_PAPER]
    assert remedy("escpos-usb", CLOSED) != USUAL
