"""Who the hall is at the broker: which of its certificates it shows, and what an ending means for it.

The pair of ``hall.toml`` is what a technician put there; ``identity/renewed.pem`` in the data folder is what the
hall has fetched since. The one that begins later is shown first, and the other when the broker turns it away.
Nothing is ever tried without a certificate that is there, nor with the broker unverified.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import NameOID

from gateway.clock import Clock, ClockState
from gateway.errors import Refusal
from gateway.mqtt.address import BrokerAddress
from gateway.mqtt.ports import Disconnected
from gateway.mqtt.tls import Trust
from gateway.settings import RelaySettings

RENEWED = "renewed.pem"
"""The hall's newest proven pair: key and certificates in one file, so that no power cut can part them."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate with those above it, and where it and its key lie."""

    certificate: Path
    key: Path | None
    chain: tuple[x509.Certificate, ...]

    @property
    def begins_at(self) -> datetime:
        """When it begins to be valid."""
        return self.chain[0].not_valid_before_utc

    @property
    def ends_at(self) -> datetime:
        """When it ends."""
        return self.chain[0].not_valid_after_utc

    def stranger_to(self, hall: str) -> str:
        """Return in what it is another hall's than ``hall``, a ten-digit code; empty when it is not, or bears no such code."""
        names = [str(one.value) for one in self.chain[0].subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
        others = [name for name in names if re.fullmatch("[0-9]{10}", name, re.ASCII) and name != hall]
        return f"{others[0]} ≠ hall.id {hall}" if others else ""

    @classmethod
    def read(cls, certificate: Path, key: Path | None = None) -> Pair | None:
        """Read a pair, or return None when the file is not there or holds no certificate."""
        try:
            return cls(certificate, key, tuple(x509.load_pem_x509_certificates(certificate.read_bytes())))
        except (OSError, ValueError):
            return None


class Identity:
    """The hall's credentials; implements gateway.mqtt.tls.Credentials. ``folder`` is where the hall keeps renewed ones."""

    def __init__(self, relay: RelaySettings, folder: Path, clock: Clock, hall: str) -> None:
        self.folder = folder
        self.trouble = ""
        """Why the last renewal did not succeed, in a sentence; empty when it did or none was due."""
        self._relay = relay
        self._hall = hall
        self._clock = clock
        self._shown: Pair | None = None
        self._turned_away = 0

    @property
    def shown_until(self) -> str:
        """The last day of the certificate that was shown last, ISO 8601; empty when none was."""
        return f"{self._shown.ends_at:%Y-%m-%d}" if self._shown else ""

    def pairs(self) -> list[Pair]:
        """Return what can be read, the newest at the head; another hall's only while there is none of its own."""
        if self._relay.certificate_file is None:
            return []
        given = Pair.read(self._relay.certificate_file, self._relay.key_file)
        found = [pair for pair in (Pair.read(self.folder / RENEWED), given) if pair]
        own = [pair for pair in found if not pair.stranger_to(self._hall)]
        return sorted(own or found, key=lambda pair: pair.begins_at, reverse=True)

    def trust(self, pair: Pair) -> Trust:
        """Return how to speak to the broker with ``pair``."""
        return Trust(self._relay.ca_file, pair.certificate, pair.key)

    def context(self) -> ssl.SSLContext:
        """Return what the next attempt needs.

        Raises Refusal ``clock-not-set`` while no date could be judged, OSError when no file can be used.
        """
        if self._clock.state() is ClockState.UNSET:
            raise Refusal("clock-not-set", address=BrokerAddress.parse(self._relay.broker))
        self._shown = None
        for pair, context in self._usable():
            self._shown = pair
            return context
        return Trust(self._relay.ca_file, self._relay.certificate_file, self._relay.key_file).context()

    def weigh(self, ending: Disconnected) -> Disconnected:
        """Return what an ending means: our own dates tell more than a broker's alert. Turned away, show the other next."""
        if self._shown and (other := self._shown.stranger_to(self._hall)):
            return Disconnected("certificate-other", other)  # some brokers only cut the connection
        if not ending.code.startswith("certificate-") and ending.code != "broker-refused":
            return ending
        pair = self._shown
        if pair is None:
            return ending
        if ending.code.startswith("certificate-"):
            self._turned_away += 1
        return self._by_dates(pair, ending)

    def _by_dates(self, pair: Pair, ending: Disconnected) -> Disconnected:
        now = self._clock.now()
        if pair.ends_at <= now:
            return Disconnected("certificate-expired", f"{pair.ends_at:%Y-%m-%d}")
        if pair.begins_at > now:
            return Disconnected("certificate-early", f"{pair.begins_at:%Y-%m-%d}")
        if ending.code == "certificate-expired":
            return Disconnected("certificate-refused", f"dikatakan habis, padahal berlaku sampai {pair.ends_at:%Y-%m-%d}")
        return ending

    def _usable(self) -> Iterator[tuple[Pair, ssl.SSLContext]]:
        pairs = self.pairs()
        turn = self._turned_away % len(pairs) if pairs else 0
        for pair in (*pairs[turn:], *pairs[:turn]):
            try:
                yield pair, self.trust(pair).context()
            except OSError:
                continue
