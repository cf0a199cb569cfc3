"""The catalogue as it is read: which services there are, how each stands, and how one is found. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

SHIPPED, REGENCY, VILLAGE = "shipped", "regency", "village"
LAYERS = (SHIPPED, REGENCY, VILLAGE)
"""From the first to the last: a later one overrides what it names."""
EVENTS: Mapping[str, tuple[str, str]] = {
    "birth": ("Kelahiran dan anak", "heart"),
    "school": ("Sekolah dan kuliah", "book"),
    "work": ("Kerja dan usaha", "shop"),
    "marriage": ("Menikah dan keluarga", "people"),
    "moving": ("Pindah dan alamat", "transfer"),
    "house": ("Tanah dan rumah", "land"),
    "hardship": ("Kesulitan dan bantuan", "hands"),
    "loss": ("Kehilangan dan beda data", "search"),
    "death": ("Kematian dan warisan", "paper"),
    "gathering": ("Acara dan keramaian", "calendar"),
}
"""What happens in a life: its words, a key of the catalogues, and a name of ``icons.html``."""
WHO: Mapping[str, str] = {
    "applicant": "Anda",
    "neighbourhood": "Ketua RT atau RW",
    "clerk": "Petugas loket",
    "secretary": "Sekretaris desa",
    "village-head": "Kepala desa atau lurah",
    "district": "Kecamatan",
    "regency": "Dinas kabupaten",
    "other": "Pihak lain",
}
"""Who does a step; keys of the catalogues."""
SEARCH_LIMIT = 60
"""Letters of a search; nobody types more."""
NAME_WORTH, WORD_WORTH, TEXT_WORTH = 8, 4, 1
"""What it counts to be found in the name, among the words, or elsewhere."""


class Findable(Protocol):
    """A service as far as a search looks at it."""

    @property
    def name(self) -> Mapping[str, str]:
        """Its name by language."""

    @property
    def summary(self) -> Mapping[str, str]:
        """What it is for, by language."""

    @property
    def words(self) -> Sequence[str]:
        """What people call it."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The texts in which one service is found, made once."""

    name: str
    words: str
    text: str

    def worth(self, term: str) -> int:
        """Return how well one word of a search fits; 0 for not at all."""
        whole = f" {term}"
        return (
            (NAME_WORTH if whole in self.name else NAME_WORTH // 2 if term in self.name else 0)
            + (WORD_WORTH if whole in self.words else WORD_WORTH // 2 if term in self.words else 0)
            + (TEXT_WORTH if whole in self.text else 0)
        )


def terms_of(service: Findable) -> Terms:
    """Return where a service is found, in every language at once: people mix them."""
    name, text = service.name.values(), service.summary.values()
    return Terms(_flat(name), _flat(service.words), _flat(text))


def found(catalogue: Iterable[tuple[str, Terms]], wanted: str) -> list[str]:
    """Return the ids of the services that fit every word of ``wanted``, the best first; none for no words."""
    terms = _flat([wanted[:SEARCH_LIMIT]]).split()
    if not terms:
        return []
    worth = []
    for id_, one in catalogue:
        each = [one.worth(term) for term in terms]
        # Whoever types a service's own short name means that one, and not those that are called after it.
        worth.append((min(each), sum(each) + (NAME_WORTH if id_ == "-".join(terms) else 0), id_))
    return [id_ for least, _, id_ in sorted(worth, key=lambda one: -one[1]) if least]


def text_of(texts: Mapping[str, str], language: str) -> tuple[str, str]:
    """Return a text for a reader, and the language that it is in: Indonesian where theirs lacks it."""
    return (texts[language], language) if language in texts else (texts.get("id", ""), "id")


def _flat(texts: Iterable[str]) -> str:
    """Return texts in small letters without accents, each word after a space."""
    plain = unicodedata.normalize("NFKD", " ".join(texts)).casefold()
    letters = (letter for letter in plain if not unicodedata.combining(letter))
    return " " + " ".join("".join(letter if letter.isalnum() else " " for letter in letters).split())
