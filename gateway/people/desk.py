"""Who works in the hall: adding officers, signing in and out, new PINs, ended access.

Promises: a wrong PIN is on record before it is compared, so pulling the plug gives no free tries; whether a name exists
is not told, neither by the answer nor by how long it takes; nobody is locked out for good, and who guesses from
elsewhere does not delay an officer at the own counter; a token can be read nowhere in the hall, only be compared;
a hall that had a head never loses the last one.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

from gateway.clock import Clock
from gateway.errors import Refusal
from gateway.people import model, tables
from gateway.people.model import RIGHTS, Right, Role
from gateway.people.pins import Patience, Pins
from gateway.people.sessions import Sessions
from gateway.people.setup_code import SetupCode
from gateway.people.tokens import TOKEN_BITS, derived, digest, keepsake_of, subjects_of
from gateway.store import answers
from gateway.store.database import Store, Transaction
from gateway.store.outbox import Reads

log = logging.getLogger(__name__)

SECRET_BITS = 256


@dataclass(frozen=True, slots=True)
class Session:
    """An officer at work. ``token`` is the bearer's secret; ``officer`` names the person in records and logs, ``name`` on screens."""

    token: str
    officer: str
    name: str
    role: Role
    keepsake: str = ""
    """What a browser keeps of a sign-in, so that guesses from elsewhere do not delay the next one; only ``sign_in`` fills it."""

    @property
    def rights(self) -> frozenset[Right]:
        """What the officer may do."""
        return RIGHTS[self.role]


class PeopleDesk:
    """Where officers are added and sign in and out. Safe from any thread."""

    def __init__(self, store: Store, clock: Clock, randomness: Random) -> None:
        self._store = store
        self._clock = clock
        self._randomness = randomness
        self._pins = Pins()
        self._patience = Patience(clock)
        self._sessions = Sessions(store, clock)
        self._setup_code = SetupCode(store.directory, randomness)
        self._claimed = False
        """Remembered once it is so: the last head stays."""

    def officers(self) -> list[tables.Officer]:
        """Return all who have access, by name."""
        with self._store.reader() as db:
            return tables.officers(db)

    def names(self) -> dict[str, str]:
        """Return the names of all who have or had access, by their numbers as text: what is on record may name either."""
        with self._store.reader() as db:
            return tables.names(db)

    def is_claimed(self) -> bool:
        """Return whether the hall has a head; until then whoever has the setup code becomes it."""
        if not self._claimed:
            with self._store.reader() as db:
                self._claimed = tables.heads(db) > 0
        return self._claimed

    def is_new(self) -> bool:
        """Return whether nobody works here yet."""
        return not self.is_claimed() and not self.officers()

    def visited(self) -> set[str]:
        """Return the pages of setting up that somebody has opened."""
        with self._store.reader() as db:
            return tables.visited(db)

    def visit(self, path: str) -> None:
        """Remember that a page of setting up was opened."""
        if path not in self.visited():
            with self._store.transaction() as tx:
                tables.visit(tx, path, self._now())

    def setup_code(self) -> str:
        """Return the code with which the hall is claimed. Raises Refusal ``hall-claimed`` when it was."""
        if self.is_claimed():
            raise Refusal("hall-claimed")
        return self._setup_code.current()

    def check_setup_code(self, code: str, device: str) -> None:
        """Raises Refusal ``setup-code-wrong``, ``hall-claimed`` or, before the device's delay is over, ``too-many-tries``."""
        subject = f"device:{digest(device)}"
        with self._store.transaction() as tx:
            if tables.heads(tx):
                raise Refusal("hall-claimed")
            self._patience.spend(tx, (subject,))
        if not self._setup_code.is_right(code):
            log.warning("event=setup-code-wrong")
            raise Refusal("setup-code-wrong")
        with self._store.transaction() as tx:
            self._patience.forgive(tx, (subject,))

    def claim(self, code: str, name: str, pin: str, device: str) -> Session:
        """Make the first head officer and sign in. Raises as ``check_setup_code`` and ``add_officer`` do."""
        self.check_setup_code(code, device)
        name_of_head, kept = _good_name(name), self._hash(pin)
        with self._store.transaction() as tx:
            if tables.heads(tx):
                raise Refusal("hall-claimed")
            self._add(tx, name_of_head, kept, Role.HEAD)
            session = self._begin(tx, self._require(tx, name), self._secret(tx), "")
        self._setup_code.void()
        log.info("event=hall-claimed officer=%s", session.officer)
        return session

    def add_officer(self, name: str, pin: str, role: Role = Role.CLERK, *, key: str = "") -> None:
        """Add an officer, once per ``key``; a head makes the setup code void.

        Raises Refusal ``officer-name``, ``pin-too-weak``, ``officer-exists``, ``key-reused``.
        """
        name, kept, fingerprint = _good_name(name), self._hash(pin), digest(f"{role} {name}")
        with self._store.transaction() as tx:
            if key and answers.replay(tx, f"officer-{key}", fingerprint) is not None:
                return
            self._add(tx, name, kept, role)
            if key:
                answers.keep(tx, f"officer-{key}", fingerprint, {}, self._clock.now())
        if role is Role.HEAD:
            self._setup_code.void()

    def give_pin(self, name: str, pin: str) -> None:
        """Give an officer a new PIN and end the sessions. Raises Refusal ``officer-unknown``, ``pin-too-weak``."""
        kept = self._hash(pin)
        with self._store.transaction() as tx:
            officer = self._require(tx, name)
            tables.write_pin(tx, officer.id, kept)
            self._patience.forgive(tx, (f"officer:{officer.id}", f"known:{officer.id}"))
            ended = tables.end_sessions_of(tx, officer.id)
        self._sessions.forget(ended)
        log.info("event=new-pin officer=%s", officer.id)

    def give_role(self, name: str, role: Role) -> None:
        """Give an officer another role, from the next sign-in on. Raises Refusal ``officer-unknown``, ``last-head``."""
        with self._store.transaction() as tx:
            officer = self._require(tx, name)
            if officer.role is role:
                return
            _keep_a_head(tx, officer)
            tables.write_role(tx, officer.id, role)
            ended = tables.end_sessions_of(tx, officer.id)
        self._sessions.forget(ended)
        log.info("event=new-role officer=%s", officer.id)

    def end_access(self, name: str) -> None:
        """End an officer's access, here and everywhere. Raises Refusal ``officer-unknown``, ``last-head``."""
        with self._store.transaction() as tx:
            officer = self._require(tx, name)
            _keep_a_head(tx, officer)
            tables.end_officer(tx, officer.id, self._now())
            ended = tables.end_sessions_of(tx, officer.id)
        self._sessions.forget(ended)
        log.info("event=access-ended officer=%s", officer.id)

    def sign_out_everywhere(self, name: str) -> None:
        """End all sessions of an officer. Raises Refusal ``officer-unknown``."""
        with self._store.transaction() as tx:
            ended = tables.end_sessions_of(tx, self._require(tx, name).id)
        self._sessions.forget(ended)

    def sign_in(self, name: str, pin: str, device: str, *, keepsakes: Iterable[str] = (), key: str = "") -> Session:
        """Begin a session. ``device`` names where the PIN comes from; ``keepsakes`` are those of the browser's former sign-ins.

        The same ``key`` gives the same session for a day, also after a restart; without one it is a new one.
        Raises Refusal ``wrong-pin``, before a delay is over ``too-many-tries``, for another's key ``key-reused``.
        """
        with self._store.transaction() as tx:
            secret = self._secret(tx)
            officer = tables.find_officer(tx, name) if model.name_is_good(name) else None
            subjects = subjects_of(officer, name, device, secret, keepsakes)
            self._patience.spend(tx, subjects)
        if not self._pins.is_right(officer.pin if officer else None, pin) or officer is None:
            log.info("event=wrong-pin officer=%s", officer.id if officer else "unknown")
            raise Refusal("wrong-pin")
        log.info("event=signed-in officer=%s", officer.id)
        with self._store.transaction() as tx:
            if tables.officer_by_id(tx, officer.id) != officer:
                raise Refusal("wrong-pin")  # another PIN was given, or the access ended, while this one was compared
            self._patience.forgive(tx, subjects)
            return self._begin(tx, officer, secret, key)

    def confirm(self, session: Session, pin: str) -> None:
        """Ask who is signed in for the PIN once more. Raises Refusal ``wrong-pin``, ``too-many-tries``."""
        with self._store.transaction() as tx:
            officer = tables.officer_by_id(tx, int(session.officer))
            subject = f"known:{session.officer}"
            self._patience.spend(tx, (subject,))
        if officer is None or not self._pins.is_right(officer.pin, pin):
            log.info("event=wrong-pin officer=%s", session.officer)
            raise Refusal("wrong-pin")
        with self._store.transaction() as tx:
            self._patience.forgive(tx, (subject,))

    def change_own_pin(self, session: Session, pin: str, fresh: str) -> Session:
        """Change one's own PIN and end all one's sessions; return a new one. Raises as ``confirm`` and ``give_pin`` do."""
        self.confirm(session, pin)
        self.give_pin(session.name, fresh)
        with self._store.transaction() as tx:
            return self._begin(tx, self._require(tx, session.name), self._secret(tx), "")

    def session(self, token: str) -> Session | None:
        """Return the session of this token, or None when there is none, it was unused too long, or it is too old."""
        kept = self._sessions.find(digest(token))
        return Session(token, str(kept.officer), kept.name, kept.role) if kept else None

    def sign_out(self, token: str) -> None:
        """End the session; ending it twice is harmless."""
        self._sessions.end(digest(token))

    def _begin(self, tx: Transaction, officer: tables.Officer, secret: str, key: str) -> Session:
        token = derived(secret, "session", str(officer.id), key) if key else self._random(TOKEN_BITS)
        session = Session(token, str(officer.id), officer.name, officer.role, keepsake_of(secret, officer))
        if key:
            kept, fingerprint = f"session-{digest(key)}", digest(f"{officer.id} {key}")
            if answers.replay(tx, kept, fingerprint) is not None:
                return session  # and if it has ended meanwhile, it stays so
            answers.keep(tx, kept, fingerprint, {}, self._clock.now())
        self._sessions.begin(tx, digest(token), officer.id)
        return session

    def _add(self, tx: Transaction, name: str, kept: str, role: Role) -> None:
        if tables.find_officer(tx, name) is not None:
            raise Refusal("officer-exists", name=name)
        log.info("event=officer-added officer=%s role=%s", tables.add_officer(tx, name, kept, role, self._now()), role)

    def _secret(self, tx: Transaction) -> str:
        """Return the hall's secret, made when it is first needed."""
        secret = tables.secret(tx)
        if secret is None:
            secret = self._random(SECRET_BITS)
            tables.write_secret(tx, secret)
        return secret

    def _random(self, bits: int) -> str:
        return f"{self._randomness.getrandbits(bits):0{bits // 4}x}"

    def _require(self, db: Reads, name: str) -> tables.Officer:
        officer = tables.find_officer(db, name) if model.name_is_good(name) else None
        if officer is None:
            raise Refusal("officer-unknown")
        return officer

    def _hash(self, pin: str) -> str:
        if not model.pin_is_good(pin):
            raise Refusal("pin-too-weak")
        return self._pins.hash(pin)

    def _now(self) -> str:
        return self._clock.now().isoformat(timespec="seconds")


def _good_name(name: str) -> str:
    if not model.name_is_good(name):
        raise Refusal("officer-name")
    return name


def _keep_a_head(tx: Transaction, officer: tables.Officer) -> None:
    if officer.role is Role.HEAD and tables.heads(tx) == 1:
        raise Refusal("last-head")
