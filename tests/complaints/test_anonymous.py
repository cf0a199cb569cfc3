"""Without a name means without a name: nothing in the hall's files or its log leads to whoever complained.

The hall runs whole. A named complaint, and a leak made on purpose, are the controls.
"""

from __future__ import annotations

import logging
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from PIL import Image

from gateway.hall import Hall
from gateway.settings import Settings
from tests.complaints.browsing import hidden
from tests.support.clock import FakeClock
from tests.support.hall_process import write_settings

ADDRESS, BROWSER, SESSION = "10.66.77.88", "Mozilla/5.0 (Linux; Android 9; Kenari-7731)", "kukis-rahasia-5521"
WORDS = "Uang bantuan dipotong oleh perangkat di dusun Sumber."


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    """Run a whole hall behind a front server, which tells it each visitor's address."""
    path = write_settings(tmp_path, devices=False)
    path.write_text(path.read_text().replace("[portal]", '[portal]\ntrusted_proxies = ["127.0.0.1"]'))
    clock = FakeClock()
    clock.advance(4567.891)  # 09.16.07: no time of day that anything else would have
    with Hall(Settings.load(path), clock=clock) as running:
        yield running


def _complain(hall: Hall, **more: str) -> None:
    """Complain as a phone does, then come back with the code, write again and send a photograph."""
    headers = {"user-agent": BROWSER, "x-real-ip": ADDRESS}
    with httpx.Client(base_url=hall.address, timeout=20, trust_env=False, headers=headers, cookies={"nomor": SESSION}) as phone:
        form = {
            "key": hidden(phone.get("/pengaduan").text, "key"),
            "jenis": "bantuan",
            "cerita": WORDS,
            "tempat": "Sumber",
            **more,
        }
        page = phone.post("/pengaduan", data=form)
        code = re.findall(r'id="code">([0-9A-Z-]+)<', page.text)[0]
        thread = phone.post("/pengaduan/kode", data={"kode": code})
        assert WORDS in thread.text
        key = hidden(thread.text, "key")
        assert "Masih" in phone.post("/pengaduan/tulis", data={"kode": code, "key": key, "cerita": "Masih"}).text
        taken = Image.new("RGB", (60, 40), "#0b4f6c")
        exif = taken.getexif()
        exif[0x0110] = "Kenari-7731"
        path = hall.settings.data.directory.parent / "foto.jpg"
        taken.save(path, exif=exif)
        photo = phone.post(
            "/pengaduan/foto", data={"kode": code, "key": key}, files={"file": ("IMG_20261123.jpg", path.read_bytes())}
        )
        path.unlink()
        assert "Kirim foto" in photo.text
    hall.village.concerns.complaints.settle()


def _everything(hall: Hall, caplog: pytest.LogCaptureFixture) -> bytes:
    """Return every byte of the hall's files, those of the database's log too, and of the program's own log."""
    folder = hall.settings.data.directory
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_socket()]
    assert any(path.name.endswith("-wal") and path.stat().st_size for path in files)
    # What the test's own browser logs is not the hall's.
    said = [
        f"{one.getMessage()} {one.exc_text or ''}" for one in caplog.records if not one.name.startswith(("httpx", "httpcore"))
    ]
    return b"\n".join([*(path.read_bytes() for path in files), "\n".join(said).encode()])


TRACES = (ADDRESS, "10.66.77", BROWSER, "Kenari", SESSION, "IMG_2026", WORDS, "dipotong", "Sumber")


def _times(hall: Hall) -> set[str]:
    """Return every time of day that the database has beside this complaint, wherever it stands."""
    with closing(sqlite3.connect(f"file:{hall.store.path}?mode=ro", uri=True)) as db:
        found = [str(row[0]) for row in db.execute("SELECT sealed_at FROM sealed_record")]
        found += [str(row[0]) for row in db.execute("SELECT at FROM audit")]
        found += [f"{row[0]} {row[1]}" for row in db.execute("SELECT time, uptime FROM outbox WHERE type LIKE '%complaint%'")]
        found += [str(row[0]) for row in db.execute("SELECT at FROM answers")]
    return set(found)


def test_nothing_leads_to_whoever_complained(hall: Hall, caplog: pytest.LogCaptureFixture) -> None:
    """Neither address, browser, session, camera, words nor time of day is in database, write-ahead log, other files or log."""
    caplog.set_level(logging.INFO)
    _complain(hall)
    raw = _everything(hall, caplog)
    assert [trace for trace in TRACES if trace.encode() in raw] == []
    assert _times(hall) == {"2026-11-23T00:00:00.000+07:00"}


def test_what_has_a_name_is_there_under_seal_with_its_time(hall: Hall, caplog: pytest.LogCaptureFixture) -> None:
    """The control: the same search finds a named complaint's record and when it came, and still no word of it."""
    caplog.set_level(logging.INFO)
    _complain(hall, siapa="nama", nama="Sulastri Wardani", nomor="081234567890")
    raw = _everything(hall, caplog)
    assert (b"complaint-contact" in raw, b"2026-11-23T09:16:07.891+07:00" in raw) == (True, True)
    assert [trace for trace in (*TRACES, "Sulastri", "081234567890") if trace.encode() in raw] == []
    assert any("09:16:07" in time for time in _times(hall))


def test_a_leak_would_be_found(hall: Hall, caplog: pytest.LogCaptureFixture) -> None:
    """The control of the search: an address in an idempotency key, or in a line of the log, is seen."""
    caplog.set_level(logging.INFO)
    with hall.store.transaction() as tx:
        tx.execute("INSERT INTO answers (key, fingerprint, answer, at) VALUES (?, '', '{}', '')", (f"x-{ADDRESS}",))
    logging.getLogger("gateway.complaints").info("event=complaint browser=%s", BROWSER)
    raw = _everything(hall, caplog)
    assert (ADDRESS.encode() in raw, BROWSER.encode() in raw) == (True, True)
