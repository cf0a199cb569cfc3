"""The manifest: one text for one content, and nonsense is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioning.release.manifest import ManifestFault, read, written
from tests.support.releases import manifest

TREE: dict[str, Any] = json.loads(written(manifest()))
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def said(tree: object) -> bytes:
    """Return a tree as the builder writes it."""
    return json.dumps(tree, indent=1, sort_keys=True).encode() + b"\n"


def test_it_is_read_as_it_was_written() -> None:
    """Letter for letter."""
    assert read(written(manifest())) == manifest()


@given(st.sampled_from(sorted(TREE)), _json)
def test_nonsense_is_refused(key: str, value: object) -> None:
    """Whatever stands in the place of what belongs there."""
    if value == TREE[key] and type(value) is type(TREE[key]):
        return
    try:
        read(said({**TREE, key: value}))
    except ManifestFault:
        return
    assert key in {"number", "version", "commit", "committed_at"}


@given(st.binary(max_size=50))
def test_any_bytes_are_refused(content: bytes) -> None:
    """Not a traceback."""
    with pytest.raises(ManifestFault):
        read(content)


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../x", "a/../x", "a//b", "a/./b", ".", "", "a b", "a\\b", "é", "a" * 101, "ab/" * 90 + "a", "x/"]
)
def test_a_path_that_leaves_the_bundle_is_refused(path: str) -> None:
    """Even if it were signed."""
    with pytest.raises(ManifestFault):
        read(said({**TREE, "items": [{**TREE["items"][0], "path": path}]}))


def test_another_way_to_write_it_is_refused() -> None:
    """Nothing can hide between the letters."""
    with pytest.raises(ManifestFault):
        read(json.dumps(TREE).encode())
