"""What other features do for requests; hall.py introduces them, and a request goes its way without them too."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from gateway.services.document import Service
from gateway.services.requests.tables import Request
from gateway.store.database import Transaction
from gateway.store.outbox import Reads
from gateway.workdays.model import Workdays


class Tickets(Protocol):
    """The queue, as far as a request needs it; hall.py makes it of the tickets' desk."""

    def give(self, tx: Transaction, line: str) -> tuple[str, int]:
        """Give a number of a line that goes ahead, inside ``tx``; return the token of its page, and the queue's revision. Raises the queue's refusals."""

    def lives(self, db: Reads, token: str) -> bool:
        """Return whether a ticket is still of use."""

    def seen(self, revision: int) -> None:
        """Return when everybody sees the queue as of ``revision``; outside of any transaction."""


LetterAct = Callable[[Transaction, Request, Service, Mapping[str, str], str], None]
"""Makes the letter of an approved request inside the transaction: request, service, answers, the officer's id. What it refuses is refused."""
LetterFollows = Callable[[Transaction, Request, str, str], None]
"""Lets the letter of a request follow an act upon it, inside the transaction: request, act, who did it."""
LettersOf = Callable[[int], Sequence[tuple[str, str]]]
"""Returns the letters of a request by its number, the newest first: the address of each one's page, and its number."""
Days = Callable[[], Workdays]
"""Returns the days on which the hall works, as they are known now."""


Known = Callable[[str, str], Mapping[str, str]]
"""Returns what the hall knows of the person with a NIK, by the names of questions; the second is who asks. Nothing for a stranger."""


@dataclass(slots=True)
class Neighbours:
    """What other features do for requests; hall.py fills it in. Without them a request is whole all the same."""

    tickets: Tickets | None = None
    letter: LetterAct | None = None
    known: Known | None = None
    """Only for the counter: what it returns is somebody's data."""
    letter_follows: LetterFollows = lambda _tx, _request, _act, _who: None
    letters_of: LettersOf = lambda _number: ()
    workdays: Days = Workdays
