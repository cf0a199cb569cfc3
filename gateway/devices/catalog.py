"""Every kind of device by its name in ``hall.toml``.

A new display is one file beside this one and one line in ``KINDS``. Options are strict: an unknown, missing or wrong
one is named. It makes its own device unusable and no other (docs/decisions/0021-a-wrong-option-costs-its-device-alone.md).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from difflib import get_close_matches
from typing import TYPE_CHECKING

from gateway.clock import Clock
from gateway.devices.claims import clashes, serial, usb_printer
from gateway.devices.options import Entry, Options
from gateway.devices.plugged import Devices
from gateway.devices.ports import Claim, Claims, Device
from gateway.devices.unusable import Unusable
from gateway.errors import Reason, Refusal

if TYPE_CHECKING:
    from gateway.devices.escpos_port import Port
    from gateway.devices.max7219 import Chain

log = logging.getLogger(__name__)


def _gpio_button(id: str, options: Options, clock: Clock) -> Device:
    from gateway.devices.gpio_button import GpioButton  # noqa: PLC0415 - a hall loads only the kinds it has

    return GpioButton(id, options.text("line"), options.whole("pin", 0, 27), clock, **options.wiring())


def _gpio_rating_button(id: str, options: Options, clock: Clock) -> Device:
    from gateway.devices.gpio_button import GpioRatingButton  # noqa: PLC0415 - as above

    counter, score = options.text("counter"), options.whole("score", 1, 4)
    return GpioRatingButton(id, counter, score, options.whole("pin", 0, 27), clock, **options.wiring())


def _gpio_keypad(id: str, options: Options, clock: Clock) -> Device:
    from gateway.devices.gpio_keypad import GpioKeypad  # noqa: PLC0415 - as above

    counter = options.text("counter")
    call, recall, done = (options.whole(key, 0, 27) for key in ("call_pin", "recall_pin", "done_pin"))
    return GpioKeypad(id, counter, (call, recall, done), clock, **options.wiring())


def _usb_keypad(id: str, options: Options, clock: Clock) -> Device:
    from gateway.devices.usb_keypad import ACTS, USUAL, UsbKeypad  # noqa: PLC0415 - as above

    counter, port = options.text("counter"), options.text("port")
    keys = {key: options.one_of(key, ACTS, act) for key, act in USUAL.items()}
    return UsbKeypad(id, counter, port, keys, clock, rules=options.rules())


def _simulated_button(id: str, options: Options, clock: Clock) -> Device:
    from gateway.devices.simulated_button import SimulatedButton  # noqa: PLC0415 - as above

    return SimulatedButton(id, options.text("line"), clock, rules=options.rules())


def _simulated_rating_button(id: str, options: Options, clock: Clock) -> Device:
    from gateway.devices.simulated_button import SimulatedRatingButton  # noqa: PLC0415 - as above

    return SimulatedRatingButton(id, options.text("counter"), options.whole("score", 1, 4), clock, rules=options.rules())


def _simulated_keypad(id: str, options: Options, clock: Clock) -> Device:
    from gateway.devices.simulated_button import SimulatedKeypad  # noqa: PLC0415 - as above

    return SimulatedKeypad(id, options.text("counter"), clock, rules=options.rules())


def _simulated_board(id: str, _options: Options, _clock: Clock) -> Device:
    from gateway.devices.simulated_board import SimulatedBoard  # noqa: PLC0415 - as above

    return SimulatedBoard(id)


def _hdmi_tv(id: str, options: Options, _clock: Clock) -> Device:
    from gateway.devices.wall_screen import WallScreen  # noqa: PLC0415 - as above

    return WallScreen(id, "hdmi-tv", options.name_or("screen", "tv"))


def _kiosk_screen(id: str, options: Options, _clock: Clock) -> Device:
    from gateway.devices.wall_screen import WallScreen  # noqa: PLC0415 - as above

    return WallScreen(id, "kiosk-screen", options.name_or("screen", "anjungan"))


def _status_lamp(id: str, options: Options, clock: Clock) -> Device:
    from gateway.devices.ports import LampSign  # noqa: PLC0415 - as above
    from gateway.devices.status_lamp import StatusLamp  # noqa: PLC0415 - as above

    pin = options.whole("pin", 0, 27)
    away, person = options.whole_or_none("yellow_pin", 0, 27), options.whole_or_none("red_pin", 0, 27)
    pins = {LampSign.WELL: pin, LampSign.AWAY: pin if away is None else away, LampSign.PERSON: pin if person is None else person}
    return StatusLamp(id, pins, clock)


def _simulated_lamp(id: str, _options: Options, clock: Clock) -> Device:
    from gateway.devices.simulated_lamp import SimulatedLamp  # noqa: PLC0415 - as above

    return SimulatedLamp(id, clock)


def _chain(options: Options) -> Chain:
    """Return the options that boards of MAX7219 chips share."""
    return {
        "brightness": options.whole("brightness", 0, 15, default=4),
        "bus": options.whole("bus", 0, 6, default=0),
        "chip": options.whole("chip", 0, 2, default=0),
    }


def _max7219_matrix(id: str, options: Options, clock: Clock) -> Device:
    from gateway.devices.max7219_matrix import ORIENTATIONS, Max7219Matrix  # noqa: PLC0415 - as above

    return Max7219Matrix(
        id,
        options.whole("columns", 4, 8),
        clock,
        rows=options.whole("rows", 1, 2, default=1),
        orientation=options.choice("orientation", -90, ORIENTATIONS),
        upside_down=options.yes("upside_down", default=False),
        **_chain(options),
    )


def _max7219_segments(id: str, options: Options, clock: Clock) -> Device:
    from gateway.devices.max7219_segments import Max7219Segments  # noqa: PLC0415 - as above

    return Max7219Segments(id, clock, digits=options.whole("digits", 4, 8, default=8), **_chain(options))


def _simulated_matrix(id: str, options: Options, clock: Clock) -> Device:
    from gateway.devices.simulated_led import SimulatedMatrix  # noqa: PLC0415 - as above

    return SimulatedMatrix(id, options.whole("columns", 4, 8, default=8), clock)


def _simulated_segments(id: str, _options: Options, clock: Clock) -> Device:
    from gateway.devices.simulated_led import SimulatedSegments  # noqa: PLC0415 - as above

    return SimulatedSegments(id, clock)


def _simulated_printer(id: str, _options: Options, clock: Clock) -> Device:
    from gateway.devices.simulated_printer import SimulatedPrinter  # noqa: PLC0415 - as above

    return SimulatedPrinter(id, clock)


def _escpos(
    id: str, kind: str, open_port: Callable[[int], Port], options: Options, clock: Clock, claims: Iterable[Claim]
) -> Device:
    from gateway.devices.escpos_printer import EscposPrinter  # noqa: PLC0415 - as above

    paper_mm, cut = options.choice("paper_mm", 58, (58, 80)), options.yes("cut", default=True)
    answers = options.yes("answers", default=True)
    return EscposPrinter(id, kind, open_port, clock, paper_mm=paper_mm, cut=cut, answers=answers, claims=claims)


def _escpos_network(id: str, options: Options, clock: Clock) -> Device:
    from gateway.devices.escpos_port import open_network  # noqa: PLC0415 - as above

    host, port = options.address("host"), options.whole("port", 1, 65_535, default=9100)
    return _escpos(id, "escpos-network", lambda wake: open_network(host, port, wake), options, clock, [Claim(f"{host}:{port}")])


def _escpos_usb(id: str, options: Options, clock: Clock) -> Device:
    from gateway.devices.escpos_port import ANY_PORT, open_usb, usb_path  # noqa: PLC0415 - as above

    path, port = options.text_or("path", ""), options.text_or("port", ANY_PORT)
    claims = usb_printer(path, "" if port == ANY_PORT else port)
    return _escpos(id, "escpos-usb", lambda wake: open_usb(path or usb_path(port), wake), options, clock, claims)


def _escpos_serial(id: str, options: Options, clock: Clock) -> Device:
    from gateway.devices.escpos_port import SPEEDS, open_serial  # noqa: PLC0415 - as above

    path, baud = options.text_or("path", "/dev/ttyAMA0"), options.choice("baud", 9600, SPEEDS)
    return _escpos(id, "escpos-serial", lambda wake: open_serial(path, baud, wake), options, clock, serial(path))


def _alsa_speaker(id: str, options: Options, clock: Clock) -> Device:
    from gateway.devices.alsa_speaker import AlsaSpeaker  # noqa: PLC0415 - as above

    device = options.text_or("device", "default")
    return AlsaSpeaker(id, device, clock, volume=options.whole("volume", 1, 100, default=100))


def _simulated_speaker(id: str, _options: Options, _clock: Clock) -> Device:
    from gateway.devices.simulated_speaker import SimulatedSpeaker  # noqa: PLC0415 - as above

    return SimulatedSpeaker(id)


def _lan_button(id: str, options: Options, clock: Clock) -> Device:
    from gateway.devices.lan_keys import LanButton  # noqa: PLC0415 - as above

    return LanButton(id, options.text("line"), clock, rules=options.rules(), secret=options.secret())


def _lan_keypad(id: str, options: Options, clock: Clock) -> Device:
    from gateway.devices.lan_keys import LanKeypad  # noqa: PLC0415 - as above

    return LanKeypad(id, options.text("counter"), clock, rules=options.rules(), secret=options.secret())


def _lan_board(id: str, options: Options, clock: Clock) -> Device:
    from gateway.devices.lan_board import LanBoard  # noqa: PLC0415 - as above

    return LanBoard(id, clock, options.secret())


KINDS: dict[str, Callable[[str, Options, Clock], Device]] = {
    "gpio-button": _gpio_button,
    "gpio-rating-button": _gpio_rating_button,
    "gpio-keypad": _gpio_keypad,
    "usb-keypad": _usb_keypad,
    "simulated-button": _simulated_button,
    "simulated-rating-button": _simulated_rating_button,
    "simulated-keypad": _simulated_keypad,
    "simulated-board": _simulated_board,
    "max7219-matrix": _max7219_matrix,
    "max7219-segments": _max7219_segments,
    "simulated-matrix": _simulated_matrix,
    "simulated-segments": _simulated_segments,
    "hdmi-tv": _hdmi_tv,
    "kiosk-screen": _kiosk_screen,
    "status-lamp": _status_lamp,
    "simulated-lamp": _simulated_lamp,
    "simulated-printer": _simulated_printer,
    "escpos-network": _escpos_network,
    "escpos-usb": _escpos_usb,
    "escpos-serial": _escpos_serial,
    "alsa-speaker": _alsa_speaker,
    "simulated-speaker": _simulated_speaker,
    "lan-button": _lan_button,
    "lan-keypad": _lan_keypad,
    "lan-board": _lan_board,
}


def plug_in(entries: Iterable[Entry], clock: Clock) -> Devices:
    """Make every device of the settings and look for its hardware once; what is missing is retried later.

    One whose kind or options cannot be is ``Unusable`` and says why. Never raises.
    """
    devices = Devices([_made_or_told(entry, clock) for entry in entries], lambda entry: _make(entry, clock))
    devices.step()
    for thing, names in clashes((one.id, one.claims()) for one in devices if isinstance(one, Claims)):
        log.warning("event=claimed-twice thing=%s devices=%s", thing.replace(" ", "-"), ",".join(names))
    return devices


def judge(entries: Iterable[Entry], clock: Clock) -> list[tuple[str, list[str]]]:
    """Refuse devices that could not be used, without looking for their hardware; return what more than one of them claims, with their ids.

    Raises Refusal ``device-unknown-kind`` or ``device-option``.
    """
    with ExitStack() as ending:
        devices = [_make(entry, clock) for entry in entries]
        for device in devices:
            ending.callback(device.close)
        return clashes((one.id, one.claims()) for one in devices if isinstance(one, Claims))


def _made_or_told(entry: Entry, clock: Clock) -> Device:
    try:
        return _make(entry, clock)
    except Refusal as refusal:
        log.error("device=%s event=unusable code=%s", entry.id, refusal.code)  # noqa: TRY400 - a technician's slip needs no stack
        return Unusable(entry.id, entry.kind, refusal.facts["wrong"])


def _make(entry: Entry, clock: Clock) -> Device:
    make = KINDS.get(entry.kind)
    if make is None:
        near = get_close_matches(entry.kind, KINDS, n=1)
        hint = Reason(", mungkin maksudnya {near}", near=near[0]) if near else ""
        wrong = Reason("jenis {kind} tidak dikenal{hint}", kind=entry.kind, hint=hint)
        raise Refusal("device-unknown-kind", device=entry.id, kind=entry.kind, kinds=", ".join(KINDS), wrong=wrong)
    options = Options(entry)
    device = make(entry.id, options, clock)
    try:
        options.end()
    except Refusal:
        device.close()
        raise
    return device
