"""The centre's database in PostgreSQL: several intakes may share it, and it may restart under them.

What a transaction has accepted is as durable as the server makes it: ``synchronous_commit`` is never below
``on``, and a server with ``fsync`` off is refused. One group is entered at a time, whoever enters it: so the
rules of a lane hold between intakes, and ``arrival`` grows in the order of the commits, without a number that
shows up late.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache

import psycopg
from psycopg import conninfo
from psycopg.pq import TransactionStatus

from gateway.errors import Refusal
from provisioning.centre.database import Untakeable
from provisioning.centre.reader import CentreReader, look
from provisioning.centre.schema import MIGRATIONS, migrate
from provisioning.centre.sql import Dialect, Rows
from provisioning.centre.transaction import SqlTransaction

DIALECT = Dialect(
    arrival="BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    octets="BYTEA",
    compact="",
    corrected="to_char((time::timestamptz + offset_ms * interval '1 millisecond') AT TIME ZONE 'UTC',"
    """ 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')""",
    number="BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    received_at="""to_char(to_timestamp(received_ms / 1000.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS') || '+00:00'""",
    received_ms="CAST(round(extract(epoch FROM received_at::timestamptz) * 1000) AS BIGINT)",
    or_replace="OR REPLACE ",
    kept_numbers=" OVERRIDING SYSTEM VALUE",
    numbers_go_on="SELECT setval(pg_get_serial_sequence('event_rows', 'arrival'), max(arrival)) FROM event_rows HAVING max(arrival) > 0",
)

CONNECT_LIMIT_S = 10
"""How long a server may take to accept us."""

SESSION = {
    "lock_timeout": "30s",  # another intake's group takes less; after that this one is tried again
    "idle_in_transaction_session_timeout": "60s",  # an intake that stands still does not hold up the others
    "tcp_keepalives_idle": "10",  # nor does one whose machine has vanished
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}

BEGIN = "BEGIN; LOCK TABLE centre IN SHARE ROW EXCLUSIVE MODE"
"""Two of these wait for each other; whoever only reads does not."""

MIGRATING = "SELECT pg_advisory_xact_lock(hashtext('balai: the tables of the centre'))"
"""Two intakes that start together make the tables once."""


class PostgresSql:
    """Implements ``Sql`` on an open connection in autocommit."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection = connection

    def execute(self, statement: str, parameters: Sequence[object] = ()) -> Rows:
        """Run a statement."""
        return self.connection.execute(_translated(statement), parameters or None)

    def insert(self, into: str, rows: Sequence[Sequence[object]], otherwise: str) -> int:
        """Insert rows by one statement, column by column, and return how many were kept."""
        if not rows:
            return 0
        types = ", ".join(f"{_typed(value)}[]" for value in rows[0])
        statement = f"INSERT INTO {into} SELECT * FROM unnest({types}) {otherwise}"  # noqa: S608 - our own words
        return self.connection.execute(statement.encode(), [list(column) for column in zip(*rows, strict=True)]).rowcount

    def insert_columns(
        self, into: str, shared: Mapping[str, object], columns: Mapping[str, Sequence[object]], otherwise: str
    ) -> int:
        """Insert rows that are given in columns by one statement."""
        lists = [list(column) for column in columns.values()]
        if not lists[0]:
            return 0
        names = ", ".join([*shared, *columns])
        same, types = ", ".join(map(_typed, shared.values())), ", ".join(f"{_typed(values[0])}[]" for values in lists)
        statement = f"INSERT INTO {into} ({names}) SELECT {same}, u.* FROM unnest({types}) AS u {otherwise}"  # noqa: S608 - our own words
        return self.connection.execute(statement.encode(), [*shared.values(), *lists]).rowcount


def _typed(value: object) -> str:
    return "%b::bigint" if isinstance(value, int) else "%b::text"


class PostgresIntakeDatabase:
    """A database of its own on a server, UTF-8. Create with ``PostgresIntakeDatabase("postgresql://HOST/NAME")``."""

    def __init__(self, address: str) -> None:
        """Connect, and make or add what tables are missing.

        Raises Refusal ``centre-address``, ``centre-newer`` when a later version made the tables, or
        ``centre-unusable`` when the server does not let us in or would not keep what it acknowledges.
        """
        self.name = name_of(address)
        self._address = address
        try:
            self._open()
        except psycopg.Error as error:
            raise Refusal("centre-unusable", path=self.name, reason=reason_of(error)) from error

    @contextmanager
    def transaction(self) -> Iterator[SqlTransaction]:
        """Begin a group: durable when the block has ended, undone when it raises.

        Raises Refusal ``centre-storage`` when the server does not take it, or is away: the next group connects
        again; raises Untakeable. Nothing of the group is kept, or, when the server vanished in its commit, perhaps all of it.
        """
        try:
            sql = self._ready()
            sql.execute(BEGIN)
            yield SqlTransaction(sql)
            sql.execute("COMMIT")
        except (UnicodeError, psycopg.DataError, psycopg.errors.DatatypeMismatch) as error:
            self._roll_back()
            raise Untakeable from error
        except psycopg.Error as error:
            self._roll_back()
            raise Refusal("centre-storage", path=self.name, reason=reason_of(error)) from error
        except BaseException:
            self._roll_back()
            raise

    @contextmanager
    def reading(self) -> Iterator[SqlTransaction]:
        """Look at what is durable; nothing may be written. Raises Refusal ``centre-storage`` when the server is away."""
        try:
            yield SqlTransaction(self._ready())
        except psycopg.Error as error:
            raise Refusal("centre-storage", path=self.name, reason=reason_of(error)) from error

    def collect_orders(self) -> None:
        """Do nothing: ``provision centre ask`` writes its orders here itself."""

    def close(self) -> None:
        """Let go of the server. May be called twice."""
        self._connection.close()

    def _ready(self) -> PostgresSql:
        if self._connection.closed:
            self._open()
        return PostgresSql(self._connection)

    def _open(self) -> None:
        self._connection = _connect(self._address)
        try:
            _prepare(self._connection, self.name)
            sql = PostgresSql(self._connection)
            _bring_up_to_date(sql, self.name)
            self.centre: str = sql.execute("SELECT value FROM centre WHERE name = 'id'").fetchone()[0]
        except BaseException:
            self._connection.close()
            raise

    def _roll_back(self) -> None:
        connection = self._connection
        try:
            if not connection.closed and connection.info.transaction_status is not TransactionStatus.IDLE:
                connection.execute("ROLLBACK")
        except psycopg.Error:
            connection.close()


def open_reader(address: str) -> CentreReader:
    """Look from beside running intakes, also at a standby. Raises the refusals of the intake's, and ``centre-older``."""
    name = name_of(address)
    try:
        connection = _connect(address)
        connection.read_only = True
        sql = _Looking(connection, name)
        return look(sql, connection.close, _version(sql), name)
    except (psycopg.Error, TypeError) as error:
        raise Refusal("centre-unusable", path=name, reason=reason_of(error)) from error


class _Looking(PostgresSql):
    """Raises Refusal ``centre-unusable`` when the server goes away."""

    def __init__(self, connection: psycopg.Connection, name: str) -> None:
        super().__init__(connection)
        self._name = name

    def execute(self, statement: str, parameters: Sequence[object] = ()) -> Rows:
        """Run a statement."""
        try:
            return super().execute(statement, parameters)
        except psycopg.Error as error:
            raise Refusal("centre-unusable", path=self._name, reason=reason_of(error)) from error


def name_of(address: str) -> str:
    """Return the database's name for people, without a password. Raises Refusal ``centre-address``."""
    try:
        parts = conninfo.conninfo_to_dict(address)
    except psycopg.Error as error:
        raise Refusal("centre-address", address=address.rsplit("@", maxsplit=1)[-1]) from error
    return f"{parts.get('host', '')}/{parts.get('dbname', '')}"


def reason_of(error: BaseException) -> str:
    """Return what the server says, in one line."""
    return next(iter(str(error).splitlines()), type(error).__name__)


def _connect(address: str) -> psycopg.Connection:
    return psycopg.connect(address, autocommit=True, connect_timeout=CONNECT_LIMIT_S, application_name="balai-centre")


def _prepare(connection: psycopg.Connection, name: str) -> None:
    """Settle the session, and refuse a server that could not keep what it acknowledges or not hold every letter."""
    for setting, value in SESSION.items():
        connection.execute("SELECT set_config(%s, %s, false)", (setting, value))
    connection.execute(
        "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') IN ('off', 'local')"
    )
    found = connection.execute("SELECT current_setting('fsync'), current_setting('server_encoding')").fetchone()
    if found != ("on", "UTF8"):
        raise Refusal("centre-unusable", path=name, reason="server harus memakai fsync=on dan UTF8")


def _bring_up_to_date(sql: PostgresSql, name: str) -> None:
    with sql.connection.transaction():
        sql.execute(MIGRATING)
        version = _version(sql)
        if version > len(MIGRATIONS):
            raise Refusal("centre-newer", path=name, version=version)
        if version == len(MIGRATIONS):
            return
        migrate(sql, DIALECT, version)
        if version == 0:
            sql.execute("INSERT INTO centre VALUES ('id', ?), ('schema', '')", (secrets.token_hex(8),))
        sql.execute("UPDATE centre SET value = ? WHERE name = 'schema'", (str(len(MIGRATIONS)),))


def _version(sql: PostgresSql) -> int:
    """Return the schema's version, 0 of an empty database."""
    if sql.execute("SELECT to_regclass('centre')").fetchone() == (None,):
        return 0
    return int(sql.execute("SELECT value FROM centre WHERE name = 'schema'").fetchone()[0])


@cache
def _translated(statement: str) -> bytes:
    """Return a statement in psycopg's way of marking parameters."""
    return statement.replace("%", "%%").replace("?", "%s").encode() if "?" in statement else statement.encode()
