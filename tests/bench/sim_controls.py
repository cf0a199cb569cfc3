"""The controls of ``bench-sim``: for each rule of the contract a world that lives without it, in which an invariant must break.

A rule is left out by a small subclass, or by a trigger in a database that undoes what the rule has done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from gateway.relay.decisions import Confirm, Decision, Diverge, Key, Lower, Quarantine
from gateway.relay.histories import Histories
from gateway.relay.progress import Progress
from gateway.relay.receipts import LaneStand, Receipt
from gateway.relay.uplink import Uplink
from gateway.store import epochs, outbox
from gateway.store.database import Transaction
from gateway.store.stamp import Stamp
from provisioning.centre.dues import Due, HelloDue, RefusalDue
from provisioning.centre.reading import Arrival, Batch
from tests.bench.sim_world import Judging, Rules


@dataclass(frozen=True)
class Control:
    """One rule left out. ``rules`` makes such a product; ``aim`` makes frequent what the rule is for."""

    rule: str
    rules: Callable[[], Rules]
    aim: dict[str, int] = field(default_factory=dict)
    soon: bool = False
    """Whether the quick run has time for it: it is missed in one of the first worlds."""


class _Hearing(Progress):
    """The rules of sending, which hear receipts as a control wants it."""

    def __init__(self, uplink: _Altered, randomness: Random, *, by_puback: bool) -> None:
        super().__init__(randomness, by_puback=by_puback)
        self._uplink = uplink

    def answered(
        self, receipt: Receipt, stands: Mapping[Key, LaneStand], now_s: float, head: str | None = None
    ) -> list[Decision]:
        """Learn what the control makes of a receipt."""
        told = self._uplink.alter(receipt, stands.get((receipt.epoch, receipt.lane)))
        return super().answered(told, stands, now_s, head)


class _Altered(Uplink):
    """An uplink that hears receipts, and carries out decisions, as a control wants it to."""

    def __init__(self, *parts: Any, **choices: Any) -> None:
        super().__init__(*parts, **choices)
        self.progress = _Hearing(self, self._randomness, by_puback=self.progress.by_puback)

    def alter(self, receipt: Receipt, stand: LaneStand | None) -> Receipt:
        """Return the receipt as the control hears it."""
        return receipt

    def alter_decision(self, tx: Transaction, decision: Decision) -> Decision | None:
        """Return the decision as the control carries it out, or None."""
        return decision

    def _carry_out(self, tx: Transaction, decision: Decision) -> None:
        altered = self.alter_decision(tx, decision)
        if altered is not None:
            super()._carry_out(tx, altered)


class _NoHeads(Histories):
    """Never knows its own head."""

    def head_told(self, db: outbox.Reads, receipt: Receipt, stands: Mapping[Key, LaneStand]) -> str | None:
        """Return nothing to hold a head against."""
        return None


class _BelievesAnyHead(_Altered):
    """Never holds a head against its own."""

    def __init__(self, *parts: Any, **choices: Any) -> None:
        super().__init__(*parts, **choices)
        self._histories = _NoHeads()


class _Clamps(_BelievesAnyHead):
    """Takes a ``through`` above its own last for its last."""

    def alter(self, receipt: Receipt, stand: LaneStand | None) -> Receipt:
        """Return the receipt as if it ended where we end."""
        return replace(receipt, through=min(receipt.through, stand.last)) if stand else receipt


class _IgnoresTop(_Altered):
    """Does not hear what the centre has above a gap."""

    def alter(self, receipt: Receipt, stand: LaneStand | None) -> Receipt:
        """Return the receipt as if there were nothing."""
        return replace(receipt, top=0)


class _IgnoresAfter(_Altered):
    """Takes a receipt that begins above what it has confirmed."""

    def alter(self, receipt: Receipt, stand: LaneStand | None) -> Receipt:
        """Return the receipt as if it began where we stand."""
        return replace(receipt, after=min(receipt.after, stand.confirmed)) if stand else receipt


class _HearsNoFormerRejects(_Altered):
    """Learns of rejects only from the receipts of their own batches."""

    def alter(self, receipt: Receipt, stand: LaneStand | None) -> Receipt:
        """Return the receipt without the rejects whose own receipt was lost."""
        return replace(receipt, rejected=()) if receipt.hello else receipt


class _AlwaysAgrees(_Altered):
    """Believes that what it had confirmed is at the centre still, whoever wrote there since."""

    def alter(self, receipt: Receipt, stand: LaneStand | None) -> Receipt:
        """Return the receipt as if both histories agreed."""
        return replace(receipt, agreed=True)


class _LowersAlways(_Altered):
    """Lets any receipt lower what is confirmed."""

    def alter_decision(self, tx: Transaction, decision: Decision) -> Decision | None:
        """Carry it out."""
        return decision

    def alter(self, receipt: Receipt, stand: LaneStand | None) -> Receipt:
        """Return the receipt as if it answered the latest hello of a hall that had confirmed everything."""
        self.progress.greeting.unanswered.add((receipt.epoch, receipt.lane))
        self.progress.greeting.nonce = self.progress.greeting.nonce or "any"
        return replace(receipt, hello=self.progress.greeting.nonce, after=stand.confirmed if stand else receipt.after)


class _NeverLowers(_Altered):
    """Does not believe that the centre can forget."""

    def alter_decision(self, tx: Transaction, decision: Decision) -> Decision | None:
        """Carry out everything else."""
        return None if isinstance(decision, Lower) else decision


class _PrunesAtOnce(_Altered):
    """Deletes what any receipt confirms."""

    def alter_decision(self, tx: Transaction, decision: Decision) -> Decision | None:
        """Carry it out, and delete."""
        if isinstance(decision, Confirm):
            self._prunes[decision.key] = decision.through
        return decision


class _LeavesNoTombstone(_Altered):
    """Deletes what no centre can read."""

    def alter_decision(self, tx: Transaction, decision: Decision) -> Decision | None:
        """Carry it out, and take the row away."""
        if isinstance(decision, Quarantine):
            epoch, lane = decision.key
            sql = "SELECT base FROM lane JOIN epoch USING (number) WHERE epoch = ? AND lane = ?"
            [(base,)] = tx.execute(sql, (epoch, lane)).fetchall()
            tx.execute("DELETE FROM outbox WHERE position = ?", (base + decision.seq,))
            return None
        return decision


class _LeavesRowsBehind(_Altered):
    """Opens a new epoch and issues nothing again in it."""

    def alter_decision(self, tx: Transaction, decision: Decision) -> Decision | None:
        """Open an epoch, and believe what was in the former one to be delivered."""
        if not isinstance(decision, Diverge):
            return decision
        if decision.key[0] == epochs.current(tx):
            epochs.open_new(tx, Stamp.of(self._clock, self._zone), self._randomness, "diverged")
        tx.execute("UPDATE lane SET confirmed = last WHERE number < (SELECT max(number) FROM epoch)")
        self._histories.forget()
        self.progress.connected()
        return None


class _SaysNoHello(_Altered):
    """Waits for receipts and never asks."""

    def _say_hello(self, db: outbox.Reads, lanes: Sequence[outbox.LaneState], now_s: float) -> None:
        self.progress.greeting.due = False


class _IsSilentAboutDuplicates(Judging):
    """Answers a batch only when something of it is new, and a hello never."""

    def enter(self, arrivals: Sequence[Arrival], received_at: str) -> list[Due]:
        """Enter, and owe nothing for what was here."""
        with self._database.reading() as tx:
            here = {
                id(one)
                for one in arrivals
                if isinstance(one, Batch) and {row.seq for row in one.rows} <= {link.seq for link in tx.links(one.rows[0].key, 0)}
            }
        fresh = [one for one in arrivals if id(one) not in here]
        return [one for one in super().enter(fresh, received_at) if not isinstance(one, HelloDue)]


class _RefusesSilently(Judging):
    """Does not say what it cannot read."""

    def enter(self, arrivals: Sequence[Arrival], received_at: str) -> list[Due]:
        """Enter, and owe no refusal."""
        return [one for one in super().enter(arrivals, received_at) if not isinstance(one, RefusalDue)]


class _TurnsLateRowsAway(Judging):
    """Takes nothing above the end of a closed epoch."""

    def enter(self, arrivals: Sequence[Arrival], received_at: str) -> list[Due]:
        """Enter what is in time."""
        timely: list[Arrival] = []
        with self._database.reading() as tx:
            for one in arrivals:
                if not isinstance(one, Batch):
                    timely.append(one)
                    continue
                ends = {row.key: tx.standing(row.key).closed_last for row in one.rows}
                rows = tuple(row for row in one.rows if (end := ends[row.key]) is None or row.seq <= end)
                timely += [Batch(rows)] if rows else []
        return super().enter(timely, received_at)


CLONES = {"clone": 6, "pull": 1, "rewrite": 3}
OLD_CARDS = {"rewrite": 8}
OLD_CENTRES = {"backup": 6, "restore centre": 5}
LOSSES = {"intakes die after their commit": 8, "broker dies": 4}

CONTROLS: dict[str, Control] = {
    "receipts": Control("a row is delivered by a receipt, not by a PUBACK", lambda: Rules(by_puback=True), LOSSES, soon=True),
    "commit": Control(
        "a receipt goes out after the centre's commit is durable",
        lambda: Rules(centre_keeps=False),
        {"intakes die": 6, "rewrite": 6},
    ),
    "after": Control(
        "a receipt that begins above what is confirmed is ignored", lambda: Rules(uplink=_IgnoresAfter), {"facts": 60, **LOSSES}
    ),
    "all rejects": Control(
        "every receipt lists every reject since the hall's confirmed", lambda: Rules(uplink=_HearsNoFormerRejects), LOSSES
    ),
    "first verdict": Control(
        "the first verdict stays, whichever intake comes later",
        lambda: Rules(
            centre_sql=(
                (
                    "CREATE TRIGGER IF NOT EXISTS again BEFORE INSERT ON event_rows BEGIN DELETE FROM event_rows"
                    " WHERE (place, seq) = (new.place, new.seq); END"
                ),
            )
        ),
        LOSSES,
    ),
    "duplicates": Control(
        "a batch of nothing but duplicates is answered, or else a hello",
        lambda: Rules(ledger=_IsSilentAboutDuplicates),
        LOSSES,
        soon=True,
    ),
    "hello": Control("silence is ended by a hello", lambda: Rules(uplink=_SaysNoHello), {**LOSSES, "rewrite": 6}),
    "lowering": Control("a hello's answer lowers what is confirmed", lambda: Rules(uplink=_NeverLowers), OLD_CENTRES),
    "only hellos lower": Control("no other receipt lowers it", lambda: Rules(uplink=_LowersAlways)),
    "keeping": Control(
        "rows are deleted only after a hello's answer, and kept besides",
        lambda: Rules(uplink=_PrunesAtOnce, keep_days=0),
        OLD_CENTRES,
    ),
    "lost": Control(
        "what the hall no longer holds is recorded as lost",
        lambda: Rules(
            keep_days=1,
            centre_sql=(
                "CREATE TRIGGER IF NOT EXISTS no_loss BEFORE INSERT ON absences WHEN new.kind = 'lost' BEGIN SELECT RAISE(IGNORE); END",
            ),
        ),
        {**OLD_CENTRES, "day": 8},
    ),
    "refusals": Control("what cannot be read is answered as refused", lambda: Rules(ledger=_RefusesSilently), soon=True),
    "tombstones": Control(
        "a row that no centre can read leaves a tombstone", lambda: Rules(uplink=_LeavesNoTombstone), soon=True
    ),
    "contiguous": Control(
        "through moves only over contiguous numbers",
        lambda: Rules(
            centre_sql=(
                (
                    "CREATE TRIGGER IF NOT EXISTS leaping AFTER UPDATE OF through ON lanes BEGIN UPDATE lanes SET through ="
                    " (SELECT max(seq) FROM events e WHERE (e.hall, e.epoch, e.lane) = (new.hall, new.epoch, new.lane))"
                    " WHERE (hall, epoch, lane) = (new.hall, new.epoch, new.lane) AND new.through > 0; END"
                ),
            ),
            uplink=_BelievesAnyHead,
        ),
        LOSSES,
        soon=True,
    ),
    "heads": Control(
        "the heads of receipts are held against the hall's own", lambda: Rules(uplink=_BelievesAnyHead), OLD_CARDS, soon=True
    ),
    "above last": Control(
        "a through above the last number is another history", lambda: Rules(uplink=_Clamps), OLD_CARDS, soon=True
    ),
    "top": Control(
        "a number of the centre above a gap and above the last is another history",
        lambda: Rules(uplink=_IgnoresTop),
        {"rewrite": 20, "facts": 4, "silence": 8},
    ),
    "agreed": Control(
        "all that is kept is issued again unless the centre agrees on the rest",
        lambda: Rules(uplink=_AlwaysAgrees),
        {**CLONES, **OLD_CENTRES},
    ),
    "issued again": Control(
        "in a new epoch what was unconfirmed is issued again", lambda: Rules(uplink=_LeavesRowsBehind), OLD_CARDS, soon=True
    ),
    "first ids": Control(
        "what is issued again carries the id that it had first",
        lambda: Rules(
            hall_sql=(
                (
                    "CREATE TRIGGER IF NOT EXISTS forgetful AFTER UPDATE OF position ON outbox BEGIN"
                    " UPDATE outbox SET was = '' WHERE position = new.position; END"
                ),
            )
        ),
        CLONES,
        soon=True,
    ),
    "identity": Control(
        "a fact is its first id and its stamp, once over all epochs",
        lambda: Rules(
            centre_sql=(
                (
                    "CREATE TRIGGER IF NOT EXISTS unaware AFTER INSERT ON event_rows WHEN new.flags LIKE '%repeated%' BEGIN"
                    " UPDATE event_rows SET flags = NULL WHERE arrival = new.arrival; END"
                ),
            )
        ),
        CLONES,
        soon=True,
    ),
    "holes": Control(
        "numbers above the end of a closed epoch are recorded as holes",
        lambda: Rules(
            centre_sql=(
                "CREATE TRIGGER IF NOT EXISTS no_hole BEFORE INSERT ON absences WHEN new.kind = 'hole' BEGIN SELECT RAISE(IGNORE); END",
            )
        ),
        {"restore": 8, "clone": 4, **LOSSES},
    ),
    "late rows": Control(
        "late rows of a closed epoch are taken", lambda: Rules(ledger=_TurnsLateRowsAway), {**CLONES, "restore": 6, "away": 6}
    ),
    "machines": Control(
        "a card in another machine begins an epoch of its own", lambda: Rules(machines=False), {"clone": 16, "facts": 40}
    ),
    "alarm": Control(
        "two live epochs of one hall raise an alarm",
        lambda: Rules(centre_sql=("CREATE TRIGGER IF NOT EXISTS deaf BEFORE INSERT ON alarms BEGIN SELECT RAISE(IGNORE); END",)),
        CLONES,
    ),
}
