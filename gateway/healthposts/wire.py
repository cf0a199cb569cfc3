"""What the centre learns of health posts: where and when they are held. Described in docs/events.md."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from gateway.healthposts.model import Post
from gateway.store.outbox import Event

SESSIONS_TOLD = 12


def changed(post: Post, ahead: Sequence[date], epoch: str) -> Event:
    """A health post is held so; what is told here is the whole of it."""
    draft = post.draft
    known: dict[str, object] = {
        "name": draft.name, "place": draft.place, "bring": draft.bring, "starts": f"{draft.starts:%H:%M}",
        "ends": f"{draft.ends:%H:%M}", "line": draft.line, "sessions": [day.isoformat() for day in ahead[:SESSIONS_TOLD]],
    }  # fmt: skip
    told = {name: value for name, value in known.items() if value != ""}
    return Event("record", "id.balai.healthpost.changed.v1", f"healthpost/{epoch}/{post.id}", told)


def removed(post: int, epoch: str) -> Event:
    """A health post is no more."""
    return Event("record", "id.balai.healthpost.removed.v1", f"healthpost/{epoch}/{post}", {})
