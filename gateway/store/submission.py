"""The event loop's door to the store: acts that wait together become one batch for one writer thread.

Waiting costs a coroutine, not a thread. The loop wakes the writer once for all acts of one turn of the
loop, and the writer wakes the loop once for all their answers; between the two lies one commit.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Generator, Sequence
from contextvars import Context
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

from gateway.errors import Refusal
from gateway.store.transaction import Transaction

T = TypeVar("T")
Act = Callable[[Transaction], Any]


class Undone:
    """Stands among the answers for an act that raised ``error``."""

    __slots__ = ("error",)

    def __init__(self, error: BaseException) -> None:
        self.error = error


class Acceptance(Generic[T]):
    """What a task awaits until its act is durable. Awaited once, at once, by one task.

    asyncio's own Future wakes its task through one more turn of the loop, with a handle for each: that
    was half the price of an act. This one wakes it directly from the batch's single callback.
    """

    __slots__ = ("_asyncio_future_blocking", "answer", "context", "loop", "wake")

    wake: Callable[[Any], object] | None
    """How the task is woken; None once it was."""
    context: Context
    answer: T | Undone

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        # None tells gather and its like that this is no future to be shared, only something to await.
        self._asyncio_future_blocking: bool | None = None

    def __await__(self) -> Generator[Any, None, T]:
        """Give the waiting task to ``settle``, and return the answer or raise what the act raised."""
        self._asyncio_future_blocking = True
        yield self
        return self.answer  # type: ignore[return-value]  # asyncio has called result(), which raises for Undone

    def get_loop(self) -> asyncio.AbstractEventLoop:
        """Return the loop that waits; asyncio asks."""
        return self.loop

    def add_done_callback(self, wake: Callable[[Any], object], *, context: Context) -> None:
        """Remember how the task is woken; asyncio gives it."""
        self.wake = wake
        self.context = context

    def cancel(self, msg: object = None) -> bool:
        """Wake the task with CancelledError; asyncio asks. The act may still be done."""
        if self.wake is None:
            return False
        self.loop.call_soon(settle, [self], [Undone(asyncio.CancelledError(*([] if msg is None else [msg])))])
        return True

    def result(self) -> object:
        """Raise what the act raised, else return the answer; asyncio asks as it wakes the task."""
        answer = self.answer
        if type(answer) is Undone:
            raise answer.error
        return answer


class _Batch:
    """The acts of one loop that wait together."""

    __slots__ = ("acceptances", "acts", "handed_over", "loop")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.handed_over = False
        self.acts: list[Act] = []
        self.acceptances: list[Acceptance[Any]] = []
        """One for each act, in the same order."""


class Submissions:
    """Collects acts from event loops and has ``run`` carry them out in batches, in a thread of its own.

    ``run`` takes at most ``limit`` acts, and returns their answers when they are durable or raises for all.
    """

    def __init__(self, run: Callable[[Sequence[Act]], list[object]], limit: int) -> None:
        self._run = run
        self._limit = limit
        self._batches: SimpleQueue[_Batch | None] = SimpleQueue()
        self._collecting: _Batch | None = None
        self._thread: threading.Thread | None = None
        self._start = threading.Lock()
        self._closed = False

    def add(self, act: Callable[[Transaction], T]) -> Acceptance[T]:
        """Let ``act`` be run with the next batch; to be awaited at once, in the running loop's thread."""
        loop = asyncio.get_running_loop()
        batch = self._collecting
        if batch is None or batch.loop is not loop or len(batch.acts) >= self._limit:
            batch = self._new_batch(loop)
        acceptance: Acceptance[T] = Acceptance(loop)
        batch.acts.append(act)
        batch.acceptances.append(acceptance)
        return acceptance

    def close(self, timeout_s: float = 5.0) -> None:
        """Refuse new acts, finish those that wait, and end the thread."""
        with self._start:
            self._closed = True
            self._batches.put(None)
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _new_batch(self, loop: asyncio.AbstractEventLoop) -> _Batch:
        with self._start:
            if self._closed:
                raise Refusal("hall-stopping")
            if self._thread is None:
                self._thread = threading.Thread(target=self._write, name="store-writer", daemon=True)
                self._thread.start()
        batch = self._collecting = _Batch(loop)
        loop.call_soon(self._hand_over, batch)
        return batch

    def _hand_over(self, batch: _Batch | None) -> None:
        """Let the writer have a batch, unless it has it already."""
        if batch is None or batch.handed_over:
            return
        batch.handed_over = True
        if self._collecting is batch:
            self._collecting = None
        self._batches.put(batch)

    def _settle(self, acceptances: Sequence[Acceptance[Any]], answers: Sequence[object]) -> None:
        """Wake everybody who waited, then hand over at once what they have submitted next."""
        settle(acceptances, answers)
        self._hand_over(self._collecting)

    def _write(self) -> None:
        while (batch := self._batches.get()) is not None:
            try:
                answers = self._run(batch.acts)
            except BaseException as error:  # noqa: BLE001 - every submitter of the batch is told
                answers = [Undone(error)] * len(batch.acceptances)
            try:
                batch.loop.call_soon_threadsafe(self._settle, batch.acceptances, answers)
            except RuntimeError:
                # The loop has ended: nobody waits any more, and what is durable stays so.
                continue


def settle(acceptances: Sequence[Acceptance[Any]], answers: Sequence[object]) -> None:
    """Wake whoever still waits for ``acceptances``, each with its own answer. In their loop's thread only."""
    for acceptance, answer in zip(acceptances, answers, strict=True):
        wake = acceptance.wake
        if wake is not None:
            acceptance.wake = None
            acceptance.answer = answer
            acceptance.context.run(wake, acceptance)
