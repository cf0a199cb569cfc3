"""The suites of the devices themselves: every kind of the catalogue is held to one, and each suite catches a device that lies."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest

from gateway.devices.catalog import KINDS
from gateway.devices.debounce import ContactRules
from gateway.devices.ports import BoardFace, DeviceFault, DeviceState, LampSign, Slip
from gateway.devices.simulated_board import SimulatedBoard
from gateway.devices.simulated_button import SimulatedButton
from gateway.devices.simulated_lamp import SimulatedLamp
from gateway.devices.simulated_printer import SimulatedPrinter
from gateway.devices.simulated_speaker import SimulatedSpeaker
from gateway.devices.wall_screen import WallScreen
from gateway.portal.screens import Screens
from tests.contracts import test_board, test_button, test_lamp, test_printer, test_screen, test_speaker
from tests.support.clock import FakeClock

SUITES = (
    test_board.RIGS,
    test_button.RIGS,
    test_lamp.RIGS,
    dict.fromkeys(test_printer.KINDS),
    test_screen.KINDS,
    test_speaker.RIGS,
)


def test_every_kind_is_held_to_a_contract() -> None:
    """A new kind cannot be sold without the suite of what it does; of one kind there may be several rigs."""
    held = [name.split(" ")[0] for suite in SUITES for name in suite]
    assert sorted(set(held)) == sorted(KINDS)


class DeafPrinter(SimulatedPrinter):
    """Says that all is well, whatever has happened."""

    def print_slip(self, slip: Slip) -> None:
        """Print, perhaps."""
        with suppress(DeviceFault):
            super().print_slip(slip)

    def reason(self) -> str:
        """Say that all is well."""
        return ""


class BoastfulBoard(SimulatedBoard):
    """Claims to have shown what nobody saw."""

    def show(self, face: BoardFace) -> None:
        """Show, perhaps."""
        if self.plugged:
            super().show(face)


class RememberingBoard(SimulatedBoard):
    """Shows after a power cut what it showed before."""

    def plug(self) -> None:
        """Give power back."""
        former = self.former
        super().plug()
        self.show(former)

    def show(self, face: BoardFace) -> None:
        """Show, and remember."""
        super().show(face)
        self.former = face


class SteadyLamp(SimulatedLamp):
    """Shines all the time, whatever it should tell."""

    def shine(self, sign: LampSign) -> float:
        """Shine."""
        del sign
        return super().shine(LampSign.WELL)


class HopefulScreen(WallScreen):
    """Is well as long as it was well once."""

    def state(self) -> DeviceState:
        """Say how it was."""
        self.was_ready = getattr(self, "was_ready", False) or super().state() is DeviceState.READY
        return DeviceState.READY if self.was_ready else super().state()


class BoastfulSpeaker(SimulatedSpeaker):
    """Claims to have been heard."""

    def play(self, wav: bytes, words: str) -> None:
        """Be heard, perhaps."""
        if self.state() is DeviceState.READY:
            super().play(wav, words)


def bouncing_button() -> test_button.Rig:
    """A button without suppression."""
    clock = FakeClock()
    button = SimulatedButton("tombol", "surat", clock, rules=ContactRules(rest_s=0.0))
    made = test_button.Rig(button, test_button.GIVES, clock, button.hold, button.release, [])
    button.when_pressed(made.presses.append)
    return made


def patient_button() -> test_button.Rig:
    """A button that is never stuck."""
    clock = FakeClock()
    button = SimulatedButton("tombol", "surat", clock, rules=ContactRules(stuck_s=1e9))
    made = test_button.Rig(button, test_button.GIVES, clock, button.hold, button.release, [])
    button.when_pressed(made.presses.append)
    return made


def board_rig(board: SimulatedBoard) -> test_board.Rig:
    """A board of /sim that lies."""
    dark = BoardFace("", "")
    return test_board.Rig(board, lambda: board.face, test_board.FACE, dark, board.unplug, board.plug, "kabel papan tercabut")


def printer_rig() -> test_printer.Rig:
    """A printer of /sim that lies."""
    clock = FakeClock()
    printer = DeafPrinter("printer", clock)
    return test_printer.Rig(printer, printer, clock, "kabel printer tercabut")


def lamp_rig() -> test_lamp.Rig:
    """A lamp of /sim that lies."""
    clock = FakeClock()
    lamp = SteadyLamp("lampu", clock)
    return test_lamp.Rig(lamp, clock, lambda: lamp.lit, lamp.unplug, lamp.plug)


def judge_hopeful_screen() -> None:
    """Hold a screen that lies to its suite."""
    clock = FakeClock()
    test_screen.test_a_screen_is_what_its_page_says(HopefulScreen("layar", "hdmi-tv", "tv"), Screens(clock), clock)


def speaker_that_lies() -> BoastfulSpeaker:
    """A speaker of /sim that lies."""
    return BoastfulSpeaker("suara", in_real_time=False)


LIES: dict[str, Callable[[], object]] = {
    "a button that bounces": lambda: test_button.test_a_double_press_is_one(bouncing_button()),
    "a button that is never stuck": lambda: test_button.test_a_held_button_is_one_press_and_then_faulty(patient_button()),
    "a board that claims to show": lambda: test_board.test_unplugged_it_is_not_ready_and_says_so(board_rig(BoastfulBoard("p"))),
    "a board that remembers": lambda: test_board.test_plugged_in_again_it_is_blank_until_it_is_shown_something(
        board_rig(RememberingBoard("p"))
    ),
    "a printer that claims to print": lambda: test_printer.test_what_it_cannot_print_it_refuses(
        printer_rig(), "take_paper", "give_paper", DeviceState.FAULTY, "kertas habis"
    ),
    "a printer that is always well": lambda: test_printer.test_what_is_wrong_is_seen_without_a_slip(printer_rig()),
    "a lamp that always shines": lambda: test_lamp.test_each_sign_is_told_by_its_blinks_alone(lamp_rig(), LampSign.PERSON, 15),
    "a screen that was well once": judge_hopeful_screen,
    "a speaker that claims to be heard": lambda: test_speaker.test_closed_it_refuses_and_says_so(speaker_that_lies()),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_device_that_lies_does_not_pass_its_suite(lie: str) -> None:
    """The negative control of the suites."""
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        LIES[lie]()
