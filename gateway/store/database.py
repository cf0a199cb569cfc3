"""The hall's one database: a fact that ``transaction`` or ``submit`` has accepted survives a power cut.

Writers that wait together share one commit, and so one fdatasync: each runs its own act under a
savepoint, and none returns before the shared commit is durable. A rule that refuses fails alone; an
error of the card fails the whole group, of which then nothing is kept and nothing announced.

What can be had again costs no sync: it is written at once, in order, and durable with the next act that is.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TypeVar

from sqlite_utils import Database

from gateway.errors import Refusal
from gateway.store.connection import connect_writing, is_storage_error, storage_refusal
from gateway.store.readers import Readers
from gateway.store.submission import Acceptance, Submissions, Undone
from gateway.store.transaction import Transaction

__all__ = ["GROUP_LIMIT", "Store", "Transaction"]

log = logging.getLogger(__name__)

T = TypeVar("T")
GROUP_LIMIT = 256
"""At most so many acts share a commit, so that none waits long for the others."""
CLOSE_TRY_S = 4.0
"""So long an act may still run when the store is closed: the process must end within 5 s."""
CLOSE_TRIES = 1000
NORMAL = 1
"""The level of ``PRAGMA synchronous`` at which a commit in WAL mode syncs nothing, and its order with others holds."""


class _Group:
    """The acts that share one commit. ``failure`` is why the card did not take them, or None."""

    __slots__ = ("done", "durable", "failure", "size")

    def __init__(self, *, durable: bool) -> None:
        self.size = 0
        self.durable = durable
        self.done = threading.Event()
        self.failure: Refusal | None = None

    def wait(self) -> None:
        self.done.wait()
        if self.failure is not None:
            # Every member gets an exception of its own: a shared one would mix their tracebacks.
            raise Refusal(self.failure.code) from self.failure.__cause__


class Store:
    """The open database. Safe from any thread.

    ``announce`` is called after each commit, outside every lock. ``group_limit=1`` switches sharing off.
    ``at_rest`` is called when everything is in the file and no log is needed, ``at_close`` at the very end.
    """

    def __init__(
        self,
        path: Path,
        announce: Callable[[], None] = lambda: None,
        *,
        at_rest: Callable[[], None] = lambda: None,
        at_close: Callable[[], None] = lambda: None,
        group_limit: int = GROUP_LIMIT,
        connect: Callable[[Path], sqlite3.Connection] = connect_writing,
    ) -> None:
        self.path = path
        self.directory = path.parent
        self.announce = announce
        self.recovery = ""
        """What had to be mended when it was opened, for people; or empty."""
        self.commits = 0
        self._at_rest = at_rest
        self._at_close = at_close
        self._group_limit = group_limit
        self._connect = connect
        self._db = Database(connect(path), execute_plugins=False)
        [(self._level,)] = self._db.conn.execute("PRAGMA synchronous").fetchall()
        self._syncs = True
        self._readers = Readers(path)
        self._submissions = Submissions(self._run_together, group_limit)
        self._turn = threading.Lock()
        self._count = threading.Lock()
        self._waiting = 0
        self._owner: int | None = None
        self._group: _Group | None = None
        self._closed = False

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[Transaction]:
        """Run one act: durable when the block has ended, undone alone when it raises.

        ``durable=False`` is for what can be had again: seen by all, but a power cut may undo it until the next durable act. It
        waits for no sync, and nobody waits for one of its.
        Raises Refusal ``storage-full`` or ``storage-failed`` when the card does not take it, ``hall-stopping``
        after ``close``, and RuntimeError when this thread is inside an act already.
        """
        with self._my_turn(durable=durable) as group:
            tx = self._begin_act()
            try:
                yield tx
                tx.end()
                self._db.conn.execute("RELEASE act")
            except BaseException as error:
                tx.end()
                self._undo("act", error)
                raise
            group.size += 1
        group.wait()

    def beat(self) -> None:
        """Wait for a turn at the connection and give it back: hangs when an act or the card does. Writes nothing.

        Raises Refusal ``storage-full``, ``storage-failed`` or ``hall-stopping``.
        """
        with self._my_turn():
            pass

    @property
    def waiting(self) -> int:
        """How many writers wait for their turn at this moment."""
        return self._waiting

    def submit(self, act: Callable[[Transaction], T]) -> Acceptance[T]:
        """Run ``act`` from the event loop; awaiting gives its answer once it is durable; 200 phones need no 200 threads.

        ``act`` may be run a second time after having been undone, so it touches nothing but its transaction.
        Raises what ``act`` raises, and the refusals of ``transaction``. When the waiting task is cancelled,
        the act may still have been done.
        """
        return self._submissions.add(act)

    def reader(self) -> AbstractContextManager[Database]:
        """Lend a read-only view of what is committed, for one look at one moment."""
        return self._readers.look()

    def close(self, timeout_s: float = CLOSE_TRY_S) -> None:
        """Finish what is under way, close readers and then the writer, and release the folder. May be repeated.

        An act that still hangs after ``timeout_s`` is left behind.
        """
        if self._closed:
            return
        self._refuse_more(timeout_s)
        if not self._last_turn(timeout_s):
            log.error("event=close-given-up reason=an-act-hangs")
            return
        try:
            [(busy, _, _)] = self._db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            if not busy:
                self._at_rest()
        except (sqlite3.Error, OSError) as error:
            log.warning("event=close-without-checkpoint error=%s", error)
        self._db.conn.close()
        self._turn.release()
        self._at_close()

    def _last_turn(self, timeout_s: float) -> bool:
        """Take the turn when everybody who waited has had theirs; return False when somebody does not end."""
        pause = threading.Event()
        for _ in range(CLOSE_TRIES):
            if not self._turn.acquire(timeout=timeout_s):
                return False
            if self._group is not None:
                self._commit(self._group)
            if self._waiting == 0:
                return True
            self._turn.release()
            pause.wait(0.001)
        return False

    def _refuse_more(self, timeout_s: float) -> None:
        self._submissions.close(timeout_s)
        with self._count:
            self._closed = True
        self._readers.close()

    @contextmanager
    def _my_turn(self, *, durable: bool = True) -> Iterator[_Group]:
        """Wait for the connection, join the open group or begin one, and at the end commit unless others wait for a sync too."""
        self._take_turn()
        try:
            yield self._group or self._begin_group(durable=durable)
        finally:
            committed, group = False, self._group
            if group is not None and (self._waiting == 0 or group.size >= self._group_limit or not group.durable):
                committed = self._commit(group)
            self._owner = None
            self._turn.release()
            if committed:
                self.announce()

    def _take_turn(self) -> None:
        if self._owner == threading.get_ident():
            raise RuntimeError("transactions are never nested: the outer act opens, the inner takes its tx")
        with self._count:
            if self._closed:
                raise Refusal("hall-stopping")
            self._waiting += 1
        try:
            self._turn.acquire()
        finally:
            with self._count:
                self._waiting -= 1
        self._owner = threading.get_ident()

    def _begin_group(self, *, durable: bool) -> _Group:
        try:
            self._choose_syncs(durable=durable)
            self._db.conn.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            log.warning("event=begin-failed error=%s", error)
            self._reconnect()
            raise storage_refusal(error, self.directory) from error
        self._group = _Group(durable=durable)
        return self._group

    def _choose_syncs(self, *, durable: bool) -> None:
        """Let the next commit wait for its sync, or not. Whatever fails in between, a durable one is never begun without."""
        if durable and not self._syncs:
            self._db.conn.execute(f"PRAGMA synchronous={self._level}")
            self._syncs = True
        elif not durable and self._syncs:
            self._syncs = False
            self._db.conn.execute(f"PRAGMA synchronous={min(self._level, NORMAL)}")

    def _reconnect(self) -> None:
        """Take a fresh connection, for the next act: the file may have come back under another descriptor."""
        try:
            fresh = self._connect(self.path)
        except sqlite3.Error:
            return
        self._db.conn.close()
        self._db, self._syncs = Database(fresh, execute_plugins=False), True

    def _begin_act(self) -> Transaction:
        try:
            self._db.conn.execute("SAVEPOINT act")
        except sqlite3.Error as error:
            raise self._fail(error) from error
        return Transaction(self._db)

    def _undo(self, savepoint: str, error: BaseException) -> None:
        """Undo back to ``savepoint``; raises the Refusal of a storage error, which undoes the whole group."""
        if self._db.conn.in_transaction and not is_storage_error(error):
            try:
                self._db.conn.execute(f"ROLLBACK TO {savepoint}")
                self._db.conn.execute(f"RELEASE {savepoint}")
            except sqlite3.Error as failure:
                raise self._fail(failure) from failure
        else:
            raise self._fail(error) from error

    def _fail(self, error: BaseException) -> Refusal:
        """Undo the open group, tell its members, and return the refusal for the present act."""
        refusal = error if isinstance(error, Refusal) else storage_refusal(error, self.directory)
        refusal.__cause__ = None if refusal is error else error
        log.error("event=group-failed code=%s error=%s", refusal.code, error)
        group, self._group = self._group, None
        try:
            if self._db.conn.in_transaction:
                self._db.conn.execute("ROLLBACK")
        except sqlite3.Error:
            self._reconnect()
        if group is not None:
            group.failure = refusal
            group.done.set()
        return Refusal(refusal.code)

    def _commit(self, group: _Group) -> bool:
        """End the open ``group``; return whether something new is durable. Members learn of a failure from the group."""
        if group.size == 0:
            self._group = None
            self._db.conn.execute("ROLLBACK")
            group.done.set()
            return False
        try:
            self._db.conn.execute("COMMIT")
        except sqlite3.Error as error:
            self._fail(error)
            return False
        self._group = None
        self.commits += 1
        group.done.set()
        return True

    def _run_together(self, acts: Sequence[Callable[[Transaction], object]]) -> list[object]:
        """Run submitted acts as members of one group; return their answers in order, ``Undone`` for a failed one."""
        with self._my_turn() as group:
            try:
                answers = self._run_at_once(acts)
            except Exception as error:  # noqa: BLE001 - whatever it was, each act is run again and fails for itself
                self._undo("batch", error)
                answers = [self._run_one(act) for act in acts]
            group.size += sum(type(answer) is not Undone for answer in answers)
        group.wait()
        return answers

    def _run_at_once(self, acts: Sequence[Callable[[Transaction], object]]) -> list[object]:
        """Run all acts under one savepoint, hoping that none refuses."""
        self._db.conn.execute("SAVEPOINT batch")
        tx = Transaction(self._db)
        try:
            answers = [act(tx) for act in acts]
        finally:
            tx.end()
        self._db.conn.execute("RELEASE batch")
        return answers

    def _run_one(self, act: Callable[[Transaction], object]) -> object:
        tx = self._begin_act()
        try:
            answer = act(tx)
            tx.end()
            self._db.conn.execute("RELEASE act")
        except Exception as error:  # noqa: BLE001 - it is handed to the submitter
            tx.end()
            self._undo("act", error)
            return Undone(error)
        return answer
