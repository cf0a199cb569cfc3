"""Tells the broker who is no longer welcome, and does not believe that it has heard until a probe was turned away.

Mosquitto's list fails open: one that is missing or garbage lets everybody in, one that has ended lets nobody
in, and whoever is inside stays. So the list is written beside its place, read back, renamed; the broker is
told; a certificate that was revoked on purpose must be refused; and a restart cuts what is alive.
"""

from __future__ import annotations

import os
import queue
import signal
import time
from datetime import datetime, timedelta
from pathlib import Path
from random import SystemRandom

from cryptography import x509

from gateway.errors import Refusal
from gateway.mqtt.connection import PahoConnection
from gateway.mqtt.ports import Connected, Disconnected
from gateway.mqtt.session import Habits
from provisioning.identity import pem
from provisioning.identity.folder import CentreFolder, write
from provisioning.identity.registrar import Registrar

LIST_DAYS = 90
"""A list that ends turns every hall away, so it lives long; a revocation does not wait for its end."""
RENEW_LIST = timedelta(days=7)
"""A list older than this is written anew."""
HEARD_LIMIT_S = 20.0
"""So long the broker may take to hear, and again to come back."""
BACK_LOOK_S = 0.2
REVOKED = "certificate-revoked"
"""The answer that the probe must get."""


def write_list(folder: CentreFolder, now: datetime) -> None:
    """Write the list of what is revoked, verified before it takes its place."""
    issuing, revoked = folder.issuing(), Registrar(folder).revoked()
    content = pem.text([issuing.revocation_list(revoked, now, LIST_DAYS)])
    told = x509.load_pem_x509_crl(content)
    sound = told.is_signature_valid(issuing.key.public_key()) and {one.serial_number for one in told} == set(revoked)
    if not sound:
        raise Refusal("file-failed", path=folder.revocation_list, reason="isi tidak sama")
    write(folder.revocation_list, content)


def list_is_old(folder: CentreFolder, now: datetime) -> bool:
    """Return whether the list is missing, unreadable or a week old."""
    try:
        told = x509.load_pem_x509_crl(folder.revocation_list.read_bytes())
    except (OSError, ValueError):
        return True
    ends = told.next_update_utc
    return ends is None or ends - now < timedelta(days=LIST_DAYS) - RENEW_LIST


class LiveBroker:
    """The Mosquitto that runs from the folder."""

    def __init__(self, folder: CentreFolder, limit_s: float = HEARD_LIMIT_S) -> None:
        self._folder = folder
        self._limit_s = limit_s

    @property
    def pid(self) -> int | None:
        """Its process, or None when it does not run."""
        try:
            pid = int((self._folder.broker / "mosquitto.pid").read_text())
            name = Path(f"/proc/{pid}/comm").read_text().strip()
        except (OSError, ValueError):
            return None
        return pid if name == "mosquitto" else None

    def reload(self) -> bool:
        """Let it read its list and certificates again; return whether it runs at all."""
        return self._signal(signal.SIGHUP)

    def cut(self) -> None:
        """End it, so that every live connection ends with it; whatever started it starts it again.

        Raises Refusal ``broker-not-back`` when nothing does.
        """
        former = self.pid
        if not self._signal(signal.SIGTERM):
            return
        end_s = time.monotonic() + self._limit_s
        while self.pid in {former, None}:
            if time.monotonic() > end_s:
                raise Refusal("broker-not-back", reason="tidak dijalankan lagi")
            time.sleep(BACK_LOOK_S)
        self.expect("enrol", "")

    def expect(self, name: str, code: str) -> None:
        """Connect as ``name`` until the answer is ``code`` (empty: let in).

        Raises Refusal ``revocation-open`` when a revoked certificate is let in, ``broker-not-back`` when nobody is.
        """
        end_s = time.monotonic() + self._limit_s
        while (answer := self._knock(name)) != code:
            if time.monotonic() > end_s:
                raise Refusal("revocation-open") if not answer else Refusal("broker-not-back", reason=answer)
            time.sleep(BACK_LOOK_S)

    def _knock(self, name: str) -> str:
        """Try once to connect; return the fault's code, or empty when let in."""
        client = Habits(f"probe-{SystemRandom().getrandbits(64):016x}", connect_limit_s=2.0, answer_limit_s=5.0)
        connection = PahoConnection(self._folder.local_address(), client, trust=self._folder.trust(name), protocol="5")
        connection.start()
        try:
            answer = connection.happenings.get(timeout=HEARD_LIMIT_S)
        except queue.Empty:
            return "broker-silent"
        finally:
            connection.stop()
        return answer.code if isinstance(answer, Disconnected) else "" if isinstance(answer, Connected) else "broker-silent"

    def _signal(self, what: signal.Signals) -> bool:
        pid = self.pid
        if pid is None:
            return False
        try:
            os.kill(pid, what)
        except OSError as error:
            raise Refusal("broker-unsignalled", pid=pid, reason=error.strerror) from error
        return True


def publish(folder: CentreFolder, now: datetime, *, cut: bool, limit_s: float = HEARD_LIMIT_S) -> bool:
    """Write the list, tell the broker and prove it; return whether one runs here that could be told.

    With ``cut`` whoever is inside has to come in again.
    """
    write_list(folder, now)
    broker = LiveBroker(folder, limit_s)
    if not broker.reload():
        return False
    broker.expect("revoked", REVOKED)
    if cut:
        broker.cut()
        broker.expect("revoked", REVOKED)
    return True
