"""The page of announcements as a browser meets it: forms with files, rights, films in pieces."""

from __future__ import annotations

import io
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from PIL import Image

from gateway.bulletin import pictures
from gateway.hall import Hall
from gateway.people.model import Role
from gateway.settings import Settings
from tests.support.hall_process import write_settings

PIN = "739164"
FILM = b"\x00\x00\x00\x18ftypmp42" + bytes(range(256)) * 2000


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    """Run a hall with a head and a clerk."""
    with Hall(Settings.load(write_settings(tmp_path, devices=False))) as running:
        running.people.add_officer("Siti", PIN, Role.HEAD)
        running.people.add_officer("Budi", PIN, Role.CLERK)
        yield running


@contextmanager
def _browser(hall: Hall, officer: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=hall.address, timeout=20, trust_env=False) as client:
        client.post("/masuk", data={"officer": officer, "pin": PIN})
        yield client


def _form(client: httpx.Client, **fields: str) -> dict[str, str]:
    page = client.get("/atur/pengumuman").text
    hidden = {name: re.findall(rf'name="{name}" value="([^"]*)"', page)[0] for name in ("csrf", "key")}
    return {**hidden, **fields}


def _picture() -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (40, 30), "#0b4f6c").save(content, "PNG")
    return content.getvalue()


def test_text_and_picture_reach_the_board_and_go_again(hall: Hall) -> None:
    """Published by the head, asked for by the board, gone when withdrawn."""
    with _browser(hall, "Siti") as client:
        form = _form(client, **{"text-id": "Posyandu Kamis."})
        answers = [client.post("/atur/pengumuman", data=form, files={"file": ("a.png", _picture())}) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [303, 303]
        told = client.get("/papan/isi").json()
        assert (told["texts"], len(told["slides"])) == (["Posyandu Kamis."], 1)
        slide = client.get(told["slides"][0]["address"])
        assert (slide.status_code, slide.headers["content-type"], slide.content[:2]) == (200, "image/jpeg", b"\xff\xd8")
        assert "Posyandu Kamis." in client.get("/papan").text
        assert client.post("/atur/pengumuman/1/cabut", data={"csrf": form["csrf"]}).status_code == 303
        assert client.get(told["slides"][0]["address"]).status_code == 404
        assert client.get("/papan/isi").json()["texts"] == []


def test_an_announcement_is_changed_on_its_page(hall: Hall) -> None:
    """The form is filled as it was made; the picture stays, and goes when that is ticked; what was withdrawn is told."""
    with _browser(hall, "Siti") as client:
        client.post(
            "/atur/pengumuman", data=_form(client, **{"text-id": "Posyandu Kamis."}), files={"file": ("a.png", _picture())}
        )
        page = client.get("/atur/pengumuman/1").text
        assert (">Posyandu Kamis.<" in page, 'name="without"' in page) == (True, True)
        form, nothing = _form(client, **{"text-id": "Posyandu Jumat.", "important": "1"}), {"file": ("", b"")}
        assert client.post("/atur/pengumuman/1", data=form, files=nothing).status_code == 303
        told = client.get("/papan/isi").json()
        assert (told["texts"], len(told["slides"])) == (["Posyandu Jumat."], 1)
        wrong = client.post("/atur/pengumuman/1", data=_form(client, without="1"), files=nothing)
        assert (wrong.status_code, "Pengumuman masih kosong." in wrong.text, 'action="/atur/pengumuman/1"' in wrong.text) == (
            422,
            True,
            True,
        )
        client.post("/atur/pengumuman/1", data=_form(client, without="1", **{"text-id": "Tanpa gambar"}), files=nothing)
        assert client.get("/papan/isi").json()["slides"] == []
        client.post("/atur/pengumuman/1/cabut", data={"csrf": form["csrf"]})
        assert client.get("/atur/pengumuman/1").status_code == 404


def test_a_film_is_kept_as_it_is_and_served_in_pieces(hall: Hall) -> None:
    """A player that asks for the middle gets the middle."""
    with _browser(hall, "Siti") as client:
        client.post("/atur/pengumuman", data=_form(client), files={"file": ("a.mp4", FILM)})
        [slide] = client.get("/papan/isi").json()["slides"]
        part = client.get(slide["address"], headers={"range": "bytes=1000-1099"})
    assert (slide["kind"], part.status_code, part.content, part.headers["content-type"]) == (
        "video",
        206,
        FILM[1000:1100],
        "video/mp4",
    )


def test_only_who_may_set_up_the_hall_announces(hall: Hall) -> None:
    """A clerk is refused, a stranger is sent to sign in, a foreign form is refused; nothing of the file stays."""
    with _browser(hall, "Budi") as clerk:
        assert clerk.get("/atur/pengumuman").status_code == 403
        assert clerk.post("/atur/pengumuman", data={"key": "x"}, files={"file": ("a.png", _picture())}).status_code == 403
    with httpx.Client(base_url=hall.address, timeout=20, trust_env=False) as stranger:
        assert stranger.post("/atur/pengumuman", files={"file": ("a.png", _picture())}).status_code == 303
    with _browser(hall, "Siti") as head:
        form = _form(head, **{"text-id": "Palsu"}) | {"csrf": "wrong"}
        assert head.post("/atur/pengumuman", data=form, files={"file": ("a.png", _picture())}).status_code == 403
    assert hall.village.bulletin.every() == []
    assert [*hall.village.bulletin.album.arrivals.iterdir()] == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--x",
        b"--x\r\nnonsense",
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n\x00half',
        bytes(5000),
    ],
)
def test_a_broken_form_is_told_and_leaves_nothing(hall: Hall, body: bytes) -> None:
    """Whatever a bad connection makes of an upload is refused with a sentence."""
    with _browser(hall, "Siti") as client:
        answer = client.post("/atur/pengumuman", content=body, headers={"content-type": "multipart/form-data; boundary=x"})
    assert (
        answer.status_code in {400, 403},
        hall.village.bulletin.every(),
        [*hall.village.bulletin.album.arrivals.iterdir()],
    ) == (True, [], [])


def test_a_refusal_keeps_what_was_typed(hall: Hall) -> None:
    """The sentence stands on the page of the form, with the words still in it."""
    with _browser(hall, "Siti") as client:
        form = _form(client, **{"text-id": "Kerja bakti", "starts_on": "2026-12-02", "ends_on": "2026-12-01"})
        answer = client.post("/atur/pengumuman", data=form, files={"file": ("", b"")})
    assert (answer.status_code, "Tanggal selesai sebelum tanggal mulai." in answer.text, ">Kerja bakti<" in answer.text) == (
        422,
        True,
        True,
    )


def test_a_film_beyond_the_limit_is_refused_by_its_announcement(hall: Hall) -> None:
    """Not a byte of it is kept, and other pages still take small bodies only."""
    host, port = hall.address.removeprefix("http://").split(":")
    head = f"POST /atur/pengumuman HTTP/1.1\r\nHost: {host}\r\nContent-Length: {2 * pictures.FILM_LIMIT_BYTES}\r\n"
    with socket.create_connection((host, int(port)), 20) as wire:
        wire.sendall(f"{head}Content-Type: multipart/form-data; boundary=x\r\n\r\n".encode())
        assert wire.recv(12) == b"HTTP/1.1 413"
    with _browser(hall, "Siti") as client:
        assert client.post("/atur/papan", files={"file": ("a", bytes(64 * 1024))}).status_code == 413


def test_the_boards_choices_are_changed_on_their_page(hall: Hall) -> None:
    """All lines ticked is all lines, also those that come later; nonsense is told beside the form."""
    with _browser(hall, "Siti") as client:
        csrf = _form(client)["csrf"]
        lines = {f"line-{line}": "1" for line, _ in [(line.id, line.name) for line in hall.view.current.lines]}
        times = {"csrf": csrf, "slide_s": "12", "text_s": "6", "quiet_s": "30"}
        assert client.post("/atur/papan", data={**times, **lines}).status_code == 303
        told = client.get("/papan/isi").json()
        assert (told["slide_s"], told["text_s"], told["quiet_s"], told["lines"]) == (12.0, 6.0, 30.0, [])
        client.post("/atur/papan", data={**times, "line-bantuan": "1"})
        assert client.get("/papan/isi").json()["lines"] == ["bantuan"]
        assert client.post("/atur/papan", data={**times, "slide_s": "nan"}).status_code == 422
