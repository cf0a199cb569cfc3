"""The whole hall: a clerk calls, the loudspeaker speaks, and a hall that is asked to stop does not finish its sentence."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gateway.hall import Hall
from gateway.settings import Settings
from tests.support.hall_process import write_settings
from tests.support.waiting import until

pytestmark = pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")


def test_a_call_is_spoken_and_a_stop_is_heard_at_once(tmp_path: Path) -> None:
    """Two counters call at once: the first sentence is being said, the second waits for it, and the stop waits for neither."""
    with Hall(Settings.load(write_settings(tmp_path))) as hall:
        for line in ("administrasi", "bantuan"):
            hall.tickets.issue(line, origin="phone")
        hall.tickets.call_next("1")
        hall.tickets.call_next("2")
        assert until(lambda: hall.voice.saying == "Nomor antrean A, kosong kosong satu, silakan menuju loket satu")
        [speaker] = hall.devices.of_kind("simulated-speaker")
        assert (speaker.speaking, speaker.count) == (hall.voice.saying, 0)
        hall.stop()
        assert (speaker.count, speaker.speaking, hall.voice.saying) == (0, "", "")
