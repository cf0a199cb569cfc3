"""What the village changes on the form becomes a file that says no more than it must."""

from __future__ import annotations

import tomllib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gateway.services.reading import Source, service_of, shared_names
from gateway.services.shipped import read_shipped
from gateway.services.writing import lines_of_requirements, slug, to_toml, with_requirements, with_values

SHIPPED = read_shipped()
SHARED = shared_names(SHIPPED.shared)["requirement"]
BELOW = service_of((SHIPPED.services["sku"],), SHIPPED.shared)
KTP, FOTO = "KTP asli dan satu fotokopi", "Foto tempat usaha"

_texts = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=20)
_values: st.SearchStrategy[Any] = st.recursive(
    st.booleans() | st.integers(-(10**9), 10**9) | _texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_texts, inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(_texts, _values, max_size=5))
def test_what_is_written_is_read_again(tree: dict[str, Any]) -> None:
    """Whatever a file of a service may hold, and more."""
    assert tomllib.loads(to_toml(tree)) == tree


def _changed(texts: list[str], tree: dict[str, Any] | None = None) -> dict[str, Any]:
    return with_requirements(tree or {}, texts, BELOW, SHARED)


def test_what_is_not_changed_is_not_written() -> None:
    """The same requirements and values leave no file, and take a former one back."""
    same = lines_of_requirements(BELOW.requirement).split("\n")
    former = {"bring": ["ktp"], "requirement": [{"id": "x", "text": "X"}], "fee_rp": 5000}
    assert (_changed(same), _changed(same, former)) == ({}, {"fee_rp": 5000})
    assert with_values(former, {"fee_rp": BELOW.fee_rp, "promise_days": 3}, BELOW) == {
        "bring": ["ktp"],
        "requirement": [{"id": "x", "text": "X"}],
        "promise_days": 3,
    }


def test_a_line_that_is_known_keeps_its_translations() -> None:
    """Of the service below, of the shared parts, or of the village's own file: each is named, and only new words are written."""
    assert _changed([KTP, FOTO]) == {"bring": ["ktp", "foto-usaha"]}
    assert _changed([KTP, "Fotokopi akta kelahiran"]) == {"bring": ["ktp", "akta-lahir"]}
    once = _changed([KTP, "Izin pasar"])
    assert once == {"bring": ["ktp", "izin-pasar"], "requirement": [{"id": "izin-pasar", "text": "Izin pasar"}]}
    assert _changed(["Izin pasar", KTP], once) == once | {"bring": ["izin-pasar", "ktp"]}
    assert _changed([KTP], once) == {"bring": ["ktp"]}


def test_a_line_typed_twice_is_one() -> None:
    """New words too; and two new lines of the same first letters have two names."""
    assert _changed([KTP, "Izin", KTP, "Izin"]) == {"bring": ["ktp", "izin"], "requirement": [{"id": "izin", "text": "Izin"}]}
    assert _changed(["Izin", "Izin"], {"requirement": [{"id": "izin", "text": "Izin"}]})["bring"] == ["izin"]
    both = _changed([FOTO, "Foto dan denah"], {"requirement": [{"id": "foto-usaha", "text": "Foto dan denah"}]})
    assert both["bring"] == ["foto-usaha", "foto-dan-denah"]
    assert (slug("Izin pasar!", []), slug("Izin pasar", ["izin-pasar"]), slug("3 foto", []), slug("??", [])) == (
        *("izin-pasar", "izin-pasar-2"),
        *("syarat-3-foto", "syarat"),
    )


def test_a_service_of_the_villages_own_is_written_whole() -> None:
    """Without layers below nothing is left out."""
    assert with_values({"line": "a"}, {"line": "a", "fee_rp": 0}, None) == {"line": "a", "fee_rp": 0}
    assert with_requirements({}, ["Izin pasar"], None, SHARED)["bring"] == ["izin-pasar"]


def test_the_file_fits_its_service() -> None:
    """What the form writes is read with what lies below it."""
    text = to_toml(_changed([KTP, 'Izin "pasar" \\ asli']) | {"fee_rp": 5000})
    read = service_of((SHIPPED.services["sku"], Source("desa", text)), SHIPPED.shared)
    assert (read.fee_rp, [one.text["id"] for one in read.requirement]) == (5000, [KTP, 'Izin "pasar" \\ asli'])
