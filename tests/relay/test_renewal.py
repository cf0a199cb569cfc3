"""A certificate renews itself through the uplink, and no power cut, wrong answer or refusal leaves the hall without one."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from gateway.errors import Refusal
from gateway.mqtt.ports import Connected
from gateway.relay.connecting import connection_to
from gateway.relay.enrolment import is_due
from gateway.relay.identity import RENEWED, Identity, Pair
from gateway.relay.renewal import Renewal, judge
from gateway.settings import RelaySettings
from provisioning.identity import pem
from provisioning.identity.authority import Authority, Purpose, new_key
from provisioning.identity.registrar import Registrar
from provisioning.identity.revocation import publish
from tests.support.clock import FakeClock
from tests.support.shipped_centre import ShippedCentre, ending, now
from tests.support.waiting import until

HALL = "3510012001"
DAY = timedelta(days=1)
DUE = now() - 500 * DAY


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShippedCentre]:
    """A centre whose broker and renewals run from the shipped script."""
    with ShippedCentre(tmp_path_factory.mktemp("renewal") / "centre", parts=("broker", "enrol")) as centre:
        assert until(lambda: b"u'enrol'" in (centre.folder.path / "start.log").read_bytes())
        yield centre


class Place:
    """A hall that holds the certificate of ``given``."""

    def __init__(self, centre: ShippedCentre, given: Path, folder: Path) -> None:
        self.relay = RelaySettings(broker=str(centre.address), ca_file=centre.folder.broker_ca, certificate_file=given)
        self.identity = Identity(self.relay, folder, FakeClock(now()), HALL)
        connection = connection_to(self.relay, HALL, "1", trust=self.identity)
        assert connection is not None
        self.connection = connection
        self.renewal = Renewal(self.relay, HALL, self.identity, FakeClock(now()), self.connection)

    def present(self) -> Pair:
        """Return the pair that is shown first."""
        return self.identity.pairs()[0]


@pytest.fixture
def place(centre: ShippedCentre, tmp_path: Path) -> Place:
    """A hall whose certificate is due."""
    given = centre.issue(HALL, at=DUE).certificate
    assert given is not None
    return Place(centre, given, tmp_path / "identity")


def test_a_certificate_that_is_due_is_renewed_and_shown(place: Place) -> None:
    """One step asks, proves and switches; the live connection comes back with the new one, and nothing is left lying about."""
    former = place.present()
    place.connection.start()
    assert ending(place.connection) == ""
    place.renewal.step()
    again = ending(place.connection)
    while not isinstance(place.connection.state, Connected):
        again = ending(place.connection)
    place.connection.stop()

    assert (again, place.identity.trouble) == ("", "")
    assert [path.name for path in place.identity.folder.iterdir()] == [RENEWED]
    assert (place.identity.folder / RENEWED).stat().st_mode & 0o777 == 0o600
    assert place.present().chain[0].public_key() != former.chain[0].public_key()
    assert place.present().ends_at - former.ends_at > 400 * DAY
    assert place.identity._shown is not None
    assert place.identity._shown.certificate == place.identity.folder / RENEWED


def test_what_is_not_due_is_left_alone(centre: ShippedCentre, tmp_path: Path) -> None:
    """A young certificate asks nobody, and one that has ended cannot."""
    for at in (now() - 300 * DAY, now() - 800 * DAY):
        given = centre.issue(HALL, at=at).certificate
        assert given is not None
        place = Place(centre, given, tmp_path / "identity")
        place.renewal.step()
        assert not (tmp_path / "identity").exists()


def test_a_cut_at_any_instant_leaves_a_pair_that_connects_and_goes_on(
    place: Place, centre: ShippedCentre, tmp_path: Path
) -> None:
    """The files as they are before every operation on them: each holds a pair the broker takes, and the next step completes."""
    images: list[Path] = []
    watched = str(place.identity.folder)

    def look(event: str, arguments: tuple[Any, ...]) -> None:
        here = event in {"open", "os.rename", "os.remove"} and str(arguments[0]).startswith(watched)
        if here and recording and place.identity.folder.exists():
            recording.pop()
            images.append(tmp_path / f"image-{len(images)}")
            shutil.copytree(watched, images[-1])
            recording.append(True)

    recording = [True]
    sys.addaudithook(look)
    place.renewal.step()
    recording.clear()
    distinct = {tuple(sorted((file.name, file.read_bytes()) for file in image.iterdir())): image for image in images}

    assert len(distinct) >= 6
    for image in distinct.values():
        given = place.relay.certificate_file
        assert given is not None
        after = Place(centre, given, image)
        assert centre.answer(after.identity.trust(after.present())) == ""
        after.renewal.step()
        assert (after.identity.trouble, after.present().certificate) == ("", image / RENEWED)


def test_a_new_certificate_that_the_broker_refuses_is_forgotten(place: Place, centre: ShippedCentre) -> None:
    """The present pair is shown on, the trouble is told, and the next step begins with a new key."""
    registrar, key = Registrar(centre.folder), new_key()
    refused = registrar.issue(HALL, key.public_key(), now())
    place.identity.folder.mkdir()
    (place.identity.folder / "candidate.pem").write_bytes(pem.key_text(key) + pem.text(refused))
    registrar.revoke(f"{refused[0].serial_number:x}", now())
    publish(centre.folder, now(), cut=False)
    former = place.present()

    place.renewal.step()
    assert ("mencabut" in place.identity.trouble, place.present()) == (True, former)
    assert list(place.identity.folder.iterdir()) == []
    place.renewal.step()
    assert (place.identity.trouble, place.present().certificate.name) == ("", RENEWED)


def test_without_an_answer_everything_stays_and_is_told(tmp_path: Path) -> None:
    """A broker that is away costs nothing but a sentence; the key that was made waits."""
    centre = ShippedCentre(tmp_path / "centre")
    given = centre.issue(HALL, at=DUE).certificate
    assert given is not None
    place = Place(centre, given, tmp_path / "identity")
    place.renewal.step()
    key = (place.identity.folder / "next.key").read_bytes()
    place.renewal.step()

    assert "tidak terjangkau" in place.identity.trouble
    assert (place.identity.folder / "next.key").read_bytes() == key
    assert place.present().certificate == given


def answers(centre: ShippedCentre, wish: Any) -> dict[str, tuple[x509.Certificate, ...]]:
    """Return every wrong answer to a wish for ``wish``'s key, by the word for it."""
    issuing, other = centre.folder.issuing(), Authority.root(new_key(), "Kabupaten device root", now(), 900)
    stranger = other.issuing(new_key(), "Kabupaten devices", now(), 900)

    def sign(by: Authority, **other_than: Any) -> tuple[x509.Certificate, ...]:
        facts = {"public_key": wish, "name": HALL, "purpose": Purpose.CLIENT, "now": now(), "days": 730} | other_than
        return (by.sign(**facts), *by.chain)

    return {
        "": sign(issuing),
        "kunci lain": sign(issuing, public_key=new_key().public_key()),
        "nama lain": sign(issuing, name="3510012002"),
        "tanggal": sign(issuing, days=20),
        "penerbit lain": sign(stranger),
        "rantai sertifikat rusak": (sign(stranger)[0], *issuing.chain),
    }


@pytest.mark.parametrize("word", ["", "kunci lain", "nama lain", "tanggal", "penerbit lain", "rantai sertifikat rusak"])
def test_only_what_was_asked_for_is_taken(place: Place, centre: ShippedCentre, word: str) -> None:
    """For our key and name, later than the present one, under the same root; anything else is refused with its word."""
    key = new_key().public_key()
    text = pem.text(answers(centre, key)[word]).decode()
    reason = ""
    try:
        judge(text, key, HALL, place.present(), now())
    except Refusal as refusal:
        reason = str(refusal.facts["reason"])
    assert reason == word


def test_nonsense_is_no_certificate(place: Place) -> None:
    """Whatever the answer holds, it is refused in words."""
    for text in ("", "x", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"):
        with pytest.raises(Refusal):
            judge(text, new_key().public_key(), HALL, place.present(), now())


def test_two_thirds_of_a_life(place: Place) -> None:
    """Renewal is due from then on and not a day before."""
    pair = place.present()
    life = pair.ends_at - pair.begins_at
    after = [pair.begins_at + life * 2 / 3 + step for step in (-DAY, DAY)]
    assert [is_due(pair.begins_at, pair.ends_at, now) for now in after] == [False, True]
