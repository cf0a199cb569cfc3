"""Requests in a real store: numbers, seals, events, audit, and what a power cut or a repeated form changes."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest

from gateway.clock import ClockState
from gateway.errors import Refusal
from gateway.privacy.sealing import bond_of, open_version
from gateway.relay.sealing import unwrap
from gateway.services.requests import tables
from gateway.services.requests.drafts import KEPT
from gateway.services.requests.model import Act, Origin, State
from gateway.store import epochs
from gateway.store.stamp import Stamp
from gateway.workdays.model import Workdays
from tests.support.requests import ANSWERS, CENTRE_KEY, HALL, NAME, NIK, PAPERS, Office
from tests.support.tickets import WIB

PHONE = {one: text for one, text in ANSWERS.items() if one != "nik"}
"""What is asked on a phone."""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Open one."""
    made = Office(tmp_path / "hall")
    yield made
    made.store.close()


def refused(act: object, *arguments: object, **named: object) -> str:
    """Return the code with which an act is refused."""
    with pytest.raises(Refusal) as told:
        act(*arguments, **named)  # type: ignore[operator]
    return told.value.code


def test_a_request_goes_its_way_from_phone_to_collected(office: Office) -> None:
    """Incomplete without the NIK, whole at the counter, approved, signed, ready, collected: each an event and an audit entry."""
    number = office.file(PHONE)
    opened = office.desk.look(number, who="7")
    assert (number, opened.request.state, opened.request.unanswered) == (1, State.INCOMPLETE, ("nik",))
    assert office.amend(number) == "review"
    for act, state in ((Act.APPROVE, "signature"), (Act.SIGN, "ready"), (Act.COLLECT, "collected")):
        assert office.desk.act(number, act, who="7", key=f"key-of-{act}").state == state
    opened = office.desk.look(number, who="7")
    assert [step.act for step in opened.steps] == ["file", "amend", "approve", "sign", "collect"]
    assert opened.answers["nik"] == NIK
    assert opened.answers["tanggal-lahir"] == "1990-07-01"
    assert opened.request.promised_on == "2026-11-24"
    told = [row for row in office.events() if ".request." in row.type]
    assert [json.loads(row.data)["state"] for row in told] == ["incomplete", "review", "signature", "ready", "collected"]
    acts = [entry.act for entry in office.audited() if entry.kind == "request"]
    assert [act for act in acts if act != "open"] == ["seal", "seal", "amend", "approve", "sign", "collect"]


def test_nothing_personal_is_written_as_it_is(office: Office) -> None:
    """Neither of a draft nor of a request, in no file of the hall, nor in any event; the control is found. The centre's key opens what goes up."""
    number = office.file()
    office.desk.act(number, Act.REJECT, who="7", key="reject-key", reason="data", words=f"{NAME} bukan warga")
    assert [office.files_with(what.encode()) for what in (NIK, NAME, "Sumberwangi", "bukan warga")] == [[], [], [], []]
    with office.store.transaction() as tx:
        tables.add_step(tx, number, tables.Step("tidak disegel", State.REVIEW, "7", ""))
    assert office.files_with(b"tidak disegel") != []
    sealed = [json.loads(row.data) for row in office.events() if row.type == "id.balai.record.sealed.v1"]
    contents = [_opened_by_centre(one) for one in sealed]
    assert [("words" in one, one["answers"]["nik"]) for one in contents] == [(False, NIK), (True, NIK)]


def _opened_by_centre(told: dict[str, object]) -> dict[str, dict[str, str]]:
    bond = bond_of(HALL, str(told["kind"]), str(told["record"]), int(str(told["version"])))
    key = unwrap(base64.b64decode(str(told["wrapped"])), CENTRE_KEY, bond)
    content: dict[str, dict[str, str]] = json.loads(open_version(base64.b64decode(str(told["bytes"])), key, bond))
    return content


def test_a_draft_opens_by_its_link_alone(office: Office) -> None:
    """After a power cut too; another link opens nothing, and the hall has no copy of the link."""
    token = office.begin()
    office.drafts.save(token, {"nama": NAME, "tanggal-lahir": "31-2-1990", "no-such": "x"})
    office.restart()
    draft = office.drafts.open(token)
    assert draft.typed == {"nama": NAME, "tanggal-lahir": "31-2-1990"}
    assert refused(office.drafts.open, token[:-1]) == "draft-unknown"
    assert office.files_with(token.encode()) == []
    assert refused(office.desk.file, token) == "answers-wrong"


def test_handing_in_twice_is_handing_in_once(office: Office) -> None:
    """The same request, after a restart too; nothing of the draft is left but that it became one."""
    token = office.begin()
    office.drafts.begin(token, "skck", 1, origin=Origin.PHONE, ground="basis", paged=True)
    office.drafts.save(token, PHONE)
    first = office.desk.file(token)
    office.restart()
    assert (office.desk.file(token), office.drafts.save(token, {"nama": "lain"}).typed) == (first, {})
    assert office.file() == 2


def test_a_draft_is_forgotten_in_time(office: Office) -> None:
    """Not before, and with its photographs."""
    token, young = office.begin(), office.begin()
    office.drafts.add_photo(token, "ktp", b"jpeg of papers 4711")
    office.clock.advance(KEPT.total_seconds() - 60)
    office.drafts.save(young, {"nama": NAME})
    assert office.drafts.sweep() == 0
    office.clock.advance(120)
    assert office.drafts.sweep() == 1
    assert refused(office.drafts.open, token) == "draft-unknown"
    assert office.drafts.open(young).typed == {"nama": NAME}


def test_photographs_are_sealed_before_and_after(office: Office) -> None:
    """By the link while it is a draft, in the vault afterwards; a clerk sees them, which is audited, and no other requirement's."""
    token = office.begin()
    office.drafts.add_photo(token, "ktp", b"jpeg of papers 4711")
    assert (office.drafts.photo(token, "ktp"), office.files_with(b"papers 4711")) == (b"jpeg of papers 4711", [])
    assert refused(office.drafts.add_photo, token, "no-such", b"x") == "field-invalid"
    number = office.desk.file(token).number
    assert office.desk.photo(number, "ktp", who="7") == b"jpeg of papers 4711"
    assert refused(office.desk.photo, number, "kk", who="7") == "not-found"
    assert (office.files_with(b"papers 4711"), office.audited()[-1].kind) == ([], "request-photo")
    office.amend(number)
    assert office.desk.look(number, who="7").photos == ["ktp"]


def test_numbers_leap_once_where_a_new_history_begins(office: Office) -> None:
    """A restored card may have forgotten numbers that are on slips; within one history there is no hole."""
    assert [office.file(), office.file()] == [1, 2]
    with office.store.transaction() as tx:
        epochs.open_new(tx, Stamp.of(office.clock, WIB), Random(9), "restored")
    assert [office.file(), office.file()] == [103, 104]
    told = [json.loads(row.data) for row in office.events() if row.type == "id.balai.request.filed.v1"]
    assert [one.get("jumped") for one in told] == [None, None, 100, None]


def test_a_repeated_form_is_one_act_and_another_page_changes_nothing(office: Office) -> None:
    """The same key gives the same answer; a page that shows an older state is refused."""
    number = office.file()
    office.amend(number)
    first = office.desk.act(number, Act.APPROVE, who="7", key="the-key", expected="review")
    assert office.desk.act(number, Act.APPROVE, who="7", key="the-key", expected="review") == first
    assert refused(office.desk.act, number, Act.APPROVE, who="8", key="other-key", expected="review") == "act-too-late"
    assert refused(office.desk.amend, number, ANSWERS, PAPERS, who="8", key="third-key") == "act-too-late"


def test_nothing_is_approved_while_needed_answers_are_missing(office: Office) -> None:
    """A clerk may go on judging without them; what lacks is named, and nothing has happened."""
    number = office.file(PHONE)
    office.desk.act(number, Act.COMPLETE, who="7", key="complete-key")
    with pytest.raises(Refusal) as told:
        office.desk.act(number, Act.APPROVE, who="7", key="approve-1")
    assert (told.value.code, told.value.facts) == ("answers-missing", {"missing": "NIK"})
    assert office.desk.look(number, who="7").request.state == "review"
    office.amend(number)
    assert office.desk.act(number, Act.APPROVE, who="7", key="approve-2").state == "signature"


def test_saving_what_stands_there_already_changes_nothing(office: Office) -> None:
    """No version, no event; but a request that was sent back for nothing that is written goes on."""
    number = office.file()
    office.amend(number)
    before = len(office.events())
    assert (office.amend(number, "again"), len(office.events())) == ("review", before)
    assert (office.amend(number, "other", pekerjaan="Guru"), len(office.events()) > before) == ("review", True)
    office.desk.act(number, Act.RETURN, who="7", key="return-key")
    assert office.amend(number, "whole", pekerjaan="Guru") == "review"


def test_the_holder_takes_back_only_what_nobody_signs_yet(office: Office) -> None:
    """Once it waits for a signature it is a word with the clerk."""
    number = office.file()
    token = office.desk.look(number, who="7").request.token
    office.amend(number)
    office.desk.act(number, Act.APPROVE, who="7", key="approve-key")
    assert refused(office.desk.cancel, token, key="cancel-key") == "act-too-late"
    other = office.desk.look(office.file(), who="7").request
    assert office.desk.cancel(other.token, key="cancel-2").state == "cancelled"
    assert refused(office.desk.cancel, "no-such-token", key="cancel-3") == "request-unknown"


def test_a_rejection_has_its_reason(office: Office) -> None:
    """None is refused; a mistake is mended."""
    number = office.file()
    assert refused(office.desk.act, number, Act.REJECT, who="7", key="reject-1", reason="mood") == "reason-needed"
    office.desk.act(number, Act.REJECT, who="7", key="reject-2", reason="not-here", words="KTP kecamatan lain")
    opened = office.desk.look(number, who="7")
    assert (opened.request.reason, opened.words) == ("not-here", "KTP kecamatan lain")
    assert office.desk.act(number, Act.REOPEN, who="7", key="reopen-1").state == "review"
    assert office.desk.look(number, who="7").request.reason == ""


def test_what_is_over_is_due_and_opens_no_more(office: Office) -> None:
    """As many days after closing as the service says, and not while it is open."""
    number, other = office.file(), office.file()
    office.desk.act(number, Act.REJECT, who="7", key="reject-1", reason="double")
    now = office.clock.now()
    with office.store.reader() as db:
        assert office.desk.due(db, now + timedelta(days=365)) == []
        [due] = office.desk.due(db, now + timedelta(days=366))
    with office.store.transaction() as tx:
        office.desk.forget(tx, due, who="hall", why="masa simpan")
    assert (due.number, refused(office.desk.look, number, who="7")) == (number, "record-erased")
    assert office.desk.look(other, who="7").answers["nama"] == NAME
    with office.store.reader() as db:
        assert office.desk.due(db, now + timedelta(days=9999)) == []


def test_a_promise_counts_working_days(office: Office) -> None:
    """Of the hall's own calendar: a holiday moves it on; and once made it stands, whatever is sent back and completed again."""
    office.neighbours.workdays = lambda: Workdays(frozenset({date(2026, 11, 24), date(2026, 11, 25)}))
    number = office.file()
    office.amend(number)
    assert office.desk.look(number, who="7").request.promised_on == "2026-11-26"
    office.desk.act(number, Act.RETURN, who="7", key="return-1")
    office.clock.advance(3 * 86400)
    office.amend(number, key="amend-key-2")
    assert office.desk.look(number, who="7").request.promised_on == "2026-11-26"
    shown = office.view.numbered(number)
    assert shown is not None
    assert (shown.is_late, shown.age_days) == (False, 3)
    office.clock.advance(86400)
    assert office.view.late() == 1


def test_no_promise_is_made_by_a_clock_that_nobody_trusts(office: Office) -> None:
    """A hall that woke in 1970 promises nothing, and takes requests."""
    office.clock.set_wall(office.clock.now(), ClockState.UNSET)
    number = office.file()
    office.amend(number)
    assert office.desk.look(number, who="7").request.promised_on == ""


def test_a_letter_is_made_in_the_act_that_approves(office: Office) -> None:
    """What making it refuses is refused whole, and nothing has happened."""
    made: list[tuple[int, str]] = []

    def letter(_tx: object, request: tables.Request, _service: object, answers: object, who: str) -> None:
        if who == "8":
            raise Refusal("service-unfit", service="skck", reason="")
        made.append((request.number, dict(answers)["nama"]))  # type: ignore[call-overload]

    office.neighbours.letter = letter
    number = office.file()
    office.amend(number)
    assert refused(office.desk.act, number, Act.APPROVE, who="8", key="approve-1") == "service-unfit"
    assert office.desk.act(number, Act.APPROVE, who="7", key="approve-2").state == "signature"
    assert made == [(number, NAME)]
