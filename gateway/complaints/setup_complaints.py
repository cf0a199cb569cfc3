"""``/atur/pengaduan``: how long each step of a complaint may take, and of what people complain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from gateway.choices.kinds_form import KindsForm
from gateway.choices.section import Section
from gateway.complaints.choices import FILE, ComplaintRules


class ComplaintForm(KindsForm):
    """The rules of complaints."""

    path = after = "/atur/pengaduan"
    title = "Pengaduan"
    labels: Mapping[str, str] = {
        "forward_days": "Hari kerja sampai diteruskan",
        "answer_days": "Hari kerja sampai dijawab",
        "regency_days": "Hari kerja sampai kabupaten menjawab",
        "close_days": "Hari kerja tanpa kabar sampai ditutup",
        "own": "Jenis tambahan dari balai ini",
    }
    section: ClassVar[type[Section]] = ComplaintRules
    figures: ClassVar[Sequence[str]] = ("forward_days", "answer_days", "regency_days", "close_days")
    file: ClassVar[Path] = FILE
