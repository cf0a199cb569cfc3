"""What the holder of a ticket may ask, by form or by program: come later, be back, give it back, say how it was.

Promises: the same key is the same act; what comes too late is refused and changes nothing.
"""

from __future__ import annotations

from typing import Literal, get_args

from gateway.tickets.desk import Changed, TicketsDesk
from gateway.tickets.model import TicketState

Act = Literal["later", "back", "give-back", "rate"]
ACTS: tuple[Act, ...] = get_args(Act)
AFTER: dict[Act, TicketState] = {
    "later": TicketState.HELD,
    "back": TicketState.WAITING,
    "give-back": TicketState.CANCELLED,
    "rate": TicketState.COMPLETED,
}
"""How the ticket stands when the act is done."""


def carry_out(desk: TicketsDesk, act: Act, token: str, *, key: str, score: int = 0) -> Changed:
    """Do it; ``score``, 1 to 4, is for a rating alone. Raises Refusal ``unknown-ticket``, ``act-not-now``, ``field-invalid``."""
    if act == "rate":
        return desk.rate(token, score, origin="phone", key=key)
    plain = {"later": desk.come_later, "back": desk.come_back, "give-back": desk.give_back}
    return plain[act](token, key=key)
