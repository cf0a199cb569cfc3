"""TLS to the broker: always verified, never below 1.2, with the client's own certificate when it has one."""

from __future__ import annotations

import ssl
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from gateway.mqtt.ports import Disconnected


class ClosingSocket(ssl.SSLSocket):
    """Closes itself when the greeting fails, and remembers the alert with which the other side ended it.

    paho would leave a failed one to the garbage collector, one at each attempt. With TLS 1.3 a broker judges
    our certificate only after we think that all is well: its alert comes when we have begun to speak.
    """

    alert = ""
    """OpenSSL's name of the alert, e.g. ``SSLV3_ALERT_CERTIFICATE_EXPIRED``; empty when there was none."""

    def do_handshake(self, block: bool = False) -> None:  # noqa: FBT001, FBT002 - the signature of ssl.SSLSocket
        """Greet the broker. Raises OSError, and is closed then."""
        try:
            super().do_handshake(block)
        except OSError:
            super().close()
            raise

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        """Receive as ssl.SSLSocket does, and remember an alert."""
        try:
            return super().recv(buflen, flags)
        except ssl.SSLError as error:
            if "ALERT" in (error.reason or ""):
                self.alert = error.reason
            raise

    def close(self) -> None:
        """Hear the other side's last word, which lies unread when our own could no longer be sent; then close."""
        with suppress(OSError, ValueError):
            self.settimeout(0)
            self.recv(1)
        super().close()


class Credentials(Protocol):
    """Whom a connection believes and what it shows of itself."""

    def context(self) -> ssl.SSLContext:
        """Return what the next attempt needs. Raises OSError for files, Refusal when it is not yet time to try."""

    def weigh(self, ending: Disconnected) -> Disconnected:
        """Hear how an attempt or a connection ended; return what that means here."""


@dataclass(frozen=True, slots=True)
class Trust:
    """Files: whom to believe and who we are; all PEM."""

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

    def weigh(self, ending: Disconnected) -> Disconnected:
        """Return the ending as it is: the files have no opinion."""
        return ending
