"""What is flashed into LAN devices: ESPHome accepts it, and it says word for word what the hall and the emulated devices say.

``esphome config`` validates; the chips' compilers are not here, so that no test shows the C++ of the lambdas compiled.
"""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from gateway.demo import lan_devices
from gateway.demo.lan_devices import EmulatedBoard, EmulatedDevice, EmulatedKeys
from gateway.devices.lan_accounts import ROOT
from gateway.devices.lan_device import SILENCE_S
from gateway.devices.lan_flash import CHIPS, PACKAGES, flash_text
from gateway.devices.lan_messages import KeySaid, read_key, read_shown, read_status, write_heard, write_show
from gateway.devices.ports import BoardFace
from gateway.mqtt.address import BrokerAddress, Node
from tests.support.clock import FakeClock

REPOSITORY = Path(__file__).parents[2]
FOLDER = REPOSITORY / "firmware_config" / "esphome" / "packages"
CHIP_FILES = {f"{chip}.yaml" for chip in CHIPS}
PASSWORD = "sandi-sekali-pakai-0001"  # noqa: S105 - thrown away


class _Loader(yaml.SafeLoader):  # type: ignore[misc]
    """Reads ESPHome's YAML without ESPHome: its tags become plain text or tables."""


def _plain(loader: Any, _tag: str, node: Any) -> Any:
    return loader.construct_scalar(node) if isinstance(node, yaml.ScalarNode) else loader.construct_mapping(node, deep=True)


_Loader.add_multi_constructor("!", _plain)


def read(name: str) -> dict[str, Any]:
    """Read one package."""
    found: dict[str, Any] = yaml.load((FOLDER / name).read_text(encoding="utf-8"), _Loader)  # noqa: S506 - it is PyYAML's safe one
    return found


def within(tree: Any, key: str) -> Iterator[Any]:
    """Yield every value of ``key``, however deep."""
    if isinstance(tree, dict):
        for name, value in tree.items():
            if name == key:
                yield value
            yield from within(value, key)
    elif isinstance(tree, list):
        for one in tree:
            yield from within(one, key)


PACKAGE_FILES = sorted(path.name for path in FOLDER.glob("*.yaml"))
PUBLISHED = {
    publish["topic"].removeprefix(f"{ROOT}/${{device_id}}/up/"): publish
    for name in PACKAGE_FILES
    for publish in within(read(name), "mqtt.publish_json")
}
"""What a device publishes, by what it is about."""


def esphome() -> str:
    """Return the program, installed by tests/support/esphome.sh."""
    found = subprocess.run([REPOSITORY / "tests/support/esphome.sh", "path"], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    return found.stdout.strip()


@pytest.mark.parametrize("chip", CHIPS)
@pytest.mark.parametrize(("kind", "face"), PACKAGES)
def test_esphome_accepts_what_is_flashed(tmp_path: Path, kind: str, face: str, chip: str) -> None:
    """Every kind, face and chip as the page shows it, a button also on a battery; secrets are thrown away and not shown."""
    text = flash_text(
        kind, "tombol-a", hall="Balai Desa Contoh", label="Administrasi", broker="balai.lan", port=1884, password=PASSWORD,
        chip=chip, face=face or "segments",
    )  # fmt: skip
    shutil.copytree(FOLDER, tmp_path / "packages")
    more = "  battery: !include packages/battery.yaml\n" if kind == "lan-button" else ""
    (tmp_path / text.name).write_text(text.yaml.replace("\nmqtt:", f"{more}\nmqtt:"), encoding="utf-8")
    secrets = f"wifi_ssid: balai\nwifi_password: sandi-wifi-0001\n{text.secrets}"
    (tmp_path / "secrets.yaml").write_text(secrets, encoding="utf-8")
    told = subprocess.run(
        [esphome(), "config", text.name], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    said = (told.stdout + told.stderr).replace(PASSWORD, "***").replace("sandi-wifi-0001", "***")
    assert told.returncode == 0, said[-2000:]


def test_esphome_refuses_what_is_wrong(tmp_path: Path) -> None:
    """The control: a key that ESPHome does not know fails."""
    shutil.copytree(FOLDER, tmp_path / "packages")
    text = flash_text("lan-button", "t", hall="h", label="l", broker="b", port=1884, password=PASSWORD).yaml
    (tmp_path / "t.yaml").write_text(text + "  reboot_never: true\n", encoding="utf-8")
    (tmp_path / "secrets.yaml").write_text(f"wifi_ssid: a\nwifi_password: sandi-wifi\nt_password: {PASSWORD}\n", encoding="utf-8")
    told = subprocess.run([esphome(), "config", "t.yaml"], cwd=tmp_path, capture_output=True, timeout=120, check=False)
    assert told.returncode != 0


@pytest.mark.parametrize("name", ["board-segments.yaml", "board-matrix.yaml"])
def test_chips_that_forget_in_noise_are_written_anew(name: str) -> None:
    """Every 15 s, as the hall does with its own boards: scan limit, decoding, test, brightness, power; in this order nothing flickers."""
    [renewal] = read(name)["interval"]
    [action] = renewal["then"]
    registers = re.findall(r"\{(0x0[0-9A-F]), ", action["lambda"])
    assert (renewal["interval"], registers) == ("15s", ["0x0B", "0x09", "0x0F", "0x0A", "0x0C"])


def test_a_device_never_restarts_by_itself_and_says_nothing_else() -> None:
    """A hall without Wi-Fi or broker is no reason; the broker would throw out a device that publishes more."""
    lan, mqtt = read("lan.yaml"), read("lan.yaml")["mqtt"]
    assert [name for name in PACKAGE_FILES if "api" in read(name)] == []
    assert (lan["wifi"]["reboot_timeout"], mqtt["reboot_timeout"]) == ("0s", "0s")
    assert (mqtt["discovery"], mqtt["topic_prefix"], mqtt["log_topic"]) == (False, None, None)
    assert (mqtt["username"], mqtt["client_id"], mqtt["clean_session"]) == ("${device_id}", "${device_id}", True)


class _Recorded:
    """What an emulated device would publish."""

    def __init__(self) -> None:
        self.said: dict[str, tuple[dict[str, Any], bool]] = {}

    def note(self, what: str, payload: bytes, *, retain: bool = False) -> None:
        """Note one message."""
        self.said[what] = (json.loads(payload) if payload.startswith(b"{") else {}, retain)


class _Keys(EmulatedKeys):
    def __init__(self, recorded: _Recorded, *given: Any) -> None:
        self._recorded = recorded
        super().__init__(*given)

    def _publish(self, what: str, payload: bytes, *, retain: bool = False) -> None:
        self._recorded.note(what, payload, retain=retain)


class _Board(EmulatedBoard):
    def __init__(self, recorded: _Recorded, *given: Any) -> None:
        self._recorded = recorded
        super().__init__(*given)

    def _publish(self, what: str, payload: bytes, *, retain: bool = False) -> None:
        self._recorded.note(what, payload, retain=retain)


def emulated() -> tuple[_Recorded, list[EmulatedDevice]]:
    """Return what a button and a board have said after a press and a call."""
    recorded = _Recorded()
    given = (BrokerAddress((Node("127.0.0.1", 9),), encrypted=False, user="t"), FakeClock(), random.Random(1))
    keys, board = _Keys(recorded, *given), _Board(recorded, *given)
    keys.down()
    keys.say_all()
    board._hear("show", json.loads(write_show(3, BoardFace("A-012", "2", "A-014", 7))))
    keys.unplug()
    return recorded, [keys, board]


def test_the_chip_and_the_emulated_device_say_the_same() -> None:
    """The same topics with the same fields, retained or not; and the hall understands them."""
    recorded, _ = emulated()
    written = {
        what: (set(re.findall(r'root\["(\w+)"\]', publish["payload"])) - {"battery_percent"}, publish["retain"])
        for what, publish in PUBLISHED.items()
    }
    birth = read("lan.yaml")["mqtt"]["birth_message"]
    said = {what: (set(fields), retain) for what, (fields, retain) in recorded.said.items()}
    assert said.pop("online") == (set(), birth["retain"])
    assert said == written
    assert all(publish["qos"] == 1 for publish in PUBLISHED.values())
    for what, reading in (("key", read_key), ("status", read_status), ("shown", read_shown)):
        reading(json.dumps(recorded.said[what][0]).encode())


def test_birth_and_will_are_the_words_that_the_hall_reads() -> None:
    """Kept by the broker, so that a hall that starts later knows."""
    mqtt = read("lan.yaml")["mqtt"]
    words = {key: mqtt[key] for key in ("birth_message", "will_message", "shutdown_message")}
    assert {(one["topic"], one["qos"], one["retain"]) for one in words.values()} == {
        (f"{ROOT}/${{device_id}}/up/online", 1, True)
    }
    assert [one["payload"] for one in words.values()] == ["online", "offline", "offline"]


def test_a_chip_hears_what_the_hall_says() -> None:
    """The same topics as the emulated devices, and no field that the hall does not write."""
    heard: dict[str, set[str]] = {}
    for name in PACKAGE_FILES:
        tree = read(name)
        for one in [*(tree.get("mqtt") or {}).get("on_message", []), *(tree.get("mqtt") or {}).get("on_json_message", [])]:
            heard[one["topic"].removeprefix(f"{ROOT}/${{device_id}}/down/")] = set(
                re.findall(r'x\["(\w+)"\]', json.dumps(one).replace('\\"', '"'))
            )
    _, devices = emulated()
    said = KeySaid("5f3a9c01", 1, "press", 1, 0, 0, 0, down=True, stuck=False)
    written = {
        "show": set(json.loads(write_show(1, BoardFace("", "")))), "heard": set(json.loads(write_heard(said, counted=True))),
        "ask": set(), "blink": set(),
    }  # fmt: skip
    assert set(heard) == set(written) == {what for device in devices for what in device._hears()}
    assert {what: fields - written[what] for what, fields in heard.items() if fields - written[what]} == {}
    assert heard["show"] == written["show"]


def test_times_are_the_same_on_both_sides() -> None:
    """How often it says how it is, when a key is stuck, when a board goes dark, and which firmware it is."""
    lan, key, board = (read(name) for name in ("lan.yaml", "key.yaml", "board.yaml"))
    assert next(within(lan, "interval"))[0]["interval"] == f"{lan_devices.SAY_AGAIN_S:.0f}s"
    assert f"> {lan_devices.STUCK_S * 1000:.0f}" in PUBLISHED["key"]["payload"]
    assert f"> {lan_devices.DARK_S * 1000:.0f}" in json.dumps(board)
    assert lan["substitutions"]["firmware"] == lan_devices.FIRMWARE
    assert SILENCE_S == 3 * lan_devices.SAY_AGAIN_S
    assert [one["restore_value"] for one in key["globals"] if one["id"] == "${key}_count"] == [True]


def test_both_chips_name_the_same_pins() -> None:
    """A device may move from one chip to the other without a change of its file."""
    esp32, esp8266 = (set(read(name)["substitutions"]) for name in sorted(CHIP_FILES))
    assert esp32 == esp8266
