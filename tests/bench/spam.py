"""``make bench-spam``: S8, one phone, made-up addresses and a script take no more numbers than the hall has chosen.

The hall is the product's own, asked over HTTP from addresses of 127.0.0.0/8, as phones with randomised addresses would. In three
attacks one limit each stands in the way: one phone with many keys (of an address), a script with a new address for each
wish (of a minute), and a patient crowd of made-up phones (of the whole hall). Meanwhile people press the button, and every press
must give a number. The control is the same with limits that nobody reaches: it must give more than the hall has chosen.
"""

from __future__ import annotations

import re
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import httpx

from gateway.devices.simulated_button import CLEAN
from gateway.hall import Hall
from gateway.settings import Settings
from gateway.tickets.choices import QueueRules
from tests.bench.press import SETTINGS
from tests.bench.verdict import quick, seed, show, verdict

ADDRESS_CAP, MINUTE_CAP, HALL_CAP = 3, 20, 60
UNREACHED = {"phone_per_address": 50, "phone_per_minute": 600, "phone_waiting": 999}
THREADS = 6
PRESS_EVERY_S = 0.2


@dataclass
class Attack:
    """One way of taking too many numbers, and the limit that stands in its way."""

    name: str
    rules: QueueRules
    cap: int
    address: Callable[[Random], str]
    by_page: bool = False
    answers: Counter[int] = field(default_factory=Counter)
    presses: int = 0
    pressed: int = 0

    @property
    def given(self) -> int:
        """How many numbers it got."""
        return self.answers[201] + self.answers[303]

    @property
    def holds(self) -> bool:
        """Whether the limit was reached and not passed, all else was told why, and every press gave a number."""
        return self.given == self.cap and set(self.answers) <= {201, 303, 429} and self.pressed == self.presses > 0


def attacks() -> list[Attack]:
    """Return the three, each against the one limit that is reached."""

    def rules(**limit: int) -> QueueRules:
        return QueueRules.model_validate(UNREACHED | limit)

    return [
        Attack("one-phone", rules(phone_per_address=ADDRESS_CAP), ADDRESS_CAP, lambda _random: "127.0.0.77", by_page=True),
        Attack("made-up-addresses", rules(phone_per_minute=MINUTE_CAP), MINUTE_CAP, _made_up),
        Attack("crowd", rules(phone_waiting=HALL_CAP), HALL_CAP, _made_up),
    ]


def main() -> None:
    """Attack, attack without limits, and judge."""
    chosen = seed()
    show(bench="spam", seed=chosen, quick=quick())
    # Within one minute of the clock, so that the limit of a minute is one limit.
    seconds = 6.0 if quick() else 40.0
    fought = [_fight(attack, chosen, seconds) for attack in attacks()]
    control = _fight(Attack("no-limits", QueueRules.model_validate(UNREACHED), HALL_CAP, _made_up), chosen, min(seconds, 10.0))
    figure = {attack.name: {"given": attack.given, "cap": attack.cap, "wishes": attack.answers.total()} for attack in fought}
    figure["button"] = {"given": sum(one.pressed for one in fought), "presses": sum(one.presses for one in fought)}
    holds = all(attack.holds for attack in fought) and control.given > HALL_CAP
    verdict("spam", chosen, figure, "never more than each limit; every press gives a number", {"given": control.given}, holds)


def _fight(attack: Attack, chosen: int, seconds: float) -> Attack:
    with _hall() as hall:
        hall.tickets.furniture.choose(attack.rules)
        [button] = hall.devices.of_kind("simulated-button")
        end_s = time.monotonic() + seconds
        randoms = [Random(f"{chosen}-{attack.name}-{one}") for one in range(THREADS)]
        threads = [threading.Thread(target=_take, args=(attack, hall.address, random, end_s)) for random in randoms]
        for thread in threads:
            thread.start()
        while time.monotonic() < end_s:
            attack.presses += button.press(contact=CLEAN)
            time.sleep(PRESS_EVERY_S)
        for thread in threads:
            thread.join()
        _wait_until(lambda: _count(hall, "button") == attack.presses)
        attack.pressed, given = _count(hall, "button"), _count(hall, "phone")
    assert given == attack.given, "the phones were told of other numbers than the card has"
    show(
        attack=attack.name,
        given=attack.given,
        cap=attack.cap,
        answers=dict(attack.answers),
        presses=attack.presses,
        pressed=attack.pressed,
    )
    return attack


def _take(attack: Attack, address: str, random: Random, end_s: float) -> None:
    """Take numbers from one address after another, as fast as the hall answers."""
    while time.monotonic() < end_s:
        transport = httpx.HTTPTransport(local_address=attack.address(random))
        with httpx.Client(base_url=address, transport=transport, trust_env=False, timeout=20) as client:
            for _ in range(4):
                attack.answers[_by_page(client) if attack.by_page else _by_script(client, random)] += 1


def _by_page(client: httpx.Client) -> int:
    found = re.search(r'name="key" value="([^"]+)"', client.get("/").text)
    assert found is not None, "the front page has a key"
    return client.post("/", data={"key": found[1], "line": "administrasi"}).status_code


def _by_script(client: httpx.Client, random: Random) -> int:
    headers = {"Idempotency-Key": f"spam-{random.getrandbits(80):020x}"}
    return client.post("/api/v1/tickets", headers=headers, json={"line": "administrasi"}).status_code


def _made_up(random: Random) -> str:
    return f"127.{random.randint(1, 254)}.{random.randint(0, 254)}.{random.randint(1, 254)}"


def _count(hall: Hall, origin: str) -> int:
    with hall.store.reader() as db:
        return int(db.execute("SELECT count(*) FROM ticket WHERE origin = ?", (origin,)).fetchone()[0])


def _wait_until(holds: Callable[[], bool]) -> None:
    end_s = time.monotonic() + 10
    while not holds() and time.monotonic() < end_s:
        time.sleep(0.05)


@contextmanager
def _hall() -> Iterator[Hall]:
    with tempfile.TemporaryDirectory(prefix="spam-") as folder:
        settings = Path(folder) / "hall.toml"
        settings.write_text(SETTINGS.replace("watched-board", "simulated-board"))
        with Hall(Settings.load(settings)) as hall:
            yield hall


if __name__ == "__main__":
    main()
