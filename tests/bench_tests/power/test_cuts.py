"""Which images a boundary gives."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bench.power.card import Card, Data, Inode
from tests.bench.power.cuts import SECTOR_BYTES, cuts, prefix, sectors


def busy_card() -> Card:
    """Return a card with a name and two unsynced writes to each of two files."""
    card = Card()
    for name in ("a", "b"):
        inode = Inode()
        card.name((name, inode))
        for offset in (0, 1000):
            card.write(inode, offset, bytes(1000)).ended = True
    return card


def test_a_boundary_gives_all_four_kinds() -> None:
    """Where something is unsynced every kind of image is made."""
    assert {cut.kind for cut in cuts(busy_card(), 3, seed=1, attempts=1)} == {
        "synced",
        "everything",
        "prefix",
        "torn",
    }


def test_nothing_unsynced_gives_one_image() -> None:
    """Where everything is synced there is nothing to choose."""
    assert [cut.kind for cut in cuts(Card(), 3, seed=1, attempts=5)] == ["synced"]


def test_seed_repeats_the_choice() -> None:
    """Seed, boundary and attempt alone decide an image."""
    card = busy_card()

    def chosen(seed: int) -> list[list[int]]:
        return [
            [card.pending.index(change) for change in cut.chosen if change in card.pending] for cut in cuts(card, 3, seed, 20)
        ]

    assert chosen(1) == chosen(1)
    assert chosen(1) != chosen(2)


@given(st.integers())
@settings(deadline=None, max_examples=50)
def test_prefix_keeps_the_order_of_each_file(seed: int) -> None:
    """No later write of a file reaches the card without the earlier ones."""
    card = busy_card()
    kept = prefix(card.pending, Random(seed))
    for change in card.pending:
        same = [
            other
            for other in card.pending
            if isinstance(other, Data) and isinstance(change, Data) and other.inode is change.inode
        ]
        assert [other in kept for other in same] == sorted((other in kept for other in same), reverse=True)


@given(st.integers(0, 5000), st.binary(min_size=1, max_size=3000))
@settings(deadline=None, max_examples=50)
def test_sectors_are_the_whole_write(offset: int, content: bytes) -> None:
    """A write whose sectors all reach the card is the write, and no sector crosses a sector's border."""
    parts = list(sectors(Data(Inode(), offset, content), 1.0, Random(1)))
    assert b"".join(part.content for part in parts) == content
    assert all(part.offset // SECTOR_BYTES == (part.offset + len(part.content) - 1) // SECTOR_BYTES for part in parts)
