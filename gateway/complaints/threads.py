"""What every act on a complaint does: move it by the rules, keep what was written under seal, tell the centre.

Promises: what somebody without a name did is kept by its day alone, and the centre hears of it on a later day; what one with a name or
the hall did is told at once. Functions take the open transaction; none commits.
"""

from __future__ import annotations

from datetime import date, tzinfo

from gateway.choices.desk import Choices
from gateway.clock import Clock, ClockState
from gateway.complaints import model, tables, wire
from gateway.complaints.choices import ComplaintRules
from gateway.complaints.model import Act, Author, State, Why
from gateway.complaints.tables import Complaint
from gateway.errors import Refusal
from gateway.privacy.vault import Vault
from gateway.store import outbox
from gateway.store.database import Transaction
from gateway.store.outbox import Reads
from gateway.store.stamp import Stamp
from gateway.workdays.model import Workdays
from gateway.workdays.national import Calendar

KIND = "complaint"
"""Of the records in the vault: what was written; version by version."""
CONTACT = "complaint-contact"
"""Of the record that says who complained."""
LANE = "record"
WHO = "warga"
"""In the audit log; never a name."""
WHY = "UU 25/2009 pasal 36"
"""The public task: whoever serves the public takes complaints and answers them."""


class Threads:
    """The complaints of one hall."""

    def __init__(self, clock: Clock, zone: tzinfo, vault: Vault, choices: Choices, calendar: Calendar) -> None:
        self.vault = vault
        self._clock = clock
        self.zone = zone
        self._choices = choices
        self._calendar = calendar

    def today(self) -> date | None:
        """Return the hall's date, None while nobody is sure of it: a deadline is never counted from a guess."""
        sure = self._clock.state() in {ClockState.TRUSTED, ClockState.STAFF}
        return self._clock.now().astimezone(self.zone).date() if sure else None

    def year_is_known(self) -> bool:
        """Return whether every holiday of this year is known, as far as the year itself is."""
        today = self.today()
        return today is None or self._calendar.is_known(today.year)

    def rules(self, db: Reads) -> ComplaintRules:
        """Return what the hall has chosen."""
        return self._choices.read(db, ComplaintRules)

    def chosen(self) -> ComplaintRules:
        """Return what the hall has chosen, as far as it is durable."""
        return self._choices.current(ComplaintRules)

    def due_on(self, db: Reads, one: Complaint, workdays: Workdays | None = None) -> date | None:
        """Return the last day on which the hall is in time; whoever asks of many brings the ``workdays``, read once."""
        return model.due_on(one.state, one.since_on, self.rules(db).terms, (workdays or self.workdays()).after)

    def workdays(self) -> Workdays:
        """Return the working days as they are known now."""
        return self._calendar.now()

    def move(self, tx: Transaction, one: Complaint, act: Act, *, handler: str = "", why: str = "") -> Complaint:
        """Let an act be done on a complaint. Raises Refusal ``report-closed`` or ``report-not-now``."""
        state = model.after(one.state, act)
        if state is None:
            raise Refusal("report-closed" if one.state is State.CLOSED else "report-not-now")
        today = self.today()
        late = one.late or model.is_late(one.state, self.due_on(tx, one), today)
        since = today if model.begins_anew(one.state, act, state) else one.since_on
        moved = one._replace(
            state=state, handler=handler or one.handler, why=why or one.why, since_on=since, late=late, changed_on=today, held=True
        )  # fmt: skip
        tables.write(tx, moved)
        return moved

    def hold(self, tx: Transaction, one: Complaint) -> Complaint:
        """Note that there is more to tell of a complaint, though it stands as before."""
        one = one._replace(held=True, changed_on=self.today())
        tables.write(tx, one)
        return one

    def write(
        self, tx: Transaction, one: Complaint, author: Author, content: bytes, once: str, *, who: str, photo: bool = False
    ) -> int:
        """Keep what somebody has written, under seal; return its number. Raises Refusal ``report-long``."""
        written = tables.messages(tx, one.id)
        if len(written) >= model.MESSAGES_LIMIT or (photo and sum(each.photo for each in written) >= model.PHOTOS_LIMIT):
            raise Refusal("report-long")
        n = self.vault.put(tx, KIND, one.id, content, who=who, why=WHY, by_day=_is_hidden(one, author))
        tables.add_message(tx, one.id, n, author, self.today(), once, photo=photo)
        return n

    def tell(self, tx: Transaction, one: Complaint, author: Author) -> Complaint:
        """Tell the centre how a complaint stands, unless that would say when somebody without a name was here."""
        return one if _is_hidden(one, author) else self._tell(tx, one, by_day=False)

    def tell_later(self, tx: Transaction, one: Complaint) -> Complaint:
        """Tell the centre, by the day, what ``tell`` has held back."""
        return self._tell(tx, one, by_day=True)

    def _tell(self, tx: Transaction, one: Complaint, *, by_day: bool) -> Complaint:
        """Tell the centre what it has not heard. While the regency has a complaint, what is written goes up under seal.

        Who complained stays in the hall.
        """
        standing = f"{one.state}/{one.handler}/{'late' if one.late else ''}"
        if one.told != standing:
            outbox.append(tx, (Stamp.of_day if by_day else Stamp.of)(self._clock, self.zone), wire.changed(one))
            one = one._replace(told=standing)
        if one.state is State.WITH_REGENCY:
            for each in tables.messages(tx, one.id):
                self.vault.send(tx, KIND, one.id, each.n, LANE, by_day=by_day)
        one = one._replace(held=False)
        tables.write(tx, one)
        return one

    def silent_or_dated(self, tx: Transaction, one: Complaint, today: date) -> Complaint:
        """Give a complaint the day that was not known, and close it when nothing was heard for long after an answer."""
        if one.since_on is None or one.received_on is None:
            one = one._replace(
                received_on=one.received_on or today, since_on=one.since_on or today, changed_on=one.changed_on or today
            )
            tables.write(tx, one)
        due = self.due_on(tx, one)
        if model.is_silent(one.state, due, today):
            one = self.tell(tx, self.move(tx, one, Act.SILENCE, why=Why.SILENCE), Author.HALL)
        elif model.is_late(one.state, due, today) and not one.late:
            one = self.tell(tx, one._replace(late=True), Author.HALL)
        return one


def _is_hidden(one: Complaint, author: Author) -> bool:
    return one.anonymous and author is Author.VILLAGER
