"""Every sentence is in every language that is complete, and dates, times and waits read as people say them."""

from __future__ import annotations

import string
from datetime import UTC, date, datetime

import pytest

from gateway.portal.catalogue import read_catalogue
from gateway.portal.i18n import LANGUAGES, LOCALE, Words, known_language, local, on_trial, words
from tests.portal.catalogues import COMPLETE, DRAFTS, TRANSLATED, catalogue_of, forms_of, key_of, missing, sentences
from tests.support.tickets import WIB

FORMS = {"en": 2}
"""How many forms a sentence has that counts; the languages of the villages have one."""


def _names(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("language", COMPLETE)
def test_every_sentence_is_translated(language: str) -> None:
    """Nothing that the product can say is left in Indonesian for a reader of this language."""
    assert list(missing(language)) == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_translation_belongs_to_a_sentence(language: str) -> None:
    """No entry is left of a sentence that nobody says anymore, each tells the same facts and counts as its language counts."""
    said = sentences()
    for message in catalogue_of(language):
        if message.id:
            sentence, forms = key_of(message), forms_of(message)
            assert sentence in said, sentence
            assert len(forms) == (FORMS.get(language, 1) if said[sentence] else 1), sentence
            assert [_names(sentence)] * len(forms) == [_names(form) for form in forms]


@pytest.mark.parametrize("language", DRAFTS)
def test_every_draft_is_marked_for_a_native_speaker(language: str) -> None:
    """What no speaker of the language has looked at says so; once somebody has reviewed an entry, the head of the file says who."""
    catalogue = catalogue_of(language)
    unmarked = [key_of(message) for message in catalogue if message.id and not message.fuzzy]
    assert unmarked == [] or "FULL NAME" not in catalogue.last_translator


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_is_read_as_the_tools_of_translators_read_it(language: str) -> None:
    """Our own quick reading finds the same sentences as Babel's."""
    with (LOCALE / language / "LC_MESSAGES" / "portal.po").open(encoding="utf-8") as lines:
        assert read_catalogue(lines) == {key_of(one): forms_of(one) for one in catalogue_of(language) if one.id and one.string}


def test_a_wrapped_entry_and_an_unfinished_one() -> None:
    """A sentence over several lines is one; what has no translation yet is Indonesian."""
    lines = ["#, fuzzy", 'msgid ""', '"Ambil "', '"nomor"', 'msgstr "Pundhut \\"nomer\\""', 'msgid "Loket"', 'msgstr ""']
    assert read_catalogue(lines) == {"Ambil nomor": ('Pundhut "nomer"',)}


def test_words_on_trial_are_served_but_not_offered() -> None:
    """A catalogue can be looked at on every page before anybody is offered it."""
    with on_trial(Words("xx", {"Loket": ("[Loket]",)})):
        assert (known_language("xx"), words("xx")("Loket"), "xx" in LANGUAGES) == ("xx", "[Loket]", False)
    assert (known_language("xx"), words("xx")("Loket")) == ("id", "Loket")


def test_dates_and_times_are_written_as_indonesians_write_them() -> None:
    """Date ``Jumat, 7 Oktober 2022``, time ``08.00``, zone ``WIB``."""
    at = local(datetime(2022, 10, 7, 1, 0, tzinfo=UTC), WIB)
    assert (
        words("id").day(date(2022, 10, 7)),
        words("id").time(at),
        words("id").zone(at),
    ) == ("Jumat, 7 Oktober 2022", "08.00", "WIB")
    assert (words("en").day(date(2022, 10, 7)), words("en").time(at)) == ("Friday, 7 October 2022", "08:00")


def test_dates_in_javanese() -> None:
    """The days are called as in the village: ``Jemuwah``; a day of the Osing is said in Indonesian."""
    said = [words("jv").day(date(2022, 10, 7 + ahead)).split(",")[0] for ahead in range(7)]
    assert said == ["Jemuwah", "Setu", "Ahad", "Senen", "Selasa", "Rebo", "Kemis"]
    assert words("osi").day(date(2022, 10, 7)) == "Jumat, 7 Oktober 2022"


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


def test_thousands_are_set_apart_as_in_each_language() -> None:
    """A point in the languages of Indonesia, a comma in English."""
    assert [words(language).number(1_204_000) for language in LANGUAGES] == ["1.204.000", "1,204,000", *["1.204.000"] * 3]


def test_a_draft_falls_back_to_indonesian_sentence_by_sentence() -> None:
    """A reader of Osing or Madurese is served in that language; what it lacks is Indonesian, with its facts."""
    for language in ("osi", "mad"):
        speak = words(language)
        assert (speak.language, speak("belum ditulis {n}", n=3), speak.count("belum {n}", 2)) == (
            language,
            "belum ditulis 3",
            "belum 2",
        )
