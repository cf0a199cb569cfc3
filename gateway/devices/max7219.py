"""A board of MAX7219 chips in a chain at the Pi's SPI: what matrix and digits share.

Promises: without the SPI device, its library or the right to it the board is ``missing`` with the reason, and is tried again; an SPI that fails is
``faulty``; whenever a face is shown, all registers of all chips are written anew, since the noise of a pump makes chips forget. What it cannot
know: an SPI wire brings no answer, so a board without power looks like one that shines.
"""

from __future__ import annotations

import errno
import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any, Protocol, Required, TypedDict, Unpack

from gateway.clock import Clock
from gateway.devices.claims import spi
from gateway.devices.led_scene import LedScenes, Scene
from gateway.devices.ports import BoardFace, Claim, DeviceFault, DeviceState
from gateway.errors import Reason

log = logging.getLogger(__name__)

SPEED_HZ = 500_000
"""A picture of eight modules takes 2 ms of wire; the chips take 10 MHz, but not behind a metre of cable."""
CLOSED = Reason("ditutup")
TROUBLES = {
    errno.ENOENT: Reason("SPI belum dinyalakan (dtparam=spi=on)"),
    errno.EACCES: Reason("SPI tidak boleh dibuka: layanan harus masuk grup spi"),
    errno.EPERM: Reason("SPI tidak boleh dibuka: layanan harus masuk grup spi"),
}


class Spi(Protocol):
    """As much of Debian's ``spidev.SpiDev`` as is needed; one call is one pull of the chips' LOAD."""

    def writebytes(self, data: Sequence[int]) -> object:
        """Write bytes. Raises OSError."""

    def close(self) -> object:
        """Let go of the device."""


def open_spi(bus: int, chip: int) -> Spi:
    """Open ``/dev/spidevBUS.CHIP``. Raises ImportError without the library, OSError without the device."""
    from spidev import SpiDev  # noqa: PLC0415 - only a Pi has it

    spi: Any = SpiDev()
    spi.open(bus, chip)
    spi.mode = 0
    spi.max_speed_hz = SPEED_HZ
    opened: Spi = spi
    return opened


class Chain(TypedDict, total=False):
    """What every board of these chips is given."""

    brightness: Required[int]
    """0 to 15."""
    bus: int
    chip: int
    open_spi: Callable[[int, int], Spi]
    """How the SPI is opened: Debian's spidev unless a test or ``/sim`` has another."""


class _Wire:
    """What luma writes to; without an SPI it takes everything and does nothing, so that luma can be made before there is one."""

    def __init__(self) -> None:
        self.spi: Spi | None = None

    def data(self, data: Sequence[int]) -> None:
        if self.spi is not None:
            self.spi.writebytes(list(data))

    def cleanup(self) -> None:
        """Luma calls it when the program ends."""


class Max7219Board:
    """One chain of ``modules`` chips. Safe from any thread.

    ``make_screen`` makes luma's device on a wire and raises ImportError without luma; ``draw`` writes the picture of a scene into its
    chips and raises OSError.
    """

    kind = ""

    def __init__(
        self,
        id: str,
        modules: int,
        scenes: LedScenes,
        clock: Clock,
        *,
        make_screen: Callable[[object], Any],
        draw: Callable[[Any, Scene], None],
        **chain: Unpack[Chain],
    ) -> None:
        self.id = id
        self.face = BoardFace("", "")
        """What it was given last; whether that shines nobody can know."""
        self._modules = modules
        self._scenes = scenes
        self._make_screen = make_screen
        self._draw = draw
        self._clock = clock
        self._brightness = chain["brightness"]
        self._address = (chain.get("bus", 0), chain.get("chip", 0))
        self._open_spi = chain.get("open_spi", open_spi)
        self._wire = _Wire()
        self._screen: Any = None
        self._drawn: Scene | None = None
        self._lock = threading.Lock()
        self._state = DeviceState.MISSING
        self._reason: str = Reason("belum dicari")
        self._closed = False

    def show(self, face: BoardFace) -> None:
        """Show ``face`` and write everything anew. Raises DeviceFault."""
        with self._lock:
            self.face = face
            self._scenes.tell(face, self._clock.monotonic_s())
            self._write(anew=True)

    def move(self) -> float:
        """Show the picture of this moment; return the seconds until there may be another. Raises DeviceFault."""
        with self._lock:
            self._write(anew=False)
            return self._scenes.rest_s(self._clock.monotonic_s())

    def state(self) -> DeviceState:
        """Return missing without SPI, faulty when it fails; ready says only that the bytes went out."""
        return self._state

    def reason(self) -> str:
        """Return why it is not ready."""
        return self._reason

    def look(self) -> None:
        """Open the SPI if it is not open, and try it."""
        with self._lock:
            if self._closed or self._wire.spi is not None:
                return
            try:
                if self._screen is None:
                    self._screen = self._make_screen(self._wire)
                self._wire.spi = self._open_spi(*self._address)
                self._set_up()
            except ImportError as error:
                name = "python3-spidev" if error.name == "spidev" else "luma.led_matrix"
                self._lose(DeviceState.MISSING, Reason("pustaka {name} belum terpasang", name=name))
            except OSError as error:
                is_open = self._wire.spi is not None
                self._lose(DeviceState.FAULTY if is_open else DeviceState.MISSING, _in_words(error))
            else:
                self._state, self._reason = DeviceState.READY, ""
                log.info("device=%s event=ready", self.id)

    def close(self) -> None:
        """Let the board go dark: a number that nobody keeps up to date is a wrong one."""
        with self._lock:
            self._closed = True
            try:
                if self._screen is not None:
                    self._screen.hide()
            except OSError:
                log.warning("device=%s event=close-failed", self.id)
            self._reason = CLOSED
            self._lose(DeviceState.MISSING, CLOSED)

    def claims(self) -> tuple[Claim, ...]:
        """Return its SPI chip, and the pins of its bus."""
        return tuple(spi(*self._address))

    def _write(self, *, anew: bool) -> None:
        if self._wire.spi is None:
            raise DeviceFault(self._reason)
        scene = self._scenes.scene(self._clock.monotonic_s())
        try:
            if anew:
                self._set_up()
            if anew or scene != self._drawn:
                self._draw(self._screen, scene)
                (self._screen.show if scene.lit else self._screen.hide)()
        except OSError as error:
            self._lose(DeviceState.FAULTY, _in_words(error))
            raise DeviceFault(self._reason) from error
        self._drawn = scene

    def _set_up(self) -> None:
        """Write the registers that chips lose in noise. They stay as dark or lit as they are: nothing flickers."""
        registers = self._screen._const  # noqa: SLF001 - luma's own names of the registers, which have no other door
        for register, value in ((registers.DISPLAYTEST, 0), (registers.SCANLIMIT, 7), (registers.DECODEMODE, 0)):
            self._screen.data([register, value] * self._modules)
        self._screen.contrast(self._brightness * 16)

    def _lose(self, state: DeviceState, reason: str) -> None:
        spi, self._wire.spi, self._drawn = self._wire.spi, None, None
        if spi is not None:
            spi.close()
        if reason != self._reason:
            log.warning("device=%s event=%s reason=%s", self.id, state.value, reason.replace(" ", "-"))
        self._state, self._reason = state, reason


def _in_words(error: OSError) -> str:
    return TROUBLES.get(error.errno or 0) or Reason(
        "SPI gagal ({error})", error=errno.errorcode.get(error.errno or 0, type(error).__name__)
    )
