"""Whatever is wrong with a certificate has a name of its own, with TLS 1.2 as with 1.3, and nothing is ever let pass instead."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.mqtt.connection import PahoConnection
from gateway.mqtt.ports import Connected, Disconnected
from gateway.mqtt.session import Habits
from gateway.mqtt.tls import Trust
from provisioning.identity import pem
from provisioning.identity.authority import Authority, Purpose, new_key
from provisioning.identity.folder import SECRET, key_at, read_key, write
from tests.support.shipped_centre import ShippedCentre, ending, now

HALL = "3510012001"
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class OnlyTls12(Trust):
    """Speaks no newer TLS."""

    def context(self) -> ssl.SSLContext:
        """Return the product's own context, kept from 1.3."""
        context = Trust.context(self)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        return context


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShippedCentre]:
    """A centre that runs."""
    with ShippedCentre(tmp_path_factory.mktemp("tls") / "centre") as centre:
        yield centre


def stranger() -> Authority:
    """Return an authority that the centre does not know, with the same name."""
    return Authority.root(new_key(), "Kabupaten devices", now(), 30)


SHOWN: dict[str, Callable[[ShippedCentre], Trust]] = {
    "": lambda centre: centre.issue(HALL),
    "certificate-expired": lambda centre: centre.issue(HALL, at=now() - 10 * DAY, days=5),
    "certificate-refused": lambda centre: centre.issue(HALL, at=now() + 5 * DAY),
    "certificate-unknown": lambda centre: centre.issue(HALL, signer=stranger()),
    "certificate-revoked": lambda centre: centre.folder.trust("revoked"),
    "certificate-unreadable": lambda centre: centre.keep("garbage", b"no certificate"),
}


@pytest.mark.parametrize("version", [Trust, OnlyTls12])
@pytest.mark.parametrize("code", SHOWN)
def test_our_own_certificate(centre: ShippedCentre, version: type[Trust], code: str) -> None:
    """The broker's alert is heard, also when it comes after we have begun to speak."""
    trust = SHOWN[code](centre)
    assert centre.answer(version(trust.authority, trust.certificate)) == code


@pytest.mark.parametrize(
    ("code", "host", "begins", "days"),
    [
        ("broker-expired", "127.0.0.1", -10, 5.0),
        ("broker-early", "127.0.0.1", 5, 30.0),
        ("broker-misnamed", "other.example", 0, 30.0),
        ("broker-foreign", "127.0.0.1", 0, 30.0),
    ],
)
def test_the_brokers_certificate(tmp_path: Path, code: str, host: str, begins: int, days: float) -> None:
    """Ended, not begun, for another host and of another authority are four different things, and none is spoken to."""
    centre = ShippedCentre(tmp_path / "centre")
    folder = centre.folder
    root = pem.read_certificates(folder.broker_ca.read_bytes())
    server = Authority(read_key(folder.authority / "server-ca.key"), root) if code != "broker-foreign" else stranger()
    key = key_at(folder.broker / "broker.key").public_key()
    write(folder.broker / "broker.pem", pem.text([server.sign(key, host, Purpose.SERVER, now() + begins * DAY, days, (host,))]))

    with centre:
        assert centre.answer(centre.issue(HALL)) == code


def test_a_file_that_comes_right_is_used_at_the_next_attempt(centre: ShippedCentre, tmp_path: Path) -> None:
    """A technician mends the file and touches nothing else."""
    good, path = centre.issue(HALL), tmp_path / "hall.pem"
    connection = PahoConnection(
        centre.address,
        Habits(HALL),
        trust=Trust(centre.folder.broker_ca, path),
        retry_s=(0.05, 0.1),
    )
    connection.start()
    first = ending(connection)
    assert good.certificate is not None
    write(path, good.certificate.read_bytes(), SECRET)
    second = ending(connection)
    while second == "certificate-unreadable":
        second = ending(connection)
    connection.stop()

    assert (first, second) == ("certificate-unreadable", "")


def test_nothing_is_said_to_a_broker_that_cannot_be_verified(centre: ShippedCentre, tmp_path: Path) -> None:
    """However often it tries, a hall that trusts another authority never connects, and never with verification off."""
    other = tmp_path / "other.pem"
    write(other, pem.text(stranger().chain))
    trust = Trust(other, centre.issue(HALL).certificate)
    connection = centre.connection(trust, HALL, protocol="auto")
    codes = [connection.happenings.get(timeout=20) for _ in range(4)]
    connection.stop()

    assert [one.code for one in codes if isinstance(one, Disconnected)] == ["broker-foreign"] * 4
    assert not any(isinstance(one, Connected) for one in codes)
    assert (trust.context().verify_mode, trust.context().check_hostname) == (ssl.CERT_REQUIRED, True)
