"""Fetches the hall's next certificate through the uplink when the present one has lived two thirds of its life.

Every step looks at the files and does what is missing, so a power cut anywhere costs a repetition: a new key
(``next.key``), the centre's answer to it (``candidate.pem``), a connection that proves that the broker takes it,
and only then the name under which it is shown. Until that moment the present pair is untouched.
"""

from __future__ import annotations

import logging
import queue
import secrets
import threading
import time
from datetime import datetime
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import NameOID

from gateway.clock import Clock
from gateway.errors import Refusal
from gateway.mqtt.connection import PahoConnection
from gateway.mqtt.ports import Connected, Disconnected, Message, Received
from gateway.relay.connecting import connection_to, probe
from gateway.relay.enrolment import Answer, Wish, decode_answer, encode_wish, is_due, name_of
from gateway.relay.envelope import Unreadable
from gateway.relay.identity import RENEWED, Identity, Pair
from gateway.relay.topics import Topics
from gateway.settings import RelaySettings
from gateway.store.files import put_in_place, write_whole

log = logging.getLogger(__name__)

ANSWER_LIMIT_S = 60.0
LOOK_S = 0.2
SECRET = 0o600


class Renewal:
    """The renewal of one hall. ``step`` is a calendar job: it may be called at any time, any number of times."""

    def __init__(self, relay: RelaySettings, hall: str, identity: Identity, clock: Clock, connection: PahoConnection) -> None:
        self._relay = relay
        self._hall = hall
        self._identity = identity
        self._clock = clock
        self._connection = connection
        self._stopping = threading.Event()
        self._key_file = identity.folder / "next.key"
        self._candidate_file = identity.folder / "candidate.pem"

    def stop(self) -> None:
        """Give up what is under way; it goes on from its files another time."""
        self._stopping.set()

    def step(self) -> None:
        """Do what is missing for the next certificate, if one is due."""
        pairs = self._identity.pairs()
        now = self._clock.now()
        if not pairs or not is_due(pairs[0].begins_at, pairs[0].ends_at, now) or pairs[0].ends_at <= now:
            return
        present = pairs[0]
        try:
            if Pair.read(self._candidate_file) is None:
                self._fetch(present)
            self._prove()
        except Refusal as refusal:
            self._identity.trouble = refusal.sentence
            log.warning("event=renewal-failed code=%s reason=%r", refusal.code, refusal.sentence)
            return
        self._identity.trouble = ""
        log.info("event=certificate-renewed former_until=%s", present.ends_at)
        self._connection.renew()

    def _fetch(self, present: Pair) -> None:
        """Ask the centre for a certificate of the next key, and keep what it answers beside it."""
        key = self._next_key()
        builder = x509.CertificateSigningRequestBuilder().subject_name(_named(self._hall))
        request = builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()
        answer = self._ask(encode_wish(Wish(request)), present)
        if answer.code:
            raise Refusal("renewal-refused", reason=answer.reason or answer.code)
        chain = judge(answer.certificate, key.public_key(), self._hall, present, self._clock.now())
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        pem += b"".join(one.public_bytes(Encoding.PEM) for one in chain)
        write_whole(self._candidate_file, pem, SECRET)

    def _next_key(self) -> ec.EllipticCurvePrivateKey:
        """Return the key that waits for its certificate, made and durable before anybody hears of it."""
        try:
            key = load_pem_private_key(self._key_file.read_bytes(), None)
            if isinstance(key, ec.EllipticCurvePrivateKey):
                return key
        except (OSError, ValueError):
            log.info("event=new-key")
        key = ec.generate_private_key(ec.SECP256R1())
        self._identity.folder.mkdir(mode=0o700, exist_ok=True)
        write_whole(self._key_file, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), SECRET)
        return key

    def _ask(self, payload: bytes, present: Pair) -> Answer:
        """Publish the request on a connection of its own, as the present pair's owner, and wait for its answer."""
        topics = Topics(self._hall, self._relay.topic_root)
        connection = connection_to(self._relay, self._hall, _part(), trust=self._identity.trust(present))
        if connection is None:
            raise Refusal("renewal-refused", reason="tidak ada broker")
        connection.subscribe([topics.enrol_certificate])
        connection.start()
        try:
            return self._hear(connection, Message(topics.enrol_request, payload))
        finally:
            connection.stop()

    def _hear(self, connection: PahoConnection, request: Message) -> Answer:
        end_s = time.monotonic() + ANSWER_LIMIT_S
        while time.monotonic() < end_s and not self._stopping.is_set():
            try:
                happening = connection.happenings.get(timeout=LOOK_S)
            except queue.Empty:
                continue
            if isinstance(happening, Connected):
                connection.publish(request)
            if isinstance(happening, Disconnected) and happening.code != "broker-refused":  # which may take another version
                raise Refusal(happening.code, address=connection.address, reason=happening.reason)
            if isinstance(happening, Received):
                connection.acknowledge(happening)
                try:
                    answer = decode_answer(happening.payload)
                except Unreadable:
                    continue
                if answer.request == name_of(request.payload):
                    return answer
        raise Refusal("renewal-refused", reason="kabupaten tidak menjawab")

    def _prove(self) -> None:
        """Connect with the candidate; taken, it becomes the pair that is shown; turned away, it is forgotten."""
        candidate = Pair.read(self._candidate_file)
        if candidate is None:
            raise Refusal("file-failed", path=self._candidate_file, reason="hilang")
        try:
            probe(connection_to(self._relay, self._hall, _part(), trust=self._identity.trust(candidate)))
        except Refusal as refusal:
            if refusal.code.startswith("certificate-"):
                self._candidate_file.unlink(missing_ok=True)
                self._key_file.unlink(missing_ok=True)
            raise
        put_in_place(self._candidate_file, self._identity.folder / RENEWED)
        self._key_file.unlink(missing_ok=True)


def judge(pem: str, key: ec.EllipticCurvePublicKey, hall: str, present: Pair, now: datetime) -> tuple[x509.Certificate, ...]:
    """Return the certificates in an answer, or raise Refusal ``renewal-refused`` when they are not what was asked for.

    They must be for our key and name, valid now, later than the present ones, each signed by the next, and end at
    the root of the present ones.
    """
    try:
        chain = tuple(x509.load_pem_x509_certificates(pem.encode()))
        for lower, upper in pairwise(chain):
            lower.verify_directly_issued_by(upper)
    except (ValueError, TypeError, InvalidSignature) as error:
        raise Refusal("renewal-refused", reason="rantai sertifikat rusak") from error
    leaf = chain[0]
    wrong = {
        "kunci lain": leaf.public_key() != key,
        "nama lain": leaf.subject != _named(hall),
        "tanggal": not leaf.not_valid_before_utc <= now < leaf.not_valid_after_utc or leaf.not_valid_after_utc <= present.ends_at,
        "penerbit lain": len(present.chain) > 1 and (len(chain) == 1 or chain[-1] != present.chain[-1]),
    }
    for reason, holds in wrong.items():
        if holds:
            raise Refusal("renewal-refused", reason=reason)
    return chain


def _part() -> str:
    """Return a name for one connection that nobody guesses: under a known one another client could cut it."""
    return f"enrol-{secrets.token_hex(4)}"


def _named(hall: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hall)])
