"""What ``gateway check``, ``backup``, ``officer``, ``setup-code``, ``export`` and ``import`` do, beside a running hall or without one.

A running hall serves these acts at ``hall.sock``; otherwise the command takes ``hall.lock`` and opens
the folder itself, so that never two processes hold one database.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from gateway import checks
from gateway.checks.access import check_access
from gateway.checks.broker import check_broker
from gateway.checks.certificate import check_certificate
from gateway.checks.clock import check_clock
from gateway.checks.commands import check_commands
from gateway.checks.database import check_database
from gateway.checks.devices import check_devices
from gateway.checks.disk import check_disk
from gateway.checks.finding import Finding, Level, Verdict
from gateway.checks.settings import check_settings
from gateway.choices.copies import Copies
from gateway.choices.desk import Choices
from gateway.clock import Clock, ClockState, SystemClock
from gateway.control import Act, Progress, ask
from gateway.devices.catalog import plug_in
from gateway.devices.options import Entry
from gateway.equipment import tables as equipment
from gateway.equipment.model import Placed, astray
from gateway.errors import Refusal
from gateway.lan_broker import listening
from gateway.people.desk import PeopleDesk
from gateway.people.model import Role, spaced_code
from gateway.portal.i18n import words
from gateway.relay.connecting import connection_to, probe
from gateway.relay.identity import Identity
from gateway.safekeeping import Safekeeping, check_resting
from gateway.sections import copies_of
from gateway.settings import Settings
from gateway.store import backup
from gateway.store.database import Store
from gateway.store.life import Life, read_life
from gateway.store.opening import DATABASE, open_store
from gateway.tickets import furnishing
from gateway.tickets.desk import TicketsDesk
from gateway.tickets.lines import read_counters, read_lines
from gateway.waiting import outbox_finding

CHECKS = tuple(sorted(module.name for module in iter_modules(checks.__path__) if module.name != "finding"))
"""Every check by its name, the same as its file's."""
OF_SAFEKEEPING = frozenset({"recovery-keep", "recover", "breach-report"})
ONLY_LOOK = OF_SAFEKEEPING | {"backup", "officer-list", "officer-pin"}
"""What makes no sense before a hall was ever started."""


def acts(store: Store, people: PeopleDesk, copies: Copies, findings: Callable[[], Sequence[Finding]]) -> dict[str, Act]:
    """Return the acts by name, as ``hall.sock`` serves them."""

    def add_officer(parameters: dict[str, Any], _progress: Progress) -> dict[str, Any]:
        people.add_officer(str(parameters["name"]), str(parameters["pin"]), Role(parameters.get("role", Role.CLERK)))
        return {}

    def give_pin(parameters: dict[str, Any], _progress: Progress) -> dict[str, Any]:
        people.give_pin(str(parameters["name"]), str(parameters["pin"]))
        return {}

    def list_officers(_parameters: dict[str, Any], _progress: Progress) -> dict[str, Any]:
        return {"officers": [{"name": officer.name, "role": officer.role} for officer in people.officers()]}

    def setup_code(_parameters: dict[str, Any], _progress: Progress) -> dict[str, Any]:
        return {"code": spaced_code(people.setup_code())}

    def export_choices(_parameters: dict[str, Any], _progress: Progress) -> dict[str, Any]:
        return {"text": copies.export()}

    def import_choices(parameters: dict[str, Any], _progress: Progress) -> dict[str, Any]:
        return copies.bring_in(str(parameters["text"]), words(str(parameters["language"])), only_look=bool(parameters["look"]))

    def write_backup(parameters: dict[str, Any], progress: Progress) -> dict[str, Any]:
        backup.write(store, Path(parameters["file"]), progress)
        return {}

    def check(_parameters: dict[str, Any], _progress: Progress) -> dict[str, Any]:
        return {"findings": [_told(finding) for finding in findings()]}

    return {
        "officer-add": add_officer,
        "officer-pin": give_pin,
        "officer-list": list_officers,
        "setup-code": setup_code,
        "choices-export": export_choices,
        "choices-import": import_choices,
        "backup": write_backup,
        "check": check,
    }


def act_on(settings: Settings, act: str, parameters: dict[str, Any], progress: Progress = lambda _share: None) -> dict[str, Any]:
    """Carry out an act on the hall of these settings, running or not, and return its answer."""
    try:
        return ask(settings.data.directory / "hall.sock", act, parameters, progress)
    except Refusal as refusal:
        if refusal.code != "hall-not-running":
            raise
    with left_to_its_owner(settings.data.directory):
        if act == "check":
            return {"findings": [_told(finding) for finding in _look_at_resting_hall(settings)]}
        if act in ONLY_LOOK and not (settings.data.directory / DATABASE).exists():
            # Opening would make a hall, on a mistyped folder too.
            raise Refusal("hall-missing", directory=settings.data.directory)
        with _resting_store(settings) as store:
            clock, zone = system_clock(settings), settings.hall.zone
            choices = Choices(store, clock, zone)
            desk = TicketsDesk(store, clock, random.SystemRandom(), zone, choices)
            if act.startswith("choices-"):
                desk.furnish(furnishing.LINES, furnishing.COUNTERS)  # as its first start would
            copies = copies_of(choices, desk.furniture, settings.portal.names)
            if act in OF_SAFEKEEPING:
                return Safekeeping(settings, store, clock).acts()[act](parameters, progress)
            return acts(store, PeopleDesk(store, clock, random.SystemRandom()), copies, lambda: ())[act](parameters, progress)


def certificate_finding(settings: Settings, identity: Identity, clock: Clock) -> Finding:
    """Look at the certificate that the hall shows first."""
    pairs = identity.pairs()
    life = (pairs[0].begins_at, pairs[0].ends_at) if pairs else None
    now = None if clock.state() is ClockState.UNSET else clock.now()
    other = pairs[0].stranger_to(settings.hall.id) if pairs else ""
    return check_certificate(life, now, wanted=str(settings.relay.certificate_file or ""), other=other, trouble=identity.trouble)


@contextmanager
def left_to_its_owner(directory: Path) -> Iterator[None]:
    """Give whatever root makes in the hall's folder to the folder's owner, who could not use it otherwise."""
    owner = directory.stat() if directory.exists() else None
    try:
        yield
    finally:
        if owner is not None and owner.st_uid != os.geteuid() == 0:
            for path in (directory, *directory.rglob("*")):
                if path.lstat().st_uid == 0:
                    os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def system_clock(settings: Settings) -> SystemClock:
    """Return the machine's clock, believed as the settings say."""
    return SystemClock(is_set=lambda: True) if settings.clock.trust == "always" else SystemClock()


def _look_at_resting_hall(settings: Settings) -> Iterator[Finding]:
    clock: Clock = system_clock(settings)
    yield check_settings(settings)
    yield check_access(settings.portal)
    yield check_clock(clock)
    furnished = _Furnished()
    yield from _look_at_resting_data(settings, clock, furnished)
    entries = [*settings.devices, *furnished.paired]
    lost = astray((Placed(one.id, one.kind, one.options) for one in entries), *furnished.names) if furnished.names else {}
    try:
        with plug_in(entries, clock) as devices, listening(settings.lan, settings.data.directory, devices, clock):
            yield from check_devices(devices, astray=lost)
    except Refusal as refusal:
        yield _broken("devices", refusal)
    identity = Identity(settings.relay, settings.data.directory / "identity", clock, settings.hall.id)
    yield certificate_finding(settings, identity, clock)
    try:
        probe(connection_to(settings.relay, settings.hall.id, "check", trust=identity))
        yield check_broker(settings.relay.broker, connected=True)
    except Refusal as refusal:
        yield check_broker(settings.relay.broker, connected=False, code=refusal.code, reason=str(refusal.facts.get("reason", "")))
    yield check_commands(broker=settings.relay.broker, key=settings.relay.centre_key)
    yield from check_resting()


@dataclass
class _Furnished:
    """What the hall's database tells of its devices; nothing before the hall was ever started."""

    paired: Sequence[Entry] = ()
    names: tuple[set[str], set[str]] | None = None
    """The ids of lines and of counters."""


def _look_at_resting_data(settings: Settings, clock: Clock, furnished: _Furnished) -> Iterator[Finding]:
    directory = settings.data.directory
    if not directory.exists() or (read_life(directory) is Life.NEW and not (directory / DATABASE).exists()):
        # Opening would make a hall: a check only looks.
        yield check_database(None)
        return
    try:
        with _resting_store(settings) as store:
            yield check_disk(directory)
            with store.reader() as db:
                furnished.paired = equipment.paired(db)
                furnished.names = ({line.id for line in read_lines(db)}, {one.id for one in read_counters(db)})
                yield check_database(db, store.recovery)
                yield outbox_finding(db, clock.now(), broker=bool(settings.relay.broker))
    except Refusal as refusal:
        yield _broken("database", refusal)


@contextmanager
def _resting_store(settings: Settings) -> Iterator[Store]:
    store = open_store(settings.data.directory, lambda: None, system_clock(settings))
    try:
        yield store
    finally:
        store.close()


def _broken(check: str, refusal: Refusal) -> Finding:
    return Finding(check, Verdict(Level.BROKEN, refusal.fault.sentence, refusal.fault.remedy), refusal.facts)


def _told(finding: Finding) -> dict[str, Any]:
    return {
        "check": finding.check,
        "level": int(finding.level),
        "sentence": finding.verdict.sentence,
        "remedy": finding.verdict.remedy,
        "facts": dict(finding.facts),
    }
