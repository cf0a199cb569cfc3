"""What the centre tells verifiers: every hall's keys, and letters that count no more; from either kind of database."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from gateway.proof.page import HallKey
from provisioning.centre.opening import open_database
from provisioning.centre.verifying import ISSUED, KEY, VOIDED, hall_keys, withdrawn
from provisioning.cli import main

ONE, OTHER = "3510012001", "3510012002"


def key(hall: str, name: str, village: str) -> tuple[str, str, str]:
    """Return that a hall signs with a key."""
    return hall, KEY, json.dumps({"key": name, "public": "A" * 43, "village": village})


def test_a_hall_has_every_key_that_it_has_told() -> None:
    """A former key stays good unless it is revoked; what the village calls itself last counts."""
    facts = [
        key(OTHER, "00000002", "Desa B"),
        key(ONE, "00000001", "Desa A"),
        key(ONE, "00000003", "Desa A"),
        key(ONE, "00000001", "Desa AA"),
    ]
    assert hall_keys(facts, {"00000003"}) == [
        HallKey(ONE, "00000001", "A" * 43, "Desa AA"),
        HallKey(ONE, "00000003", "A" * 43, "Desa A", revoked=True),
        HallKey(OTHER, "00000002", "A" * 43, "Desa B"),
    ]


def test_a_letter_that_counts_no_more_is_named_by_its_hall() -> None:
    """Replaced by another, or by nothing; the same number in another hall is another letter."""
    facts = [
        (ONE, ISSUED, json.dumps({"number": "1"})),
        (ONE, ISSUED, json.dumps({"number": "2", "replaces": "1"})),
        (OTHER, ISSUED, json.dumps({"number": "1"})),
        (OTHER, VOIDED, json.dumps({"number": "1"})),
    ]
    assert withdrawn(facts) == {ONE: {"1": "2"}, OTHER: {"1": ""}}


def test_the_page_is_written_before_any_hall_has_spoken(address: str, tmp_path: Path) -> None:
    """An empty list, whole files that anybody may read, and nothing else; again over the former ones."""
    open_database(address).close()
    out = tmp_path / "page"
    for _ in range(2):
        made = CliRunner().invoke(main, ["centre", "verifier", "--database", address, "--out", str(out)])
        assert (made.exit_code, "0 balai, 0 kunci, 0 surat" in made.output) == (0, True), made.output
    assert {file.name: file.stat().st_mode & 0o777 for file in out.iterdir()} == {"index.html": 0o644, "kunci.js": 0o644}
