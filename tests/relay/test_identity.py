"""The hall shows the certificate that serves, says in words why none does, and waits for its clock before it judges another's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.clock import ClockState
from gateway.errors import Refusal
from gateway.mqtt.ports import Disconnected
from gateway.mqtt.tls import Trust
from gateway.relay.connecting import connection_to
from gateway.relay.identity import RENEWED, Identity
from gateway.settings import RelaySettings
from tests.support.clock import FakeClock
from tests.support.shipped_centre import ShippedCentre, ending, now

HALL = "3510012001"
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShippedCentre]:
    """A centre that runs."""
    with ShippedCentre(tmp_path_factory.mktemp("identity") / "centre") as centre:
        yield centre


class Place:
    """A hall's files and the identity made of them."""

    def __init__(self, centre: ShippedCentre, folder: Path) -> None:
        self.clock = FakeClock(now())
        self.given = folder / "hall.pem"
        self.folder = folder / "identity"
        self.folder.mkdir()
        self.relay = RelaySettings(
            broker=str(centre.address), ca_file=centre.folder.broker_ca, certificate_file=self.given, topic_root="balai/v1"
        )
        self.identity = Identity(self.relay, self.folder, self.clock, HALL)

    def put(self, trust: Trust, *, renewed: bool = False) -> None:
        """Let the hall have a pair, from the technician or renewed."""
        assert trust.certificate is not None
        (self.folder / RENEWED if renewed else self.given).write_bytes(trust.certificate.read_bytes())

    def shown(self) -> Path:
        """Return the file of the pair that the next attempt shows."""
        self.identity.context()
        assert self.identity._shown is not None
        return self.identity._shown.certificate


@pytest.fixture
def place(centre: ShippedCentre, tmp_path: Path) -> Place:
    """A hall without any certificate yet."""
    return Place(centre, tmp_path)


def test_the_newer_pair_is_shown(place: Place, centre: ShippedCentre) -> None:
    """A renewed one before that of the card, and one that a technician brings later before the renewed one."""
    place.put(centre.issue(HALL, at=now() - 20 * DAY))
    first = place.shown()
    place.put(centre.issue(HALL, at=now() - 10 * DAY), renewed=True)
    second = place.shown()
    place.put(centre.issue(HALL, at=now()))

    assert (first, second, place.shown()) == (place.given, place.folder / RENEWED, place.given)


def test_turned_away_with_one_it_shows_the_other(place: Place, centre: ShippedCentre) -> None:
    """A renewed pair that the broker refuses costs one attempt: the former one connects, and never an unverified one."""
    place.put(centre.issue(HALL, at=now() - 20 * DAY))
    place.put(centre.folder.trust("revoked"), renewed=True)
    newer_first = [pair.certificate for pair in place.identity.pairs()]
    connection = connection_to(place.relay, HALL, "1", trust=place.identity)
    assert connection is not None
    connection.start()
    answers = [ending(connection), ending(connection)]
    connection.stop()

    assert newer_first == [place.folder / RENEWED, place.given]
    assert answers == ["certificate-revoked", ""]


def test_another_halls_pair_is_called_so(place: Place, centre: ShippedCentre) -> None:
    """However the broker ends it, and it is shown only while there is none of the hall's own."""
    place.put(centre.issue("3510012002"))
    place.shown()
    told = ("broker-unreachable", "broker-refused", "certificate-refused")
    meant = {place.identity.weigh(Disconnected(code, "x")) for code in told}
    place.put(centre.issue(HALL, at=now() - 20 * DAY), renewed=True)

    assert meant == {Disconnected("certificate-other", "3510012002 ≠ hall.id 3510012001")}
    assert place.shown() == place.folder / RENEWED
    assert place.identity.weigh(Disconnected("broker-unreachable", "x")).code == "broker-unreachable"


@pytest.mark.parametrize("damage", [b"", b"garbage", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_a_renewed_pair_that_the_card_has_lost_is_passed_over(place: Place, centre: ShippedCentre, damage: bytes) -> None:
    """What was given at first still connects."""
    place.put(centre.issue(HALL))
    (place.folder / RENEWED).write_bytes(damage)

    assert place.shown() == place.given


def test_a_pair_without_its_key_is_passed_over_too(place: Place, centre: ShippedCentre) -> None:
    """A file whose key is another's is no pair."""
    place.put(centre.issue(HALL, at=now() - 20 * DAY))
    first, second = centre.issue(HALL).certificate, centre.issue(HALL).certificate
    assert first is not None
    assert second is not None
    key, _, _ = first.read_text().partition("-----BEGIN CERTIFICATE")
    (place.folder / RENEWED).write_text(key + second.read_text()[len(key) :])

    assert place.shown() == place.given


def test_nothing_readable_is_a_fault_and_no_connection_without_a_certificate(place: Place) -> None:
    """The hall never goes on nameless when its settings name a certificate."""
    with pytest.raises(OSError, match=r"hall\.pem|No such file"):
        place.identity.context()


def test_tls_waits_for_the_clock(place: Place, centre: ShippedCentre) -> None:
    """At 1970 no date can be judged: nothing is tried and the words name the clock; set, it connects without being asked."""
    place.put(centre.issue(HALL))
    place.clock.set_state(ClockState.UNSET)
    with pytest.raises(Refusal) as refused:
        place.identity.context()
    connection = connection_to(place.relay, HALL, "1", trust=place.identity)
    assert connection is not None
    connection.start()
    first = ending(connection)
    place.clock.set_state(ClockState.RESTORED)
    while (second := ending(connection)) == "clock-not-set":
        pass
    connection.stop()

    assert (refused.value.code, first, second) == ("clock-not-set", "clock-not-set", "")


@pytest.mark.parametrize(
    ("days", "told", "meant"),
    [
        (-10, "certificate-refused", "certificate-refused"),
        (-10, "certificate-revoked", "certificate-revoked"),
        (-10, "certificate-expired", "certificate-refused"),
        (-10, "broker-refused", "broker-refused"),
        (-800, "certificate-refused", "certificate-expired"),
        (-800, "broker-refused", "certificate-expired"),
        (5, "certificate-refused", "certificate-early"),
        (-800, "broker-unreachable", "broker-unreachable"),
    ],
)
def test_our_own_dates_tell_more_than_an_alert(place: Place, centre: ShippedCentre, days: int, told: str, meant: str) -> None:
    """Brokers say the same of several faults, and some say nothing; the hall knows when its own certificate begins and ends."""
    place.put(centre.issue(HALL, at=now() + days * DAY))
    place.shown()

    assert place.identity.weigh(Disconnected(told, "")).code == meant
