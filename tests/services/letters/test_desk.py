"""Letters in a real store: numbers, what becomes of them, what is sealed, what the centre learns."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from gateway.errors import Refusal
from gateway.services.letters.choices import LetterChoices
from gateway.services.letters.desk import Draft
from gateway.services.letters.key import make_or_load
from gateway.store import backup
from tests.support.letters import CHOSEN, LetterOffice


@pytest.fixture
def office(tmp_path: Path) -> Iterator[LetterOffice]:
    """Open a village whose book of this year begins."""
    made = LetterOffice(tmp_path / "hall")
    yield made
    made.close()


def refused(act: object, *told: object, **more: object) -> str:
    """Return the code with which an act is refused."""
    assert callable(act)
    with pytest.raises(Refusal) as caught:
        act(*told, **more)
    return caught.value.code


def events(office: LetterOffice) -> list[tuple[str, dict[str, object]]]:
    """Return what the centre was told of letters."""
    with office.store.reader() as db:
        rows = db.execute("SELECT type, data FROM outbox WHERE type LIKE 'id.balai.letter.%' ORDER BY position").fetchall()
    return [(kind.removeprefix("id.balai.letter.").removesuffix(".v1"), json.loads(data)) for kind, data in rows]


def test_numbers_follow_the_village_s_rule(office: LetterOffice) -> None:
    """One book for all: the code differs, the running number goes on; the new year begins at one."""
    given = [office.issue("sku").number, office.issue("domisili").number, office.issue("kematian").number]
    office.today = date(2027, 1, 4)
    given.append(office.issue("sku").number)
    assert given == ["510/001/429.510/2026", "474/002/429.510/2026", "474.3/003/429.510/2026", "510/001/429.510/2027"]


def test_a_code_may_have_a_book_of_its_own(office: LetterOffice) -> None:
    """Marriages are numbered apart, by a pattern of their own with the month in Roman."""
    books = ("474.2 = {kode}/{nomor}/NIKAH/{romawi}/{tahun}",)
    office.choices.change(CHOSEN.model_copy(update={"books": books}))
    assert refused(office.issue, "nikah") == "register-unopened"
    office.desk.say_last("474.2", 7, who="1")
    assert [office.issue(one).number for one in ("nikah", "sku", "nikah")] == [
        "474.2/008/NIKAH/XI/2026",
        "510/001/429.510/2026",
        "474.2/009/NIKAH/XI/2026",
    ]


def test_a_book_begins_where_the_paper_one_ends(tmp_path: Path) -> None:
    """A village that begins in November says its last number; until then no letter is given out; the number never goes back."""
    office = LetterOffice(tmp_path, begun=False)
    refusals = [refused(office.issue)]
    for last in (0, 41110, 4111):  # a slip of the finger is mended as long as nothing stands in the book
        office.desk.say_last("470", last, who="1")
    first = office.issue().number
    refusals.append(refused(office.desk.say_last, "470", 400, who="1"))
    refusals.append(refused(office.desk.say_last, "470", 5000, who="1"))
    numbers = [one.running for one in office.book()]
    office.close()
    assert (refusals, first, numbers) == (
        ["register-unopened", "register-backwards", "register-too-far"],
        "510/4112/429.510/2026",
        [4112],
    )


def test_numbers_used_on_paper_stay_in_the_book(office: LetterOffice) -> None:
    """After a day without power three numbers were written by hand: they stand in the book, the next letter comes after them."""
    office.issue()
    office.desk.say_last("470", 4, who="1")
    after = office.issue()
    assert (after.number, [(one.running, one.state) for one in office.book()]) == (
        "510/005/429.510/2026",
        [(1, "unsigned"), (2, "outside"), (3, "outside"), (4, "outside"), (5, "unsigned")],
    )
    assert ("used-outside", {"first": "470/002/429.510/2026", "last": "470/004/429.510/2026", "count": 3}) in events(office)


def test_nothing_is_given_out_on_a_day_that_nobody_knows(office: LetterOffice) -> None:
    """Without a confirmed date there is no number, and no letter is dated before the one that came before it."""
    office.issue()
    office.today = None
    unknown = refused(office.issue)
    office.today = date(2026, 11, 22)
    assert (unknown, refused(office.issue), len(office.book())) == ("letter-date-unknown", "letter-date-behind", 1)


def test_a_letter_dated_in_a_wrong_year_does_not_stop_the_village(office: LetterOffice) -> None:
    """Once it is void, the right year goes on where it was."""
    office.issue()
    office.today = date(2031, 1, 1)
    wrong = office.issue()
    office.today = date(2026, 11, 23)
    stopped = refused(office.issue)
    office.desk.void(wrong.letter, "tahun salah", who="1")
    assert (stopped, office.issue().number) == ("letter-date-behind", "510/002/429.510/2026")


def test_a_letter_is_signed_and_handed_over_in_order(office: LetterOffice) -> None:
    """Unsigned, signed, collected; never backwards, and what was done already is no fault."""
    letter = office.issue().letter
    too_early = refused(office.desk.collect, letter, who="1")
    office.desk.sign(letter, who="1")
    office.desk.sign(letter, who="1")
    office.desk.collect(letter, who="1")
    assert (too_early, refused(office.desk.sign, letter, who="1"), office.desk.find(letter).state) == (
        "letter-closed",
        "letter-closed",
        "collected",
    )


def test_a_void_number_is_never_used_again(office: LetterOffice) -> None:
    """It stays in the book with its reason, and the next letter has the next number."""
    letter = office.issue()
    assert refused(office.desk.void, letter.letter, " ", who="1") == "void-reason"
    office.desk.void(letter.letter, "salah  ketik", who="1")
    office.issue()
    assert [(one.running, one.state, one.reason) for one in office.book()] == [(1, "void", "salah ketik"), (2, "unsigned", "")]
    assert events(office)[2] == ("voided", {"number": "510/001/429.510/2026", "on": "2026-11-23"})


def test_a_correction_is_a_new_letter_that_names_the_old(office: LetterOffice) -> None:
    """The old one counts no more, cannot be corrected twice, and both know each other."""
    old = office.issue()
    new = office.issue(nama="Siti Aminah", replaces=old.letter)
    assert refused(office.issue, replaces=old.letter) == "letter-closed"
    follower = office.desk.follower(old.letter)
    assert (office.desk.find(old.letter).state, follower and follower.number) == ("replaced", new.number)
    assert events(office)[-1][1]["replaces"] == old.number


def test_asked_twice_a_letter_is_issued_once(office: LetterOffice) -> None:
    """The same key gives the same letter."""
    draft = Draft("sku", 1, {"nama": "Siti Aminah"})
    first, again = (office.desk.issue(draft, who="1", key="k1") for _ in range(2))
    assert (first, len(office.book())) == (again, 1)


def test_a_village_that_has_chosen_nothing_is_asked_to(tmp_path: Path) -> None:
    """Without head, code and signer no letter is given out, and the page says so."""
    office = LetterOffice(tmp_path, chosen=None)
    code = refused(office.issue)
    office.close()
    assert (code, LetterChoices().lacking()) == (
        "letter-settings",
        ["regency", "district", "village", "signers", "village_code"],
    )


def test_after_a_restore_somebody_says_the_last_number(tmp_path: Path) -> None:
    """The copy is older than the letters in people's hands: no number is given before, and none of theirs afterwards."""
    office = LetterOffice(tmp_path / "hall")
    office.issue()
    backup.write(office.store, tmp_path / "copy.tar")
    lost = [office.issue().number, office.issue().number]
    office.close()
    backup.restore(tmp_path / "copy.tar", tmp_path / "restored")
    again = LetterOffice(tmp_path / "restored", seed=2)
    unsure = refused(again.issue)
    again.desk.say_last("470", 3, who="1")
    number = again.issue().number
    again.close()
    assert (unsure, number, lost) == ("register-unsure", "510/004/429.510/2026", ["510/002/429.510/2026", "510/003/429.510/2026"])


def test_nothing_of_a_person_is_written_unsealed(office: LetterOffice) -> None:
    """Neither name nor NIK stands in the database, its journal or any event; who is entitled reads both."""
    issued = office.issue(nama="Bunga Citra Lestariningsih", nik="3510015502940007")
    office.pdf(issued.letter)
    sealed = office.desk.open(issued.letter, who="2", why="tanya")
    written = b"".join(file.read_bytes() for file in office.folder.rglob("*") if file.is_file())
    sought = (b"Lestariningsih", b"3510015502940007", b"%PDF", b"510/001/429.510/2026")
    found = [word for word in sought if word in written]
    # The number is nobody's secret: it is found, so the search finds what is there.
    assert (found, sealed.given.name, sealed.signer.name) == ([sought[-1]], "Bunga Citra Lestariningsih", "Ahmad Fauzi")


def test_every_opening_is_on_record(office: LetterOffice) -> None:
    """Who has read or printed a letter stands in the audit log, which is whole."""
    letter = office.issue().letter
    office.pdf(letter)
    office.pdf(letter)
    office.desk.sign(letter, who="3")
    with office.store.reader() as db:
        office.vault.audited(db)
        acts = db.execute("SELECT act, kind, who FROM audit ORDER BY seq").fetchall()
    assert [tuple(one) for one in acts] == [
        ("seal", "letter", "1"), ("open", "letter", "1"), ("seal", "letter-document", "1"), ("open", "letter-document", "1"),
        ("open", "letter-document", "1"), ("signed", "letter", "3"),
    ]  # fmt: skip


def test_what_is_forgotten_leaves_its_number(office: LetterOffice) -> None:
    """After the time of keeping nobody opens it; the book still has it."""
    letter = office.issue().letter
    office.pdf(letter)
    with office.store.transaction() as tx:
        office.desk.forget(tx, office.desk.find(letter), who="hall", why="lewat masa simpan")
    assert (refused(office.desk.open, letter, who="1", why=""), refused(office.pdf, letter), len(office.book())) == (
        "record-erased",
        "record-erased",
        1,
    )


def test_the_key_is_told_once_before_the_first_letter(office: LetterOffice) -> None:
    """With what the village calls itself; again only when that changes. The file is its owner's alone."""
    office.issue()
    office.issue()
    office.choices.change(CHOSEN.model_copy(update={"village": "Desa Genteng Wetan"}))
    office.issue()
    assert [kind for kind, _ in events(office)] == ["key", "issued", "issued", "key", "issued"]
    assert (office.folder / "identity" / "letters.pem").stat().st_mode & 0o777 == 0o600


def test_a_broken_key_stops_no_hall(tmp_path: Path) -> None:
    """Another is made, and the broken file is kept aside; a good one is found again."""
    (tmp_path / "letters.pem").write_text("-----BEGIN nothing")
    made = make_or_load(tmp_path)
    assert make_or_load(tmp_path).private_bytes_raw() == made.private_bytes_raw()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["letters.broken", "letters.pem"]
