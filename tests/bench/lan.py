"""A button on Wi-Fi, a real Mosquitto that is killed and frozen, a chip and a hall that start anew: no number too many, none doubled.

The hall's side and the emulated chip are the product's and the demo's own; hall and chip share a fake clock, the network is real.
What was felt is known from the finger. The control believes each message that says "down", as a hall without counts would.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random

from gateway.demo.lan_devices import EmulatedKeys
from gateway.devices.lan_accounts import secret_of
from gateway.devices.lan_keys import LanButton
from gateway.devices.lan_presses import STALE_S
from gateway.devices.ports import DeviceState, Press
from gateway.mqtt.ports import Message
from gateway.settings import DeviceSettings
from tests.bench.verdict import quick, seed, show, verdict
from tests.support.clock import FakeClock
from tests.support.lan import PASSWORD, Lan
from tests.support.waiting import until

EVENTS = 60 if quick() else 600
QUIET = {"press": 10}
TROUBLE = {"lost": 3, "killed": 2, "frozen": 2, "rebooted": 2, "hall-anew": 2, "repeated": 3}
CLOSE_S = 0.05
"""Two clocks agree so far on when a press was felt."""
GOAL = "every press that the network lets through gets one number; none is invented, doubled or older than ten seconds"


class Story:
    """One button's life. Times are those of the fake clock, save the answers'."""

    def __init__(self, lan: Lan, randomness: Random) -> None:
        assert isinstance(lan.clock, FakeClock)
        self.lan, self.clock, self.randomness = lan, lan.clock, randomness
        self.felt_s: list[float] = []
        self.given: list[Press] = []
        self.late = self.unanswered = self.missed = 0
        self.downs_s: list[float] = []
        """When the hall heard a message that said "down": what a hall without counts would believe."""
        self.answers_ms: list[float] = []
        self._adopt()
        self.chip: EmulatedKeys = lan.keys()
        self.settle()

    def _adopt(self) -> None:
        entry = {"id": "tombol", "kind": "lan-button", "line": "surat", "secret": secret_of("tombol", PASSWORD)}
        button = self.lan.devices.replace(DeviceSettings.model_validate(entry))
        assert isinstance(button, LanButton)
        button.when_pressed(self._take)
        receive = button.receive

        def overhear(what: str, payload: bytes, at_s: float, *, is_retained: bool) -> None:
            if what == "key" and json.loads(payload)["down"]:
                self.downs_s.append(at_s)
            receive(what, payload, at_s, is_retained=is_retained)

        button.receive = overhear  # type: ignore[method-assign] # the control reads what the hall reads
        self.button = button

    def _take(self, press: Press) -> None:
        self.late += self.clock.monotonic_s() - press.pressed_at_s > STALE_S
        self.given.append(press)

    def settle(self) -> None:
        """Wait until hall and chip have heard each other."""
        if not until(lambda: self.chip.is_connected and self.button.state() is DeviceState.READY, 60.0):
            raise RuntimeError("hall and chip do not find each other")
        self.lan.settle(self.chip, self.button)

    def tap(self) -> None:
        """Press once; the next person comes some seconds later."""
        self.felt_s.append(self.clock.monotonic_s())
        self.chip.down()
        self.clock.advance(0.1)
        self.chip.up()
        self.clock.advance(self.randomness.uniform(2.0, 4.0))

    def press(self) -> None:
        """Press while all is well: the answer is timed, and there must be a number."""
        before, start_s = len(self.given), time.perf_counter()
        self.felt_s.append(self.clock.monotonic_s())
        self.chip.down()
        while self.chip.answer is None and time.perf_counter() - start_s < 20.0:
            time.sleep(0.0005)
        self.answers_ms.append((time.perf_counter() - start_s) * 1000)
        self.clock.advance(0.1)
        self.chip.up()
        self.clock.advance(self.randomness.uniform(2.0, 4.0))
        self.settle()
        self.unanswered += len(self.given) != before + 1

    def happen(self, what: str) -> None:
        """Let one thing go wrong, while people press."""
        people = self.randomness.randrange(1, 4)
        broker = self.lan.broker
        if what == "lost":
            self.chip.is_mute = True
            self._people(people)
            self.chip.is_mute = False
        elif what == "killed":
            broker.kill()
            until(lambda: not self.chip.is_connected and self.button.state() is DeviceState.MISSING)
            self._people(people)
            self.clock.advance(self.randomness.uniform(0, 12))
            broker.start()
        elif what == "frozen":
            broker.freeze()
            self._people(people)
            self.clock.advance(self.randomness.uniform(0, 15))
            broker.thaw()
        elif what == "rebooted":
            self._people(people)
            self.chip.restart()
        elif what == "hall-anew":
            self._people(people)
            self.settle()
            self.missed += self.button.missed
            self._adopt()
        else:
            self._repeat()
        self.settle()

    def _people(self, count: int) -> None:
        for _ in range(count):
            self.tap()

    def _repeat(self) -> None:
        """Let the wire say something twice: the whole press, and what an earlier boot said."""
        self._people(1)
        one = self.chip.keys["press"]
        said = {
            "boot": self.chip.boot,
            "ms": one.pressed_at_ms,
            "key": "press",
            "count": one.count,
            "age_ms": 0,
            "rest_ms": one.rest_ms,
            "open_ms": 0,
        }
        for _ in range(2):
            payload = json.dumps(said | {"down": True, "stuck": False}).encode()
            self.chip.connection.publish(Message("balai/lan/tombol/up/key", payload))

    def unfounded(self, given_s: Sequence[float], late_s: float = 0.0) -> int:
        """Return how many of these numbers have no press of their own, felt at that moment or at most ``late_s`` before it."""
        left = list(self.felt_s)
        wrong = 0
        for number_s in given_s:
            near = [at_s for at_s in left if -CLOSE_S < number_s - at_s < late_s + CLOSE_S]
            wrong += not near
            if near:
                left.remove(near[-1])
        return wrong


def main() -> None:
    """Live it and judge."""
    chosen = seed()
    randomness = Random(chosen)
    show(bench="lan", seed=chosen, quick=quick(), events=EVENTS)
    told = dict.fromkeys([*QUIET, *TROUBLE], 0)
    with tempfile.TemporaryDirectory(prefix="lan-") as folder, Lan(Path(folder)) as lan:
        story = Story(lan, randomness)
        kinds = QUIET | TROUBLE
        for what in randomness.choices(list(kinds), list(kinds.values()), k=EVENTS):
            told[what] += 1
            if what == "press":
                story.press()
            else:
                story.happen(what)
        story.missed += story.button.missed
    unfounded = story.unfounded([press.pressed_at_s for press in story.given])
    answers = sorted(story.answers_ms)
    figure = {
        "felt": len(story.felt_s), "given": len(story.given), "missed_and_known": story.missed, "unfounded": unfounded,
        "late": story.late, "unanswered": story.unanswered, "answer_ms_median": round(answers[len(answers) // 2], 1),
        "answer_ms_p99": round(answers[int(len(answers) * 0.99)], 1),
    }  # fmt: skip
    show(**told)
    show(**figure)
    control = {"numbers_if_each_down_were_one": len(story.downs_s), "unfounded": story.unfounded(story.downs_s, STALE_S)}
    well = not (unfounded or story.late or story.unanswered)
    verdict("lan", chosen, figure, GOAL, control, well and control["unfounded"] > 0)


if __name__ == "__main__":
    main()
