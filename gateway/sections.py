"""Every section of choices that a hall has, for whoever copies all of them. Features do not know each other; this list does."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.bulletin.choices import BoardChoices
from gateway.choices.copies import Copies
from gateway.choices.desk import Choices
from gateway.choices.face import HallFace
from gateway.choices.section import Section
from gateway.choices.uplink import RelayChoices
from gateway.complaints.choices import ComplaintRules
from gateway.guestbook.choices import GuestBookChoices
from gateway.needs.choices import NeedRules
from gateway.services.letters.choices import LetterChoices
from gateway.services.requests.choices import RequestRules
from gateway.tickets.choices import QueueRules
from gateway.tickets.copying import FurnitureRows
from gateway.tickets.furniture import Furniture
from gateway.voice.choices import VoiceChoices

SECTIONS: tuple[type[Section], ...] = (
    HallFace,
    VoiceChoices,
    QueueRules,
    BoardChoices,
    RelayChoices,
    RequestRules,
    ComplaintRules,
    NeedRules,
    GuestBookChoices,
    LetterChoices,
)


def copies_of(choices: Choices, furniture: Furniture, names: Sequence[str]) -> Copies:
    """Return where the whole hall, which answers by the host ``names``, is copied."""
    return Copies(choices, SECTIONS, FurnitureRows(furniture), names)
