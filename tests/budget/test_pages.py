"""The budget as a treasurer brings it in and people read it: browsers without scripts on a whole hall."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from gateway.budget.reading import EXAMPLE, read_budgets
from gateway.hall import Hall
from gateway.people.model import Role
from gateway.settings import Settings
from tests.support.hall_process import write_settings
from tests.support.portal import PIN
from tests.support.setting_up import fields_of, sign_in

PATH = "/atur/anggaran"


@pytest.fixture(scope="module")
def head(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Sign in as the head of a whole hall."""
    with Hall(Settings.load(write_settings(tmp_path_factory.mktemp("hall"), devices=False))) as running:
        running.people.add_officer("Siti", PIN, Role.HEAD)
        with httpx.Client(base_url=running.address, timeout=20, trust_env=False) as client:
            sign_in(client)
            yield client


def sent(client: httpx.Client, act: str, text: str = "", file: str = "") -> httpx.Response:
    """Send the form as a browser does."""
    form = {**fields_of(client.get(PATH).text), "text": text, "act": act}
    return client.post(PATH, data=form, files={"file": ("apbdes.csv", file.encode())})


def test_from_the_template_to_the_villagers_and_back(head: httpx.Client) -> None:
    """Downloaded, judged, mended, shown as bars and table, downloaded again the same, and taken away."""
    assert "belum ditampilkan" in head.get("/anggaran").text
    template = head.get(f"{PATH}/contoh.csv").content.decode("utf-8-sig")
    wrong = sent(head, "look", file=template.replace("800.000.000", "delapan ratus juta"))
    assert ("Baris 5" in wrong.text, "Anggaran harus jumlah rupiah" in wrong.text, "Tampilkan kepada warga" in wrong.text) == (
        True,
        True,
        False,
    )
    looked = sent(head, "look", file=template.replace("800.000.000", "790.000.000"))
    assert "2 Pembangunan desa: tertulis Rp790.000.000, rinciannya Rp800.000.000, selisih -Rp10.000.000." in looked.text
    assert head.get("/anggaran/2026").status_code == 404
    assert [sent(head, "save", text=template).status_code for _ in range(2)] == [303, 303]
    page = head.get("/anggaran").text
    assert ("Rp1.500.000.000" in page, "Ada angka yang belum cocok" in page, 'href="/anggaran"' in head.get("/desa").text) == (
        True,
        False,
        True,
    )
    widths = re.findall(r'class="planned" width="([\d.]+)"', page.split('id="spending"')[1])
    assert widths[:4] == ["56.25", "100.0", "18.75", "18.75"]
    assert read_budgets(head.get("/anggaran/2026.csv").text).budgets == read_budgets(EXAMPLE).budgets
    assert sent(head, "remove-2026").status_code == 303
    assert (head.get("/anggaran/2026").status_code, head.get("/anggaran/2026.csv").status_code) == (404, 404)


def test_what_cannot_be_used_is_not_shown(head: httpx.Client) -> None:
    """Saved without looking, with a fault or with nothing: told, and nothing is shown."""
    assert [sent(head, "save", text=text).status_code for text in ("", "x", EXAMPLE.replace("2026", "26"))] == [422] * 3
    assert "belum ditampilkan" in head.get("/anggaran").text
