"""What a technician writes into a new LAN device: the text for ESPHome that makes a bare ESP32 or ESP8266 ours. Pure.

The text names the packages of ``firmware_config/esphome/packages`` and fills them in; it is saved beside that folder and
flashed with ``esphome run NAME.yaml``. The password stands apart, in what is added to ``secrets.yaml``, and nowhere else.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from gateway.devices.names import is_name

PACKAGES = {
    ("lan-button", ""): "button",
    ("lan-keypad", ""): "keypad",
    ("lan-board", "segments"): "board-segments",
    ("lan-board", "matrix"): "board-matrix",
    ("lan-board", "tm1637"): "board-tm1637",
}
"""The package of each kind, and of each face of a board: eight MAX7219 digits, a MAX7219 matrix of 32 x 8 dots, or a TM1637."""
CHIPS = ("esp32", "esp8266")
FACES = ("segments", "matrix", "tm1637")


@dataclass(frozen=True, slots=True)
class FlashText:
    """Two texts to be saved on the technician's laptop."""

    name: str
    """``tombol-a.yaml``: what the first is saved as, in ``firmware_config/esphome``."""
    yaml: str
    secrets: str
    """The line to be added to ``secrets.yaml`` beside it: it holds the password and is shown once."""


def flash_text(
    kind: str,
    id: str,
    *,
    hall: str,
    label: str,
    broker: str,
    port: int,
    password: str,
    chip: str = "esp32",
    face: str = "segments",
) -> FlashText:
    """Return what to flash.

    ``hall`` and ``label`` (the line's or the counter's name) are for people; ``broker`` and ``port`` are where devices find
    the LAN broker; ``chip`` is one of ``CHIPS`` and ``face``, of a board only, one of ``FACES``. Raises KeyError for a kind
    or a face, and ValueError for a chip, that there is not, or an id that is no name (``names``).
    """
    package = PACKAGES[kind, face if kind == "lan-board" else ""]
    if chip not in CHIPS or not is_name(id):
        raise ValueError("no device of ours")
    secret = f"{id.replace('-', '_')}_password"
    yaml = f"""\
# {id}.yaml: a device of {_comment(hall)}, {_comment(label)}. Save it in firmware_config/esphome, then: esphome run {id}.yaml
# In secrets.yaml beside it: wifi_ssid, wifi_password (of the hall's staff network) and {secret}.
substitutions:
  device_id: {_quoted(id)}
  hall: {_quoted(hall)}
  label: {_quoted(label)}
  broker: {_quoted(broker)}
  broker_port: {_quoted(str(port))}

packages:
  chip: !include packages/{chip}.yaml
  device: !include packages/{package}.yaml

mqtt:
  password: !secret {secret}
"""
    return FlashText(f"{id}.yaml", yaml, f"{secret}: {_quoted(password)}\n")


def _quoted(text: str) -> str:
    """Return a text as YAML reads it whatever is in it; a dollar sign would ask ESPHome for a substitution."""
    return json.dumps(text.replace("$", ""), ensure_ascii=False)


def _comment(text: str) -> str:
    return " ".join(text.split())
