"""Secrets outside of the card: the Pi's one-time programmable memory by its real message, a TPM by a real chip in software."""

from __future__ import annotations

import errno
import json
import struct
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from gateway.privacy.device_key import DeviceKey
from gateway.privacy.otp import Otp, read_private_key
from gateway.privacy.outside import find_safes, look_around
from gateway.privacy.safes import Safe, SafeSilent
from gateway.privacy.sealing import RandomBytes, bond_of
from gateway.privacy.tpm import Run, Tpm
from gateway.relay.sealing import Unsealable
from tests.support.tpm import MISSING, running_tpm

BOND = bond_of("3510012001", "request", "17", 1)
KEY = bytes(range(32))
needs_a_chip = pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")


class Firmware:
    """The firmware of a Pi as far as its property mailbox goes: it reads a message where it lies, and answers there."""

    def __init__(self, rows: bytes = bytes(32), *, locked: bool = False) -> None:
        self.rows = rows
        self.locked = locked

    def ask(self, message: bytearray) -> None:
        """Answer as the manual of the mailbox has it."""
        length, code, tag, _room, told, first, rows = struct.unpack_from("<7I", message)
        assert (length, code, tag, told, first, rows) == (len(message), 0, 0x00030081, 40, 0, 8)
        if self.locked:
            struct.pack_into("<I", message, 4, 0x80000001)
            return
        struct.pack_into("<I", message, 4, 0x80000000)
        struct.pack_into("<I", message, 16, 0x80000000 | 40)
        struct.pack_into("<8I", message, 28, *struct.unpack(">8I", self.rows))


def test_the_burned_key_is_read_as_the_pi_s_own_tool_prints_it() -> None:
    """Eight rows, the first one first; a memory in which nothing was burned is none; a locked one is told as silent."""
    assert (read_private_key(Firmware(KEY).ask), read_private_key(Firmware().ask)) == (KEY, b"")
    with pytest.raises(SafeSilent):
        read_private_key(Firmware(KEY, locked=True).ask)


def test_a_machine_without_a_mailbox_is_told_as_silent() -> None:
    """Whatever the kernel says; nothing is taken for an empty key."""

    def refuses(_message: bytearray) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    with pytest.raises(SafeSilent):
        read_private_key(refuses)


@pytest.mark.parametrize(
    ("model", "firmware", "found"),
    [
        ("Raspberry Pi 4 Model B Rev 1.4", Firmware(KEY), (["otp"], "", False)),
        ("Raspberry Pi 5 Model B Rev 1.0", Firmware(), ([], "", True)),
        ("Raspberry Pi 5 Model B Rev 1.0", Firmware(KEY, locked=True), ([], "otp", False)),
        ("Raspberry Pi 3 Model B Plus Rev 1.3", Firmware(KEY), ([], "", False)),
        ("Raspberry Pi Zero 2 W Rev 1.0", Firmware(KEY), ([], "", False)),
        ("", Firmware(KEY), ([], "", False)),
    ],
)
def test_each_model_is_taken_for_what_it_has(model: str, firmware: Firmware, found: tuple[list[str], str, bool]) -> None:
    """A Pi 3, a Zero 2 W and a laptop have no such memory: theirs is the declared weaker mode."""
    outside = find_safes(model, has_mailbox=True, has_chip=False, ask=firmware.ask)
    assert ([safe.mode for safe in outside.safes], outside.silent, outside.burnable) == found


def test_this_machine_is_looked_at_without_a_fault() -> None:
    """Whatever it has."""
    assert look_around() is not None


def key_of(file: Path, seed: int, *safes: Safe) -> DeviceKey:
    """Open the file of device keys with what the machine has."""
    return DeviceKey(file, Random(seed).randbytes, safes)


def test_a_card_in_another_pi_is_locked_and_at_home_again_open(tmp_path: Path) -> None:
    """The other Pi's key is not taken for ours: it begins a generation of its own and destroys none of ours."""
    file = tmp_path / "device.key"
    home = key_of(file, 1, Otp(KEY))
    wrapped = home.wrap(b"d" * 32, BOND)
    other = key_of(file, 2, Otp(bytes(reversed(KEY))))
    with pytest.raises(Unsealable):
        other.unwrap(wrapped, home.current, BOND)
    assert (other.mode, other.out_of_reach) == ("otp", (home.current,))
    other.destroy_all_but({home.current})
    again = key_of(file, 3, Otp(KEY))
    assert (again.unwrap(wrapped, home.current, BOND), again.current) == (b"d" * 32, home.current)


def test_a_key_that_is_burned_later_takes_over(tmp_path: Path) -> None:
    """What was wrapped in the weaker mode still opens; what comes is wrapped for the stronger one."""
    file = tmp_path / "device.key"
    weak = key_of(file, 1)
    wrapped = weak.wrap(b"d" * 32, BOND)
    strong = key_of(file, 2, Otp(KEY))
    assert (weak.mode, strong.mode, strong.unwrap(wrapped, weak.current, BOND)) == ("file", "otp", b"d" * 32)
    assert strong.generations == (weak.current, strong.current)


class Mute:
    """A chip that does not answer."""

    mode = "tpm"

    def begin(self, random_bytes: RandomBytes) -> tuple[str, bytes]:
        """Stay silent."""
        raise SafeSilent("nothing")

    def secret(self, place: str) -> bytes:
        """Stay silent."""
        raise SafeSilent("nothing")

    def destroy(self, place: str) -> None:
        """Stay silent."""
        raise SafeSilent("nothing")


def test_a_silent_chip_stops_no_hall(tmp_path: Path) -> None:
    """The next best place is taken, and the mode says so."""
    assert [key_of(tmp_path / "a", 1, Mute(), Otp(KEY)).mode, key_of(tmp_path / "b", 1, Mute()).mode] == ["otp", "file"]


def test_a_file_of_keys_that_is_none_is_told(tmp_path: Path) -> None:
    """Cut off, of another shape, or with a salt that is too short."""
    for number, text in enumerate(("", "[]", '{"a": 1}', '{"a": {"salt": "00", "mode": "file", "place": "", "mark": "00"}}')):
        file = tmp_path / f"{number}.key"
        file.write_text(text)
        with pytest.raises(ValueError, match="no file of device keys"):
            key_of(file, 1)


@pytest.fixture
def chip(tmp_path: Path) -> Iterator[Run]:
    """Power a TPM."""
    with running_tpm(tmp_path / "chip") as run:
        yield run


@needs_a_chip
def test_a_destroyed_generation_is_gone_from_the_chip(tmp_path: Path, chip: Run) -> None:
    """Even for who has the chip and a copy of the card from before; the present one is there after a restart."""
    file = tmp_path / "device.key"
    key = key_of(file, 1, Tpm(chip))
    former, wrapped, copy = key.current, key.wrap(b"d" * 32, BOND), file.read_text()
    key.begin_generation()
    assert key.unwrap(wrapped, former, BOND) == b"d" * 32
    kept = key.wrap(b"e" * 32, BOND)
    key.destroy_all_but(())
    again = key_of(file, 2, Tpm(chip))
    assert (again.mode, again.unwrap(kept, key.current, BOND), again.generations) == ("tpm", b"e" * 32, (key.current,))
    (tmp_path / "copy.key").write_text(copy)
    thief = key_of(tmp_path / "copy.key", 3, Tpm(chip))
    with pytest.raises(Unsealable):
        thief.unwrap(wrapped, former, BOND)


@needs_a_chip
def test_the_chip_s_secret_is_on_no_file(tmp_path: Path, chip: Run) -> None:
    """The file names the index only; a card without its chip opens nothing; the eighth generation finds no room and says so."""
    file = tmp_path / "device.key"
    key = key_of(file, 1, Tpm(chip))
    [place] = {one["place"] for one in json.loads(file.read_text()).values()}
    assert (place, Tpm(chip).secret(place).hex() in file.read_text()) == ("0x1BA1A00", False)
    assert key_of(file, 2).out_of_reach == (key.current,)
    safe = Tpm(chip)
    for _ in range(7):
        safe.begin(Random(5).randbytes)
    with pytest.raises(SafeSilent, match="taken"):
        safe.begin(Random(5).randbytes)
