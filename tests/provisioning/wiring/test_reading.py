"""What nobody should build is refused with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from provisioning.wiring.model import WiringFault
from provisioning.wiring.reading import CUT, read

GOOD = f"""
[[devices]]
id = "tombol-a"
kind = "gpio-button"
line = "administrasi"
pin = 17
{CUT}
[wiring]
title = {{id = "Tombol", en = "Button"}}
about = {{id = "Satu tombol.", en = "One button."}}
[[wiring.parts]]
id = "button"
draw = "button"
name = {{id = "Tombol A", en = "Button A"}}
[[wiring.wires]]
from = "tombol-a.pin"
to = "button.1"
colour = "yellow"
[[wiring.wires]]
from = "pi.9"
to = ["button.2"]
colour = "black"
"""


def test_the_pin_of_the_entry_is_the_pin_of_the_wire(tmp_path: Path) -> None:
    """A technician who changes the number changes the picture."""
    path = tmp_path / "gpio-button.toml"
    for pin, header in ((17, "11"), (26, "37")):
        path.write_text(GOOD.replace("pin = 17", f"pin = {pin}"), encoding="utf-8")
        assert read(path).wires[0].start.terminal == header


def test_a_device_that_is_paired_has_no_entry(tmp_path: Path) -> None:
    """Nothing of it can be copied by mistake."""
    path = tmp_path / "lan-button.toml"
    above, _, wiring = GOOD.replace('"tombol-a.pin"', '"pi.11"').partition(CUT)
    path.write_text("paired = true\n" + wiring, encoding="utf-8")
    assert (read(path).is_paired, read(path).devices, read(path).entry) == (True, (), "")
    path.write_text("paired = true\n" + above + wiring, encoding="utf-8")
    with pytest.raises(WiringFault, match="has no"):
        read(path)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("pin = 17", "pin = 1", "tombol-a.pin is no GPIO that may be wired"),
        ("pin = 17", "pin = 28", "tombol-a.pin is no GPIO that may be wired"),
        ("pin = 17", "pin = 17\nlamp_pin = 16", "tombol-a.lamp_pin stands in the entry"),
        ('"pi.9"', '"pi.27"', "there is no 'pi.27'"),
        ('"pi.9"', '"pi.41"', "there is no 'pi.41'"),
        ('"pi.9"', '"pi.11"', "at the header black is GND"),
        ('"pi.9"', '"pi.2"', "at the header black is GND"),
        ('"black"', '"blue"', "at the header black is GND"),
        ('"yellow"', '"red"', "at the header black is GND"),
        ('["button.2"]', '["button.2", "pi.2"]', "joins 5V and GND"),
        ('["button.2"]', '["button.1"]', "button.1 has a wire already"),
        ('["button.2"]', "[]", "it ends nowhere"),
        ('"tombol-a.pin"', '"pi.11"', "tombol-a.pin stands in the entry"),
        ('draw = "button"', 'draw = "module"\nleft = ["1", "2", "3"]', "nothing is wired to its terminal '3'"),
        ('draw = "button"', 'draw = "toaster"', "draw must be one of"),
        ('id = "button"', 'id = "tombol-a"', "a part needs an id of its own"),
        ("about =", "abuot =", "unknown key 'abuot'"),
        ('en = "One button."', 'en = ""', "about = "),
        (CUT, "", "must stand between"),
    ],
)
def test_a_file_that_would_burn_or_mislead_is_refused(old: str, new: str, said: str, tmp_path: Path) -> None:
    """Before anything is drawn, with the file's name."""
    path = tmp_path / "gpio-button.toml"
    assert old in GOOD
    path.write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(WiringFault) as fault:
        read(path)
    assert str(fault.value).startswith("gpio-button.toml: ")
    assert said in str(fault.value)
