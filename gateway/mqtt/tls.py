"""TLS to the broker: always verified, never below 1.2, with the hall's own certificate when it has one."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path


class ClosingSocket(ssl.SSLSocket):
    """Closes itself when the greeting fails: paho would leave it to the garbage collector, one at each attempt."""

    def do_handshake(self, block: bool = False) -> None:  # noqa: FBT001, FBT002 - the signature of ssl.SSLSocket
        """Greet the broker. Raises OSError, and is closed then."""
        try:
            super().do_handshake(block)
        except OSError:
            self.close()
            raise


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
        context.sslsocket_class = ClosingSocket
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self.certificate:
            context.load_cert_chain(self.certificate, self.key)
        return context
