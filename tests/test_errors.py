"""Refusals as things that travel."""

from __future__ import annotations

import pickle

from gateway.errors import Refusal


def test_a_refusal_passes_between_processes_whole() -> None:
    """A bench that starts halls in other processes must learn why one did not work, and not wait for ever."""
    told = Refusal("unknown-counter", counter="9")
    again = pickle.loads(pickle.dumps(told))  # noqa: S301 - our own bytes
    assert (again.code, again.facts, str(again)) == (told.code, told.facts, str(told))
