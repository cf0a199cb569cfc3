"""Neighbours in need over a real store: who must be visited until when, reports joined, the regency heard once, aid checked without telling."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from gateway.errors import Refusal
from gateway.needs import tables
from gateway.needs.desk import Report
from gateway.needs.likeness import Told, likeness
from gateway.needs.model import Result, State, Why
from gateway.store import epochs, outbox
from gateway.store.outbox import Event
from gateway.store.stamp import Stamp
from gateway.store.tables import LANES
from tests.support.concerned import KEY, Concerned
from tests.support.relay import RelayWorld
from tests.support.tickets import WIB

HUNGRY = Report("lapar", "Mbah Sarinem", "Dusun Krajan RT 02 RW 01", "Dua hari tidak makan.")
OLD = Report("lansia", "Bu Sarinem", "krajan rt 2 rw 1 dekat mushola", name="Budi", phone="0812")
NIK = "3510014107900001"


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Concerned]:
    """Run one."""
    with Concerned(tmp_path) as running:
        yield running


def _refused(act: object, *arguments: object, **options: object) -> str:
    with pytest.raises(Refusal) as refused:
        act(*arguments, **options)  # type: ignore[operator]
    return refused.value.code


def test_what_is_urgent_goes_up_before_everything_else(hall: Concerned) -> None:
    """Report and sealed words in the urgent lane; what can wait in the other; who told never goes up."""
    filed = [hall.needs.report(one, key=KEY) for one in (HUNGRY, HUNGRY, OLD)]
    assert (filed[0], filed[0].urgent, filed[2].urgent) == (filed[1], True, False)
    told = [(lane, kind, data.get("record", "")) for lane, kind, data in hall.told()]
    assert told == [
        ("urgent", "need.reported", ""), ("urgent", "record.sealed", filed[0].id),
        ("record", "need.reported", ""), ("record", "record.sealed", filed[2].id),
    ]  # fmt: skip
    assert hall.needs_view.contact(filed[2].id, "2") == ("Budi", "0812")


def test_an_urgent_report_overtakes_a_backlog(tmp_path: Path) -> None:
    """Behind three thousand events of the queue the regency still hears of it first."""
    world = RelayWorld(tmp_path / "world")
    with Concerned(tmp_path / "hall") as hall:
        hall.needs.report(HUNGRY, key=KEY)
        with hall.store.reader() as db:
            epoch = epochs.current(db)
            rows = [(lane, row) for lane in LANES for row in outbox.claim(db, epoch, lane, 0, 10)]
    world.append(count=3000)
    with world.store.transaction() as tx:
        for lane, row in rows:
            outbox.append(tx, Stamp.of(world.clock, WIB), Event(lane, row.type, row.subject, {}))
    lanes = []
    for _ in range(40):
        world.step()
        lanes = [message.topic.rpartition("/")[2] for message in world.broker.published if "/up/" in message.topic]
        if lanes.count("record") > 1:
            break
    assert (lanes[0], lanes.count("urgent")) == ("urgent", 1)
    world.close()


def test_the_team_goes_there_in_time(hall: Concerned) -> None:
    """Tomorrow where it is urgent, Sunday or not; else in working days; again on the day that the team has named."""
    hall.on(28)  # a Saturday
    urgent, other = (hall.needs.report(one, key=KEY).id for one in (HUNGRY, OLD))

    def due() -> dict[str, tuple[date | None, bool]]:
        return {line.one.id: (line.due, line.late) for line in hall.needs_view.listed()[0]}

    assert due() == {urgent: (date(2026, 11, 29), False), other: (date(2026, 12, 8), False)}
    hall.days(2)
    assert (due()[urgent], hall.needs_view.late()) == ((date(2026, 11, 29), True), 1)
    for _ in range(2):
        hall.needs.visit(urgent, Result.NOBODY, "Pintu terkunci.", again_on=None, officer="2", key=KEY)
    assert due()[urgent] == (date(2026, 12, 1), False)
    hall.needs.visit(urgent, Result.NEEDS_HELP, "", again_on=date(2026, 12, 4), officer="2", key=KEY + "b")
    assert due()[urgent] == (date(2026, 12, 4), False)
    hall.needs.visit(urgent, Result.HELPED, "Beras 10 kg.", again_on=None, officer="2", key=KEY + "c")
    assert due()[urgent] == (date(2026, 12, 18), False)
    hall.needs.visit(urgent, Result.STANDS, "", again_on=None, officer="2", key=KEY + "d")
    assert _refused(hall.needs.visit, urgent, Result.HELPED, "", again_on=None, officer="2", key=KEY + "e") == "report-closed"
    assert [data["result"] for _, _, data in hall.told("need.visited")] == ["nobody", "needs-help", "helped", "stands"]
    with hall.store.reader() as db:
        closed = tables.find(db, urgent)
    assert closed is not None
    assert (closed.state, closed.why, closed.late) == (State.CLOSED, Why.VISIT, True)


def test_two_reports_of_one_person_are_offered_and_joined(hall: Concerned) -> None:
    """Offered to a clerk, joined by a clerk; the words of both stand together, urgency is handed on, nothing was kept of the comparing."""
    old, hungry = (hall.needs.report(one, key=KEY).id for one in (OLD, HUNGRY))
    hall.needs.report(Report("rumah", "Pak Slamet", "Dusun Sumber RT 5"), key=KEY)
    before = hall.raw()
    assert [alike.one.id for alike in hall.needs_view.alike(hungry, "2")] == [old]
    assert (b"Sarinem" in before, b"Sarinem" in hall.raw()) == (False, False)
    assert [act for _, act, kind in hall.acts()[-3:]] == ["compare", "compare", "compare"]
    for _ in range(2):
        hall.needs.join(hungry, old, officer="2")
    opened = hall.needs_view.open(old, "2")
    assert ([each.who for each in opened.said], opened.joined) == (["Bu Sarinem", "Mbah Sarinem"], (hungry,))
    assert opened.line.one.urgent
    assert _refused(hall.needs.join, old, hungry, officer="2") == "report-not-now"
    assert _refused(hall.needs.join, old, old, officer="2") == "report-not-now"
    assert [(lane, data) for lane, _, data in hall.told("need.changed")] == [
        ("urgent", {"state": "reported", "late": False, "urgent": True}),
        ("record", {"state": "joined", "late": False, "urgent": True, "joined": old, "why": "twice"}),
    ]


def test_a_report_that_was_urgent_already_is_not_told_anew(hall: Concerned) -> None:
    """Nor is one that another, which can wait, is joined to."""
    first, again = (hall.needs.report(HUNGRY, key=KEY + each).id for each in "ab")
    hall.needs.join(again, first, officer="2")
    hall.needs.join(hall.needs.report(OLD, key=KEY).id, first, officer="2")
    assert [(lane, data["state"]) for lane, _, data in hall.told("need.changed")] == [("record", "joined")] * 2


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (Told("Bu Siti Aminah", "RT 2 RW 1 Krajan"), Told("aminah", "krajan, rt 002"), True),
        (Told("Sarinem", "Krajan RT 2"), Told("Sariyem", "Krajan RT 2"), True),
        (Told("Pak Slamet", "Krajan RT 2"), Told("Pak Slamet", "Sumber RT 7"), True),
        (Told("", "Krajan RT 2 RW 1"), Told("Sarinem", "Krajan RT 2 RW 1"), True),
        (Told("Sarinem", "Krajan RT 2"), Told("Slamet", "Krajan RT 2"), False),
        (Told("Siti", "Krajan RT 2"), Told("Tumini", "Sumber RT 7"), False),
        (Told("", "RT 2"), Told("", "RW 9"), False),
    ],
)
def test_who_looks_alike(one: Told, other: Told, alike: bool) -> None:
    """A clerk would look again, or would not; which of the two came first does not matter."""
    assert (likeness(one, other) > 0, likeness(other, one) > 0) == (alike, alike)


def test_whoever_told_learns_nothing_of_who_is_in_need(hall: Concerned) -> None:
    """Only that somebody looks after it; a wrong code leads nowhere."""
    filed = hall.needs.report(OLD, key=KEY)
    assert hall.needs_view.by_code(filed.code) is State.REPORTED
    assert _refused(hall.needs_view.by_code, filed.code + "A") == "report-unknown"
    assert _refused(hall.needs.report, Report("lansia", "Siti", " "), key=KEY) == "report-empty"


def test_the_regency_is_heard_once(hall: Concerned) -> None:
    """A command that comes twice is one answer; it stays under seal and goes up to nobody."""
    id_ = hall.needs.report(OLD, key=KEY).id
    said: list[dict[str, object]] = []
    for _ in range(2):
        with hall.store.transaction() as tx:
            said.append(hall.needs.answer_of_regency(tx, id_, {"text": "Mulai Senin.", "programme": "Rantang Kasih"}, "c-1"))
    opened = hall.needs_view.open(id_, "2")
    assert (said[-1], [(each.text, each.programme) for each in opened.said[1:]]) == (
        {"state": "reported"},
        [("Mulai Senin.", "Rantang Kasih")],
    )
    assert len(hall.told("record.sealed")) == 1


def test_an_aid_check_tells_only_what_the_hall_knows(hall: Concerned) -> None:
    """The same answer for a number that nobody has and for one in no programme; each check is in the log; no number is on the card."""
    assert (
        hall.aid.replace_recipients("pkh", "Triwulan 4 2026", f"nama;nik\nSiti;{NIK}\nBudi;3510010101700002\n", officer="1") == 2
    )
    assert hall.aid.check("3510 0141 0790 0001", officer="2") == [("pkh", "Triwulan 4 2026")]
    assert hall.aid.check("3510019999999999", officer="2") == hall.aid.check("0000000000000000", officer="2") == []
    assert _refused(hall.aid.check, "351001", officer="2") == "field-invalid"
    assert [act for who, act, _ in hall.acts() if who == "2"] == ["check"] * 3
    assert re.search(rb"3510014107900001|3510010101700002|3510019999999999", hall.raw()) is None
    assert hall.aid.replace_recipients("pkh", "", "", officer="1") == 0
    assert hall.aid.check(NIK, officer="2") == []


def test_programmes_have_three_layers(hall: Concerned) -> None:
    """The regency changes what is shipped, the village hides it; each takes back its own."""

    def names() -> dict[str, str]:
        return {one.id: one.said("name", "en")[0] for one in hall.aid.offered()}

    with hall.store.transaction() as tx:
        hall.aid.put_for_regency(tx, "beras", {"name": {"id": "Beras daerah"}, "about": {"id": "10 kg"}})
        hall.aid.put_for_regency(tx, "pkh", {"name": {"en": "Hope"}})
    assert (names()["beras"], names()["pkh"]) == ("Beras daerah", "Hope")
    hall.aid.put("beras", {"about": {"id": "5 kg"}})
    hall.aid.put("beras", {"offered": False})
    assert "beras" not in names()
    hall.aid.put("beras", {"offered": True})
    assert next(one for one in hall.aid.offered() if one.id == "beras").said("about", "jv") == ("5 kg", "id")
    hall.aid.give_back("beras")
    with hall.store.transaction() as tx:
        hall.aid.withdraw_for_regency(tx, "pkh")
        assert _refused(hall.aid.put_for_regency, tx, "neu", {"about": {"id": "x"}}) == "field-invalid"
        assert _refused(hall.aid.put_for_regency, tx, "Neu!", {"name": {"id": "x"}}) == "field-invalid"
    assert names()["pkh"] == "Family Hope Programme (PKH)"
