"""Announcements of change."""

from __future__ import annotations

from gateway.changes import Changes


def test_every_watcher_hears_every_change_until_it_ends() -> None:
    """All who watch are woken; who has ended its watch is not."""
    heard: list[str] = []
    changes = Changes()
    end = changes.watch(lambda: heard.append("board"))
    changes.watch(lambda: heard.append("printer"))
    changes.announce()
    end()
    changes.announce()
    assert heard == ["board", "printer", "printer"]
