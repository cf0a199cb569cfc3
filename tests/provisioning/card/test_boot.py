"""The boot configuration: merged once or ten times it is the same, and each model sees what is meant for it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provisioning.card.boot import (
    BEGIN,
    END,
    MODELS,
    PINS,
    BootFault,
    Parts,
    features,
    merge_cmdline,
    merge_config,
    parts_of,
    pins_of,
    seen_by,
)
from provisioning.wiring.header import name_of
from provisioning.wiring.pages import users
from provisioning.wiring.reading import read_folder

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "firmware_config" / "pi"
GOLDEN = Path(__file__).parent / "golden"
WIRINGS = read_folder(ROOT / "firmware_config" / "wiring")
EVERYTHING = parts_of(FOLDER, features(FOLDER))
IMAGE_CONFIG = (GOLDEN / "image-config.txt").read_text(encoding="utf-8")
IMAGE_CMDLINE = (GOLDEN / "image-cmdline.txt").read_text(encoding="utf-8")
PARTS = sorted(path for path in FOLDER.glob("*.txt") if not path.name.startswith("eeprom"))


def goldens() -> dict[str, str]:
    """Every golden file as it would be written today, by its name."""
    merged = merge_config(IMAGE_CONFIG, EVERYTHING)
    return {
        "config.txt": merged,
        "cmdline.txt": merge_cmdline(IMAGE_CMDLINE, EVERYTHING),
        **{f"{model}.txt": "\n".join(seen_by(model, merged)) + "\n" for model in MODELS},
    }


@pytest.mark.parametrize("name", goldens())
def test_the_image_with_everything_switched_on_is_the_golden_one(name: str) -> None:
    """What a card of an official image becomes, and what each model reads of it (`python -m tests.provisioning.card.test_boot` writes them anew)."""
    assert goldens()[name] == (GOLDEN / name).read_text(encoding="utf-8")


LINES = st.lists(st.text("ab=#[] >é\t", max_size=12), max_size=8)
SOME = st.lists(st.sampled_from(features(FOLDER)), unique=True)


@settings(deadline=None)
@given(lines=LINES, first=SOME, then=SOME)
def test_merging_again_is_merging_once_and_loses_nothing_of_others(lines: list[str], first: list[str], then: list[str]) -> None:
    """A technician may run it as often as she likes, and with other devices than last time."""
    theirs = "".join(f"{line}\n" for line in lines)
    once = merge_config(theirs, parts_of(FOLDER, then))
    assert merge_config(merge_config(theirs, parts_of(FOLDER, first)), parts_of(FOLDER, then)) == once
    assert once.startswith(theirs)
    assert merge_config(once, parts_of(FOLDER, then)) == once


@settings(deadline=None)
@given(words=st.lists(st.from_regex(r"[a-z.]{1,9}(=[a-z0-9,]{0,6})?", fullmatch=True), min_size=1, max_size=9))
def test_the_command_line_keeps_every_word_of_others(words: list[str]) -> None:
    """The root and whatever an image needs stay, in their order."""
    once = merge_cmdline(" ".join(words), EVERYTHING)
    theirs = [word for word in words if not word.startswith(("panic=", "consoleblank="))]
    assert once.split()[: len(theirs)] == theirs
    assert merge_cmdline(once, EVERYTHING) == once


def test_a_line_that_was_added_behind_ours_stays() -> None:
    """Whoever edits the card by hand is not overruled without a trace: the line stands, and ours come after it."""
    merged = merge_config(merge_config("a=1\n", EVERYTHING) + "b=2\n", EVERYTHING)
    assert merged.startswith(f"a=1\nb=2\n{BEGIN}\n")


def test_a_file_of_windows_keeps_its_line_ends() -> None:
    """Notepad's carriage returns are no reason to write a line anew, and ours are found among them."""
    merged = merge_config("a=1\r\n", EVERYTHING)
    assert merged.startswith("a=1\r\n")
    assert merge_config(merged.replace(f"{BEGIN}\n", f"{BEGIN}\r\n").replace(f"{END}\n", f"{END}\r\n"), EVERYTHING) == merged


@pytest.mark.parametrize("torn", [f"a=1\n{BEGIN}\ndtparam=", f"{END}\n", f"{BEGIN}\n{BEGIN}\n{END}\n", f"{END}\n{BEGIN}\n"])
def test_a_torn_file_is_refused(torn: str) -> None:
    """A power cut while the card was written: what was behind our part is unknown."""
    with pytest.raises(BootFault, match="cut off"):
        merge_config(torn, EVERYTHING)


def test_an_empty_command_line_is_refused() -> None:
    """A Pi without a root would not start."""
    with pytest.raises(BootFault, match="empty"):
        merge_cmdline(" \n", EVERYTHING)


def test_an_unknown_part_is_refused_with_the_known_ones() -> None:
    """A typing error is named."""
    with pytest.raises(BootFault, match=r"no part 'spy'; it has .*spi"):
        parts_of(FOLDER, ["spy"])


def test_filters_of_one_kind_replace_each_other_and_others_add() -> None:
    """As the firmware reads it."""
    config = "a=1\n[pi4]\nb=2\n[pi5]\nc=3\n[pi0]\nd=4\n[EDID=X]\ne=5\n[pi5]\nf=6\n[all]\ng=7\n[cm4]\nh=8\n"
    assert {model: "".join(line[0] for line in seen_by(model, config)) for model in MODELS} == {
        "pi3": "ag",
        "pi4": "abg",
        "pi5": "acg",
        "pi02": "adg",
    }


def test_what_a_wiring_needs_can_be_switched_on() -> None:
    """`boot = [...]` of a wiring names parts that are there."""
    assert {name for wiring in WIRINGS for name in wiring.boot} <= set(features(FOLDER))


def pins_in_use(parts: dict[str, frozenset[int]]) -> list[tuple[str, str, int]]:
    """Each GPIO that a part takes and a wiring that does not ask for this part wires: part, wiring, GPIO."""
    by_pin = users(WIRINGS)
    asked = {wiring.kind: wiring.boot for wiring in WIRINGS}
    return [
        (part, kind, gpio)
        for pin, kinds in by_pin.items()
        for kind in kinds
        for part, gpios in parts.items()
        for gpio in gpios
        if name_of(str(pin)) == f"GPIO{gpio}" and part not in asked[kind]
    ]


def test_no_overlay_takes_a_pin_of_a_wiring() -> None:
    """Whatever is switched on, no button goes dead."""
    parts = {path.stem.removeprefix("with-"): pins_of(path.read_text(encoding="utf-8")) for path in PARTS}
    assert parts["spi"] == {7, 8, 9, 10, 11}
    assert pins_in_use(parts) == []


def test_the_check_of_pins_sees_a_collision() -> None:
    """Control: an overlay upon the pin of a button is found."""
    assert ("spi", "gpio-button", 17) in pins_in_use({"spi": frozenset({17})})


def test_no_line_takes_a_pin_that_is_not_known_to_take_it() -> None:
    """Whoever adds an overlay says which pins it takes, here or in ``PINS``."""
    without = (
        "dtparam=watchdog", "dtparam=act_led", "dtoverlay=disable-", "dtparam=rtc_bbat", "dtparam=audio",
        "camera_", "display_", "usb_", "disable_", "hdmi_",
    )  # fmt: skip
    lines = {line for path in PARTS for line in path.read_text(encoding="utf-8").splitlines() if line and line[0] not in "#["}
    assert {line for line in lines if not line.startswith(without)} == set(PINS)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.name)
def test_every_line_is_short_enough_and_has_its_reason(path: Path) -> None:
    """The firmware reads 98 characters of a line; a person wants to know why it is there, and from where."""
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not line.isascii() or (line[:1] != "#" and len(line) > 98)] == []
    reasoned = False
    for line in lines:
        reasoned = line.startswith("#") or (reasoned and bool(line) and line[0] != "[")
        assert reasoned or not line or line[0] == "[", line


def test_every_source_that_a_line_names_is_in_the_list() -> None:
    """`[uart]` behind a reason leads to a document."""
    marks = {
        mark
        for path in FOLDER.iterdir()
        if path.name != "README.md"
        for mark in re.findall(r"\[([a-z]{3,})\](?=$|\n| )", path.read_text())
    }
    listed = set(re.findall(r"^\| \[(\w+)\]", (FOLDER / "README.md").read_text(), re.MULTILINE))
    assert marks - {"all", "none"} == listed


@pytest.mark.parametrize("model", ["pi4", "pi5"])
def test_the_boot_loader_is_told_nothing_that_it_does_not_know(model: str) -> None:
    """A typing error in the EEPROM is silent; a hall starts by itself when the mains come back."""
    known = {
        "BOOT_ORDER", "POWER_OFF_ON_HALT", "WAKE_ON_GPIO", "WAIT_FOR_POWER_BUTTON", "BOOT_WATCHDOG_TIMEOUT", "NET_INSTALL_ENABLED", "NET_INSTALL_AT_POWER_ON",
    }  # fmt: skip
    settings = dict(line.split("=") for line in seen_by(model, (FOLDER / f"eeprom-{model}.txt").read_text(encoding="utf-8")))
    assert set(settings) <= known
    assert settings["BOOT_ORDER"] == "0xf41"
    assert settings.get("WAIT_FOR_POWER_BUTTON", "0") == "0"


def test_the_watchdog_is_fed_by_systemd_of_both_debians() -> None:
    """The drop-in has one section and two times in seconds, and its name outdoes the 40-... of the image."""
    text = (FOLDER / "watchdog.conf").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert lines == ["[Manager]", "RuntimeWatchdogSec=60", "RebootWatchdogSec=120"]
    assert "/etc/systemd/system.conf.d/90-balai-watchdog.conf" in text


def test_the_parts_stand_in_one_order_whatever_the_wish() -> None:
    """Two technicians who name the same devices make the same card."""
    assert parts_of(FOLDER, ["tv", "spi", "tv"]) == parts_of(FOLDER, ["spi", "tv"])
    assert isinstance(parts_of(FOLDER, []), Parts)


if __name__ == "__main__":
    for _name, _text in goldens().items():
        (GOLDEN / _name).write_text(_text, encoding="utf-8")
