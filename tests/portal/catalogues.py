"""``make languages``: what each catalogue lacks, and what a native speaker has yet to review.

``python -m tests.portal.catalogues osi`` prints the sentences that Osing lacks, as entries ready to be filled in and pasted
into its catalogue, and then those marked for review.
"""

from __future__ import annotations

import json
import sys

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from gateway.portal.i18n import LANGUAGES, LOCALE
from tests.portal.sentences import spoken

TRANSLATED = tuple(language for language in LANGUAGES if language != "id")
COMPLETE = ("en", "jv")
"""Every sentence of the product has its translation in these."""
DRAFTS = ("osi", "mad")
"""No native speaker has written these: they hold what villagers read, each entry marked ``fuzzy`` until one has reviewed it."""


def catalogue_of(language: str) -> Catalog:
    """Return a catalogue as the tools of translators read it."""
    with (LOCALE / language / "LC_MESSAGES" / "portal.po").open("rb") as file:
        return read_po(file, abort_invalid=True)


def sentences() -> dict[str, bool]:
    """Return every sentence of the product, and whether it tells of a number of things."""
    found: dict[str, bool] = {}
    for sentence, counted in spoken():
        found[sentence] = found.get(sentence, False) or counted
    return found


def missing(language: str) -> dict[str, bool]:
    """Return the sentences that a reader of ``language`` sees in Indonesian."""
    there = {key_of(message) for message in catalogue_of(language) if message.string and all(message.string)}
    return {sentence: counted for sentence, counted in sentences().items() if sentence not in there}


def unreviewed(language: str) -> list[tuple[str, str]]:
    """Return what no native speaker has looked at yet, with its Indonesian."""
    return [(key_of(message), forms_of(message)[0]) for message in catalogue_of(language) if message.id and message.fuzzy]


def forms_of(message: Message) -> tuple[str, ...]:
    """Return the translation, or the translations for one thing and for more."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def key_of(message: Message) -> str:
    """Return the Indonesian sentence of an entry."""
    return str(message.id if isinstance(message.id, str) else message.id[0])


def _entry(sentence: str, *, counted: bool) -> str:
    quoted = json.dumps(sentence, ensure_ascii=False)
    return f'msgid {quoted}\nmsgid_plural {quoted}\nmsgstr[0] ""\n' if counted else f'msgid {quoted}\nmsgstr ""\n'


def main() -> None:
    """Count for all languages, or list for one."""
    if len(sys.argv) > 1:
        language = sys.argv[1]
        for sentence, counted in missing(language).items():
            print(_entry(sentence, counted=counted))
        for sentence, draft in unreviewed(language):
            print(f"# {sentence}\n# -> {draft}\n")
        return
    total = len(sentences())
    print(f"{'language':<24}{'translated':>12}{'to review':>12}{'missing':>12}")
    for language in TRANSLATED:
        lacking = len(missing(language))
        print(f"{LANGUAGES[language]:<24}{total - lacking:>12}{len(unreviewed(language)):>12}{lacking:>12}")


if __name__ == "__main__":
    main()
