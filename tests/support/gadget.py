"""USB devices that the kernel itself plugs in and pulls out: configfs gadgets on ``dummy_hcd``, as tests/lab has them.

One side is the device, whose reports and answers a test gives; the other is what a hall sees: ``/dev/input/by-path``, ``/dev/usb/lp0``, ``/dev/ttyACM0``.
"""

from __future__ import annotations

import os
import stat
import tty
from pathlib import Path

from tests.support.escpos import CHUNK, Body
from tests.support.waiting import until

GADGETS = Path("/sys/kernel/config/usb_gadget")
KEYBOARD = bytes.fromhex(
    "05010906a101050719e029e715002501750195088102950175088103950575010508190129059102950175039103950675081500256505071900296581 00c0"
)
"""The report descriptor of every boot keyboard: eight modifiers, a reserved byte, five LEDs, six keys."""
USAGES = {"enter": 0x58, "plus": 0x57, "minus": 0x56, "star": 0x55, "slash": 0x54, "numlock": 0x53, "one": 0x59}
"""HID usages of a numpad's keys."""
ENUMERATED_S = 60.0
PRINTER_CLASS = {"pnp_string": "MFG:Balai;MDL:Uji;CLS:PRINTER;CMD:ESC/POS;", "q_len": "10"}


class Gadget:
    """One USB device with one function, at socket ``port`` (0 or 1)."""

    def __init__(self, name: str, port: int, function: str, settings: dict[str, str | bytes]) -> None:
        self._folder = GADGETS / name
        self._port = f"dummy_udc.{port}"
        self._folder.mkdir()
        for key, value in {"idVendor": "0x1d6b", "idProduct": "0x0104"}.items():
            (self._folder / key).write_text(value)
        words = self._folder / "strings" / "0x409"
        words.mkdir()
        (words / "product").write_text(name)
        configuration = self._folder / "configs" / "c.1"
        configuration.mkdir()
        made = self._folder / "functions" / function
        made.mkdir()
        for key, setting in settings.items():
            (made / key).write_bytes(setting if isinstance(setting, bytes) else setting.encode())
        (configuration / function).symlink_to(made)
        self.function = made

    def plug(self) -> None:
        """Plug it in."""
        (self._folder / "UDC").write_text(self._port)

    def unplug(self) -> None:
        """Pull it out. Raises OSError when it is not in."""
        (self._folder / "UDC").write_text("\n")

    def device(self, prefix: str) -> Path:
        """Return the file of the device's own side."""
        major, minor = (self.function / "dev").read_text().strip().split(":")
        for file in Path("/dev").glob(f"{prefix}*"):
            number = file.stat().st_rdev
            if stat.S_ISCHR(file.stat().st_mode) and (os.major(number), os.minor(number)) == (int(major), int(minor)):
                return file
        raise FileNotFoundError(prefix)


class NumpadGadget(Gadget):
    """A USB numpad."""

    def __init__(self, name: str, port: int) -> None:
        settings: dict[str, str | bytes] = {"protocol": "1", "subclass": "1", "report_length": "8", "report_desc": KEYBOARD}
        super().__init__(name, port, "hid.usb0", settings)

    def hold(self, *keys: str) -> None:
        """Report that these keys are down, and no other."""
        codes = bytes(USAGES[key] for key in keys)
        file = os.open(self.device("hidg"), os.O_RDWR)
        try:
            os.write(file, b"\x00\x00" + codes.ljust(6, b"\x00"))
        finally:
            os.close(file)

    def press(self, key: str) -> None:
        """Press a key and let it go."""
        self.hold(key)
        self.hold()


class PrinterGadget(Body):
    """A USB slip printer of the printer class, which the hall's kernel drives with ``usblp``."""

    def __init__(self, name: str, port: int) -> None:
        super().__init__()
        self._gadget = Gadget(name, port, "printer.0", dict(PRINTER_CLASS))
        self._file = -1

    def _open(self) -> None:
        self._gadget.plug()
        assert until(self._is_there, ENUMERATED_S), "the kernel does not drive the printer"

    def _is_there(self) -> bool:
        """Open the device's own side, which refuses until the host has chosen its configuration."""
        try:
            self._file = os.open("/dev/g_printer0", os.O_RDWR)
        except OSError:
            return False
        return True

    def _files(self) -> list[int]:
        return [self._file]

    def _read(self, file: int) -> bytes:
        return os.read(file, CHUNK)

    def _say(self, answer: bytes) -> None:
        os.write(self._file, answer)

    def _shut(self) -> None:
        os.close(self._file)
        self._gadget.unplug()


class SerialGadget(Body):
    """A slip printer on a serial line, which the hall's kernel drives with ``cdc_acm``."""

    def __init__(self, name: str, port: int) -> None:
        super().__init__()
        self._gadget = Gadget(name, port, "acm.usb0", {})
        self._file = -1

    def _open(self) -> None:
        self._gadget.plug()
        self._file = os.open("/dev/ttyGS0", os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self._file)

    def _files(self) -> list[int]:
        return [self._file]

    def _read(self, file: int) -> bytes:
        return os.read(file, CHUNK)

    def _say(self, answer: bytes) -> None:
        os.write(self._file, answer)

    def _shut(self) -> None:
        self._gadget.unplug()
        os.close(self._file)
