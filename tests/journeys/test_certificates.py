"""A hall and a centre as they are shipped: certificates end, renew and are replaced, and nobody in the hall waits for that."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from gateway.hall import Hall
from gateway.mqtt.ports import Connected, Disconnected
from gateway.settings import Settings
from tests.support.hall_process import gateway, write_settings
from tests.support.shipped_centre import ShippedCentre, now
from tests.support.waiting import until

HALL = "3510012001"
DAY = timedelta(days=1)


def settings_of(centre: ShippedCentre, folder: Path, *, age_days: int) -> Path:
    """Give a hall a certificate of that age as ``hall.pem``, and return its settings' path."""
    given = centre.issue(HALL, at=now() - age_days * DAY).certificate
    assert given is not None
    (folder / "hall.pem").write_bytes(given.read_bytes())
    relay = f'ca_file = "{centre.folder.broker_ca}"\ncertificate_file = "hall.pem"'
    return write_settings(folder, broker=str(centre.address), relay=relay)


def findings(hall: Hall) -> dict[str, tuple[int, str]]:
    """Return level and sentence of every check."""
    return {finding.check: (int(finding.level), finding.sentence) for finding in hall.health.findings()}


def arrived(centre: ShippedCentre) -> list[str]:
    """Return the tickets' events in the centre's database."""
    with closing(sqlite3.connect(centre.folder.path / "centre.db")) as database:
        return [row[0] for row in database.execute("SELECT subject FROM events WHERE type LIKE '%ticket.issued%'")]


def test_an_ended_certificate_leaves_the_hall_working_and_a_new_file_is_taken_without_a_restart(tmp_path: Path) -> None:
    """Numbers are given, the health page says what has ended and what to do, and the technician only replaces the file."""
    with ShippedCentre(tmp_path / "centre") as centre:
        path = settings_of(centre, tmp_path, age_days=800)
        checked = gateway("check", "--config", str(path))
        with Hall(Settings.load(path)) as hall:
            wire = hall.regency.wire
            assert wire is not None
            assert until(lambda: isinstance(wire.connection.state, Disconnected))
            assert hall.tickets.issue("administrasi", origin="phone").number == "A-001"
            told = findings(hall)
            new = centre.issue(HALL).certificate
            assert new is not None
            (tmp_path / "hall.pem").write_bytes(new.read_bytes())
            assert until(lambda: isinstance(wire.connection.state, Connected), 40)
            assert until(lambda: findings(hall)["certificate"] == (0, "Sertifikat balai berlaku 729 hari lagi."))

    assert (told["certificate"][0], told["broker"][0]) == (2, 2)
    assert ("sudah habis" in told["certificate"][1], "sudah habis" in told["broker"][1]) == (True, True)
    assert (checked.returncode, "sudah habis" in checked.stdout, "Minta sertifikat baru" in checked.stdout) == (1, True, True)


def test_a_hall_renews_itself_at_the_shipped_centre(tmp_path: Path) -> None:
    """Broker, intake and renewals from the start script: a hall with an old certificate is known by a new one, and its facts arrive."""
    with ShippedCentre(tmp_path / "centre", parts=("broker", "intake", "enrol")) as centre:
        assert until(lambda: b"u'enrol'" in (centre.folder.path / "start.log").read_bytes())
        with Hall(Settings.load(settings_of(centre, tmp_path, age_days=600))) as hall:
            assert hall.tickets.issue("administrasi", origin="phone").number == "A-001"
            assert until((hall.settings.data.directory / "identity" / "renewed.pem").exists, 40)
            assert until(lambda: [subject.rpartition("/")[2] for subject in arrived(centre)] == ["A-001"], 40)
            assert until(lambda: findings(hall)["certificate"][0] == 0)
            assert hall.regency.identity.pairs()[0].ends_at > now() + 700 * DAY
