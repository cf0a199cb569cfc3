"""Promises of kept answers: the same key gives the same answer, and only to the same request."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.errors import Refusal
from gateway.store import answers
from gateway.store.database import Store
from tests.support.clock import MORNING
from tests.support.store import open_test_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A new hall's store."""
    store = open_test_store(tmp_path)
    yield store
    store.close()


def test_an_unknown_key_has_no_answer(store: Store) -> None:
    """A first request is done."""
    with store.transaction() as tx:
        assert answers.replay(tx, "kunci-1", "issue:a") is None


def test_a_kept_answer_survives_a_restart(tmp_path: Path) -> None:
    """The same request gets the same answer, also after the plug was pulled."""
    store = open_test_store(tmp_path)
    with store.transaction() as tx:
        answers.keep(tx, "kunci-1", "issue:a", {"number": "A-012"}, MORNING)
    store.close()
    store = open_test_store(tmp_path)
    with store.transaction() as tx:
        assert answers.replay(tx, "kunci-1", "issue:a") == {"number": "A-012"}
    store.close()


def test_a_key_serves_one_request(store: Store) -> None:
    """Another request under a used key is refused, not answered wrongly."""
    with store.transaction() as tx:
        answers.keep(tx, "kunci-1", "issue:a", {}, MORNING)
    with pytest.raises(Refusal) as told, store.transaction() as tx:
        answers.replay(tx, "kunci-1", "issue:b")
    assert told.value.code == "key-reused"


def test_old_answers_are_forgotten(store: Store) -> None:
    """Answers are kept a day, not for ever."""
    with store.transaction() as tx:
        answers.keep(tx, "lama-lama", "x", {}, MORNING)
        answers.keep(tx, "baru-baru", "x", {}, MORNING + timedelta(hours=12))
        forgotten = answers.prune(tx, MORNING + timedelta(hours=1))
        assert (forgotten, answers.replay(tx, "lama-lama", "x"), answers.replay(tx, "baru-baru", "x")) == (1, None, {})
