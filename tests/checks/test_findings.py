"""Each check: what it says of a well hall and of every way to be ill."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from gateway.checks.access import check_access
from gateway.checks.broker import check_broker
from gateway.checks.certificate import check_certificate
from gateway.checks.clock import check_clock
from gateway.checks.database import check_database
from gateway.checks.disk import check_disk
from gateway.checks.finding import Finding, Level
from gateway.checks.loops import check_loops
from gateway.checks.outbox import check_outbox
from gateway.checks.screen import check_screens
from gateway.clock import ClockState
from gateway.settings import PortalSettings
from tests.support.clock import FakeClock

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def assert_says(finding: Finding, level: Level, words: str) -> None:
    """A finding has its level, its words, and a remedy exactly when something is wrong."""
    assert (finding.level, words in finding.sentence, bool(finding.remedy)) == (level, True, level is not Level.GOOD)


@pytest.mark.parametrize(
    ("portal", "level", "words"),
    [
        (PortalSettings(), Level.WARNING, "juga Wi-Fi tamu"),
        (PortalSettings(staff_networks=("192.168.10.0/24",)), Level.GOOD, "hanya terbuka dari jaringan petugas"),
        (PortalSettings(host="127.0.0.1"), Level.GOOD, "di perangkat ini sendiri"),
        (PortalSettings(host="127.0.0.1", trusted_proxies=("127.0.0.1",)), Level.WARNING, "juga Wi-Fi tamu"),
    ],
)
def test_access(portal: PortalSettings, level: Level, words: str) -> None:
    """Staff pages that strangers on the Wi-Fi can open are pointed out; a front server brings strangers to the loopback."""
    assert_says(check_access(portal), level, words)


@pytest.mark.parametrize(
    ("connected", "code", "level", "words"),
    [
        (True, "", Level.GOOD, "Tersambung"),
        (False, "", Level.WARNING, "Sedang menyambung"),
        (False, "broker-unreachable", Level.WARNING, "tidak terjangkau: sunyi"),
        (False, "broker-silent", Level.WARNING, "tidak menjawab"),
        (False, "broker-refused", Level.BROKEN, "menolak"),
        (False, "broker-plain", Level.WARNING, "tidak menjawab dengan TLS: sunyi"),
        (False, "broker-untrusted", Level.BROKEN, "tidak dapat dipercaya: sunyi"),
        (False, "clock-not-set", Level.WARNING, "Jam balai belum diatur"),
        (False, "broker-foreign", Level.BROKEN, "bukan dari kabupaten ini"),
        (False, "certificate-expired", Level.BROKEN, "Sertifikat balai ini sudah habis"),
        (False, "certificate-other", Level.BROKEN, "milik balai lain (sunyi)"),
        (False, "certificate-revoked", Level.BROKEN, "mencabut"),
    ],
)
def test_broker(connected: bool, code: str, level: Level, words: str) -> None:
    """A missing uplink is a warning; a refusal or a broker that cannot be believed needs somebody."""
    finding = check_broker("mqtts://pusat:8883", connected=connected, code=code, reason="sunyi")
    assert_says(finding, level, words)


def test_no_broker_is_well() -> None:
    """A hall without a regency is a hall."""
    assert_says(check_broker("", connected=False), Level.GOOD, "disimpan di balai")


@pytest.mark.parametrize(
    ("state", "level"),
    [
        (ClockState.TRUSTED, Level.GOOD),
        (ClockState.STAFF, Level.GOOD),
        (ClockState.RESTORED, Level.WARNING),
        (ClockState.UNSET, Level.WARNING),
    ],
)
def test_clock(state: ClockState, level: Level) -> None:
    """A clock that may be wrong is pointed out."""
    assert_says(check_clock(FakeClock(state=state)), level, "")


@pytest.mark.parametrize(
    ("left", "trouble", "level", "words"),
    [
        (timedelta(days=500), "", Level.GOOD, "berlaku 500 hari lagi"),
        (timedelta(days=59), "", Level.WARNING, "habis 59 hari lagi"),
        (timedelta(days=200), "Kabupaten diam.", Level.WARNING, "belum dapat diperbarui. Kabupaten diam."),
        (timedelta(days=-3), "Kabupaten diam.", Level.BROKEN, "sudah habis sejak 3 hari"),
        (timedelta(days=900), "", Level.BROKEN, "belum berlaku"),
    ],
)
def test_certificate(left: timedelta, trouble: str, level: Level, words: str) -> None:
    """How long it is good is told; what ends soon, cannot be renewed, has ended or has not begun needs somebody."""
    life = (NOW + left - timedelta(days=730), NOW + left)
    assert_says(check_certificate(life, NOW, wanted="hall.pem", trouble=trouble), level, words)


def test_a_certificate_that_cannot_be_judged() -> None:
    """None is wanted, none can be read, or the clock knows no date: three different things."""
    life = (NOW, NOW + timedelta(days=730))
    assert_says(check_certificate(None, NOW, wanted=""), Level.GOOD, "tidak memakai")
    assert_says(check_certificate(None, NOW, wanted="hall.pem"), Level.BROKEN, "tidak terbaca: hall.pem")
    assert_says(check_certificate(life, None, wanted="hall.pem"), Level.GOOD, "setelah jam diatur")
    assert_says(check_certificate(life, None, wanted="hall.pem", other="B"), Level.BROKEN, "milik balai lain (B)")


def test_loops() -> None:
    """A dead essential loop is worse than a restarted device loop."""
    assert_says(check_loops({"presses": True}, {"presses"}, {}), Level.GOOD, "berjalan")
    assert_says(check_loops({"presses": True, "print": True}, {"presses"}, {"print": 2}), Level.WARNING, "print (2x)")
    assert_says(check_loops({"presses": False, "print": False}, {"presses"}, {}), Level.BROKEN, "presses")


@pytest.mark.parametrize(
    ("depth", "age", "troubles", "level", "words"),
    [
        (0, timedelta(), 0, Level.GOOD, "Semua data"),
        (12, timedelta(hours=5), 0, Level.GOOD, "12 data menunggu dikirim, yang tertua 5 jam"),
        (12, timedelta(days=4), 0, Level.WARNING, "96 jam"),
        (12, timedelta(days=-4), 0, Level.GOOD, "0 jam"),
        (0, timedelta(), 3, Level.WARNING, "3 data ditolak kabupaten: schema"),
    ],
)
def test_outbox(depth: int, age: timedelta, troubles: int, level: Level, words: str) -> None:
    """Waiting is well, waiting long or being refused is told; a clock gone wild counts as no age."""
    assert_says(check_outbox(depth, NOW - age, NOW, troubles, "schema"), level, words)


@pytest.mark.parametrize(("depth", "words"), [(0, "Belum ada data"), (7, "7 data disimpan di balai")])
def test_without_a_broker_nothing_waits_for_a_road(depth: int, words: str) -> None:
    """However old it is: the hall has nobody to send it to, and nothing is wrong."""
    assert_says(check_outbox(depth, NOW - timedelta(days=90), NOW, broker=False), Level.GOOD, words)


def test_disk(tmp_path: Path) -> None:
    """The free room is told in megabytes."""
    assert "MB" in check_disk(tmp_path).sentence


def test_database(tmp_path: Path) -> None:
    """A damaged page is found, a recovery is remembered, an intact file is well."""
    path = tmp_path / "hall.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE words (word TEXT)")
    connection.executemany("INSERT INTO words VALUES (?)", [("x" * 500,)] * 200)
    connection.commit()
    assert_says(check_database(None), Level.GOOD, "Belum ada data")
    assert_says(check_database(Database(connection)), Level.GOOD, "utuh")
    assert_says(check_database(Database(connection), "dari salinan kemarin."), Level.WARNING, "kemarin")
    connection.close()
    page = bytearray(path.read_bytes())
    page[4096 * 3 : 4096 * 4] = b"\xa5" * 4096
    path.write_bytes(page)
    damaged = sqlite3.connect(path)
    assert_says(check_database(Database(damaged)), Level.BROKEN, "rusak")
    damaged.close()


@pytest.mark.parametrize(
    ("silence_s", "level", "words"),
    [
        ({}, Level.GOOD, "Belum ada layar"),
        ({"papan": 19.0}, Level.GOOD, "papan"),
        ({"papan": 5.0, "lobi": 190.0}, Level.WARNING, "lobi, sejak 3 menit"),
    ],
)
def test_a_screen_that_stands_still_is_named(silence_s: dict[str, float], level: Level, words: str) -> None:
    """Moving, not there today, or silent for over a minute, with its name."""
    assert_says(check_screens(silence_s), level, words)


def test_a_screen_that_is_a_device_is_missed_once() -> None:
    """A TV of the settings is told of among the devices; the others stay here."""
    assert_says(check_screens({"tv": 90.0, "lobi": 3.0}, {"tv"}), Level.GOOD, "Semua layar bergerak")
