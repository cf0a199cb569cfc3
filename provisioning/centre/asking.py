"""Asking halls for something, and telling people what became of it: ``provision centre ask``, ``orders`` and ``key``."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from gateway.clock import SystemClock
from gateway.errors import FAULTS, Refusal
from gateway.relay.orders import KINDS
from gateway.relay.signing import EVERY_HALL, spell_key
from provisioning.centre import sealing_key
from provisioning.centre.asked_folder import Standing
from provisioning.centre.fitting import require_fit
from provisioning.centre.opening import leave_order, left_orders, open_reader
from provisioning.centre.orders import APPLIED, KEPT, REJECTED, RETURNED, OrderAnswer, OrderRow, compose, instant
from provisioning.centre.reader import CentreReader
from provisioning.centre.signing_key import make_or_load_key, pinned
from provisioning.centre.turned_away import OPTION, turned_away
from provisioning.centre.viewing import WIDE, table, terminal

LOOK_S = 0.3
"""How often a waiting command looks for the answer."""
REJECTED_CODE, OPEN_CODE = 1, 3
"""Exit codes: a hall has refused; nothing final has come yet."""
WORDS = {
    APPLIED: "dilaksanakan",
    RETURNED: "dikembalikan seperti semula, karena sambungan tidak pulih",
    REJECTED: "ditolak",
    KEPT: "disimpan di balai sampai versinya bisa",
}
"""What an answer means, for people."""
WAITING = "belum diambil penerima; pastikan provision centre intake berjalan dan tersambung ke broker"
"""What is said of an order that only its file knows."""


@click.command()
@click.argument("hall")
@click.argument("kind", type=click.Choice(KINDS), metavar="KIND")
@click.option("--database", required=True, help="sqlite:///FILE or postgresql://HOST/NAME")
@OPTION
@click.option("--data", default="", help="What is asked, as a JSON object, or @FILE.")
@click.option("--set", "pairs", multiple=True, metavar="KEY=VALUE", help="One part of it, for example texts.id=Posyandu.")
@click.option("--name", default="", help="What it is about, for example posyandu.")
@click.option("--days", type=float, default=None, help="So many days it is worth carrying out.  [default: by kind]")
@click.option("--wait", "wait_s", type=click.IntRange(0), default=0, show_default=True, help="Seconds to wait for the answer.")
@click.pass_context
def ask(
    context: click.Context,
    hall: str,
    kind: str,
    database: str,
    directory: Path | None,
    data: str,
    pairs: Sequence[str],
    name: str,
    days: float | None,
    wait_s: int,
) -> None:
    """Ask HALL, or "all", for something, and wait for the answer.

    The order is durable before this command ends; the running intake sends it, again and again, until each hall has
    answered or it is void. KIND is one of docs/orders.md, such as announcement.put, settings.put or ping.

    Example: provision centre ask 3510012001 ping --wait 60 --database sqlite:///centre.db
    """
    asked = _data(data, pairs)
    with closing(open_reader(database)) as reader:
        order = compose(reader.centre, hall, kind, asked, name=name, days=days, now=SystemClock().now())
        require_fit(kind, asked)
        leave_order(database, order)
        click.echo(
            f"Perintah {order.id} tersimpan; dikirim oleh penerima (provision centre intake) sampai {order.notafter[:16]} UTC."
        )
        if order.hall != EVERY_HALL and order.hall not in {view.hall for view in reader.watch()}:
            click.echo(f"Balai {order.hall} belum pernah terdengar di pusat ini. Periksa kodenya; perintah ini menunggunya.")
        if wait_s:
            code = wait_for(reader, order, wait_s, turned_away(database, directory, SystemClock().now()))
            if code == OPEN_CODE:
                _tell_left(database, order)
            context.exit(code)


@click.command()
@click.option("--database", required=True, help="sqlite:///FILE or postgresql://HOST/NAME")
@OPTION
@click.option("--last", type=click.IntRange(1), default=20, show_default=True, help="So many of the newest.")
def orders(database: str, directory: Path | None, last: int) -> None:
    """Show the newest orders and what became of them.

    Example: provision centre orders --database sqlite:///centre.db
    """
    console = terminal()
    wide = console.width >= WIDE
    made = table("balai", "diminta", "perintah", *(("nomor",) if wide else ()), "hasil")
    now = instant(SystemClock().now())
    with closing(open_reader(database)) as reader:
        halls = frozenset(reader.halls()) - turned_away(database, directory, SystemClock().now())
        left = left_orders(database)
        known = reader.orders(last)
        for order in known:
            outcome = _outcome(order, reader.order_answers(order.id), halls, now)
            made.add_row(*_asked(order, wide=wide), outcome)
        ids = {order.id for order in known}
        for order in left.waiting:
            if order.id not in ids:
                made.add_row(*_asked(order, wide=wide), WAITING)
    console.print(made)
    _tell_trouble(left)


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--sealing", is_flag=True, help="The key that opens what halls seal for the centre, such as backups.")
def key(file: Path, *, sealing: bool) -> None:
    """Show the public half of the key in FILE, which is made when there is none.

    Whoever holds the signing key commands the halls: it stays on the machine of the intake. The line that is shown goes
    into the hall.toml of each hall, below [relay]. The sealing key is best kept offline; halls learn its public half by
    the order that is shown.

    Example: provision centre key centre.key
    """
    if sealing:
        public = spell_key(sealing_key.make_or_load_key(file).public_key())
        click.echo(f"provision centre ask all key.put --set use=sealing --set key={public} --database ...")
    else:
        click.echo(f'centre_key = "{pinned(make_or_load_key(file))}"')


def _asked(order: OrderRow, *, wide: bool) -> tuple[str, ...]:
    """Return the cells that say what was asked."""
    about = order.subject.partition("/")[2]
    cells = (order.hall, order.asked_at[:16].replace("T", " "), f"{order.kind} {about}".strip())
    return (*cells, order.id) if wide else cells


def _tell_left(database: str, order: OrderRow) -> None:
    """Say that the intake has not even taken an order in."""
    left = left_orders(database)
    if order.id in {one.id for one in left.waiting}:
        click.echo(f"Perintah {WAITING}.")
    _tell_trouble(left)


def _tell_trouble(left: Standing) -> None:
    """Name what the intake cannot take in, with its remedy."""
    if left.hidden:
        click.echo("Perintah yang belum diambil penerima hanya dilihat oleh pemilik basis data.", err=True)
    fault = FAULTS["order-unread"]
    for path in left.unread:
        click.echo(f"{fault.sentence} {fault.remedy}".format(path=path), err=True)


def _data(text: str, pairs: Sequence[str]) -> dict[str, Any]:
    """Return what is asked. Raises Refusal ``order-data``."""
    try:
        data = json.loads(Path(text[1:]).read_text(encoding="utf-8") if text.startswith("@") else text or "{}")
    except OSError as error:
        raise Refusal("file-failed", path=text[1:], reason=error.strerror) from error
    except (ValueError, RecursionError) as error:
        raise Refusal("order-data", reason="bukan JSON") from error
    if not isinstance(data, dict):
        raise Refusal("order-data", reason="bukan objek")
    for pair in pairs:
        path, equals, value = pair.partition("=")
        *parents, last = path.split(".")
        inner = data
        for parent in parents:
            inner = inner.setdefault(parent, {})
            if not isinstance(inner, dict):
                raise Refusal("order-data", reason=pair)
        if not equals or not last or isinstance(inner.get(last), dict):
            raise Refusal("order-data", reason=pair)
        inner[last] = _value(value)
    return data


def _value(text: str) -> Any:  # noqa: ANN401 - whatever JSON has
    """Return a value of ``--set``: JSON where it is some, else the text itself."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def wait_for(reader: CentreReader, order: OrderRow, wait_s: int, away: frozenset[str] = frozenset()) -> int:
    """Tell each answer as it comes, of all halls save those ``away``; return the exit code."""
    awaited = {*reader.halls()} - away if order.hall == EVERY_HALL else {order.hall}
    told: dict[str, OrderAnswer] = {}
    pause = threading.Event()
    until_s = SystemClock().monotonic_s() + wait_s
    while True:
        for answer in reader.order_answers(order.id):
            if told.get(answer.hall) != answer:
                told[answer.hall] = answer
                click.echo(_sentence(answer))
        if awaited <= told.keys():
            states = {one.state for one in told.values()}
            return REJECTED_CODE if states & {REJECTED, RETURNED} else OPEN_CODE if KEPT in states else 0
        if order.notafter <= instant(SystemClock().now()):
            click.echo(f"Perintah tidak berlaku lagi; {len(awaited - told.keys())} balai tidak menjawab.")
            return OPEN_CODE
        if SystemClock().monotonic_s() >= until_s:
            click.echo(f"Belum ada jawaban dari {len(awaited - told.keys())} balai; perintah tetap dikirim.")
            return OPEN_CODE
        pause.wait(LOOK_S)


def _sentence(answer: OrderAnswer) -> str:
    reason = f" ({answer.code}): {answer.reason}" if answer.code else ""
    said = f" {_facts(json.loads(answer.said))}" if answer.said else ""
    return f"{answer.hall} {WORDS[answer.state]}{reason}{said}"


def _facts(said: Mapping[str, object]) -> str:
    return " ".join(f"{name}={value}" for name, value in said.items())


def _outcome(order: OrderRow, answers: Sequence[OrderAnswer], halls: frozenset[str], now: str) -> str:
    """Return in a few words what became of an order."""
    if order.hall != EVERY_HALL and answers:
        return _sentence(answers[0]).partition(" ")[2]
    void = order.notafter < now
    if not answers:
        return "tidak berlaku lagi, tanpa jawaban" if void else "menunggu jawaban"
    counts = Counter(answer.state for answer in answers)
    told = ", ".join(f"{count} {WORDS[state]}" for state, count in counts.items())
    return f"{told}; {len(halls - {answer.hall for answer in answers})} {'tanpa jawaban' if void else 'menunggu'}"
