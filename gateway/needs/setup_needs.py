"""``/atur/warga-butuh-bantuan``: until when the village's team goes somewhere, and what a neighbour may need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from gateway.choices.kinds_form import KindsForm
from gateway.choices.section import Section
from gateway.needs.choices import FILE, NeedRules


class NeedForm(KindsForm):
    """The rules of the poverty desk."""

    path = after = "/atur/warga-butuh-bantuan"
    title = "Warga butuh bantuan"
    labels: Mapping[str, str] = {
        "urgent_days": "Hari sampai yang segera didatangi",
        "visit_days": "Hari kerja sampai kunjungan pertama",
        "again_days": "Hari kerja sampai dikunjungi lagi",
        "own": "Jenis tambahan dari balai ini",
    }
    section: ClassVar[type[Section]] = NeedRules
    figures: ClassVar[Sequence[str]] = ("urgent_days", "visit_days", "again_days")
    file: ClassVar[Path] = FILE
