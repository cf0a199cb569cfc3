"""Only a hall's own, well-formed wish is signed, and what was signed can be taken back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Refusal
from provisioning.identity.authority import named, new_key
from provisioning.identity.folder import CentreFolder
from provisioning.identity.founding import Founding
from provisioning.identity.registrar import HELD_LIMIT, Registrar, read_request
from provisioning.identity.revocation import list_is_old, write_list

HALL = "3510012001"
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> CentreFolder:
    """A centre."""
    folder = CentreFolder(tmp_path / "centre")
    Founding(folder, NOW).found({})
    return folder


def request(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey, name: str = HALL) -> bytes:
    """Return a request for ``name``."""
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    builder = x509.CertificateSigningRequestBuilder().subject_name(named(name))
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    return builder.sign(key, algorithm).public_bytes(Encoding.PEM)


def code_of(content: bytes, hall: str = HALL) -> str:
    """Return the code with which a request is refused, or empty."""
    try:
        read_request(hall, content)
    except Refusal as refusal:
        return refusal.code
    return ""


def test_a_hall_gets_its_name_and_nothing_else_it_wished(folder: CentreFolder) -> None:
    """Whoever asks to be an authority gets a client's certificate for two years, from a day ago."""
    key = new_key()
    signed = Registrar(folder).issue(HALL, read_request(HALL, request(key)), NOW)[0]

    assert signed.subject == named(HALL)
    assert signed.public_key() == key.public_key()
    assert signed.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False
    assert (NOW - signed.not_valid_before_utc, signed.not_valid_after_utc - NOW) == (timedelta(days=1), timedelta(days=730))


def test_a_request_that_is_not_the_halls_own_is_refused() -> None:
    """Another's name, another kind of key, a broken signature, too much, or nothing of the kind."""
    good = request(new_key())
    broken = x509.load_pem_x509_csr(good).public_bytes(Encoding.DER)
    broken = broken[:-3] + bytes([broken[-3] ^ 1]) + broken[-2:]
    forged = x509.load_der_x509_csr(broken).public_bytes(Encoding.PEM)

    assert code_of(good) == ""
    assert code_of(request(new_key(), "3510012002")) == "request-unusable"
    assert code_of(request(ed25519.Ed25519PrivateKey.generate())) == "request-unusable"
    assert code_of(request(ec.generate_private_key(ec.SECP384R1()))) == "request-unusable"
    assert code_of(forged) == "request-unusable"
    assert code_of(good + b"\n" * 9000) == "request-unusable"


@given(st.binary(max_size=300))
def test_no_nonsense_breaks_the_reader(content: bytes) -> None:
    """Whatever arrives is refused in words, never an error of the program."""
    assert code_of(content) == "request-unusable"
    assert code_of(b"-----BEGIN CERTIFICATE REQUEST-----\n" + content) == "request-unusable"


@pytest.mark.parametrize("hall", ["", "351001200", "../../etc/x", "35100120011", "intake", "\uff13510012001"])
def test_only_a_village_code_is_a_hall(folder: CentreFolder, hall: str) -> None:
    """No certificate bears the name of the centre's own programs, nor one that is a path."""
    with pytest.raises(Refusal) as refused:
        Registrar(folder).issue(hall, new_key().public_key(), NOW)
    assert refused.value.code == "hall-code"


def test_the_same_key_gets_the_same_certificate_until_it_is_due(folder: CentreFolder) -> None:
    """A hall that lost the answer asks again and gets it again."""
    registrar, key = Registrar(folder), new_key().public_key()
    first = registrar.issue(HALL, key, NOW)

    assert registrar.issue(HALL, key, NOW + timedelta(days=300)) == first
    assert registrar.issue(HALL, key, NOW + timedelta(days=600)) != first


def test_a_hall_cannot_fill_the_register(folder: CentreFolder) -> None:
    """Beyond some certificates it has to be looked at; another hall is not touched by that."""
    registrar = Registrar(folder)
    for _ in range(HELD_LIMIT):
        registrar.issue(HALL, new_key().public_key(), NOW)

    with pytest.raises(Refusal) as refused:
        registrar.issue(HALL, new_key().public_key(), NOW)
    assert refused.value.code == "certificates-many"
    assert registrar.issue("3510012002", new_key().public_key(), NOW)


def test_revoking_a_hall_takes_all_of_its_certificates_and_a_serial_only_one(folder: CentreFolder) -> None:
    """The list for the broker names them and the probe, and nobody twice."""
    registrar = Registrar(folder)
    serials = [registrar.issue(HALL, new_key().public_key(), NOW)[0].serial_number for _ in range(3)]
    other = registrar.issue("3510012002", new_key().public_key(), NOW)[0].serial_number

    assert registrar.revoke(f"{serials[0]:x}", NOW) == [serials[0]]
    assert sorted(registrar.revoke(HALL, NOW)) == sorted(serials[1:])
    write_list(folder, NOW)

    listed = {one.serial_number for one in x509.load_pem_x509_crl(folder.revocation_list.read_bytes())}
    assert (set(serials) < listed, other in listed, len(listed)) == (True, False, 4)
    with pytest.raises(Refusal) as refused:
        registrar.revoke(HALL, NOW)
    assert refused.value.code == "certificate-not-issued"


def test_a_hall_is_turned_away_when_it_was_revoked_and_nothing_good_is_left(folder: CentreFolder) -> None:
    """Not by one certificate of several, and no more once it has a new one; one that only ended is somebody to telephone."""
    registrar = Registrar(folder)
    first, _second = (registrar.issue(HALL, new_key().public_key(), NOW)[0].serial_number for _ in range(2))
    registrar.issue("3510012002", new_key().public_key(), NOW, days=1)
    registrar.revoke(f"{first:x}", NOW)
    seen = [registrar.turned_away(NOW)]
    registrar.revoke(HALL, NOW)
    seen.append(registrar.turned_away(NOW + timedelta(days=3)))
    registrar.issue(HALL, new_key().public_key(), NOW)
    seen.append(registrar.turned_away(NOW))

    assert seen == [frozenset(), {HALL}, frozenset()]


def test_a_register_that_cannot_be_read_is_not_taken_for_empty(folder: CentreFolder) -> None:
    """A list made from it would let everybody in who was turned away."""
    (folder.identity / "revoked.json").write_text("{")

    with pytest.raises(Refusal) as refused:
        write_list(folder, NOW)
    assert refused.value.code == "file-failed"


def test_a_list_is_old_after_a_week_and_when_it_is_no_list(folder: CentreFolder) -> None:
    """Long before its end, at which the broker would turn every hall away."""
    assert (list_is_old(folder, NOW), list_is_old(folder, NOW + timedelta(days=8))) == (False, True)
    folder.revocation_list.write_text("")
    assert list_is_old(folder, NOW)
