"""The tables of the centre's database: migrations that only ever add, one text for SQLite and PostgreSQL.

A released migration is never edited; what comes later is a new entry.
"""

from __future__ import annotations

import logging
from dataclasses import asdict

from gateway.errors import Refusal
from provisioning.centre.sql import Dialect, Sql

log = logging.getLogger(__name__)

FIRST = """
CREATE TABLE centre (name TEXT PRIMARY KEY, value TEXT NOT NULL){compact};
CREATE TABLE events (
    arrival {arrival},
    hall TEXT NOT NULL, epoch TEXT NOT NULL, lane TEXT NOT NULL, seq BIGINT NOT NULL,
    id TEXT NOT NULL, was TEXT NOT NULL, type TEXT NOT NULL, subject TEXT NOT NULL, time TEXT NOT NULL,
    clock TEXT NOT NULL, bootid TEXT NOT NULL, uptime TEXT NOT NULL, data TEXT NOT NULL, rest TEXT NOT NULL,
    received_at TEXT NOT NULL, verdict TEXT NOT NULL, reason TEXT NOT NULL, flags TEXT NOT NULL,
    head TEXT NOT NULL DEFAULT '',
    UNIQUE (hall, epoch, lane, seq)
);
CREATE INDEX rejects ON events (hall, epoch, lane, seq) WHERE verdict <> 'accepted';
CREATE TABLE lanes (
    hall TEXT NOT NULL, epoch TEXT NOT NULL, lane TEXT NOT NULL,
    through BIGINT NOT NULL, head TEXT NOT NULL, closed_last BIGINT, gap_at TEXT NOT NULL,
    PRIMARY KEY (hall, epoch, lane)
){compact};
CREATE TABLE absences (
    hall TEXT NOT NULL, epoch TEXT NOT NULL, lane TEXT NOT NULL, first BIGINT NOT NULL, last BIGINT NOT NULL,
    kind TEXT NOT NULL, recorded_at TEXT NOT NULL,
    PRIMARY KEY (hall, epoch, lane, first)
){compact};
CREATE TABLE reissues (
    hall TEXT NOT NULL, first TEXT NOT NULL, time TEXT NOT NULL, bootid TEXT NOT NULL, uptime TEXT NOT NULL,
    epoch TEXT NOT NULL, lane TEXT NOT NULL, seq BIGINT NOT NULL,
    PRIMARY KEY (hall, first, time, bootid, uptime)
){compact};
CREATE TABLE conflicts (
    hall TEXT NOT NULL, epoch TEXT NOT NULL, lane TEXT NOT NULL, seq BIGINT NOT NULL,
    first TEXT NOT NULL, time TEXT NOT NULL, bootid TEXT NOT NULL, uptime TEXT NOT NULL,
    type TEXT NOT NULL, subject TEXT NOT NULL, data TEXT NOT NULL, received_at TEXT NOT NULL,
    PRIMARY KEY (hall, epoch, lane, seq, first, time, bootid, uptime)
){compact};
CREATE TABLE refusals (
    hall TEXT NOT NULL, sha256 TEXT NOT NULL, topic TEXT NOT NULL, reason TEXT NOT NULL,
    received_at TEXT NOT NULL, times BIGINT NOT NULL,
    PRIMARY KEY (hall, sha256)
){compact};
CREATE TABLE halls (
    hall TEXT PRIMARY KEY, epoch TEXT NOT NULL, bootid TEXT NOT NULL, hello_at TEXT NOT NULL
){compact};
CREATE VIEW facts AS
    SELECT arrival, hall, epoch, lane, seq, CASE WHEN was = '' THEN id ELSE was END AS first,
           type, subject, time, clock, bootid, uptime, data, received_at, flags
    FROM events WHERE verdict = 'accepted' AND flags NOT LIKE '%repeated%';
"""
"""``facts`` is what a regency's programs should read: each fact once, whatever was sent again."""

ORDERS = """
CREATE TABLE orders (
    id TEXT PRIMARY KEY, hall TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, rev BIGINT NOT NULL,
    asked_at TEXT NOT NULL, notafter TEXT NOT NULL, data TEXT NOT NULL, sent_at TEXT NOT NULL DEFAULT ''
){compact};
CREATE INDEX orders_of_hall ON orders (hall, notafter);
CREATE INDEX orders_of_subject ON orders (subject, hall);
CREATE INDEX orders_unsent ON orders (asked_at) WHERE sent_at = '';
CREATE TABLE order_answers (
    order_id TEXT NOT NULL, hall TEXT NOT NULL, state TEXT NOT NULL, code TEXT NOT NULL, reason TEXT NOT NULL,
    said TEXT NOT NULL, epoch TEXT NOT NULL, answered_at TEXT NOT NULL,
    PRIMARY KEY (order_id, hall)
){compact};
"""
"""What the centre asks of its halls, and what counts as the answer of each."""

PARCELS = """
CREATE INDEX events_of_parcels ON events (type, hall, subject) WHERE lane = 'parcel';
"""
"""A parcel is found by what it is a content of, among the pieces of all halls."""


HISTORIES = """
CREATE TABLE epochs (
    hall TEXT NOT NULL, epoch TEXT NOT NULL, number BIGINT NOT NULL, nonce TEXT NOT NULL, bootid TEXT NOT NULL,
    first_at TEXT NOT NULL, last_at TEXT NOT NULL,
    PRIMARY KEY (hall, epoch)
){compact};
CREATE TABLE alarms (
    hall TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL,
    first_at TEXT NOT NULL, last_at TEXT NOT NULL, times BIGINT NOT NULL,
    PRIMARY KEY (hall, kind, subject)
){compact};
CREATE TABLE corrections (
    hall TEXT NOT NULL, bootid TEXT NOT NULL, offset_ms BIGINT NOT NULL,
    PRIMARY KEY (hall, bootid)
){compact};
DROP VIEW facts;
CREATE VIEW facts AS
    SELECT arrival, hall, epoch, lane, seq, CASE WHEN was = '' THEN id ELSE was END AS first,
           type, subject, time, clock, bootid, uptime, data, received_at, flags,
           CASE clock WHEN 'trusted' THEN time ELSE (
               SELECT {corrected} FROM corrections c WHERE c.hall = events.hall AND c.bootid = events.bootid
           ) END AS corrected_time
    FROM events WHERE verdict = 'accepted' AND flags NOT LIKE '%repeated%';
"""
"""Which epochs each hall has spoken in, what people must look at, and by how much the clock was wrong in a run of a machine.

``corrected_time`` is null while nobody can say better than a ``time`` whose clock was not trusted.
"""

WATCHED = """
CREATE TABLE presences (
    hall TEXT PRIMARY KEY, state TEXT NOT NULL, version TEXT NOT NULL, bootid TEXT NOT NULL, epoch TEXT NOT NULL,
    clock TEXT NOT NULL, depth BIGINT NOT NULL, oldest_age_s BIGINT NOT NULL, heard_at TEXT NOT NULL
){compact};
CREATE INDEX gaps ON lanes (gap_at) WHERE gap_at <> '';
ALTER TABLE refusals ADD COLUMN payload {octets};
ALTER TABLE refusals ADD COLUMN replayed_at TEXT NOT NULL DEFAULT '';
CREATE INDEX refused ON refusals (received_at) WHERE replayed_at = '';
CREATE VIEW dead_letters AS
    SELECT hall, 'refused' AS kind, sha256 AS id, reason, received_at FROM refusals WHERE replayed_at = ''
    UNION ALL
    SELECT hall, 'rejected', id, reason, received_at FROM events e WHERE verdict <> 'accepted' AND NOT EXISTS (
        SELECT 1 FROM events r WHERE r.hall = e.hall AND r.epoch = e.epoch AND r.lane = 'replayed' AND r.seq = e.arrival
    );
"""
"""What halls say of themselves, what must be watched, and what could not be taken, with its content, to be tried again."""


UPTIMES = "ALTER TABLE epochs ADD COLUMN uptime_ms BIGINT NOT NULL DEFAULT 0"
"""When each epoch has last spoken, by the clock of its machine that never jumps."""

CERTIFICATES = """
ALTER TABLE presences ADD COLUMN certificate_until TEXT NOT NULL DEFAULT '';
"""
"""Until when each hall is let in."""

NARROW = """
CREATE TABLE places (
    place {number}, hall TEXT NOT NULL, epoch TEXT NOT NULL, lane TEXT NOT NULL, UNIQUE (hall, epoch, lane)
);
CREATE TABLE kinds (
    kind {number}, type TEXT NOT NULL, clock TEXT NOT NULL, UNIQUE (type, clock)
);
CREATE TABLE event_rows (
    arrival {arrival},
    place BIGINT NOT NULL, seq BIGINT NOT NULL, kind BIGINT NOT NULL, received_ms BIGINT NOT NULL,
    subject TEXT NOT NULL, time TEXT NOT NULL, bootid TEXT NOT NULL, uptime TEXT NOT NULL, data TEXT NOT NULL,
    id TEXT, was TEXT, rest TEXT, verdict TEXT, reason TEXT, flags TEXT, head TEXT, parcel SMALLINT NOT NULL DEFAULT 0,
    UNIQUE (place, seq)
);
INSERT INTO places (hall, epoch, lane) SELECT DISTINCT hall, epoch, lane FROM events;
INSERT INTO kinds (type, clock) SELECT DISTINCT type, clock FROM events;
INSERT INTO event_rows (arrival, place, seq, kind, received_ms, subject, time, bootid, uptime, data,
    id, was, rest, verdict, reason, flags, head, parcel){kept_numbers}
    SELECT arrival, place, seq, kind, {received_ms}, subject, time, bootid, uptime, data,
        CASE WHEN e.lane = 'replayed' THEN id END, nullif(was, ''), nullif(rest, ''), nullif(verdict, 'accepted'),
        nullif(reason, ''), nullif(flags, ''), nullif(head, ''), CASE WHEN e.lane = 'parcel' THEN 1 ELSE 0 END
    FROM events e JOIN places p ON (p.hall, p.epoch, p.lane) = (e.hall, e.epoch, e.lane)
        JOIN kinds k ON (k.type, k.clock) = (e.type, e.clock)
    ORDER BY arrival;
{numbers_go_on};
{forget_views};
CREATE {or_replace}VIEW facts AS
    SELECT arrival, hall, epoch, lane, seq, coalesce(was, id, epoch || '-' || lane || '-' || seq) AS first,
           type, subject, time, clock, bootid, uptime, data, {received_at} AS received_at, coalesce(flags, '') AS flags,
           CASE clock WHEN 'trusted' THEN time ELSE (
               SELECT {corrected} FROM corrections c WHERE c.hall = p.hall AND c.bootid = r.bootid
           ) END AS corrected_time
    FROM event_rows r LEFT JOIN places p ON p.place = r.place LEFT JOIN kinds k ON k.kind = r.kind
    WHERE verdict IS NULL AND (flags IS NULL OR flags NOT LIKE '%repeated%');
CREATE {or_replace}VIEW dead_letters AS
    SELECT hall, 'refused' AS kind, sha256 AS id, reason, received_at FROM refusals WHERE replayed_at = ''
    UNION ALL
    SELECT hall, 'rejected', epoch || '-' || lane || '-' || seq, coalesce(reason, ''), {received_at}
    FROM event_rows r JOIN places p ON p.place = r.place
    WHERE verdict IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM event_rows b JOIN places q ON q.place = b.place
        WHERE q.hall = p.hall AND q.epoch = p.epoch AND q.lane = 'replayed' AND b.seq = r.arrival
    );
DROP TABLE events;
CREATE INDEX rejects ON event_rows (place, seq) WHERE verdict IS NOT NULL;
CREATE INDEX events_of_parcels ON event_rows (kind, place, subject) WHERE parcel = 1;
CREATE VIEW events AS
    SELECT arrival, hall, epoch, lane, seq, coalesce(id, epoch || '-' || lane || '-' || seq) AS id, coalesce(was, '') AS was,
           type, subject, time, clock, bootid, uptime, data, coalesce(rest, '') AS rest, {received_at} AS received_at,
           coalesce(verdict, 'accepted') AS verdict, coalesce(reason, '') AS reason, coalesce(flags, '') AS flags,
           coalesce(head, '') AS head
    FROM event_rows r LEFT JOIN places p ON p.place = r.place LEFT JOIN kinds k ON k.kind = r.kind;
"""
"""Half the bytes: what the rows of a lane or of a type have in common is said once, and what hardly any row has is null.

``events`` becomes a view with the columns that the table had. An ``id`` that is null is the one of its place. In PostgreSQL the other views are replaced in their place, so
that whoever was granted them keeps them.
"""

AUDITS = """
CREATE TABLE audits (
    hall TEXT PRIMARY KEY, seq BIGINT NOT NULL, head TEXT NOT NULL, heard_at TEXT NOT NULL
){compact};
"""
"""How far each hall's audit log has come, by its newest hello."""

MIGRATIONS = (FIRST, ORDERS, PARCELS, HISTORIES, WATCHED, UPTIMES, CERTIFICATES, NARROW, AUDITS)
"""In their order; a database's version is how many of them it has."""


def migrate(sql: Sql, dialect: Dialect, version: int) -> None:
    """Run the migrations after ``version``, within the transaction that the caller has begun: of a large database that takes minutes."""
    if version:
        log.info("event=updating-tables version=%d to=%d", version, len(MIGRATIONS))
    for migration in MIGRATIONS[version:]:
        for statement in migration.format(**asdict(dialect)).split(";\n"):
            if statement.strip():
                sql.execute(statement)


def require_current(version: int, name: object) -> None:
    """Let nobody look at tables of another version: only an intake brings them up to date.

    Raises Refusal ``centre-older`` or ``centre-newer``.
    """
    if version < len(MIGRATIONS):
        raise Refusal("centre-older", path=name)
    if version > len(MIGRATIONS):
        raise Refusal("centre-newer", path=name, version=version)
