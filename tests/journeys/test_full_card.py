"""A card that is full: refused in words, nothing half-done, and well again by itself when there is room."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from gateway.errors import Refusal
from gateway.hall import Hall
from gateway.settings import Settings
from tests.support.hall_process import HallProcess, write_settings

SIZE_MB = 4


@pytest.fixture
def small_card(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with room for a few tickets, at the hall's data folder."""
    card = tmp_path / "data"
    card.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m", "tmpfs", str(card)], check=False, capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip("only root may mount a small file system")
    yield card
    subprocess.run(["umount", "--lazy", str(card)], check=True)


def test_a_full_card_refuses_in_words_and_recovers_by_itself(small_card: Path) -> None:
    """Nothing is acknowledged that is not stored; pages that only read go on; room brings everything back."""
    with HallProcess(write_settings(small_card.parent, devices=False)) as hall, httpx.Client(base_url=hall.address) as client:

        def take(key: str) -> httpx.Response:
            return client.post("/api/v1/tickets", json={"line": "administrasi"}, headers={"Idempotency-Key": key})

        assert take("before-full").json()["number"] == "A-001"
        filler = small_card / "filler"
        with filler.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 4096)
            except OSError:
                os.fsync(file.fileno())
        answers = [take(f"while-full-{number}") for number in range(40)]
        refused = [answer for answer in answers if answer.status_code != 201]
        given = [answer.json()["number"] for answer in answers if answer.status_code == 201]
        assert refused, "the card was not full"
        assert {(answer.status_code, answer.json()["code"]) for answer in refused} == {(503, "storage-full")}
        assert all("retry-after" in answer.headers for answer in refused)
        assert client.get("/").status_code == 200
        assert client.get("/kesehatan").status_code == 200
        filler.unlink()
        assert take("after-full").json()["number"] == f"A-{len(given) + 2:03}"


def test_new_numbers_stop_before_the_card_is_full(small_card: Path) -> None:
    """With only the reserve left nobody gets a new number, and whoever has one is still called."""
    with Hall(Settings.load(write_settings(small_card.parent, devices=False))) as hall:
        hall.tickets.issue("administrasi", origin="phone")
        card = os.statvfs(small_card)
        spare_bytes = card.f_bavail * card.f_frsize - SIZE_MB * 1024**2 // 25
        (small_card / "filler").write_bytes(bytes(spare_bytes))
        with pytest.raises(Refusal) as refused:
            hall.tickets.issue("administrasi", origin="phone")
        assert refused.value.code == "storage-full"
        assert hall.tickets.call_next("1").number == "A-001"
        (small_card / "filler").unlink()
        assert hall.tickets.issue("administrasi", origin="phone").number == "A-002"
