"""Registration slips: what they say, and that power and paper lose none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.portal.face import Face
from gateway.portal.i18n import words
from gateway.services.requests.model import Origin
from gateway.services.requests.outputs import STALE_S, RegistrationSlips
from tests.support.printing import PowerCut, RecordingPrinter
from tests.support.requests import NAME, Office
from tests.support.tickets import WIB

FACE = Face("Balai Desa Contoh", "id", address="http://balai.lan")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Open one."""
    made = Office(tmp_path / "hall")
    yield made
    made.store.close()


def output(office: Office, printer: RecordingPrinter) -> RegistrationSlips:
    """Return what prints, as after a start."""
    return RegistrationSlips(office.store, [printer], office.clock, words=words, zone=WIB, face=lambda: FACE)


def test_a_slip_names_no_person(office: Office) -> None:
    """Number, tracking code and the way to the page; printed once, and not for a phone, which has them."""
    printer = RecordingPrinter()
    office.file(origin=Origin.PHONE)
    office.file(origin=Origin.KIOSK)
    for _ in range(3):
        output(office, printer).step()
    [slip] = printer.slips
    request = office.desk.look(2, who="7").request
    assert (slip.number, slip.claim.replace("-", "")) == ("REG-0002", request.code)
    assert slip.address == f"http://balai.lan/permohonan/{request.token}"
    assert NAME.split()[0] not in repr(slip)
    assert "Pengantar" not in repr(slip)


def test_power_cut_between_paper_and_mark_says_so_on_the_second_copy(office: Office) -> None:
    """The attempt was on record before the paper moved."""
    office.file(origin=Origin.STAFF)
    dying = RecordingPrinter()
    dying.dies_after_paper = True
    with pytest.raises(PowerCut):
        output(office, dying).step()
    printer = RecordingPrinter()
    output(office, printer).step()
    assert [slip.reprint for slip in printer.slips] == ["cetak ulang"]


def test_an_old_slip_waits_for_a_clerk(office: Office) -> None:
    """After five minutes, or another start of the machine, nobody stands there any more."""
    number, printer = office.file(origin=Origin.STAFF), RecordingPrinter()
    office.clock.advance(STALE_S + 1)
    output(office, printer).step()
    assert printer.slips == []
    office.desk.print_again(number)
    output(office, printer).step()
    assert [slip.number for slip in printer.slips] == ["REG-0001"]
