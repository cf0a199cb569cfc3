"""The centre's renewals: answers halls that ask for their next certificate, and keeps the centre's own papers young.

It alone holds the issuing key and may tell the broker. What it says is only ever an answer to the topic of the
hall that asked, whose present certificate the broker has seen.
"""

from __future__ import annotations

import logging
import queue

from gateway.clock import Clock
from gateway.errors import Refusal
from gateway.mqtt.ports import Connection, Message, Received
from gateway.relay.enrolment import Answer, decode_wish, encode_answer, name_of
from gateway.relay.envelope import Unreadable
from gateway.relay.topics import Topics, enrol_filter, enrolling
from provisioning.identity import pem
from provisioning.identity.folder import CentreFolder
from provisioning.identity.founding import Founding
from provisioning.identity.registrar import Registrar, is_due, read_request
from provisioning.identity.revocation import REVOKED, LiveBroker, list_is_old, publish

log = logging.getLogger(__name__)

REST_S = 1.0
LOOK_S = 3600.0
"""How often it looks after the centre's own papers, and whether the broker still turns the revoked away."""


class Renewals:
    """One centre's renewals. ``step`` belongs to one loop; ``connection`` is its own."""

    def __init__(self, folder: CentreFolder, connection: Connection, clock: Clock) -> None:
        self._folder = folder
        self._root = folder.settings().topic_root
        self._registrar = Registrar(folder)
        self._connection = connection
        self._clock = clock
        self._looked_at_s = float("-inf")
        connection.subscribe([enrol_filter(self._root)])

    def step(self, rest_s: float = REST_S) -> None:
        """Answer one request that arrives within ``rest_s``, and look after the papers when it is time."""
        if self._clock.monotonic_s() - self._looked_at_s >= LOOK_S:
            self._looked_at_s = self._clock.monotonic_s()
            self.look_after()
        try:
            happening = self._connection.happenings.get(timeout=rest_s)
        except queue.Empty:
            return
        if isinstance(happening, Received):
            # First: an answer that is lost is asked for again, but a request that ends this program must not come again.
            self._connection.acknowledge(happening)
            hall = enrolling(happening.topic, self._root)
            if hall:
                answer = encode_answer(self.answer(hall, happening.payload))
                self._connection.publish(Message(Topics(hall, self._root).enrol_certificate, answer))

    def answer(self, hall: str, payload: bytes) -> Answer:
        """Sign what ``hall`` asks for, or say why not. A hall without a valid certificate gets none this way."""
        now = self._clock.now()
        try:
            key = read_request(hall, decode_wish(payload).csr.encode())
            chain = self._registrar.renew(hall, key, now)
        except Unreadable as error:
            return Answer(name_of(payload), code="request-unusable", reason=str(error))
        except Refusal as refusal:
            log.warning("event=certificate-refused hall=%s code=%s", hall, refusal.code)
            return Answer(name_of(payload), code=refusal.code, reason=refusal.sentence)
        log.info(
            "event=certificate-issued hall=%s serial=%x until=%s", hall, chain[0].serial_number, chain[0].not_valid_after_utc
        )
        return Answer(name_of(payload), certificate=pem.text(chain).decode())

    def look_after(self) -> None:
        """Renew what is due, write the list anew when it is old, and see that the revoked are turned away."""
        now = self._clock.now()
        try:
            founding = Founding(self._folder, now)
            founding.found({})
            if founding.made or list_is_old(self._folder, now):
                log.info("event=papers-renewed made=%r", founding.made)
                publish(self._folder, now, cut=False)
            elif LiveBroker(self._folder).pid:
                LiveBroker(self._folder).expect("revoked", REVOKED)
            broker = pem.read_certificates((self._folder.broker / "broker.pem").read_bytes())[0]
            if is_due(broker, now):
                log.warning(
                    "event=broker-certificate-due until=%s remedy=%r", broker.not_valid_after_utc, "authority/READ-ME.txt"
                )
        except Refusal as refusal:
            log.error("event=papers-failed code=%s reason=%r remedy=%r", refusal.code, refusal.sentence, refusal.remedy)  # noqa: TRY400 - the sentence says all
