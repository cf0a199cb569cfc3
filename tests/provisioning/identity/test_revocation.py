"""A revoked hall is out within seconds, also of a live connection, and a broker that does not listen is found out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.errors import Refusal
from gateway.mqtt.ports import Connected, Disconnected
from provisioning.cli import main
from provisioning.identity.revocation import LiveBroker, publish
from tests.support.shipped_centre import ShippedCentre, ending, now
from tests.support.waiting import until

HALL, OTHER = "3510012001", "3510012002"


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[ShippedCentre]:
    """A centre whose broker runs from the shipped files."""
    with ShippedCentre(tmp_path / "centre") as centre:
        yield centre


def provision(*arguments: str) -> Result:
    """Run one command to its end."""
    return CliRunner().invoke(main, ["centre", *arguments])


def test_a_revoked_hall_is_cut_off_and_stays_out_and_the_others_come_back(centre: ShippedCentre) -> None:
    """When the command has ended its live connection is gone and a new one refused, in words; the neighbour is back."""
    stolen, neighbour = centre.connection(centre.issue(HALL), f"{HALL}-1"), centre.connection(centre.issue(OTHER), f"{OTHER}-1")
    assert (ending(stolen), ending(neighbour)) == ("", "")

    result = provision("revoke", HALL, "--directory", str(centre.folder.path))

    assert (result.exit_code, "revoked " in result.output) == (0, True)
    assert until(lambda: isinstance(stolen.state, Disconnected) and stolen.state.code == "certificate-revoked")
    assert until(lambda: isinstance(neighbour.state, Connected))
    stolen.stop()
    neighbour.stop()


def test_a_new_certificate_of_the_same_hall_is_welcome(centre: ShippedCentre) -> None:
    """The new card of a hall whose old one was stolen connects at once."""
    old = centre.issue(HALL)
    assert provision("revoke", HALL, "--directory", str(centre.folder.path)).exit_code == 0

    assert (centre.answer(old), centre.answer(centre.issue(HALL))) == ("certificate-revoked", "")


def test_a_broker_without_its_list_is_found_out(centre: ShippedCentre) -> None:
    """The control: Mosquitto runs on with the list left out, lets everybody in, and the probe says so."""
    settings = centre.folder.broker / "mosquitto.conf"
    settings.write_text("".join(line for line in settings.read_text().splitlines(keepends=True) if "crlfile" not in line))
    centre.stop()

    with centre, pytest.raises(Refusal) as refused:
        publish(centre.folder, now(), cut=False, limit_s=1.0)
    assert refused.value.code == "revocation-open"


def test_a_broker_that_nobody_starts_again_is_told(centre: ShippedCentre) -> None:
    """Cutting live connections needs somebody who starts the broker again; without one the command says so."""
    centre.stop()
    (centre.folder.path / "start").write_text(f"#!/bin/sh\nexec mosquitto -c {centre.folder.broker}/mosquitto.conf\n")

    with centre, pytest.raises(Refusal) as refused:
        LiveBroker(centre.folder, limit_s=2.5).cut()
    assert refused.value.code == "broker-not-back"


def test_without_a_running_broker_the_list_waits_for_it(tmp_path: Path) -> None:
    """Revoking works on a machine where the broker rests: it reads the list when it starts."""
    centre = ShippedCentre(tmp_path / "centre")
    trust = centre.issue(HALL)
    result = provision("revoke", HALL, "--directory", str(centre.folder.path))

    assert (result.exit_code, "when it starts" in result.output) == (0, True)
    with centre:
        assert centre.answer(trust) == "certificate-revoked"


def test_an_empty_folder_is_no_centre(tmp_path: Path) -> None:
    """A command on a mistyped folder says how to make one, and makes nothing."""
    for command in (("revoke", HALL), ("issue", HALL, "--out", str(tmp_path / "hall.pem"))):
        result = provision(*command, "--directory", str(tmp_path))
        assert (result.exit_code, "provision centre init" in result.output, list(tmp_path.iterdir())) == (1, True, [])
