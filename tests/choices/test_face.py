"""The hall's own face: chosen on a page, shown everywhere at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from gateway.choices.desk import Choices
from gateway.choices.face import CurrentFace, HallFace
from gateway.portal.face import Face
from tests.support.clock import FakeClock
from tests.support.portal import RunningPortal, running_portal
from tests.support.setting_up import fields_of, send, sign_in, wrong
from tests.support.store import open_test_store
from tests.support.tickets import WIB

MACHINE = Face("Balai Desa Contoh", address="http://balai.lan")
PATH = "/atur/balai"


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[RunningPortal]:
    """Serve a hall with a head, Siti."""
    with running_portal(tmp_path) as running:
        yield running


@pytest.fixture
def head(hall: RunningPortal) -> Iterator[httpx.Client]:
    """A browser in which the head is signed in."""
    with hall.client() as client:
        sign_in(client)
        yield client


def chosen(hall: RunningPortal) -> HallFace:
    """Return the face as it is chosen."""
    return hall.desk.choices.current(HallFace)


def test_what_is_not_chosen_is_as_the_machine_says() -> None:
    """A hall that has chosen nothing shows what hall.toml says; a choice wins."""
    assert HallFace().over(MACHINE) == Face(
        "Balai Desa Contoh", "id", ("id", "en", "jv", "osi", "mad"), "banyuwangi", "http://balai.lan"
    )
    assert HallFace(name="Balai Kita", language="en").over(MACHINE).name == "Balai Kita"


def test_the_own_language_is_always_offered() -> None:
    """Else nobody could come back to it; languages without a catalogue are not shown."""
    assert [list(Face("x", "en", offered).offered) for offered in (("id",), ("xx", "en", "id"), ())] == [
        ["en", "id"],
        ["en", "id"],
        ["en"],
    ]


def test_a_new_name_is_on_every_page_at_once(hall: RunningPortal, head: httpx.Client) -> None:
    """Hot pages too, even for a phone that has the former one."""
    ticket = f"/t/{hall.issue()}"
    former = {path: head.get(path) for path in ("/", ticket, "/papan", "/kesehatan")}
    assert [head.get(path, headers={"if-none-match": page.headers["etag"]}).status_code for path, page in former.items()] == [
        304
    ] * 4
    assert send(head, PATH, name="  Balai  Desa Kita ").status_code == 303
    for path, page in former.items():
        answer = head.get(path, headers={"if-none-match": page.headers["etag"]})
        assert answer.status_code == 200
        assert "Balai Desa Kita" in answer.text
        assert "Balai Desa Contoh" not in answer.text
    assert chosen(hall) == HallFace(name="Balai Desa Kita", languages=("id", "en", "jv", "osi", "mad"))


def test_a_board_notices_a_new_face(hall: RunningPortal, head: httpx.Client) -> None:
    """Its script loads the page anew when what the hall tells of itself has changed."""
    before = head.get("/papan/isi").json()["version"]
    send(head, PATH, name="Balai Desa Kita")
    assert head.get("/papan/isi").json()["version"] != before


def test_languages_and_their_order_are_chosen(hall: RunningPortal, head: httpx.Client) -> None:
    """The menu follows; a reader of a language that is no longer offered gets the hall's own."""
    send(head, PATH, language="en", place_en="1", place_id="2")
    with hall.client() as client:
        page = client.get("/").text
        assert '<html lang="en">' in page
        assert page.index("bahasa=en") < page.index("bahasa=id")
    send(head, f"{PATH}?bahasa=en", language="en", place_en="1", place_id="")
    with hall.client() as client:
        assert '<html lang="en">' in client.get("/?bahasa=id").text
    assert chosen(hall).languages == ("en", "jv", "osi", "mad")


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": " "}, "name"), ({"name": "x" * 61}, "name"), ({"address": ""}, "address"), ({"address": "balai"}, "address"),
        ({"address": "http://foreign.example"}, "address"), ({"address": "http://balai.lan/x"}, "address"), ({"theme": "../x"}, "theme"),
        ({"place_id": ""}, "languages"), ({"language": "xx"}, "languages"),
    ],
)  # fmt: skip
def test_a_face_with_a_fault_is_kept_as_typed(hall: RunningPortal, head: httpx.Client, typed: dict[str, str], field: str) -> None:
    """The fault stands beside its field, and nothing changes: no slip ever leads to an address the hall does not answer to."""
    before = chosen(hall)
    answer = send(head, PATH, "save", **typed)
    assert answer.status_code == 422
    assert field in wrong(answer.text)
    assert chosen(hall) == before
    name, text = next(iter(typed.items()))
    if name not in {"language", "theme", "place_id"}:
        assert fields_of(answer.text)[name] == text


@pytest.mark.parametrize("address", ["http://192.168.4.1", "http://balai.lan:8080", "HTTP://BALAI.LAN/"])
def test_addresses_that_the_hall_answers_to_are_taken(hall: RunningPortal, head: httpx.Client, address: str) -> None:
    """Its names and its own numbers."""
    assert send(head, PATH, address=address).status_code == 303


def test_a_face_is_read_again_only_after_a_change(tmp_path: Path) -> None:
    """A hundred phones never touch the database; a database that is gone leaves the face as it was."""
    store = open_test_store(tmp_path, FakeClock())
    choices = Choices(store, FakeClock(), WIB)
    face = CurrentFace(choices, MACHINE)
    choices.change(HallFace(name="Satu"))
    assert face().name == "Satu"
    choices.change(HallFace(name="Dua"))
    assert face().name == "Satu"
    face.notice()
    assert face().name == "Dua"
    store.close()
    face.notice()
    assert face().name == "Dua"
