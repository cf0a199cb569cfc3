"""The pages of the voice on a real hall: choices that are heard, recordings that are examined, and only for who sets up."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

import httpx
import pytest

from gateway.hall import Hall
from gateway.people.model import Role
from gateway.settings import Settings
from gateway.voice import sound
from gateway.voice.choices import VoiceChoices
from gateway.voice.recordings import LARGEST_BYTES
from gateway.voice.speech import NumberStyle
from tests.support.hall_process import gateway, write_settings
from tests.support.voices import spoken
from tests.support.waiting import until

PIN = "739164"
CHOSEN = {"act": "save", "on": "1", "language-1": "id", "numbers": "digits", "chime": "1", "repeat": "1"}

needs_espeak = pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """A hall with a speaker, a head of office and a clerk."""
    settings = Settings.load(write_settings(tmp_path_factory.mktemp("hall")))
    with Hall(settings, randomness=Random(5)) as running:
        running.people.add_officer("Siti", PIN, Role.HEAD)
        running.people.add_officer("Budi", PIN, Role.CLERK)
        yield running


@contextmanager
def signed_in(hall: Hall, name: str) -> Iterator[httpx.Client]:
    """Open the browser of an officer."""
    with httpx.Client(base_url=hall.address, timeout=20, trust_env=False) as client:
        assert client.post("/masuk", data={"officer": name, "pin": PIN}).status_code == 303
        yield client


@pytest.fixture
def head(hall: Hall) -> Iterator[httpx.Client]:
    """The head's browser; the hall's choices are the defaults."""
    hall.choices.change(VoiceChoices())
    with signed_in(hall, "Siti") as client:
        yield client


def send(client: httpx.Client, path: str, fields: dict[str, str], wav: bytes | None = None) -> httpx.Response:
    """Send a form of the page ``path``, with the mark that makes it the page's own."""
    mark = re.search(r'name="csrf" value="([0-9a-f]+)"', client.get(path).text)
    assert mark is not None
    files = None if wav is None else {"recording": ("suara.wav", wav, "audio/wav")}
    return client.post(path, data={**fields, "csrf": mark[1]}, files=files)


def test_a_stranger_is_led_to_the_door_and_a_clerk_is_told_whom_to_ask(hall: Hall) -> None:
    """Neither sees, hears or changes anything."""
    paths = ("/atur/suara", "/atur/suara/jv", "/atur/suara/contoh.wav", "/atur/suara/jv/antrean.wav")
    with httpx.Client(base_url=hall.address, trust_env=False) as stranger, signed_in(hall, "Budi") as clerk:
        assert [stranger.get(path).status_code for path in paths] == [303] * 4
        assert [clerk.get(path).status_code for path in paths] == [403] * 4
        assert [clerk.post(path, data=CHOSEN).status_code for path in paths[:2]] == [403] * 2
        assert stranger.post("/atur/suara/jv", files={"recording": b"x" * 100_000}).status_code == 303
    assert hall.choices.current(VoiceChoices) == VoiceChoices()


def test_what_is_chosen_counts_at_once(hall: Hall, head: httpx.Client) -> None:
    """Languages in their order, one chosen twice once, and everything that was unticked off."""
    wish = {**CHOSEN, "language-1": "jv", "language-2": "id", "language-3": "jv", "numbers": "number", "repeat": "2"}
    del wish["chime"]
    answer = send(head, "/atur/suara", wish)
    assert (answer.status_code, answer.headers["location"]) == (303, "/atur/suara?selesai=tersimpan")
    chosen = VoiceChoices(languages=("jv", "id"), numbers=NumberStyle.NUMBER, chime=False, repeat=2)
    assert hall.choices.current(VoiceChoices) == chosen
    page = head.get(answer.headers["location"]).text
    assert "Tersimpan." in page
    assert "Nomer antrean A, kalih welas, sumangga dhateng loket setunggal." in page
    assert "belum dapat diucapkan" in page


@pytest.mark.parametrize("wrong", [{"language-1": "nl"}, {"language-1": ""}, {"numbers": "loud"}, {"repeat": "9"}])
def test_a_choice_that_is_none_is_refused_on_the_page(hall: Hall, head: httpx.Client, wrong: dict[str, str]) -> None:
    """With a sentence, and nothing is changed."""
    answer = send(head, "/atur/suara", {**CHOSEN, **wrong})
    assert (answer.status_code, 'role="alert"' in answer.text) == (422, True)
    assert hall.choices.current(VoiceChoices) == VoiceChoices()


def test_a_form_of_another_site_changes_nothing(hall: Hall, head: httpx.Client) -> None:
    """Neither choices nor recordings."""
    assert head.post("/atur/suara", data={**CHOSEN, "repeat": "3"}).status_code == 403
    assert head.post("/atur/suara/jv", data={"clip": "antrean"}, files={"recording": spoken()}).status_code == 403
    assert (hall.choices.current(VoiceChoices), hall.voice.announcer.shelf.clip("jv", "antrean")) == (VoiceChoices(), None)


def test_a_recording_is_put_in_place_heard_and_removed(hall: Hall, head: httpx.Client) -> None:
    """From the telephone to the shelf, larger than any other form may be."""
    wav = spoken(1.5, rate_hz=48_000, channels=2)
    assert len(wav) > 300_000
    answer = send(head, "/atur/suara/osi", {"clip": "angka-2", "act": "put"}, wav)
    assert (answer.status_code, answer.headers["location"]) == (303, "/atur/suara/osi#angka-2")
    assert "1 dari 17 rekaman ada" in head.get("/atur/suara/osi").text
    heard = head.get("/atur/suara/osi/angka-2.wav")
    assert sound.from_wav(heard.content) == hall.voice.announcer.shelf.clip("osi", "angka-2")
    send(head, "/atur/suara/osi", {"clip": "angka-2", "act": "remove"})
    assert head.get("/atur/suara/osi/angka-2.wav").status_code == 404


@pytest.mark.parametrize(
    ("wav", "status", "said"),
    [
        (spoken(level=0.004), 422, "Bicara lebih dekat"),
        (spoken(gain=8, after_s=0), 422, "pecah"),
        (b"ID3 no wav", 422, "bukan berkas WAV yang utuh"),
        (b"", 422, "bukan berkas WAV yang utuh"),
        (bytes(LARGEST_BYTES + 100_000), 413, "Kiriman terlalu besar"),
    ],
    ids=["soft", "two-faults", "mp3", "nothing", "huge"],
)
def test_a_bad_recording_is_told_what_to_do(hall: Hall, head: httpx.Client, wav: bytes, status: int, said: str) -> None:
    """Beside its words, and nothing is kept."""
    answer = send(head, "/atur/suara/mad", {"clip": "loket", "act": "put"}, wav)
    assert (answer.status_code, said in answer.text) == (status, True)
    assert hall.voice.announcer.shelf.clip("mad", "loket") is None


def test_a_name_that_is_no_clip_is_refused(head: httpx.Client) -> None:
    """Nothing can be put where no call would look for it."""
    for name in ("../../hall", "nomor", ""):
        assert send(head, "/atur/suara/mad", {"clip": name, "act": "put"}, spoken()).status_code == 404
    assert [head.get(f"/atur/suara/{language}").status_code for language in ("nl", "cache")] == [404, 404]


def test_the_command_lists_what_the_page_lists(hall: Hall, head: httpx.Client) -> None:
    """A running hall says which letters, counters and number words its calls can need."""
    send(head, "/atur/suara", {**CHOSEN, "numbers": "number"})
    settings = hall.settings.data.directory.parent / "hall.toml"
    listed = gateway("voice", "list", "--language", "jv", "--config", str(settings)).stdout
    page = head.get("/atur/suara/jv").text
    assert re.findall(r"^. (\S+)\.wav", listed, re.MULTILINE) == re.findall(r'class="card clip" id="([a-z0-9-]+)"', page)
    assert "0 dari 45 rekaman ada" in listed


@needs_espeak
def test_the_example_is_heard_in_the_hall_and_in_the_hand(hall: Hall, head: httpx.Client) -> None:
    """The speaker in the hall begins to say it, and the page gives it to the telephone."""
    assert send(head, "/atur/suara", {"act": "try"}).headers["location"] == "/atur/suara?selesai=terdengar"
    assert until(lambda: hall.voice.saying == "Nomor antrean A, kosong satu dua, silakan menuju loket satu")
    assert head.get("/atur/suara/contoh.wav").content[:4] == b"RIFF"


def test_without_a_voice_or_a_speaker_the_page_says_why(hall: Hall, head: httpx.Client) -> None:
    """A language that nobody has recorded, and a plug that is pulled."""
    hall.choices.change(VoiceChoices(languages=("mad",)))
    answer = send(head, "/atur/suara", {"act": "try"})
    assert (answer.status_code, "Tidak ada suara untuk bahasa yang dipilih." in answer.text) == (409, True)
    assert "Bahasa yang rekamannya belum lengkap" in head.get("/kesehatan").text
