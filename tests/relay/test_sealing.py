"""What is sealed opens for its reader and its bond, whole, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from gateway.relay.sealing import KEY_BYTES, PIECE_BYTES, Bond, Unsealable, make_lock, name_of, seal, unseal, unwrap

BOND = Bond("3510012001", "backup", "backup/7f3a90c2/1")
READER = X25519PrivateKey.from_private_bytes(bytes(range(32)))
DATA_KEY = bytes(KEY_BYTES)
LONG = Random(4).randbytes(3 * PIECE_BYTES)


def opened(pieces: list[bytes], bond: Bond = BOND, data_key: bytes = DATA_KEY) -> bytes:
    """Return what the pieces hold."""
    return b"".join(unseal(pieces, data_key, bond))


@given(st.lists(st.integers(0, 2 * PIECE_BYTES), max_size=5))
def test_a_content_comes_back_however_it_was_handed_over(sizes: list[int]) -> None:
    """Sealing and opening give back every byte, and no piece is longer than a message holds."""
    parts = [Random(size).randbytes(size) for size in sizes]
    pieces = list(seal(parts, DATA_KEY, BOND))
    assert [len(piece) for piece in pieces[:-1]] == [PIECE_BYTES] * (len(pieces) - 1)
    assert len(pieces[-1]) <= PIECE_BYTES
    assert opened(pieces) == b"".join(parts)


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda pieces: pieces[:-1], id="the last piece is missing"),
        pytest.param(lambda pieces: pieces[1:], id="the first piece is missing"),
        pytest.param(lambda pieces: [pieces[1], pieces[0], *pieces[2:]], id="two pieces have changed places"),
        pytest.param(lambda pieces: [*pieces, pieces[-1]], id="a piece came twice"),
        pytest.param(lambda pieces: [*pieces[:-1], pieces[-1][:-1]], id="cut off"),
        pytest.param(lambda pieces: [bytes([pieces[0][0] ^ 1]) + pieces[0][1:], *pieces[1:]], id="one bit has turned"),
        pytest.param(lambda _pieces: [], id="nothing"),
    ],
)
def test_what_is_not_as_it_was_sealed_does_not_open(spoil: Callable[[list[bytes]], list[bytes]]) -> None:
    """A piece that is missing, moved, repeated or altered is noticed."""
    with pytest.raises(Unsealable):
        opened(spoil(list(seal([LONG], DATA_KEY, BOND))))


def test_a_content_opens_for_its_own_bond_only() -> None:
    """Neither another hall nor another subject can be made to look like the owner."""
    pieces = list(seal([b"isi"], DATA_KEY, BOND))
    with pytest.raises(Unsealable):
        opened(pieces, Bond("3510012002", BOND.kind, BOND.subject))


def test_the_data_key_is_unwrapped_by_its_reader_only() -> None:
    """The reader gets the key; another reader, or another bond, gets nothing."""
    lock = make_lock(READER.public_key(), BOND, Random(1).randbytes)
    assert lock.reader == name_of(READER.public_key())
    assert unwrap(lock.wrapped, READER, BOND) == lock.data_key
    with pytest.raises(Unsealable):
        unwrap(lock.wrapped, X25519PrivateKey.from_private_bytes(bytes(32)), BOND)
    with pytest.raises(Unsealable):
        unwrap(lock.wrapped, READER, Bond(BOND.hall, BOND.kind, "backup/7f3a90c2/2"))
    with pytest.raises(Unsealable):
        unwrap(b"", READER, BOND)
