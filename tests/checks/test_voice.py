"""The check of the voice says what is wrong only when something is, and what would really help."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.checks import voice
from gateway.checks.finding import Verdict
from gateway.checks.voice import check_voice

WELL: dict[str, Any] = {"speakers": 1, "on": True, "program": True, "spoken": ["Bahasa Indonesia"], "left_out": []}


@pytest.mark.parametrize(
    ("so", "verdict"),
    [
        ({}, voice.GOOD),
        ({"speakers": 0, "program": False, "spoken": []}, voice.NO_SPEAKER),
        ({"on": False, "program": False, "spoken": []}, voice.OFF),
        ({"program": False, "spoken": [], "left_out": ["Bahasa Indonesia"]}, voice.NO_PROGRAM),
        ({"program": True, "spoken": [], "left_out": ["Basa Jawa"]}, voice.LEFT_OUT),
        ({"left_out": ["Basa Using"]}, voice.LEFT_OUT),
        ({"program": False, "spoken": ["Basa Jawa"], "left_out": ["English"]}, voice.LEFT_OUT),
    ],
)
def test_each_state_has_its_sentence(so: dict[str, Any], verdict: Verdict) -> None:
    """A hall without a speaker or with its voice off is well; a missing program is told only where it is what is missing."""
    assert check_voice(**{**WELL, **so}).verdict == verdict


def test_the_languages_are_named() -> None:
    """Whoever reads it knows which recordings to complete."""
    assert check_voice(**{**WELL, "left_out": ["Basa Jawa", "Basa Using"]}).sentence == (
        "Bahasa yang rekamannya belum lengkap tidak diucapkan: Basa Jawa, Basa Using."
    )
