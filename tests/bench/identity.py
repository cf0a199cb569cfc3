"""S6: what a hall's certificate can do at the shipped broker, and how long a revoked one can do anything at all.

A real Mosquitto from the files that ``provision centre init`` writes; only an observer is added to its access list, who
hears everything. An attacker with the certificate of one hall tries every shape of topic, every filter, wills and other
halls' client ids; then strangers knock with every wrong certificate; then a hall is revoked while it is connected. The
controls are the same broker without its access list, without its revocation list, and a revocation that only reloads.
"""

from __future__ import annotations

import contextlib
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random

from gateway.mqtt.connection import Protocol
from gateway.mqtt.ports import Disconnected
from gateway.mqtt.tls import Trust
from gateway.relay.topics import LANES, ROOT, Topics
from provisioning.identity import pem
from provisioning.identity.authority import Authority, Purpose, new_key
from provisioning.identity.folder import read_key
from provisioning.identity.registrar import Registrar
from provisioning.identity.revocation import publish
from tests.bench.verdict import quick, seed, show, verdict
from tests.support.raw_mqtt import RawClient
from tests.support.shipped_centre import ShippedCentre, ending, now

MINE, THEIRS = Topics("3510012001"), Topics("3510012002")
GOAL_S = 60.0
PROTOCOLS: tuple[Protocol, ...] = ("5", "3.1.1")
QUIET_S = 1.0
"""Nothing delivered for so long: nothing will be."""
MARK = f"{ROOT}/{MINE.hall}/up/bulk"
OWN = {*(MINE.up(lane) for lane in LANES), MINE.hello, MINE.presence, MINE.live, MINE.enrol_request}
"""All that a hall may say."""
FOR_ME = {MINE.receipt, MINE.down, MINE.all_down, MINE.enrol_certificate}
"""All that a hall may hear."""
PARTS = ("balai", "v1", "all", "enrol", "up", "down", "receipt", "hello", "record", "request", "certificate", "intake", "$SYS", "",
         "+", "#", " ", "..", "balai/v1", MINE.hall, THEIRS.hall, "\u0000", "\ud800", "\uff13510012002")  # fmt: skip


@dataclass
class Found:
    """What one broker let happen."""

    said: set[str] = field(default_factory=set)
    """Topics at which the attacker was heard."""
    heard: set[str] = field(default_factory=set)
    """Topics of which the attacker was told."""
    admitted: list[str] = field(default_factory=list)
    """Wrong certificates that were let in."""
    tried: int = 0

    def leaks(self) -> list[str]:
        """Return what should not have been."""
        return sorted(self.said - OWN) + sorted(self.heard - FOR_ME) + self.admitted

    def missing(self) -> set[str]:
        """Return what a hall must be able to do and could not."""
        return (OWN - self.said) | (FOR_ME - self.heard)


def main() -> None:
    """Attack the shipped broker, then its controls, and judge."""
    chosen = seed()
    show(bench="identity", seed=chosen, quick=quick())
    with tempfile.TemporaryDirectory(prefix="identity-") as folder:
        with _centre(Path(folder) / "shipped") as centre:
            found = _attack(centre, Random(chosen), 150 if quick() else 2000)
            _knock(centre, found)
            cut_s, refused_s = _revoke(centre, cut=True)
        show(what="shipped", tried=found.tried, leaks=found.leaks(), missing=sorted(found.missing()))
        show(what="revoked", live_connection_ended_s=cut_s, refused_s=refused_s)
        with _centre(Path(folder) / "no-acl", without="acl_file") as centre:
            open_acl = _attack(centre, Random(chosen), 0)
        with _centre(Path(folder) / "no-crl", without="crlfile") as centre:
            open_crl = Found()
            _knock(centre, open_crl)
        with _centre(Path(folder) / "no-cut") as centre:
            survived = _revoke(centre, cut=False)[0] >= GOAL_S
    show(what="without-acl", leaks=len(open_acl.leaks()))
    show(what="without-crl", admitted=open_crl.admitted)
    show(what="without-cut", live_connection_survived=survived)
    within = max(cut_s, refused_s) < GOAL_S
    controls = bool(open_acl.leaks()) and open_crl.admitted == ["revoked"] and survived
    verdict(
        "identity",
        chosen,
        {"tried": found.tried, "leaks": found.leaks(), "revoked_s": round(max(cut_s, refused_s), 2)},
        f"0 leaks, nothing missing, revoked within {GOAL_S:.0f} s",
        {"without_acl": len(open_acl.leaks()), "without_crl": open_crl.admitted, "without_cut": survived},
        not found.leaks() and not found.missing() and within and controls,
    )


@contextlib.contextmanager
def _centre(path: Path, *, without: str = "") -> Iterator[ShippedCentre]:
    """Run a shipped centre with an observer in its access list; ``without`` leaves a line out of its settings."""
    centre = ShippedCentre(path)
    acl, settings = centre.folder.broker / "acl", centre.folder.broker / "mosquitto.conf"
    acl.write_text(acl.read_text() + "\nuser observer\ntopic read #\ntopic read $SYS/#\n")
    lines = settings.read_text().splitlines(keepends=True)
    if without:
        settings.write_text("".join(line for line in lines if not line.startswith(without)))
    with centre:
        yield centre


def _service(centre: ShippedCentre, name: str) -> Trust:
    """Return what somebody of the centre shows who is no hall."""
    key, issuing = new_key(), centre.folder.issuing()
    signed = issuing.sign(key.public_key(), name, Purpose.CLIENT, now(), 2)
    return centre.keep(name, pem.key_text(key) + pem.text([signed, *issuing.chain]))


def _attack(centre: ShippedCentre, randomness: Random, random_topics: int) -> Found:
    """Let the owner of one hall's certificate try everything; return what came of it."""
    found = Found()
    attacker, victim = centre.issue(MINE.hall), centre.issue(THEIRS.hall)
    with RawClient(centre.port, _service(centre, "observer"), "observer") as observer:
        observer.subscribe("#")
        observer.subscribe("$SYS/#")
        _say(centre, attacker, found, [*_topics(), *_random_topics(randomness, random_topics)])
        _leave_a_will(centre, attacker)
        observer.listen(QUIET_S)
        found.said = {topic for topic, payload in observer.heard if payload.startswith(b"attack")}
    _overhear(centre, attacker, victim, found)
    _steal(centre, attacker, victim, found)
    return found


def _topics() -> list[str]:
    """Return every shape of topic that anybody in a regency uses, for the attacker, the victim and everybody."""
    shapes = ["up/urgent", "up/record", "up/parcel", "up/bulk", "up/other", "up", "hello", "presence", "live", "receipt", "down"]
    shapes += ["enrol", "request", "certificate", "up/record/more", ""]
    names = [MINE.hall, THEIRS.hall, "all", "intake", "enrol", "observer", "+", "#", "", f"{MINE.hall}/../{THEIRS.hall}"]
    topics = [f"{ROOT}/{name}/{shape}" for name in names for shape in shapes]
    topics += [f"{ROOT}/enrol/{name}/{shape}" for name in names for shape in ("request", "certificate", "")]
    return [*topics, "#", "+", "", "$SYS/broker/version", "$SYS/x", f"/{MINE.hello}", f"{MINE.hello}/", f"other/{MINE.hello}",
            MINE.hello.upper(), f"$share/g/{THEIRS.hello}", f"{ROOT}/{MINE.hall}"]  # fmt: skip


def _random_topics(randomness: Random, count: int) -> list[str]:
    return ["/".join(randomness.choices(PARTS, k=randomness.randint(1, 6))) for _ in range(count)]


def _say(centre: ShippedCentre, attacker: Trust, found: Found, topics: list[str]) -> None:
    """Publish at every topic, retained too, with a new connection whenever the broker has had enough."""
    todo = list(topics)
    while todo:
        fresh = True
        with contextlib.suppress(OSError), RawClient(centre.port, attacker, f"{MINE.hall}-1") as client:
            while todo:
                client.publish(todo[-1], f"attack {found.tried}".encode(), retain=len(todo) % 2 == 0)
                todo.pop()
                found.tried += 1
                fresh = False
        if fresh:  # a topic of which even a new connection dies
            todo.pop()
            found.tried += 1
    with RawClient(centre.port, attacker, f"{MINE.hall}-1") as client:
        client.publish(MARK, b"attack mark")


def _leave_a_will(centre: ShippedCentre, attacker: Trust) -> None:
    """Let the broker speak in the attacker's place when it vanishes."""
    for topic in (THEIRS.presence, THEIRS.down, THEIRS.all_down, MINE.presence):
        with contextlib.suppress(OSError), RawClient(centre.port, attacker, f"{MINE.hall}-will", (topic, b"attack will")):
            pass


def _overhear(centre: ShippedCentre, attacker: Trust, victim: Trust, found: Found) -> None:
    """Subscribe to everything that exists, before and after it is said, while hall, intake and signing speak."""
    filters = ["#", "+/#", "+/+/+/+", f"{ROOT}/#", f"{ROOT}/+/+", f"{ROOT}/+/up/+", f"{ROOT}/enrol/#", "$SYS/#", "$share/g/#",
               f"$share/g/{ROOT}/+/down", f"{ROOT}/{THEIRS.hall}/#", THEIRS.down, THEIRS.receipt, THEIRS.presence,
               THEIRS.enrol_certificate, *sorted(FOR_ME)]  # fmt: skip
    _everybody_speaks(centre, victim)
    with RawClient(centre.port, attacker, f"{MINE.hall}-2") as client:
        for topic_filter in filters:
            client.subscribe(topic_filter)
        found.tried += len(filters)
        _everybody_speaks(centre, victim)
        client.listen(QUIET_S)
        found.heard |= {topic for topic, _ in client.heard}


def _everybody_speaks(centre: ShippedCentre, victim: Trust) -> None:
    with RawClient(centre.port, victim, f"{THEIRS.hall}-1") as hall:
        for topic in (*map(THEIRS.up, LANES), THEIRS.hello, THEIRS.presence, THEIRS.live, THEIRS.enrol_request):
            hall.publish(topic, b"theirs", retain=True)
    with RawClient(centre.port, centre.folder.trust("intake"), "intake-x") as intake:
        for topic in (THEIRS.receipt, THEIRS.down, MINE.all_down, MINE.receipt, MINE.down):
            intake.publish(topic, b"centre")
    with RawClient(centre.port, centre.folder.trust("enrol"), "enrol-x") as signing:
        for topic in (THEIRS.enrol_certificate, MINE.enrol_certificate):
            signing.publish(topic, b"centre")


def _steal(centre: ShippedCentre, attacker: Trust, victim: Trust, found: Found) -> None:
    """Take the session of a hall whose client id was betrayed, while messages wait in it."""
    client_id = f"{THEIRS.hall}-7f3a90c2"
    with RawClient(centre.port, victim, client_id, clean=False) as hall:
        hall.subscribe(THEIRS.down)
        hall.subscribe(THEIRS.receipt)
    with RawClient(centre.port, centre.folder.trust("intake"), "intake-x") as intake:
        intake.publish(THEIRS.down, b"waiting")
    found.tried += 1
    with contextlib.suppress(OSError), RawClient(centre.port, attacker, client_id, clean=False) as thief:
        _everybody_speaks(centre, victim)
        thief.listen(QUIET_S)
        found.heard |= {topic for topic, _ in thief.heard}


def _knock(centre: ShippedCentre, found: Found) -> None:
    """Show every wrong certificate, over both versions of MQTT; remember those that were let in."""
    day = timedelta(days=1)
    stranger = Authority.root(new_key(), "Kabupaten devices", now(), 30)
    broker = pem.read_certificates((centre.folder.broker / "broker.pem").read_bytes())
    server = Authority(
        read_key(centre.folder.authority / "server-ca.key"), pem.read_certificates(centre.folder.broker_ca.read_bytes())
    )
    hall = centre.issue(MINE.hall)
    assert hall.certificate is not None
    own = hall.certificate.read_bytes()
    as_authority = Authority(pem.read_key(own), pem.read_certificates(own))
    key = new_key()
    selfsigned = Authority.root(key, THEIRS.hall, now(), 30)
    server_key = (centre.folder.broker / "broker.key").read_bytes()
    wrong = {
        "other-authority": centre.issue(THEIRS.hall, signer=stranger),
        "other-authority-as-intake": centre.issue("intake", signer=stranger),
        "server-authority": centre.issue(THEIRS.hall, signer=server),
        "signed-by-a-hall": centre.issue(THEIRS.hall, signer=as_authority),
        "self-signed": centre.keep("self", pem.key_text(key) + pem.text(selfsigned.chain)),
        "the-brokers-own": centre.keep("broker", server_key + pem.text(broker)),
        "expired": centre.issue(THEIRS.hall, at=now() - 30 * day, days=10),
        "not-yet-valid": centre.issue(THEIRS.hall, at=now() + 30 * day),
        "revoked": centre.folder.trust("revoked"),
        "none": Trust(centre.folder.broker_ca),
    }
    for name, trust in wrong.items():
        found.tried += 1
        if any(not centre.answer(trust, f"{THEIRS.hall}-1", protocol) for protocol in PROTOCOLS[: 1 if quick() else 2]):
            found.admitted.append(name)


def _revoke(centre: ShippedCentre, *, cut: bool) -> tuple[float, float]:
    """Revoke a connected hall; return the seconds until its live connection had ended and until a new one was refused."""
    stolen = centre.issue(THEIRS.hall)
    live = centre.connection(stolen, "an-id-that-nobody-knows")
    assert ending(live) == ""
    began_s = time.monotonic()
    Registrar(centre.folder).revoke(THEIRS.hall, now())
    publish(centre.folder, now(), cut=cut)
    refused_s = time.monotonic() - began_s if centre.answer(stolen) == "certificate-revoked" else GOAL_S
    pause = threading.Event()
    patience_s = GOAL_S if cut else 3.0
    while not isinstance(live.state, Disconnected) and time.monotonic() - began_s < patience_s:
        pause.wait(0.02)
    cut_s = time.monotonic() - began_s if isinstance(live.state, Disconnected) else GOAL_S
    live.stop()
    return cut_s, refused_s


if __name__ == "__main__":
    main()
