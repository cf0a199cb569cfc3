"""Asking from the command line: durable before it ends, told in words, and refused in a sentence."""

from __future__ import annotations

import json
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.errors import Refusal
from provisioning.centre.asked_folder import AskedFolder, folder_of, leave
from provisioning.centre.asking import wait_for
from provisioning.centre.opening import open_reader
from provisioning.centre.orders import OrderAnswer, OrderRow
from provisioning.centre.postgres_database import PostgresIntakeDatabase
from provisioning.centre.signing_key import load_key, make_or_load_key, pinned
from provisioning.centre.sqlite_database import SqliteIntakeDatabase
from provisioning.cli import main
from tests.support.arrivals import HALL
from tests.support.orders import order_row
from tests.support.postgres import Postgres

AT = "2026-11-23T02:00:00.000+00:00"
LONG_AGO = "2000-01-01T00:00:00.000+00:00"


class Desk:
    """A centre's database beside which somebody asks."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "centre.db"
        self.database = SqliteIntakeDatabase(self.path)

    def run(self, *arguments: str) -> Result:
        """Run a command of the centre on this database."""
        whole = ("centre", *arguments, "--database", f"sqlite:///{self.path}")
        return CliRunner(env={"COLUMNS": "220"}).invoke(main, whole)

    def asked(self) -> list[OrderRow]:
        """Return what was left for the intake."""
        return [order for _, order in AskedFolder(self.path).left()]

    def asked_by_intake(self) -> list[OrderRow]:
        """Return what the running intake still finds there."""
        return [order for _, order in self.database._asked.left()]

    def keep(self, order: OrderRow, *answers: OrderAnswer) -> None:
        """Let an order and its answers be in the database."""
        with self.database.transaction() as tx:
            tx.keep_order(order)
            for answer in answers:
                tx.keep_order_answer(answer)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Return one; its intake runs."""
    made = Desk(tmp_path)
    yield made
    made.database.close()


@pytest.fixture
def open_desk() -> Iterator[Desk]:
    """Return one in a folder that other users may enter, as those of tmp_path are not."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        made = Desk(Path(folder))
        yield made
        made.database.close()


RESEND = '{"epoch": "7f3a90c2", "lane": "records", "first": 1, "last": 2}'


def answer(order: OrderRow, state: str, code: str = "", reason: str = "", hall: str = HALL, said: str = "") -> OrderAnswer:
    """Return a hall's answer."""
    return OrderAnswer(order.id, hall, state, code, reason, said, "7f3a90c2", AT)


def test_an_order_is_left_beside_a_running_intake(desk: Desk) -> None:
    """What is asked is put together from ``--data`` and ``--set``, and waits in a file that others cannot read."""
    result = desk.run(
        *("ask", HALL, "announcement.put", "--name", "posyandu", "--data", '{"important":true}'),
        *("--set", "texts.id=Posyandu Kamis", "--set", "ends_on=2026-12-01", "--days", "2"),
    )
    [order] = desk.asked()

    assert (result.exit_code, order.id in result.output) == (0, True)
    assert (order.hall, order.kind, order.subject) == (HALL, "announcement.put", "announcement/posyandu")
    assert json.loads(order.data) == {"important": True, "texts": {"id": "Posyandu Kamis"}, "ends_on": "2026-12-01"}
    assert order.id.startswith(desk.database.centre)
    folder = folder_of(desk.path)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.iterdir())] == [0o700, 0o600]


def test_what_is_asked_may_stand_in_a_file(desk: Desk, tmp_path: Path) -> None:
    """``--data @FILE`` reads it."""
    (tmp_path / "put.json").write_text('{"section": "board", "choose": {"text_s": 5}}')
    desk.run("ask", "all", "settings.put", "--data", f"@{tmp_path}/put.json")

    assert [(order.hall, order.subject) for order in desk.asked()] == [("all", "settings/board")]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("35100", "ping"), "Balai 35100 tidak dikenal."),
        ((HALL, "announcement.put"), "belum ada atau tidak dapat dipakai"),
        ((HALL, "announcement.put", "--name", "Pos yandu"), "belum ada atau tidak dapat dipakai"),
        ((HALL, "settings.put"), "belum ada atau tidak dapat dipakai"),
        ((HALL, "ping", "--data", "{"), "bukan JSON"),
        ((HALL, "ping", "--data", "[]"), "bukan objek"),
        ((HALL, "ping", "--data", "@nowhere.json"), "nowhere.json tidak dapat dipakai"),
        ((HALL, "ping", "--data", '{"a": NaN}'), "angka yang tidak dikenal JSON"),
        ((HALL, "ping", "--set", "a"), "tidak dapat dipakai: a"),
        ((HALL, "ping", "--set", "a=1", "--set", "a.b=1"), "tidak dapat dipakai: a.b=1"),
        ((HALL, "ping", "--days", "0"), "Masa berlaku"),
        ((HALL, "ping", "--set", f"a={'x' * 50_000}"), "lebih dari 48 KiB"),
        ((HALL, "announcement.put", "--name", "x"), "texts belum diisi"),
        ((HALL, "announcement.put", "--name", "x", "--set", "texts.id=5"), "texts.id harus berupa teks"),
        ((HALL, "announcement.put", "--name", "x", "--set", "text.id=a"), "text tidak dikenal, mungkin maksudnya texts"),
        (
            (HALL, "announcement.put", "--name", "x", "--set", "texts.id=a", "--set", "ends_on=besok"),
            "ends_on tidak seperti yang",
        ),
        ((HALL, "key.put", "--set", "use=sealing", "--set", "key=pendek"), "Bagiannya: use (wajib), key (wajib)"),
        ((HALL, "resend.request", "--data", RESEND), "lane harus salah satu dari urgent, record, parcel, bulk"),
    ],
)
def test_what_cannot_be_asked_is_told_in_a_sentence(desk: Desk, arguments: tuple[str, ...], says: str) -> None:
    """Nothing is left for the intake then."""
    result = desk.run("ask", *arguments)

    assert (result.exit_code, says in result.output, desk.asked()) == (1, True, [])


def test_an_unknown_kind_is_wrong_usage(desk: Desk) -> None:
    """The kinds are listed."""
    result = desk.run("ask", HALL, "self.destruct")

    assert (result.exit_code, "announcement.put" in result.output) == (2, True)


def test_who_waits_in_vain_is_told_so(desk: Desk) -> None:
    """No answer is no failure: the order goes on being sent."""
    result = desk.run("ask", HALL, "ping", "--wait", "1")

    assert (result.exit_code, "Belum ada jawaban dari 1 balai" in result.output) == (3, True)


def test_kept_is_no_final_answer_and_refused_is_one(desk: Desk) -> None:
    """Exit codes: 3 while a hall only keeps the order until an update, 1 when it has refused, 0 when all have done it."""
    order = order_row(1, lasts=timedelta(days=365_000))
    found = []
    with closing(open_reader(f"sqlite:///{desk.path}")) as reader:
        for state in ("kept", "rejected", "applied"):
            desk.keep(order, answer(order, state))
            found.append(wait_for(reader, order, 1))

    assert found == [3, 1, 0]


def test_waiting_ends_when_an_order_is_void(desk: Desk) -> None:
    """Nobody can answer it any more."""
    result = desk.run("ask", HALL, "ping", "--days", "0.000001", "--wait", "60")

    assert (result.exit_code, "tidak berlaku lagi; 1 balai tidak menjawab" in result.output) == (3, True)


def test_a_hall_that_was_never_heard_is_pointed_out(desk: Desk) -> None:
    """It may be a slip of the finger; the order is kept all the same."""
    strange, everybody = desk.run("ask", HALL, "ping").output, desk.run("ask", "all", "ping").output

    assert ["belum pernah terdengar" in said for said in (strange, everybody)] == [True, False]
    assert len(desk.asked()) == 2


def test_orders_tells_what_the_intake_has_not_taken_in(desk: Desk) -> None:
    """What waits stands in the table until it is in the database; what cannot be read is named with its remedy."""
    desk.run("ask", HALL, "ping")
    waited = desk.run("ask", HALL, "ping", "--wait", "1").output
    spoil(desk.path, "x.json", "garbage")
    before = desk.run("orders")
    desk.database.collect_orders()
    after = desk.run("orders")

    assert "belum diambil penerima" in waited
    assert (before.output.count("belum diambil penerima"), after.output.count("belum diambil penerima")) == (2, 0)
    assert after.output.count("menunggu jawaban") == 2
    assert ("x.json, jadi" in before.output, "x.unread, jadi" in after.output, after.exit_code) == (True, True, 0)


@pytest.mark.parametrize(
    "content",
    [
        *("", "{}", "[]", "null", "[1,2,3,4,5,6,7,8]", "\udcff", "[" * 5000),
        json.dumps([*order_row(1)[:4], "7", *order_row(1)[5:]]),
        json.dumps(order_row(1)._replace(rev=1 << 70)),
        json.dumps(order_row(1)._replace(rev=True)),
        json.dumps(order_row(1)._replace(notafter="besok")),
        json.dumps(order_row(1)._replace(hall="\udcff")),
        json.dumps(order_row(1)._replace(data="{")),
    ],
)
def test_what_is_no_order_is_set_aside_once(desk: Desk, caplog: pytest.LogCaptureFixture, content: str) -> None:
    """The intake logs it with its remedy, takes in the others, and lives."""
    spoil(desk.path, "0.json", content)
    leave(desk.path, order_row(2))
    for _ in range(2):
        desk.database.collect_orders()
    with desk.database.reading() as tx:
        kept = [order.id for order in tx.unsent_orders(LONG_AGO, 10)]

    assert (kept, [path.name for path in folder_of(desk.path).iterdir()]) == ([order_row(2).id], ["0.unread"])
    assert ["remedy=" in one.message for one in caplog.records] == [True]


ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
NOBODY = 65_534


@ROOT
def test_root_leaves_an_order_as_the_owner_of_the_database(open_desk: Desk) -> None:
    """The intake can read and delete it, and what root had left before it too."""
    spoil(open_desk.path, "former.json", json.dumps(order_row(1)))
    os.chown(open_desk.path, NOBODY, NOBODY)
    leave(open_desk.path, order_row(2))
    folder = folder_of(open_desk.path)

    assert {path.stat().st_uid for path in (folder, *folder.iterdir())} == {NOBODY}


@ROOT
def test_what_another_user_left_is_told_and_ends_nothing(open_desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """A folder of root's, then a file of root's: the intake says so once with the remedy, and ``orders`` says so too."""
    leave(open_desk.path, order_row(1))
    os.chown(open_desk.path, NOBODY, NOBODY)
    folder = folder_of(open_desk.path)
    with nobody():
        left = [AskedFolder(open_desk.path).left()]
    os.chown(folder, NOBODY, NOBODY)
    with nobody():
        asked = AskedFolder(open_desk.path)
        left += [asked.left(), asked.left()]
    shown = open_desk.run("orders").output

    assert left == [[], [], []]
    assert ["chown" in one.message for one in caplog.records] == [True, True]
    assert f"{order_row(1).id}.json, jadi perintah di situ tidak dikirim" in shown


@ROOT
def test_what_cannot_be_deleted_is_taken_in_once(open_desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """A file that anybody may read in a folder of root's: the intake takes the order and goes on."""
    leave(open_desk.path, order_row(1))
    folder = folder_of(open_desk.path)
    for path in (*folder.iterdir(), folder):
        path.chmod(0o755)
    with nobody():
        open_desk.database.collect_orders()
        again = open_desk.asked_by_intake()

    assert (len(list(folder.iterdir())), again, len(caplog.records)) == (1, [], 1)


@ROOT
def test_who_is_neither_owner_nor_root_is_refused_in_words(open_desk: Desk) -> None:
    """The sentence names the user to be."""
    with nobody(), pytest.raises(Refusal, match="Hanya root, pemilik") as refused:
        leave(open_desk.path, order_row(1))

    assert "sudo -u root provision centre ask" in refused.value.remedy


@contextmanager
def nobody() -> Iterator[None]:
    """Be another user for a while."""
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def spoil(database: Path, name: str, content: str) -> None:
    """Put a file among the orders."""
    folder = folder_of(database)
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(content, errors="surrogateescape")


def test_orders_are_shown_with_what_became_of_them(desk: Desk) -> None:
    """One line each, in words, for one hall and for all."""
    one, refused, everybodys = (order_row(number, hall) for number, hall in enumerate((HALL, HALL, "all"), 1))
    waiting, void = order_row(4, lasts=timedelta(days=365_000)), order_row(5, lasts=-timedelta(days=36_500))
    desk.keep(one, answer(one, "applied", said='{"version":"0.1.0"}'))
    desk.keep(refused, answer(refused, "rejected", "expired", "Sudah lewat."))
    desk.keep(everybodys, answer(everybodys, "applied"), answer(everybodys, "kept", "not-here", "x", hall="3510012002"))
    for order in (waiting, void):
        desk.keep(order)
    shown = desk.run("orders").output

    outcomes = (
        *("dilaksanakan version=0.1.0", "ditolak (expired): Sudah lewat.", "1 dilaksanakan, 1 disimpan di balai"),
        *("menunggu jawaban", "tidak berlaku lagi, tanpa jawaban"),
    )
    assert [outcome for outcome in outcomes if outcome not in shown] == []


def test_the_signing_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    """The command shows the line for hall.toml, the same each time, and never the private half."""
    path = tmp_path / "centre.key"
    first = CliRunner().invoke(main, ("centre", "key", str(path)))
    again = CliRunner().invoke(main, ("centre", "key", str(path)))

    assert first.output == again.output == f'centre_key = "{pinned(load_key(path))}"\n'
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_key_that_others_can_read_or_that_is_none_is_refused(tmp_path: Path) -> None:
    """Whoever can read it commands the halls; a wrong file is named before the intake starts."""
    path = tmp_path / "centre.key"
    make_or_load_key(path)
    path.chmod(0o640)
    readable = CliRunner().invoke(main, ("centre", "key", str(path)))
    path.write_text("no key")
    path.chmod(0o600)
    where = ("--broker", "mqtt://127.0.0.1:1", "--database", "sqlite:///x.db")
    wrong = CliRunner().invoke(main, ("centre", "intake", *where, "--signing-key", str(path)))

    assert (readable.exit_code, "chmod 600" in readable.output) == (1, True)
    assert (wrong.exit_code, "bukan kunci PEM" in wrong.output) == (1, True)


def test_in_postgresql_an_order_is_written_by_who_asks(postgres: Postgres) -> None:
    """No folder is needed: several processes may write there, and the intake finds it unsent."""
    address = postgres.database()
    PostgresIntakeDatabase(address).close()
    result = CliRunner().invoke(main, ("centre", "ask", HALL, "ping", "--database", address))
    database = PostgresIntakeDatabase(address)
    database.collect_orders()
    with database.reading() as tx:
        [order] = tx.unsent_orders(LONG_AGO, 10)
    database.close()

    assert (result.exit_code, order.kind, order.id in result.output) == (0, "ping", True)
