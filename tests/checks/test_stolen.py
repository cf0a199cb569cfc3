"""The checks of what a stolen card tells: where the hall's key is, and whether memory is written to the card."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateway.checks.finding import Level
from gateway.checks.sealing import check_sealing
from gateway.checks.swap import check_swap


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"mode": "tpm"}, [(Level.GOOD, "cip TPM: kartu yang dicuri tidak membuka apa pun")]),
        ({"mode": "otp"}, [(Level.GOOD, "memori OTP Pi ini")]),
        ({"mode": "file"}, [(Level.GOOD, "mode lemah")]),
        ({"mode": "file", "burnable": True}, [(Level.WARNING, "masih kosong")]),
        ({"mode": "file", "silent": "tpm"}, [(Level.BROKEN, "tidak menjawab (cip TPM)")]),
        ({"mode": "otp", "locked": 3}, [(Level.BROKEN, "3 catatan"), (Level.GOOD, "OTP")]),
        ({"mode": "otp", "paper": False}, [(Level.GOOD, "OTP"), (Level.WARNING, "belum dicetak")]),
        ({"mode": "otp", "paper": False, "is_empty": True}, [(Level.GOOD, "OTP")]),
        ({"mode": "otp", "key_lost": True}, [(Level.BROKEN, "Berkas kunci balai rusak"), (Level.GOOD, "OTP")]),
    ],
)
def test_sealing(facts: dict[str, Any], said: list[tuple[Level, str]]) -> None:
    """Each place of the key, each way to be locked out; a remedy exactly where something can be done."""
    found = check_sealing(**facts)
    assert [one.level for one in found] == [level for level, _ in said]
    assert [words for one, (_, words) in zip(found, said, strict=True) if words not in one.sentence] == []
    assert [bool(one.remedy) for one in found] == [level > 0 for level, _ in said]


HEAD = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"


@pytest.mark.parametrize(
    ("swaps", "most", "level"),
    [
        (HEAD, None, Level.GOOD),
        (HEAD + "/dev/zram0 partition 1 0 100\n", None, Level.GOOD),
        (HEAD + "/dev/zram0 partition 1 0 100\n/var/swap file 1 0 -2\n", None, Level.WARNING),
        (HEAD + "/var/swap file 1 0 -2\n", "max", Level.WARNING),
        (HEAD + "/var/swap file 1 0 -2\n", "0", Level.GOOD),
        ("", None, Level.GOOD),
    ],
)
def test_swap(tmp_path: Path, swaps: str, most: str | None, level: Level) -> None:
    """Swap on the card is told, unless the kernel keeps the hall out of it; compressed memory is none."""
    (tmp_path / "swaps").write_text(swaps)
    (tmp_path / "own").write_text("0::/system.slice/balai-gateway.service\n")
    group = tmp_path / "groups" / "system.slice" / "balai-gateway.service"
    group.mkdir(parents=True)
    if most is not None:
        (group / "memory.swap.max").write_text(most + "\n")
    found = check_swap(tmp_path / "swaps", tmp_path / "own", tmp_path / "groups")
    assert (found.level, bool(found.remedy)) == (level, level is not Level.GOOD)
