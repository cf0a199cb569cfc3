"""A certificate authority for one test, made by openssl: real certificates, so that TLS is really verified."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from gateway.mqtt.tls import Trust


@dataclass(frozen=True, slots=True)
class Identity:
    """A private key and its certificate, as PEM files."""

    certificate: Path
    key: Path


class Authority:
    """Signs server and client certificates. ``certificate`` is what the other side must trust."""

    def __init__(self, folder: Path, name: str = "Test CA") -> None:
        """Make the authority's own key and certificate below ``folder``."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.certificate = folder / "ca.pem"
        self._key = folder / "ca.key"
        self._trusts: dict[str, Trust] = {}
        _openssl(
            *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"),
            *("-subj", f"/CN={name}", "-keyout", str(self._key), "-out", str(self.certificate)),
            *("-addext", "keyUsage=critical,keyCertSign,cRLSign"),
        )

    def sign(self, common_name: str, *, alternative_name: str = "IP:127.0.0.1") -> Identity:
        """Make a key and a certificate for ``common_name``, valid for server and client."""
        stem = common_name.replace("/", "-")
        identity = Identity(self._folder / f"{stem}.pem", self._folder / f"{stem}.key")
        request, extensions = self._folder / f"{stem}.csr", self._folder / f"{stem}.ext"
        extensions.write_text(f"subjectAltName={alternative_name}\nbasicConstraints=CA:FALSE\n")
        _openssl(
            *("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-subj", f"/CN={common_name}", "-keyout", str(identity.key), "-out", str(request)),
        )
        _openssl(
            *("x509", "-req", "-in", str(request), "-CA", str(self.certificate), "-CAkey", str(self._key)),
            *("-CAcreateserial", "-days", "2", "-extfile", str(extensions), "-out", str(identity.certificate)),
        )
        return identity

    def trust(self, name: str) -> Trust:
        """Return what a client needs that is known by ``name``; it is signed when first asked for."""
        if name not in self._trusts:
            identity = self.sign(name)
            self._trusts[name] = Trust(self.certificate, identity.certificate, identity.key)
        return self._trusts[name]


def _openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)
