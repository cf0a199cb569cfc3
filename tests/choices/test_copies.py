"""The hall's choices as one file: out and in again, checked whole before anything changes."""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.choices.copies import Copies, Unfit
from gateway.choices.face import HallFace
from gateway.errors import Refusal
from gateway.portal.i18n import words
from gateway.sections import copies_of
from gateway.tickets.choices import QueueRules
from gateway.tickets.model import CounterSetup, LineSetup
from gateway.voice.choices import VoiceChoices
from tests.support.tickets import Queue, open_queue

ID = words("id")


@dataclass(frozen=True)
class Copied:
    """A hall and its copies."""

    queue: Queue
    copies: Copies


@contextmanager
def copied(directory: Path) -> Iterator[Copied]:
    """Open a furnished hall."""
    with open_queue(directory) as queue:
        yield Copied(queue, copies_of(queue.desk.choices, queue.desk.furniture, ("balai.lan",)))


NAMES = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=40)
LINES = st.lists(
    st.builds(
        LineSetup, st.from_regex(r"[a-z0-9-]{1,8}", fullmatch=True), st.from_regex("[A-Z]{1,2}", fullmatch=True), NAMES,
        st.just("#0b4f6c"), st.sampled_from(["card", "people"]), st.integers(0, 9999), st.booleans(),
    ),
    min_size=1, max_size=5, unique_by=(lambda line: line.id, lambda line: line.letter),
)  # fmt: skip
RULES = st.builds(
    QueueRules, priority_in_a_row=st.integers(1, 9), undo_s=st.floats(0, 60), holidays=st.lists(st.dates().map(str), max_size=3).map(tuple),
    week=st.sampled_from([(), ("08.00-12.00", *("",) * 6)]), phone_tickets=st.booleans(),
)  # fmt: skip
FACES = st.builds(HallFace, name=NAMES | st.just(""), languages=st.permutations(["id", "en", "jv"]).map(tuple))


@settings(max_examples=30, deadline=None)
@given(lines=LINES, rules=RULES, face=FACES)
def test_a_copy_makes_another_hall_the_same(lines: list[LineSetup], rules: QueueRules, face: HallFace) -> None:
    """Export, import elsewhere, export: the same text; and importing it at home changes nothing."""
    counters = [CounterSetup("1", "Loket 1", tuple(sorted(line.id for line in lines)))]
    with (
        tempfile.TemporaryDirectory() as one,
        tempfile.TemporaryDirectory() as other,
        copied(Path(one)) as home,
        copied(Path(other)) as away,
    ):
        home.queue.desk.furniture.arrange(lines, counters, rules, face)
        text = home.copies.export()
        assert home.copies.bring_in(text, ID, only_look=True) == {"changes": [], "wrong": {}}
        assert away.copies.bring_in(text, ID, only_look=False)["wrong"] == {}
        assert away.copies.export() == text
        assert away.queue.desk.furniture.read() == (tuple(lines), tuple(counters))


def test_a_copy_has_no_secret(tmp_path: Path) -> None:
    """Sections, lines and counters; nothing of officers."""
    with copied(tmp_path) as hall:
        assert set(tomllib.loads(hall.copies.export())) == {
            "hall",
            "voice",
            "queue",
            "board",
            "relay",
            "requests",
            "complaints",
            "needs",
            "guestbook",
            "letters",
            "line",
            "counter",
        }


def test_what_a_file_does_not_name_stays(tmp_path: Path) -> None:
    """One key is enough for a file, and the changes name it."""
    with copied(tmp_path) as hall:
        before = hall.queue.desk.choices.current(QueueRules)
        found = hall.copies.bring_in("[queue]\nskip_places = 7\n", ID, only_look=False)
        assert found == {"changes": [("queue.skip_places", "3", "7")], "wrong": {}}
        assert hall.queue.desk.choices.current(QueueRules) == before.model_copy(update={"skip_places": 7})


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("x", {"TOML"}),
        ("x = " + "{a = " * 5000, {"TOML"}),
        ("[" + "a." * 15_000 + "b]", {"TOML"}),
        ("[quue]\nskip_places = 1", {"quue"}),
        ("[queue]\nskip = 1", {"queue.skip"}),
        (
            "[queue]\nskip_places = 99\nleftover = 'x'\n[voice]\nrepeat = 9",
            {"queue.skip_places", "queue.leftover", "voice.repeat"},
        ),
        ("[queue]\nholidays = ['Natal']", {"queue.holidays"}),
        ("[hall]\naddress = 'http://balai.example'", {"hall.address"}),
        ("line = 1", {"line"}),
        ("[[line]]\nid = 'a'", {"line.a.letter", "line.a.name"}),
        (
            "[[line]]\nid = 'a'\nletter = 'A'\nname = 'A'\ncap = 'x'\nopen = 1\npin = 1",
            {"line.a.cap", "line.a.open", "line.a.pin"},
        ),
        ("[[counter]]\nid = '1'\nname = 'Satu'\nlines = ['none']", {"counter"}),
        ("[[counter]]\nid = '1'\nname = 'Satu'\nlines = 'surat'", {"counter.1.lines"}),
    ],
)
def test_a_file_with_faults_changes_nothing(tmp_path: Path, text: str, keys: set[str]) -> None:
    """Each fault is told with its key, all of them at once."""
    with copied(tmp_path) as hall:
        before = hall.copies.export()
        with pytest.raises(Unfit) as told:
            hall.copies.read(text, ID)
        assert set(told.value.wrong) == keys
        assert hall.copies.bring_in(text, ID, only_look=False)["changes"] == []
        assert hall.copies.export() == before


def test_a_file_that_would_leave_somebody_behind_changes_nothing(tmp_path: Path) -> None:
    """Neither the line nor the other choices of the same file."""
    with copied(tmp_path) as hall:
        hall.queue.desk.issue("bantuan", origin="button")
        before = hall.copies.export()
        text = (
            "[voice]\nrepeat = 2\n[[line]]\nid = 'surat'\nletter = 'A'\nname = 'Surat'\n"
            "[[counter]]\nid = '1'\nname = 'Loket 1'\nlines = ['surat']\n"
        )
        with pytest.raises(Refusal, match="Masih ada yang menunggu"):
            hall.copies.bring_in(text, ID, only_look=False)
        assert hall.copies.export() == before
        assert hall.queue.desk.choices.current(VoiceChoices).repeat == 1
