"""Every sentence has its English, and dates, times and waits read as people say them."""

from __future__ import annotations

import string
from datetime import UTC, date, datetime

import pytest
from babel.messages.pofile import read_po

from gateway.portal.i18n import LOCALE, local, words
from tests.portal.sentences import spoken
from tests.support.tickets import WIB


def _names(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_every_sentence_has_english_with_the_same_facts() -> None:
    """Nothing that the product can say is left in Indonesian for an English reader, and no fact is lost."""
    with (LOCALE / "en" / "LC_MESSAGES" / "portal.po").open("rb") as file:
        catalogue = read_po(file, locale="en")
    for sentence, counted in spoken():
        message = catalogue.get(sentence)
        assert message is not None, sentence
        assert message.string, sentence
        forms = message.string if isinstance(message.string, (tuple, list)) else [message.string]
        assert (2 if counted else 1) == len(forms), sentence
        assert [_names(sentence)] * len(forms) == [_names(form) for form in forms]


def test_dates_and_times_are_written_as_indonesians_write_them() -> None:
    """Date ``Jumat, 7 Oktober 2022``, time ``08.00``, zone ``WIB``."""
    at = local(datetime(2022, 10, 7, 1, 0, tzinfo=UTC), WIB)
    assert (
        words("id").day(date(2022, 10, 7)),
        words("id").time(at),
        words("id").zone(at),
    ) == ("Jumat, 7 Oktober 2022", "08.00", "WIB")
    assert (
        words("en").day(date(2022, 10, 7)).replace("October 7,", "7 October"),
        words("en").time(at),
    ) == ("Friday, 7 October 2022", "08:00")


@pytest.mark.parametrize(
    ("low_s", "high_s", "said"),
    [
        (600, 1200, "sekitar 10\N{EN DASH}20 menit"),
        (5400, 7200, "sekitar 90\N{EN DASH}120 menit"),
        (7200, 14_400, "sekitar 2\N{EN DASH}4 jam"),
        (0, 300, "kurang dari 5 menit"),
        (300, 300, "sekitar 5 menit"),
        (0, 0, "kurang dari 1 menit"),
    ],
)
def test_a_wait_is_a_range_in_words(low_s: int, high_s: int, said: str) -> None:
    """Seconds become whole minutes, never a false exactness."""
    assert said == words("id").wait(low_s, high_s)


def test_local_languages_without_a_catalogue_get_indonesian() -> None:
    """A reader of Javanese, Osing or Madurese is served in Indonesian, not refused."""
    assert [words(language).language for language in ("jv", "osi", "mad")] == ["id", "id", "id"]
