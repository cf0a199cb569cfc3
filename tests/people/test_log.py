"""What the log tells of officers: who did what, by number, and nothing that opens a door or names a person."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from gateway.people.model import Role
from tests.people.test_desk import PIN, open_people, refusal_of, wrong
from tests.support.clock import FakeClock

OTHER_PIN = "604182"


def test_acts_on_access_are_on_record_without_a_name(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Sign-ins, wrong PINs, new officers, PINs and roles, ended access, claiming: each in a line, by the officer's number."""
    caplog.set_level(logging.DEBUG)
    with open_people(tmp_path, FakeClock()) as (people, _):
        code = people.setup_code()
        wrong(people, 1)
        refusal_of(lambda: people.sign_in("Nobody Here", PIN, "telepon"))
        token = people.sign_in("Sri", PIN, "tablet", key="a-key-of-one").token
        refusal_of(lambda: people.check_setup_code("AAAA-AAAA", "laptop"))
        people.claim(code, "Wati", OTHER_PIN, "laptop")
        people.give_pin("Sri", OTHER_PIN)
        people.give_role("Sri", Role.TECHNICIAN)
        people.end_access("Sri")
    said = [record.getMessage() for record in caplog.records if record.name.startswith("gateway.people")]
    assert said == [
        "event=officer-added officer=1 role=clerk",
        "event=wrong-pin officer=1",
        "event=wrong-pin officer=unknown",
        "event=signed-in officer=1",
        "event=setup-code-wrong",
        "event=officer-added officer=2 role=head",
        "event=hall-claimed officer=2",
        "event=new-pin officer=1",
        "event=new-role officer=1",
        "event=access-ended officer=1",
    ]
    secrets = (PIN, OTHER_PIN, "000000", "Sri", "Wati", "Nobody", token, code, "a-key-of-one")
    assert [secret for secret in secrets if secret in caplog.text] == []
