"""The rules of proofs: nothing in one can be changed, and a name is known again however it is typed."""

from __future__ import annotations

import string
from datetime import date

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from gateway.proof.proof import ROUNDS, Told, Unproven, bare_name, check_name, prove, read_proof

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
SALT = bytes(range(12))
TOLD = Told("3510012001", "510/012/429.510/2026", date(2026, 11, 23), "Surat Keterangan Usaha (SKU)")
NAME = check_name("Siti Aminah", SALT)
PROOF = prove(TOLD, NAME, KEY)


@given(
    st.text(min_size=1, max_size=40), st.text(min_size=1, max_size=60), st.dates(date(2000, 1, 1), date(2199, 12, 31)),
    st.from_regex("[0-9]{10}", fullmatch=True),
)  # fmt: skip
def test_what_was_proved_is_read(number: str, kind: str, on: date, hall: str) -> None:
    """Whatever number and kind: the proof says it, its hall has signed it, no other has; a whole address is read too."""
    number, kind = (text.encode("utf-8", "ignore").decode() or "x" for text in (number, kind))
    told = Told(hall, number, on, kind)
    proof = read_proof("https://periksa.example/surat#" + prove(told, NAME, KEY))
    assert (proof.told, proof.is_signed_by(KEY.public_key()), proof.is_signed_by(OTHER.public_key())) == (told, True, False)


@given(st.integers(0, len(PROOF) - 1), st.sampled_from(string.ascii_letters + string.digits + "-_."))
def test_no_sign_of_a_proof_can_be_changed(at: int, sign: str) -> None:
    """One other letter anywhere: it is no proof any more, or not signed. The bits that base64 leaves over are none of it."""
    forged = PROOF[:at] + sign + PROOF[at + 1 :]
    try:
        proof = read_proof(forged)
    except Unproven:
        return
    same = read_proof(PROOF)
    assert not proof.is_signed_by(KEY.public_key()) or (proof.told, proof.name, proof.key, proof.signature) == (
        same.told,
        same.name,
        same.key,
        same.signature,
    )


@pytest.mark.parametrize("typed", ["siti aminah", "SITI  AMINAH", " Siti Amínah ", "Siti.Aminah"])
def test_a_name_is_known_however_it_is_typed(typed: str) -> None:
    """Capitals, spaces, points and accents do not count."""
    assert read_proof(PROOF).name.fits(typed)


@pytest.mark.parametrize("typed", ["Siti Aminahh", "Siti", "Siti Aminuh", "", "Aminah Siti"])
def test_another_name_is_none(typed: str) -> None:
    """Every letter counts, and their order."""
    assert not read_proof(PROOF).name.fits(typed)


@given(st.text(max_size=40))
def test_a_bare_name_stays_as_it_is(name: str) -> None:
    """Reading it again changes nothing."""
    assert bare_name(bare_name(name)) == bare_name(name)


@pytest.mark.parametrize(
    "text", ["", "#", "halo", "1.2.3", PROOF[:-1], PROOF + ".x", "2" + PROOF[1:], PROOF.replace(".20261123.", ".20261340.")]
)
def test_anything_else_is_no_proof(text: str) -> None:
    """Whatever was scanned or pasted is answered."""
    with pytest.raises(Unproven):
        read_proof(text)


def test_the_page_counts_as_the_hall_does() -> None:
    """The browser's rounds are those of the hall: the figure stands in both."""
    from gateway.proof.page import verifier_page  # noqa: PLC0415 - beside what it is about

    assert f"iterations: {ROUNDS}" in verifier_page()
