"""A hall that asks gets its next certificate; whoever is not a hall in good standing gets a reason; papers stay young."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.mqtt.ports import Message, Received
from gateway.relay.enrolment import Wish, decode_answer, encode_wish, name_of
from gateway.relay.topics import Topics
from provisioning.identity import pem
from provisioning.identity.authority import named, new_key
from provisioning.identity.folder import CentreFolder
from provisioning.identity.founding import Founding
from provisioning.identity.registrar import Registrar
from provisioning.identity.renewals import Renewals
from tests.support.broker import FakeBroker
from tests.support.clock import FakeClock

HALL, OTHER = "3510012001", "3510012002"


def wish(hall: str = HALL) -> bytes:
    """Return a request's payload for ``hall``."""
    request = x509.CertificateSigningRequestBuilder().subject_name(named(hall)).sign(new_key(), hashes.SHA256())
    return encode_wish(Wish(request.public_bytes(Encoding.PEM).decode()))


class World:
    """A centre's signing and one hall at a broker in memory."""

    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock()
        self.folder = CentreFolder(folder)
        Founding(self.folder, self.clock.now()).found({})
        self.registrar = Registrar(self.folder)
        self.registrar.issue(HALL, new_key().public_key(), self.clock.now())
        broker = FakeBroker(Random(1))
        connection = broker.connection("enrol", session_s=3600)
        self.renewals = Renewals(self.folder, connection, self.clock)
        connection.start()
        self.hall = broker.connection(HALL)
        self.hall.subscribe([Topics(hall).enrol_certificate for hall in (HALL, OTHER)])
        self.hall.start()
        broker.deliver(100)
        self._broker = broker

    def ask(self, payload: bytes, hall: str = HALL) -> list[Received]:
        """Publish a request at ``hall``'s topic, let the centre act, and return what comes back."""
        self.hall.publish(Message(Topics(hall).enrol_request, payload))
        self._broker.deliver(100)
        for _ in range(5):
            self.renewals.step(0)
        self._broker.deliver(100)
        heard = []
        while not self.hall.happenings.empty():
            happening = self.hall.happenings.get()
            if isinstance(happening, Received):
                heard.append(happening)
        return heard


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A world."""
    return World(tmp_path / "centre")


def test_a_hall_in_good_standing_gets_its_next_certificate(world: World) -> None:
    """At its own topic, for the key it asked with, up to the root."""
    asked = wish()
    [told] = world.ask(asked)
    answer = decode_answer(told.payload)
    chain = pem.read_certificates(answer.certificate.encode())

    assert (told.topic, answer.request) == (Topics(HALL).enrol_certificate, name_of(asked))
    assert (chain[0].subject, len(chain)) == (named(HALL), 3)
    assert chain[0] in world.registrar.valid(HALL, world.clock.now())


@pytest.mark.parametrize(
    ("payload", "hall", "code"),
    [
        (wish(OTHER), HALL, "request-unusable"),
        (wish(OTHER), OTHER, "certificate-not-issued"),
        (b"{", HALL, "request-unusable"),
        (b'{"csr":"\\ud800"}', HALL, "request-unusable"),
        (encode_wish(Wish("nonsense")), HALL, "request-unusable"),
        (b"x" * 20_000, HALL, "request-unusable"),
    ],
)
def test_what_is_not_signed_is_answered_with_its_reason(world: World, payload: bytes, hall: str, code: str) -> None:
    """Another's name, a hall that holds nothing, and nonsense get words and no certificate."""
    [told] = world.ask(payload, hall)
    answer = decode_answer(told.payload)

    assert (answer.code, answer.certificate, answer.request) == (code, "", name_of(payload))


def test_a_revoked_hall_is_not_signed_anew(world: World) -> None:
    """Even while its connection has not been cut yet."""
    world.registrar.revoke(HALL, world.clock.now())

    assert [decode_answer(told.payload).code for told in world.ask(wish())] == ["certificate-not-issued"]


def test_the_centres_own_papers_are_kept_young(world: World) -> None:
    """Over four years of hours the list never comes near its end and every pair is renewed in time, the broker's too."""
    for _ in range(0, 4 * 365, 5):
        world.clock.advance(5 * 24 * 3600)
        world.renewals.step(0)
        now = world.clock.now()
        told = x509.load_pem_x509_crl(world.folder.revocation_list.read_bytes())
        assert told.next_update_utc is not None
        assert told.next_update_utc - now > timedelta(days=75)
        for path in (world.folder.pair("intake"), world.folder.pair("enrol"), world.folder.broker / "broker.pem"):
            assert pem.read_certificates(path.read_bytes())[0].not_valid_after_utc - now > timedelta(days=200)
