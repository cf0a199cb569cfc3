"""A service is found by what people call it."""

from __future__ import annotations

import pytest

from gateway.services.model import Terms, found, terms_of, text_of
from gateway.services.reading import service_of
from gateway.services.shipped import read_shipped

SHIPPED = read_shipped()
CATALOGUE: list[tuple[str, Terms]] = [
    (name, terms_of(service_of((source,), SHIPPED.shared))) for name, source in SHIPPED.services.items()
]


@pytest.mark.parametrize(
    ("wanted", "first"),
    [
        ("SKTM", "sktm"), ("sktm kuliah", "sktm-pendidikan"), ("beasiswa", "sktm-pendidikan"), ("akte bayi", "kelahiran"),
        ("KUR", "sku"), ("menikah", "belum-menikah"), ("nikah KUA", "nikah"), ("police", "skck"), ("sertifikat tanah", "riwayat-tanah"),
        ("sapi", "jual-ternak"), ("solar nelayan", "bbm"), ("TKI", "izin-keluarga-pmi"), ("KTP", "ktp"), ("hajatan", "keramaian"),
    ],
)  # fmt: skip
def test_the_best_comes_first(wanted: str, first: str) -> None:
    """By name, by what people call it, in any language, small letters or large."""
    assert found(CATALOGUE, wanted)[0] == first
    assert found(CATALOGUE, f"  {wanted.upper()}!  ")[0] == first


def test_nothing_is_found_for_nothing() -> None:
    """A word that no service has, no words, and only signs."""
    assert [found(CATALOGUE, wanted) for wanted in ("xyzzy", "sktm xyzzy", "", " ?! ")] == [[], [], [], []]


def test_a_text_falls_back_to_indonesian_and_says_so() -> None:
    """The second is the language in which the text really is."""
    texts = {"id": "Syarat", "jv": "Sarat"}
    assert [text_of(texts, language) for language in ("jv", "osi", "en")] == [("Sarat", "jv"), ("Syarat", "id"), ("Syarat", "id")]
