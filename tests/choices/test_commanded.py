"""What the centre may set, and how it comes back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.bulletin.choices import BoardChoices
from gateway.choices.commanded import CommandedChoices
from gateway.choices.desk import Choices
from gateway.choices.uplink import RelayChoices
from gateway.errors import Refusal
from gateway.settings import RelaySettings
from gateway.store.database import Store
from tests.support.clock import FakeClock
from tests.support.store import open_test_store
from tests.support.tickets import WIB


class Hall:
    """A hall's choices, and the centre's hand on two sections of them."""

    def __init__(self, folder: Path) -> None:
        self.store: Store = open_test_store(folder)
        self.choices = Choices(self.store, FakeClock(), WIB)
        self.commanded = CommandedChoices(self.choices, (BoardChoices, RelayChoices))

    def put(self, section: object, choose: object) -> tuple[dict[str, Any], dict[str, Any]]:
        """Put as a command does."""
        with self.store.transaction() as tx:
            return self.commanded.put(tx, {"section": section, "choose": choose})

    def put_back(self, put: dict[str, Any], former: dict[str, Any]) -> None:
        """Take back as a failed trial does."""
        with self.store.transaction() as tx:
            self.commanded.put_back(tx, put, former)

    @property
    def board(self) -> BoardChoices:
        """What is chosen for the board."""
        return self.choices.current(BoardChoices)


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    """Return one."""
    made = Hall(tmp_path)
    yield made
    made.store.close()


def test_only_the_keys_that_are_named_change(hall: Hall) -> None:
    """And they come back with them, while what the hall has chosen meanwhile stays."""
    hall.choices.change(BoardChoices(slide_s=20))
    put, former = hall.put("board", {"text_s": 5, "quiet_s": 60})
    during = hall.board
    hall.choices.change(during.model_copy(update={"quiet_s": 90.0}))
    hall.put_back(put, former)

    assert during == BoardChoices(slide_s=20, text_s=5, quiet_s=60)
    assert hall.board == BoardChoices(slide_s=20, quiet_s=90)


@pytest.mark.parametrize(
    ("section", "choose", "code", "key"),
    [
        ("people", {"a": 1}, "setting-unknown", "people"),
        (None, {"a": 1}, "setting-unknown", "None"),
        (["board"], {"a": 1}, "setting-unknown", "board"),
        ("board", {"colour": "red"}, "setting-unknown", "board.colour"),
        ("board", {"text_s": 1}, "setting-unfit", "board.text_s"),
        ("board", {"lines": [5]}, "setting-unfit", "board.lines.0"),
        ("relay", {"broker": "http://b.example"}, "setting-unfit", "relay.broker"),
        ("relay", {"broker": "mqtts://user:word@b.example"}, "setting-unfit", "relay.broker"),
        ("board", {}, "field-invalid", ""),
        ("board", "text_s", "field-invalid", ""),
    ],
)
def test_what_may_not_or_cannot_be_set_is_refused(hall: Hall, section: object, choose: object, code: str, key: str) -> None:
    """With the key in the sentence; nothing changes."""
    with pytest.raises(Refusal) as refused:
        hall.put(section, choose)

    assert (refused.value.code, key in refused.value.sentence, hall.board) == (code, True, BoardChoices())


MACHINE = RelaySettings(broker="mqtts://a.example:8883", keep_days=7)


@pytest.mark.parametrize(
    ("chosen", "broker"),
    [
        (RelayChoices(), MACHINE.broker),
        (RelayChoices(broker="mqtts://b.example"), "mqtts://b.example"),
        (RelayChoices(broker="mqtt://b.example"), MACHINE.broker),
    ],
)
def test_the_way_to_the_regency_is_never_in_the_clear_where_the_machine_speaks_tls(chosen: RelayChoices, broker: str) -> None:
    """What is not chosen is what hall.toml says."""
    assert chosen.over(MACHINE) == MACHINE.model_copy(update={"broker": broker})


def test_what_is_chosen_holds_over_the_machines(hall: Hall) -> None:
    """Days and way of speaking."""
    over = RelayChoices(protocol="3.1.1", keep_days=60).over(MACHINE)
    assert (over.protocol, over.keep_days, over.broker) == ("3.1.1", 60, MACHINE.broker)
