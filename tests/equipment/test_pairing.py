"""Pairing on the page: a password that is shown once, a device that is there after a restart, one that is let in no more."""

from __future__ import annotations

import html
import itertools
import json
import random
import re
from pathlib import Path

import httpx
import pytest

from gateway.clock import SystemClock
from gateway.commands import act_on
from gateway.demo.lan_devices import EmulatedKeys
from gateway.devices.ports import DeviceState
from gateway.equipment.pairing import Wish
from gateway.hall import Hall
from gateway.mqtt.address import BrokerAddress, Node
from gateway.people.model import Role
from gateway.settings import ClockSettings, DataSettings, HallSettings, LanSettings, PortalSettings, Settings
from tests.equipment.test_routes import PIN, act, browser
from tests.journeys.test_lan import powered
from tests.support.lan import LanMosquitto
from tests.support.waiting import until

KEY = "a" * 28
"""Of one form."""
KEYS = itertools.count()


def hall_of(folder: Path, lan: LanSettings) -> Hall:
    """Return a hall without any device in its settings."""
    return Hall(Settings(
        hall=HallSettings(id="3510012001", name="Balai Desa Contoh"), data=DataSettings(directory=folder / "hall"),
        portal=PortalSettings(host="127.0.0.1", port=0), clock=ClockSettings(trust="always"), lan=lan,
    ))  # fmt: skip


def lan_of(folder: Path) -> LanSettings:
    """Return a network whose broker nobody has started."""
    return LanSettings(host="127.0.0.1", port=1, folder=folder / "lan")


def sent(client: httpx.Client, path: str, **fields: str) -> httpx.Response:
    """Send a form of the page; return the answer, which is shown once."""
    csrf = re.findall(r'name="csrf" value="([^"]*)"', client.get("/petugas").text)[0]
    return client.post(path, data={"csrf": csrf, "key": f"{next(KEYS):028d}", **fields})


def password_of(answer: httpx.Response) -> str:
    """Return the password that a page shows."""
    return str(re.findall(r'_password: "([a-z0-9]{26})"', html.unescape(answer.text))[0])


def test_a_paired_button_gives_a_number_until_another_takes_its_place(tmp_path: Path) -> None:
    """From the form to the first number; a new password shuts the former device out, a restart none; unpaired, it is gone, and its history stays."""
    (tmp_path / "broker").mkdir()
    broker = LanMosquitto(tmp_path / "broker")

    def button(password: str) -> EmulatedKeys:
        address = BrokerAddress((Node("127.0.0.1", broker.port),), encrypted=False, user="tombol-x", password=password)
        return EmulatedKeys(address, SystemClock(), random.Random(1))

    def ready(hall: Hall) -> bool:
        return [device.state() for device in hall.devices] == [DeviceState.READY]

    with hall_of(tmp_path, broker.lan) as hall:
        hall.people.add_officer("Siti", PIN, Role.HEAD)
        assert until((broker.lan.folder / "passwords").exists)
        with broker, browser(hall) as client:
            answer = sent(client, "/perangkat/baru", kind="lan-button", id="tombol-x", place="administrasi", chip="esp8266")
            first = password_of(answer)
            assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
            assert "packages/esp8266.yaml" in answer.text
            assert until(lambda: "tombol-x:" in (broker.lan.folder / "passwords").read_text())
            broker.reload()
            with powered(button(first)):
                assert until(lambda: ready(hall))
                passwords = broker.lan.folder / "passwords"
                former = passwords.read_text()
                second = password_of(sent(client, "/perangkat/tombol-x/tulis", key=KEY))
                assert (second != first, ready(hall)) == (True, False)
                # Between the two there may be a file without the device.
                assert until(lambda: "tombol-x:" in (now := passwords.read_text()) and now != former)
                broker.reload()
                assert not ready(hall)
            with powered(button(second)):
                assert until(lambda: ready(hall))
    with hall_of(tmp_path, broker.lan) as hall, broker:
        pressed = button(second)
        with powered(pressed), browser(hall) as client:
            assert until(lambda: ready(hall))
            pressed.down()
            pressed.up()
            assert until(lambda: [one.number for one in hall.view.current.tickets.values()] == ["A-001"])
            assert sent(client, "/perangkat/tombol-x/lepas").status_code == 303
            assert (len(hall.devices), "tidak terpasang lagi" in client.get("/perangkat/tombol-x").text) == (0, True)
    assert all(
        word not in path.read_bytes()
        for word in (first.encode(), second.encode())
        for path in (tmp_path / "hall").glob("hall.db*")
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "lan-button", "id": "Tombol X", "place": "administrasi"},
        {"kind": "lan-button", "id": "baru", "place": "administrasi"},
        {"kind": "lan-button", "id": "-x", "place": "administrasi"},
        {"kind": "lan-button", "id": "x", "place": "tidak-ada"},
        {"kind": "lan-button", "id": "x"},
        {"kind": "gpio-button", "id": "x", "place": "administrasi"},
        {"kind": "lan-board", "id": "x", "chip": "z80"},
        {"kind": "lan-board", "id": "x", "face": "../../x"},
        {},
    ],
)
def test_nonsense_is_told_beside_the_form(tmp_path: Path, fields: dict[str, str]) -> None:
    """And pairs nothing."""
    with hall_of(tmp_path, lan_of(tmp_path)) as hall:
        hall.people.add_officer("Siti", PIN, Role.TECHNICIAN)
        with browser(hall) as client:
            assert sent(client, "/perangkat/baru", **fields).status_code == 422
        assert (len(hall.devices), hall.pairing.find("x")) == (0, None)


def test_a_name_is_given_once(tmp_path: Path) -> None:
    """A second form under the same name shows no password, and the first device stays; after unpairing the name is free."""
    board = {"kind": "lan-board", "id": "papan", "face": "matrix"}
    with hall_of(tmp_path, lan_of(tmp_path)) as hall:
        hall.people.add_officer("Siti", PIN, Role.TECHNICIAN)
        with browser(hall) as client:
            first = sent(client, "/perangkat/baru", **board)
            assert "board-matrix" in first.text
            again = sent(client, "/perangkat/baru", **board)
            assert (again.status_code, "sudah dipakai" in again.text, "_password" in again.text) == (409, True, False)
            assert client.get("/perangkat/papan").status_code == 200
            assert act(client, "/perangkat/papan/lepas") == 303
            assert act(client, "/perangkat/papan/lepas") == 404
            assert act(client, "/perangkat/papan/tulis", key=KEY) == 404
            assert sent(client, "/perangkat/baru", **board).status_code == 200
        assert [line.what for line in hall.equipment.history("papan")] == ["paired", "unpaired", "paired"]


def test_a_form_of_pairing_that_is_sent_again_shows_the_same(tmp_path: Path) -> None:
    """F5 on the page of the password pairs nothing twice and shows it once more; an older one leads to the device."""
    board = {"kind": "lan-board", "id": "papan", "face": "matrix", "key": KEY}
    with hall_of(tmp_path, lan_of(tmp_path)) as hall:
        hall.people.add_officer("Siti", PIN, Role.TECHNICIAN)
        with browser(hall) as client:
            first, again = (password_of(sent(client, "/perangkat/baru", **board)) for _ in range(2))
            assert sent(client, "/perangkat/papan/tulis").status_code == 200
            old = sent(client, "/perangkat/baru", **board)
        assert (again, old.status_code, old.headers["location"]) == (first, 303, "/perangkat/papan")
        assert [line.what for line in hall.equipment.history("papan")] == ["replaced", "paired"]


def test_a_device_that_never_connected_is_not_said_to_blink(tmp_path: Path) -> None:
    """Its lamp and its press are refused at once with the reason, and the reason's remedy stands beside it."""
    with hall_of(tmp_path, lan_of(tmp_path)) as hall:
        hall.people.add_officer("Siti", PIN, Role.TECHNICIAN)
        with browser(hall) as client:
            sent(client, "/perangkat/baru", kind="lan-button", id="tombol-x", place="administrasi", chip="esp8266")
            for wish in ("blink", "press"):
                assert act(client, "/perangkat/tombol-x/coba", act=wish) == 303
                page = client.get("/perangkat/tombol-x").text
                assert ("Gagal: broker perangkat tidak terhubung." in page, "berkedip" in page) == (True, False)
        assert hall.gate.held() is None


def test_a_page_that_is_loaded_again_shows_what_it_showed(tmp_path: Path) -> None:
    """F5 makes no further password; a form of before, once there is a newer one, changes nothing; one without a key is refused."""

    def secret(hall: Hall) -> object:
        found = hall.pairing.find("papan")
        return found and found.options["secret"]

    with hall_of(tmp_path, lan_of(tmp_path)) as hall:
        hall.people.add_officer("Siti", PIN, Role.TECHNICIAN)
        with browser(hall) as client:
            sent(client, "/perangkat/baru", kind="lan-board", id="papan", face="matrix")
            [key] = re.findall(r'name="key" value="(\w+)"', client.get("/perangkat/papan").text)
            first, kept = password_of(sent(client, "/perangkat/papan/tulis", key=key)), secret(hall)
            assert (password_of(sent(client, "/perangkat/papan/tulis", key=key)), secret(hall)) == (first, kept)
            second, kept = password_of(sent(client, "/perangkat/papan/tulis", key=KEY)), secret(hall)
            again = sent(client, "/perangkat/papan/tulis", key=key)
            assert (second != first, again.status_code, "_password" in again.text, secret(hall)) == (True, 303, False, kept)
            assert (act(client, "/perangkat/papan/tulis"), secret(hall)) == (400, kept)
        assert [line.what for line in hall.equipment.history("papan")] == ["replaced", "replaced", "paired"]


def test_a_hall_without_its_own_network_says_what_comes_first(tmp_path: Path) -> None:
    """Nobody fills a form for nothing."""
    with hall_of(tmp_path, LanSettings()) as hall:
        hall.people.add_officer("Siti", PIN, Role.TECHNICIAN)
        with browser(hall) as client:
            page = client.get("/perangkat/baru?jenis=lan-button").text
    assert ("<form" in page, "[lan]" in page) == (False, True)


def test_the_form_asks_only_what_the_kind_needs(tmp_path: Path) -> None:
    """A button has a line, a keypad a counter, a board its face."""
    with hall_of(tmp_path, lan_of(tmp_path)) as hall:
        hall.people.add_officer("Siti", PIN, Role.TECHNICIAN)
        with browser(hall) as client:
            asked = {kind: set(re.findall(r'<select id="(\w+)"', client.get(f"/perangkat/baru?jenis={kind}").text))
                     for kind in ("lan-button", "lan-keypad", "lan-board", "x")}  # fmt: skip
    assert asked == {"lan-button": {"place", "chip"}, "lan-keypad": {"place", "chip"}, "lan-board": {"face", "chip"}, "x": set()}


def test_a_paired_device_that_cannot_be_made_any_more_stops_no_start(tmp_path: Path) -> None:
    """One whose name hall.toml has taken since, for example."""
    lan = lan_of(tmp_path)
    with hall_of(tmp_path, lan) as hall:
        hall.pairing.pair({"kind": "lan-board", "id": "papan"}, "Balai", {}, Wish(KEY, "rahasia", hall.clock.now()))
        with hall.store.transaction() as tx:
            tx.execute("UPDATE paired_device SET kind = 'lan-toaster'")
    with hall_of(tmp_path, lan) as hall:
        assert len(hall.devices) == 0


def test_the_check_of_a_hall_that_rests_knows_paired_devices(tmp_path: Path) -> None:
    """A technician who asks before the start is told of a device that was paired on the page, as of one in hall.toml."""
    with hall_of(tmp_path, lan_of(tmp_path)) as hall:
        hall.people.add_officer("Siti", PIN, Role.HEAD)
        with browser(hall) as client:
            answer = sent(client, "/perangkat/baru", kind="lan-button", id="tombol-x", place="administrasi", chip="esp8266")
        assert answer.status_code == 200
    findings = act_on(hall.settings, "check", {})["findings"]
    assert [one["level"] for one in findings if one["facts"].get("device") == "tombol-x"] == [2]


@pytest.mark.parametrize(
    ("language", "lost"),
    [("id", "Tekanan yang hilang di jalan"), ("en", "Presses lost on the way"), ("jv", "Pencetan ingkang ical ing margi")],
)
def test_the_page_of_a_device_shows_what_was_lost_on_the_way(tmp_path: Path, language: str, lost: str) -> None:
    """Three presses of which one was heard, the version that is flashed, and for how long it has had power."""
    key = {
        "boot": "0a0b0c0d",
        "ms": 9000,
        "key": "press",
        "age_ms": 10,
        "rest_ms": 5000,
        "open_ms": 0,
        "down": True,
        "stuck": False,
    }
    status = {"boot": "0a0b0c0d", "uptime_s": 200_000, "rssi_dbm": -60, "firmware": "1.2.3"}
    with hall_of(tmp_path, lan_of(tmp_path)) as hall:
        hall.people.add_officer("Siti", PIN, Role.TECHNICIAN)
        with browser(hall) as client:
            assert sent(client, "/perangkat/baru", kind="lan-button", id="tombol-x", place="administrasi").status_code == 200
            [device] = hall.devices.of_kind("lan-button")
            now_s = hall.clock.monotonic_s()
            for what, said in (("status", status), ("key", key | {"count": 1}), ("key", key | {"count": 4, "ms": 19_000})):
                device.receive(what, json.dumps(said).encode(), now_s, is_retained=False)
            page = re.sub(r"(\s*<[^>]+>\s*)+", " ", client.get("/perangkat/tombol-x", params={"bahasa": language}).text)
    assert (f"{lost} {device.missed} " in page, device.missed, " 1.2.3 " in page) == (True, 2, True)
