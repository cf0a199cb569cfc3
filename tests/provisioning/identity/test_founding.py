"""A centre is founded once: completed when cut off, renewed when due, and never overwritten."""

from __future__ import annotations

import shlex
import shutil
import stat
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.errors import Refusal
from provisioning.identity import pem
from provisioning.identity.authority import new_key
from provisioning.identity.folder import CentreFolder
from provisioning.identity.founding import BROKER_DAYS, Founding
from provisioning.identity.registrar import Registrar

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def found(path: Path, now: datetime = NOW, **wishes: object) -> list[str]:
    """Run it once; return what it made."""
    founding = Founding(CentreFolder(path), now)
    founding.found(wishes)
    return founding.made


def contents(path: Path) -> dict[str, bytes]:
    """Return every file below ``path``."""
    return {str(file.relative_to(path)): file.read_bytes() for file in path.rglob("*") if file.is_file()}


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A centre that nobody may change; copy it."""
    path = tmp_path_factory.mktemp("centre") / "centre"
    found(path, name="Banyuwangi", hosts=("broker.example",))
    return path


@pytest.fixture
def centre(founded: Path, tmp_path: Path) -> Path:
    """A centre of the test's own."""
    return shutil.copytree(founded, tmp_path / "centre")


def test_a_second_run_changes_nothing(centre: Path) -> None:
    """What is there stays byte for byte, with the same wishes and with none."""
    before = contents(centre)

    assert (found(centre), found(centre, name="Banyuwangi")) == ([], [])
    assert contents(centre) == before


def test_without_the_keys_on_the_stick_everything_but_signing_goes_on(centre: Path) -> None:
    """A run without them changes nothing, and halls are still signed."""
    for key in (centre / "authority").glob("*.key"):
        key.unlink()

    assert found(centre) == []
    chain = Registrar(CentreFolder(centre)).issue("3510012001", new_key().public_key(), NOW)
    assert len(chain) == 3


@pytest.mark.parametrize("stop_after", range(1, 12))
def test_a_run_that_was_cut_off_is_completed(founded: Path, tmp_path: Path, stop_after: int) -> None:
    """Whatever a first run had made when the power went is kept, keys above all, and the rest follows."""
    centre = tmp_path / "centre"
    order = sorted((file for file in founded.rglob("*") if file.is_file()), key=lambda file: file.stat().st_mtime_ns)
    for file in order[:stop_after]:
        target = centre / file.relative_to(founded)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, target)
    before = contents(centre)

    found(centre)

    assert contents(centre).keys() == contents(founded).keys()
    assert {name: contents(centre)[name] for name in before} == before


def test_keys_are_for_their_owner_alone(centre: Path) -> None:
    """No private key can be read by another user, nor its folder be entered."""
    with_keys = [path for path in centre.rglob("*") if path.is_file() and b"PRIVATE KEY" in path.read_bytes()]

    assert len(with_keys) == 8
    assert {stat.S_IMODE(path.stat().st_mode) for path in with_keys} == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (centre, *(key.parent for key in with_keys))} == {0o700}


def test_units_stand_a_folder_with_a_space(tmp_path: Path) -> None:
    """Each word of a unit that names the folder is quoted as systemd reads it."""
    centre = tmp_path / "pusat banyuwangi"
    found(centre)
    lines = [line for unit in (centre / "systemd").iterdir() for line in unit.read_text().splitlines() if str(centre) in line]
    words = [word for line in lines for word in shlex.split(line.partition("=")[2])]

    assert len(lines) == 6
    assert [word for word in words if word.startswith(" banyuwangi") or word.endswith("pusat")] == []


def test_another_wish_than_the_first_is_refused(centre: Path) -> None:
    """Nothing half-changes: the certificate would still be for the former host."""
    with pytest.raises(Refusal) as refused:
        found(centre, hosts=("other.example",))
    assert (refused.value.code, "broker.example" in refused.value.sentence) == ("centre-founded", True)


def test_the_brokers_certificate_is_renewed_when_due_and_its_key_is_at_hand(centre: Path) -> None:
    """After two thirds of its life a run writes a new certificate for the same key; without the authority's key it cannot."""
    due = NOW + timedelta(days=BROKER_DAYS * 2 / 3 + 1)
    key, away = centre / "authority" / "server-ca.key", centre / "stick"
    key.rename(away)
    without = found(centre, due)
    away.rename(key)

    assert ("broker/broker.pem" in without, "broker/broker.pem" in found(centre, due)) == (False, True)
    assert pem.read_certificates((centre / "broker" / "broker.pem").read_bytes())[0].not_valid_after_utc > due


def test_a_lost_root_is_never_silently_replaced(centre: Path) -> None:
    """Without the issuing authority and without the root's key nothing is made up."""
    (centre / "authority" / "device-root.key").unlink()
    (centre / "identity" / "devices.pem").unlink()

    with pytest.raises(Refusal) as refused:
        found(centre)
    assert refused.value.code == "authority-away"


def test_openssl_finds_every_paper_in_order(founded: Path) -> None:
    """The strictest verification of another program holds for broker, intake and list."""
    root, servers = founded / "authority" / "device-root.pem", founded / "authority" / "server-ca.pem"
    devices, at = founded / "identity" / "devices.pem", str(int(NOW.timestamp()))
    verify = ("openssl", "verify", "-x509_strict", "-attime", at)
    for command in (
        (*verify, "-purpose", "sslserver", "-CAfile", servers, founded / "broker" / "broker.pem"),
        (*verify, "-purpose", "sslclient", "-CAfile", root, "-untrusted", devices, founded / "identity" / "intake.pem"),
        ("openssl", "crl", "-noout", "-CAfile", devices, "-in", founded / "identity" / "devices.crl"),
    ):
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (answer.returncode, answer.stderr.replace("verify OK\n", "")) == (0, "")
