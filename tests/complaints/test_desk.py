"""Complaints over a real store: one form is one complaint, deadlines are working days, the regency's word is kept once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from gateway.clock import ClockState
from gateway.complaints import tables
from gateway.complaints.choices import ComplaintRules
from gateway.complaints.desk import Draft
from gateway.complaints.model import WAITING_LIMIT, State, Why
from gateway.complaints.records import records_of
from gateway.complaints.view import Figures
from gateway.errors import Refusal
from gateway.privacy.retention import Retention
from tests.support.clock import MORNING
from tests.support.concerned import CENTRE_KEY, KEY, Concerned

DRAFT = Draft("jalan", "Jalan Melati berlubang sejak Lebaran.", "RT 2")
NAMED = Draft("dana", "Papan anggaran tidak dipasang.", name="Sulastri", phone="081234567890")


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Concerned]:
    """Run one."""
    with Concerned(tmp_path) as running:
        yield running


def _refused(act: object, *arguments: object, **options: object) -> str:
    with pytest.raises(Refusal) as refused:
        act(*arguments, **options)  # type: ignore[operator]
    return refused.value.code


def test_a_form_sent_twice_is_one_complaint_with_one_code(hall: Concerned) -> None:
    """The same words under the same form; changed words are another complaint; the code opens it however it is typed."""
    first, again = (hall.complaints.file(DRAFT, key=KEY) for _ in range(2))
    other = hall.complaints.file(Draft("jalan", "Jalan Mawar berlubang."), key=KEY)
    assert (first, first.id == other.id) == (again, False)
    assert len(hall.complaints_view.listed()[0]) == 2
    opened = hall.complaints_view.by_code(f" {first.code[:8].lower()}-{first.code[8:]} ")
    assert [(each.text, each.place) for each in opened.said] == [(DRAFT.text, "RT 2")]
    assert _refused(hall.complaints_view.by_code, first.code[:-1]) == "report-unknown"


def test_deadlines_are_working_days(hall: Concerned) -> None:
    """Three until it is passed on, five until the answer, ten of silence until it closes; the weekend counts for nobody."""
    filed = hall.complaints.file(DRAFT, key=KEY)  # on a Monday

    def lines() -> dict[State, tuple[date | None, bool]]:
        return {line.one.state: (line.due, line.late) for line in hall.complaints_view.listed()[0]}

    assert lines() == {State.RECEIVED: (date(2026, 11, 26), False)}
    hall.days(4)
    assert (lines(), hall.complaints_view.late()) == ({State.RECEIVED: (date(2026, 11, 26), True)}, 1)
    hall.complaints.forward(filed.id, "kesejahteraan", officer="2")
    assert lines() == {State.FORWARDED: (date(2026, 12, 4), False)}
    hall.complaints.forward(filed.id, "kepala", officer="2")  # passing on buys no time
    assert lines() == {State.FORWARDED: (date(2026, 12, 4), False)}
    hall.complaints.answer(filed.id, "Diperbaiki Senin.", officer="2", key=KEY)
    assert lines() == {State.ANSWERED: (date(2026, 12, 11), False)}
    hall.days(14)
    assert lines() == {State.ANSWERED: (date(2026, 12, 11), False)}
    hall.days(1)
    [closed] = hall.complaints_view.listed()[1]
    assert (closed.one.state, closed.one.why, closed.one.late) == (State.CLOSED, Why.SILENCE, True)


def test_whoever_complained_has_the_last_word(hall: Concerned) -> None:
    """An answer that is not enough starts the clock anew; enough closes it; after that there is nothing to add, but the regency's word is read."""
    code = hall.complaints.file(DRAFT, key=KEY).code
    id_ = hall.complaints_view.by_code(code).line.one.id
    hall.complaints.answer(id_, "Sudah.", officer="2", key=KEY)
    hall.days(2)
    for _ in range(2):
        hall.complaints.reply(code, "Belum, masih berlubang.", key=KEY + "b")
    assert hall.complaints_view.by_code(code).line.due == date(2026, 12, 2)
    hall.complaints.answer(id_, "Sekarang sudah.", officer="2", key=KEY + "c")
    hall.complaints.be_content(code)
    hall.complaints.be_content(code)
    assert _refused(hall.complaints.reply, code, "Lagi", key=KEY + "d") == "report-closed"
    with hall.store.transaction() as tx:
        hall.complaints.answer_of_regency(tx, id_, {"text": "Terima kasih."}, "c-1")
    opened = hall.complaints_view.by_code(code)
    assert [(each.by.author, each.text) for each in opened.said] == [
        ("villager", DRAFT.text), ("hall", "Sudah."), ("villager", "Belum, masih berlubang."), ("hall", "Sekarang sudah."),
        ("regency", "Terima kasih."),
    ]  # fmt: skip
    assert opened.line.one.state is State.CLOSED


def test_a_command_twice_is_one_answer(hall: Concerned) -> None:
    """The regency's word is kept once; a word that is not the last leaves it with the regency; strange data is refused."""
    id_ = hall.complaints.file(NAMED, key=KEY).id
    hall.complaints.escalate(id_, officer="2")
    said: list[dict[str, object]] = []
    for command, data in (("c-1", {"text": "Kami periksa.", "final": False}), ("c-2", {"text": "Sudah dipasang."})):
        for _ in range(2):
            with hall.store.transaction() as tx:
                said.append(hall.complaints.answer_of_regency(tx, id_, data, command))
    opened = hall.complaints_view.open(id_, "2")
    assert (said[-1], [each.text for each in opened.said[1:]]) == ({"state": "answered"}, ["Kami periksa.", "Sudah dipasang."])
    with hall.store.transaction() as tx:
        assert _refused(hall.complaints.answer_of_regency, tx, id_, {"text": 7}, "c-3") == "field-invalid"
        assert _refused(hall.complaints.answer_of_regency, tx, "zzzzzzzz", {"text": "x"}, "c-4") == "report-unknown"


def test_only_what_was_escalated_goes_up_and_never_who_complained(hall: Concerned) -> None:
    """Before, the centre hears states alone; then the words under seal, each once; the contact stays in the hall."""
    id_ = hall.complaints.file(NAMED, key=KEY).id
    assert [kind for _, kind, _ in hall.told()] == ["complaint.changed"]
    for _ in range(2):
        hall.complaints.escalate(id_, officer="2")
    sealed = [data for _, kind, data in hall.told() if kind == "record.sealed"]
    assert [(data["kind"], data["record"], data["version"]) for data in sealed] == [("complaint", id_, 1)]
    assert [data["state"] for _, kind, data in hall.told("complaint")] == ["received", "with-regency"]
    assert "Sulastri" not in str(hall.told())
    assert hall.complaints_view.contact(id_, "2") == ("Sulastri", "081234567890")
    assert hall.acts()[-1] == ("2", "open", "complaint-contact")


def test_the_words_wait_for_the_centres_key(tmp_path: Path) -> None:
    """Escalated before the regency has a sealing key, they go up once it has."""
    with Concerned(tmp_path, centre=False) as hall:
        id_ = hall.complaints.file(NAMED, key=KEY).id
        hall.complaints.escalate(id_, officer="2")
        assert hall.told("record.sealed") == []
        hall.readers["centre"] = CENTRE_KEY.public_key()
        hall.vault.wrap_for_readers()
        assert [data["record"] for _, _, data in hall.told("record.sealed")] == [id_]


def test_no_deadline_is_counted_from_a_guess(hall: Concerned) -> None:
    """While the clock is not to be believed nothing has a day; once it is, days are counted from then."""
    hall.clock.set_state(ClockState.RESTORED)
    hall.complaints.file(DRAFT, key=KEY)
    hall.complaints.settle()
    assert hall.complaints_view.listed()[0][0].due is None
    hall.clock.set_state(ClockState.TRUSTED)
    hall.complaints.settle()
    assert hall.complaints_view.listed()[0][0].due == date(2026, 11, 26)


def test_the_hall_has_its_own_categories_and_days(hall: Concerned) -> None:
    """One hidden is refused, one of its own is taken; an empty or endless text is refused, and a name for a category that is gone stays."""
    hall.choices.change(ComplaintRules(hidden=("jalan",), own=("sampah Sampah di pasar",), forward_days=1))
    assert _refused(hall.complaints.file, DRAFT, key=KEY) == "field-invalid"
    hall.complaints.file(Draft("sampah", "Bau."), key=KEY)
    assert hall.complaints_view.listed()[0][0].due == date(2026, 11, 24)
    assert _refused(hall.complaints.file, Draft("dana", " \n "), key=KEY) == "report-empty"
    assert _refused(hall.complaints.file, Draft("dana", "x" * 2001), key=KEY) == "field-invalid"
    assert ComplaintRules(hidden=("jalan",)).known["jalan"].said("en") == ("Roads, bridges, drains", "en")


def test_what_is_old_is_named_for_erasure_and_reads_as_erased(hall: Concerned) -> None:
    """A year after it was closed; its words are gone for clerk and complainer, where it stood stays."""
    filed = hall.complaints.file(NAMED, key=KEY)
    hall.complaints.close(filed.id, Why.NOT_OURS, officer="2")
    kinds = records_of(hall.complaints)
    year, day = MORNING + timedelta(days=365), timedelta(days=1)
    with hall.store.reader() as db:
        assert [kind.due(db, year) for kind in kinds] == [[], []]
        assert [kind.due(db, year + day) for kind in kinds] == [[filed.id], [filed.id]]
        assert kinds[0].by_code(db, filed.code) == [filed.id]
    hall.clock.set_wall(year + day)
    Retention(hall.store, hall.vault, hall.clock, kinds).step()
    with hall.store.reader() as db:
        assert [kind.due(db, year + day) for kind in kinds] == [[], []]
    assert [each.text for each in hall.complaints_view.by_code(filed.code).said] == [""]
    assert _refused(hall.complaints_view.contact, filed.id, "2") == "record-erased"


def test_a_flood_stops_before_the_card_is_full(hall: Concerned) -> None:
    """A thousand open complaints are no village's: the next is refused, one that was sent before is still the same."""
    filed = hall.complaints.file(DRAFT, key=KEY)
    with hall.store.transaction() as tx:
        for n in range(WAITING_LIMIT - 1):
            tables.add(tx, f"flood{n}", f"flood{n}", "7f3a90c2", "jalan", anonymous=True, today=date(2026, 11, 23))
    assert hall.complaints.file(DRAFT, key=KEY) == filed
    assert _refused(hall.complaints.file, NAMED, key=KEY) == "reports-full"
    with hall.store.transaction() as tx:
        tables.write(tx, hall.complaints_view.by_code(filed.code).line.one._replace(state=State.CLOSED))
    assert hall.complaints.file(NAMED, key=KEY).id != filed.id


def test_signs_that_nobody_types_are_left_out(hall: Concerned) -> None:
    """Lines and spaces are tidied, control signs go, everything else is as it was written."""
    filed = hall.complaints.file(Draft("jalan", " Lubang\x00   besar \r\n\n di depan <b>SD</b> \x07", "RT 2"), key=KEY)
    assert [each.text for each in hall.complaints_view.by_code(filed.code).said] == ["Lubang besar\n\ndi depan <b>SD</b> "]


def test_figures_point_at_nobody(hall: Concerned) -> None:
    """Few ones stand together; those of another year do not count; while all are few nothing is told."""
    assert hall.complaints_view.figures() == Figures(2026, None, 0, 0, 0)
    categories = ("jalan",) * 6 + ("dana",) * 5 + ("pungutan",)
    filed = [hall.complaints.file(Draft(category, f"Nomor {n}"), key=KEY) for n, category in enumerate(categories)]
    hall.complaints.close(filed[0].id, Why.DONE, officer="2")
    hall.days(5)
    assert hall.complaints_view.figures() == Figures(2026, {"jalan": 6, "": 6}, 12, 1, 1)
    hall.clock.set_wall(MORNING + timedelta(days=365))
    assert hall.complaints_view.figures() == Figures(2027, None, 0, 0, 0)
