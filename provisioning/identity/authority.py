"""Signs certificates and revocation lists. Knows keys and dates, no folder and no broker.

Two roots that never meet: whoever holds a key of the devices' root can be any hall, whoever holds the server
CA's can be the broker. All keys are EC P-256, which every TLS library of the last ten years speaks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

EARLIER = timedelta(days=1)
"""Certificates are valid from yesterday: a hall's clock may be a little behind."""


class Purpose(Enum):
    """At which end of a connection a certificate may be shown."""

    CLIENT = ExtendedKeyUsageOID.CLIENT_AUTH
    SERVER = ExtendedKeyUsageOID.SERVER_AUTH


@dataclass(frozen=True, slots=True)
class Authority:
    """A key that signs, and its certificates from its own up to the root."""

    key: ec.EllipticCurvePrivateKey
    chain: tuple[x509.Certificate, ...]

    @property
    def certificate(self) -> x509.Certificate:
        """Its own certificate."""
        return self.chain[0]

    @classmethod
    def root(cls, key: ec.EllipticCurvePrivateKey, name: str, now: datetime, days: int) -> Authority:
        """Return an authority that answers to nobody."""
        subject = named(name)
        return cls(key, (_signed(_authority(key.public_key(), subject, subject, key.public_key(), None, now, days), key),))

    def issuing(self, key: ec.EllipticCurvePrivateKey, name: str, now: datetime, days: int) -> Authority:
        """Return an authority below this one, which may sign no further authority."""
        issuer = self.certificate.subject
        builder = _authority(key.public_key(), named(name), issuer, self.key.public_key(), 0, now, days)
        return Authority(key, (_signed(builder, self.key), *self.chain))

    def sign(
        self,
        public_key: ec.EllipticCurvePublicKey,
        name: str,
        purpose: Purpose,
        now: datetime,
        days: float,
        hosts: Sequence[str] = (),
        *,
        serial: int | None = None,
    ) -> x509.Certificate:
        """Return a certificate for ``name`` that ends in ``days`` (never after the authority's own).

        ``hosts`` are the names and addresses under which a server is found.
        """
        until = min(now + timedelta(days=days), self.certificate.not_valid_after_utc)
        builder = _certificate(public_key, named(name), self.certificate.subject, self.key.public_key(), now, until, serial)
        builder = (
            builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signing=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([purpose.value]), critical=False)
        )
        if hosts:
            builder = builder.add_extension(x509.SubjectAlternativeName([_host(host) for host in hosts]), critical=False)
        return _signed(builder, self.key)

    def revocation_list(self, revoked: Mapping[int, datetime], now: datetime, days: float) -> x509.CertificateRevocationList:
        """Return the list of the serial numbers that are no longer good, which ends in ``days``."""
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificate.subject)
            .last_update(now - EARLIER)
            .next_update(now + timedelta(days=days))
            .add_extension(x509.CRLNumber(int(now.timestamp())), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
        )
        for serial, at in revoked.items():
            one = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(at).build()
            builder = builder.add_revoked_certificate(one)
        return builder.sign(self.key, hashes.SHA256())


def new_key() -> ec.EllipticCurvePrivateKey:
    """Return a new key."""
    return ec.generate_private_key(ec.SECP256R1())


def named(common_name: str) -> x509.Name:
    """Return the subject whose only part is ``common_name``."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def common_name_of(name: x509.Name) -> str:
    """Return the one common name of ``name``, or empty when it has none, several, or other parts."""
    parts = [str(part.value) for part in name.get_attributes_for_oid(NameOID.COMMON_NAME)]
    return parts[0] if len(parts) == len(list(name)) == 1 else ""


def _certificate(
    public_key: ec.EllipticCurvePublicKey,
    subject: x509.Name,
    issuer: x509.Name,
    issuer_key: ec.EllipticCurvePublicKey,
    now: datetime,
    until: datetime,
    serial: int | None = None,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(now - EARLIER)
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False)
    )


def _authority(
    public_key: ec.EllipticCurvePublicKey,
    subject: x509.Name,
    issuer: x509.Name,
    issuer_key: ec.EllipticCurvePublicKey,
    path_length: int | None,
    now: datetime,
    days: int,
) -> x509.CertificateBuilder:
    return (
        _certificate(public_key, subject, issuer, issuer_key, now, now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
        .add_extension(_usage(signing=True), critical=True)
    )


def _usage(*, signing: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signing,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signing,
        crl_sign=signing,
        encipher_only=False,
        decipher_only=False,
    )


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _signed(builder: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    return builder.sign(key, hashes.SHA256())
