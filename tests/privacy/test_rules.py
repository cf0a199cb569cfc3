"""Sealing, the paper key and the chained log, as rules."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.privacy import audit
from gateway.privacy.audit import BEGINNING, Broken, Entry, head_after
from gateway.privacy.recovery import SIGNS, Misspelled, make_recovery_key, read_spelled, spell
from gateway.privacy.sealing import bond_of, open_version, seal_version
from gateway.relay.sealing import PIECE_BYTES, Unsealable

BOND = bond_of("3510012001", "request", "17", 3)


@settings(deadline=None)
@given(st.binary(max_size=200) | st.integers(0, 3 * PIECE_BYTES).map(bytes), st.integers())
def test_a_version_comes_back_whole(content: bytes, seed: int) -> None:
    """Of any length; two versions have two keys, and none of the content stands in the ciphertext."""
    random = Random(seed)
    key, ciphertext = seal_version(content, BOND, random.randbytes)
    other, _ = seal_version(content, BOND, random.randbytes)
    assert (open_version(ciphertext, key, BOND), key != other) == (content, True)
    assert len(content) < 8 or content not in ciphertext


@settings(deadline=None)
@given(
    st.tuples(st.sampled_from(["3510012001", "3510012002"]), st.sampled_from(["request", "complaint"]), st.sampled_from(["17", "17/3", "1"]), st.integers(1, 4))
)  # fmt: skip
def test_a_version_opens_as_itself_only(place: tuple[str, str, str, int]) -> None:
    """Hall, kind, record and version are bound in: none can be shown in another's place."""
    key, ciphertext = seal_version(b"isi", BOND, Random(1).randbytes)
    if bond_of(*place) == BOND:
        assert open_version(ciphertext, key, bond_of(*place)) == b"isi"
    else:
        with pytest.raises(Unsealable):
            open_version(ciphertext, key, bond_of(*place))


@settings(deadline=None)
@given(st.data())
def test_one_turned_bit_is_noticed(data: st.DataObject) -> None:
    """Anywhere in the ciphertext."""
    key, ciphertext = seal_version(b"sepuluh angka", BOND, Random(2).randbytes)
    at = data.draw(st.integers(0, 8 * len(ciphertext) - 1))
    spoilt = bytearray(ciphertext)
    spoilt[at // 8] ^= 1 << at % 8
    with pytest.raises(Unsealable):
        open_version(bytes(spoilt), key, BOND)


def _raw(key: X25519PrivateKey) -> bytes:
    return key.private_bytes_raw()


@settings(deadline=None)
@given(st.binary(min_size=32, max_size=32), st.booleans())
def test_a_key_on_paper_is_read_as_it_was_printed(raw: bytes, small: bool) -> None:
    """However it is spaced, in small letters or large, with an O for a nought and an L for a one."""
    told = spell(X25519PrivateKey.from_private_bytes(raw))
    typed = told.replace("0", "O").replace("1", "l").replace(" ", "-" if small else "  ")
    assert [_raw(read_spelled(one)) for one in (told, typed.lower() if small else typed)] == [raw, raw]
    assert ([len(group) for group in told.split()], set(told) <= {*SIGNS, " "}) == ([4] * 14, True)


@settings(deadline=None)
@given(st.integers(), st.integers(0, 55), st.sampled_from(SIGNS))
def test_a_slip_of_the_pen_is_found(seed: int, place: int, sign: str) -> None:
    """One wrong letter, and a letter too few: nobody opens the wrong drawer."""
    letters = spell(make_recovery_key(Random(seed).randbytes)).replace(" ", "")
    wrong = letters[:place] + sign + letters[place + 1 :]
    if wrong != letters:
        with pytest.raises(Misspelled):
            read_spelled(wrong)
    for typed in (letters[1:], letters[:-1] + "!", ""):
        with pytest.raises(Misspelled):
            read_spelled(typed)


_entries = st.lists(
    st.builds(Entry, st.just(0), st.text(max_size=5), st.text(max_size=5), st.sampled_from(["seal", "open"]), *[st.text(max_size=4)] * 2, st.integers(0, 9), st.text(max_size=5)),
    min_size=2,
    max_size=8,
)  # fmt: skip


def _chained(entries: list[Entry]) -> list[tuple[Entry, str]]:
    head, log = BEGINNING, []
    for number, entry in enumerate(entries, 1):
        numbered = replace(entry, seq=number)
        head = head_after(head, numbered)
        log.append((numbered, head))
    return log


@settings(deadline=None)
@given(_entries, st.data())
def test_a_changed_log_is_noticed(entries: list[Entry], data: st.DataObject) -> None:
    """An entry that is altered, taken away or moved breaks the chain; a log cut off behind has another head."""
    log = _chained(entries)
    assert audit.verify(log) == log[-1][1]
    at = data.draw(st.integers(0, len(log) - 2))
    entry, head = log[at]
    spoilt = (
        [*log[:at], (replace(entry, who=entry.who + "x"), head), *log[at + 1 :]],
        [*log[:at], *log[at + 1 :]],
        [*log[:at], log[at + 1], log[at], *log[at + 2 :]],
    )
    for one in spoilt:
        with pytest.raises(Broken):
            audit.verify(one)
    assert audit.verify(log[:-1]) != log[-1][1]
