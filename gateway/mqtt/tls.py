"""TLS to the broker: always verified, never below 1.2, with the hall's own certificate when it has one."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom to believe and who we are; all PEM files."""

    authority: Path | None = None
    """Signs the broker's certificate; None believes the system's authorities."""
    certificate: Path | None = None
    """Ours; None shows none."""
    key: Path | None = None
    """Of our certificate; None when the certificate's file holds it."""

    def context(self) -> ssl.SSLContext:
        """Read the files (again: they may have been renewed). Raises OSError, of which ssl.SSLError is one."""
        context = ssl.create_default_context(cafile=str(self.authority) if self.authority else None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self.certificate:
            context.load_cert_chain(self.certificate, self.key)
        return context
