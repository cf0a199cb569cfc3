"""S3: how many PINs a guesser gets through the real page and the real API in a day, from one device and from many.

The hall's clock is given: the guesser never sleeps, but waits exactly as long as the hall says, so a day passes in a minute.
Everything else is the product's own: server, forms, API, Argon2id, database, and restarts in between. The control is the
same hall without delays.
"""

from __future__ import annotations

import ssl
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random

import httpx

from gateway.people import model
from tests.bench.verdict import quick, seed, show, verdict
from tests.support.clock import FakeClock
from tests.support.portal import PIN, RunningPortal, running_portal

DAY_S = 24 * 3600.0
GOAL = 120
"""So many guesses a day at the most against one officer: half of all six-digit PINs take 4,000 days."""
CONTROL_STOPS_AT = GOAL + 40
RESTART_EVERY_S = 2 * 3600.0
ADDRESSES = tuple(f"127.0.{network}.{host}" for network in range(1, 5) for host in range(1, 17))
"""Real source addresses: all of 127/8 is this machine."""
PLAIN = ssl.create_default_context()
"""Nothing here is encrypted; made once, since each client would read all authorities."""


@dataclass
class Guesser:
    """Somebody who tries PINs against one officer, by page and API in turn, from ``addresses`` in turn."""

    randomness: Random
    addresses: Sequence[str]
    guesses: int = 0
    """PINs that the hall has compared: neither refused for a delay nor right."""
    asked: int = 0
    clients: dict[str, httpx.Client] = field(default_factory=dict)

    def guess(self, portal: RunningPortal) -> float:
        """Try one PIN; return the seconds that the hall asks to wait, 0 when it compared the PIN."""
        address = self.addresses[self.asked % len(self.addresses)]
        self.asked += 1
        client = self._client(portal, address)
        pin = f"{self.randomness.randrange(10**6):06d}"
        pin = pin if pin != PIN else "000001"
        if self.asked % 2:
            answer = client.post("/masuk", data={"officer": "Siti", "pin": pin})
        else:
            key = {"Idempotency-Key": f"guess-{self.randomness.getrandbits(64):x}"}
            answer = client.post("/api/v1/session", json={"officer": "Siti", "pin": pin}, headers=key)
        assert answer.status_code in {401, 429}, f"a guess was answered {answer.status_code}"
        if answer.status_code == 429:
            return float(answer.headers["retry-after"])
        self.guesses += 1
        return 0.0

    def leave(self) -> None:
        """Close all connections."""
        for client in self.clients.values():
            client.close()
        self.clients.clear()

    def _client(self, portal: RunningPortal, address: str) -> httpx.Client:
        if address not in self.clients:
            transport = httpx.HTTPTransport(verify=PLAIN, local_address=address)
            self.clients[address] = httpx.Client(base_url=portal.address, transport=transport, timeout=20, trust_env=False)
        return self.clients[address]


def main() -> None:
    """Guess for a day in each way, look whether the officer still gets in, and judge."""
    chosen = seed()
    show(bench="pin", seed=chosen, quick=quick())
    figure: dict[str, object] = {}
    holds = True
    many = ADDRESSES[:8] if quick() else ADDRESSES
    days = [("one-device", ADDRESSES[:1], False), ("many-addresses", many, False), ("many-addresses-restarts", many, True)]
    for name, addresses, restarts in days:
        if quick() and name == "many-addresses":
            continue  # the day with restarts has the same addresses
        guesses, asked, lets_in = _day(chosen, addresses, restarts=restarts)
        show(what=name, addresses=len(addresses), asked=asked, guesses_a_day=guesses, officer_gets_in=lets_in)
        figure[name] = guesses
        holds = holds and guesses <= GOAL and lets_in
    with _without_delays():
        control, _, _ = _day(chosen, ADDRESSES[:1], restarts=False, stop_at=CONTROL_STOPS_AT)
    show(what="without-delays", guesses=control)
    verdict(
        "pin",
        chosen,
        figure,
        f"<= {GOAL} guesses a day, the officer gets in",
        {"without_delays": control},
        holds and control > GOAL,
    )


def _day(chosen: int, addresses: Sequence[str], *, restarts: bool, stop_at: int = 10**9) -> tuple[int, int, bool]:
    """Guess for a day; return the PINs compared, the requests sent, and whether the officer could work after it and during it."""
    clock, guesser = FakeClock(), Guesser(Random(chosen), addresses)
    left_s = DAY_S
    with tempfile.TemporaryDirectory(prefix="pin-") as folder:
        with running_portal(Path(folder), clock=clock) as portal:
            keepsakes = _sign_in(portal, "127.0.9.1", {})
        while left_s > 0 and guesser.guesses < stop_at:
            spell_s = min(left_s, RESTART_EVERY_S) if restarts else left_s
            with running_portal(Path(folder), clock=clock) as portal:
                _spell(guesser, portal, clock, spell_s, stop_at)
                guesser.leave()
            left_s -= spell_s
            if restarts:
                clock.reboot(f"b{int(left_s):07d}", clock.now() + timedelta(seconds=1))
        with running_portal(Path(folder), clock=clock) as portal:
            at_once = bool(_sign_in(portal, "127.0.9.1", keepsakes))
            return guesser.guesses, guesser.asked, at_once and _gets_in_after_the_wait(portal, clock)


def _spell(guesser: Guesser, portal: RunningPortal, clock: FakeClock, spell_s: float, stop_at: int) -> None:
    """Guess for ``spell_s``: whenever one address is delayed try all others, then wait the least that is asked for."""
    while spell_s > 0 and guesser.guesses < stop_at:
        waits_s: list[float] = []
        for _ in guesser.addresses:
            wait_s = guesser.guess(portal)
            if not wait_s:
                break
            waits_s.append(wait_s)
        else:
            wait_s = min(*waits_s, spell_s)
            clock.advance(wait_s)
            spell_s -= wait_s


def _sign_in(portal: RunningPortal, address: str, cookies: dict[str, str]) -> dict[str, str]:
    """Sign in with the right PIN by the page; return the browser's cookies but for the session, none when it was refused."""
    transport = httpx.HTTPTransport(verify=PLAIN, local_address=address)
    with httpx.Client(base_url=portal.address, transport=transport, timeout=20, trust_env=False, cookies=cookies) as client:
        answer = client.post("/masuk", data={"officer": "Siti", "pin": PIN})
        return {"kenal": answer.cookies["kenal"]} if answer.status_code == 303 else {}


def _gets_in_after_the_wait(portal: RunningPortal, clock: FakeClock) -> bool:
    """Return whether a browser that the hall does not know gets in with the right PIN after one wait of the longest kind."""
    clock.advance(model.LONGEST_DELAY_S + 1)
    return bool(_sign_in(portal, "127.0.9.2", {}))


@contextmanager
def _without_delays() -> Iterator[None]:
    """The control: wrong PINs cost nothing, as in so many a hall's software."""
    delay_s = model.delay_s
    setattr(model, "delay_s", lambda failures: 0.0 * failures)  # noqa: B010 - a rule is replaced, which no type allows
    try:
        yield
    finally:
        setattr(model, "delay_s", delay_s)  # noqa: B010 - as above


if __name__ == "__main__":
    main()
