"""Signs halls and remembers whom: the register of what was issued and what was revoked.

The register is a folder of the certificates themselves, ``issued/HALL.SERIAL.pem``, and one file of what was
revoked; the list for the broker is made from both and can be made again at any time.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec

from gateway.errors import Reason, Refusal
from gateway.relay import enrolment
from provisioning.identity import pem
from provisioning.identity.authority import Purpose, common_name_of
from provisioning.identity.folder import CentreFolder, write

HALL = re.compile(r"[0-9]{10}", re.ASCII)
REQUEST_LIMIT_BYTES = 8192
HELD_LIMIT = 20
"""A hall that asks for more valid certificates than this is not well."""


def is_due(certificate: x509.Certificate, now: datetime) -> bool:
    """Return whether a certificate should be renewed."""
    return enrolment.is_due(certificate.not_valid_before_utc, certificate.not_valid_after_utc, now)


def read_request(hall: str, content: bytes) -> ec.EllipticCurvePublicKey:
    """Return the key for which ``hall`` asks; whatever else the request wishes is not read.

    Raises Refusal ``request-unusable``.
    """
    if len(content) > REQUEST_LIMIT_BYTES:
        raise Refusal("request-unusable", hall=hall, reason=f"> {REQUEST_LIMIT_BYTES} byte")
    try:
        request = x509.load_pem_x509_csr(content)
        key = request.public_key()
        sound = request.is_signature_valid
    except (ValueError, TypeError, UnsupportedAlgorithm, InvalidSignature) as error:
        raise Refusal("request-unusable", hall=hall, reason=Reason("bukan permintaan sertifikat (CSR) yang utuh")) from error
    if not sound:
        raise Refusal("request-unusable", hall=hall, reason="tanda tangan")
    if common_name_of(request.subject) != hall:
        raise Refusal("request-unusable", hall=hall, reason=common_name_of(request.subject) or "CN")
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise Refusal("request-unusable", hall=hall, reason=type(key).__name__)
    return key


class Registrar:
    """The register of one centre's folder."""

    def __init__(self, folder: CentreFolder) -> None:
        self._folder = folder
        self._issued = folder.identity / "issued"
        self._revoked = folder.identity / "revoked.json"

    def issue(
        self, hall: str, key: ec.EllipticCurvePublicKey, now: datetime, days: float | None = None
    ) -> tuple[x509.Certificate, ...]:
        """Sign ``key`` for ``hall``, enter it, and return the certificates up to the root.

        The same key gets the same certificate until that is due: a repeated wish costs nothing.
        Raises Refusal ``hall-code``, ``certificates-many`` or ``authority-away``.
        """
        if not HALL.fullmatch(hall):
            raise Refusal("hall-code", hall=hall)
        issuing = self._folder.issuing()
        held = self.valid(hall, now)
        for certificate in held:
            if certificate.public_key() == key and not is_due(certificate, now):
                return (certificate, *issuing.chain)
        if len(held) >= HELD_LIMIT:
            raise Refusal("certificates-many", hall=hall, count=len(held))
        certificate = issuing.sign(key, hall, Purpose.CLIENT, now, days or self._folder.settings().hall_days)
        write(self._issued / f"{hall}.{certificate.serial_number:x}.pem", pem.text([certificate]))
        return (certificate, *issuing.chain)

    def renew(self, hall: str, key: ec.EllipticCurvePublicKey, now: datetime) -> tuple[x509.Certificate, ...]:
        """Sign as ``issue`` does, for a hall that holds a valid certificate. Raises Refusal ``certificate-not-issued``."""
        if not self.valid(hall, now):
            raise Refusal("certificate-not-issued", who=hall)
        return self.issue(hall, key, now)

    def valid(self, who: str, now: datetime) -> list[x509.Certificate]:
        """Return the certificates of a hall, or of a serial number in hex, that are neither ended nor revoked."""
        revoked = self.revoked()
        return [
            certificate
            for path in self._paths(who)
            for certificate in pem.read_certificates(path.read_bytes())[:1]
            if certificate.serial_number not in revoked and certificate.not_valid_after_utc > now
        ]

    def revoke(self, who: str, now: datetime) -> list[int]:
        """Enter that every certificate of ``who`` is no longer good; return their serial numbers.

        Raises Refusal ``certificate-not-issued`` when there is none that was.
        """
        serials = [certificate.serial_number for certificate in self.valid(who, now)]
        if not serials:
            raise Refusal("certificate-not-issued", who=who)
        told = self.revoked() | dict.fromkeys(serials, now)
        write(self._revoked, json.dumps({f"{serial:x}": at.isoformat() for serial, at in told.items()}, indent=1))
        return serials

    def turned_away(self, now: datetime) -> frozenset[str]:
        """Return the halls of which a certificate was revoked and none is good now."""
        revoked = {f"{serial:x}" for serial in self.revoked()}
        halls = {
            hall for hall, serial in (path.name.split(".")[:2] for path in self._issued.glob("*.*.pem")) if serial in revoked
        }
        return frozenset(hall for hall in halls if not self.valid(hall, now))

    def revoked(self) -> dict[int, datetime]:
        """Return what was revoked and when; the probe's certificate was from the first."""
        try:
            told = json.loads(self._revoked.read_text("utf-8")) if self._revoked.exists() else {}
            entered = {int(serial, 16): datetime.fromisoformat(at) for serial, at in told.items()}
        except OSError as error:
            raise Refusal("file-failed", path=self._revoked, reason=error.strerror) from error
        except (ValueError, AttributeError) as error:
            raise Refusal("file-failed", path=self._revoked, reason=Reason("isinya rusak")) from error
        probe = pem.read_certificates(self._folder.pair("revoked").read_bytes())[0]
        return {probe.serial_number: probe.not_valid_before_utc} | entered

    def _paths(self, who: str) -> list[Path]:
        if not re.fullmatch(r"[0-9a-f]{1,40}", who, re.ASCII):
            return []
        return sorted({*self._issued.glob(f"{who}.*.pem"), *self._issued.glob(f"*.{who}.pem")})
