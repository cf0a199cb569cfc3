"""The village's register of letters: which number comes next, and what was used elsewhere. Acts within an open transaction.

Promises: a book has no hole and no number twice, whatever crashes: a number is given in the transaction that enters its letter; it
is never used again, also when its letter counts no more; a book of an unknown or restored hall gives nothing before somebody has
said which number was the last.
"""

from __future__ import annotations

from datetime import date

from gateway.errors import Refusal
from gateway.services.letters import tables
from gateway.services.letters.numbering import Rule
from gateway.services.letters.tables import OUTSIDE, Book, Letter
from gateway.store import epochs
from gateway.store.database import Transaction

OUTSIDE_LIMIT = 500
"""So many numbers may be noted as used elsewhere in one act: a slip of the finger must not fill the book."""
LARGEST = 99_999


def take(tx: Transaction, rule: Rule, code: str, on: date) -> tuple[Book, str]:
    """Give the next number of the code's book on a day; return the book with it, and the number as it is written.

    Raises Refusal ``register-unopened``, ``register-unsure``, ``letter-date-behind`` or ``letter-number-used``.
    """
    book = _open(tx, rule.book_of(code), on)
    newest = tables.newest_date(tx, book.book)
    if newest is not None and on < newest:
        raise Refusal("letter-date-behind", date=on.isoformat(), newest=newest.isoformat())
    book = book._replace(last=book.last + 1)
    number = rule.written(book.last, code, on)
    if tables.has_number(tx, number):
        raise Refusal("letter-number-used", number=number)
    tables.write_book(tx, book)
    return book, number


def _open(tx: Transaction, name: str, on: date) -> Book:
    book = tables.newest_book(tx, name, on.year)
    if book is None:
        raise Refusal("register-unopened", year=on.year)
    if book.epoch != epochs.current(tx):
        raise Refusal("register-unsure")
    return book if book.year == on.year else Book(name, on.year, 1, 0, book.epoch)


def say_last(tx: Transaction, rule: Rule, code: str, on: date, last: int, by: str, at: str) -> list[Letter]:
    """Record that ``last`` was the last number used in the code's book this year; return the numbers that were used elsewhere.

    A book that has none yet begins after it. Raises Refusal ``register-backwards`` or ``register-too-far``.
    """
    epoch, name = epochs.current(tx), rule.book_of(code)
    book = tables.newest_book(tx, name, on.year)
    if not 0 <= last <= LARGEST:
        raise Refusal("register-too-far", limit=OUTSIDE_LIMIT)
    if book is None or book.year != on.year or book.first > book.last:  # nothing stands in it yet
        tables.write_book(tx, Book(name, on.year, last + 1, last, epoch))
        return []
    if last < book.last:
        raise Refusal("register-backwards", last=book.last)
    if last - book.last > OUTSIDE_LIMIT:
        raise Refusal("register-too-far", limit=OUTSIDE_LIMIT)
    entered = []
    for running in range(book.last + 1, last + 1):
        number = rule.written(running, code, on)
        if tables.has_number(tx, number):
            raise Refusal("letter-number-used", number=number)
        used = Letter(0, epoch, name, on.year, running, number, on, OUTSIDE, issued_at=at, issued_by=by)
        entered.append(tables.add(tx, used))
    tables.write_book(tx, book._replace(last=last, epoch=epoch))
    return entered
