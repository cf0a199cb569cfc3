"""From the press counters of a LAN device to intended presses. Pure.

A device counts; it does not report edges. So a lost message shows as a jump of the counter, and a repeated one changes nothing.

- The first count after the hall's start, or after the device's, is where counting begins: nobody gets a number for it.
- A count that has grown is one press, the latest, at the time at which it was felt: however many more there were are ``missed``.
- A press that is heard of later than ten seconds is missed too: whoever pressed has pressed again or gone.
- A message that says nothing newer than the one before it (QoS 1 repeats, the broker's retained copy) is ignored.
- When a press was felt is reckoned on the device's clock, so that a message that lay in a frozen broker is not taken for fresh.

Whether a press is intended (rest, held, stuck, two keys at once) is then judged by the same rules as that of a wired contact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.devices.debounce import ContactRules
from gateway.devices.keys import Keys
from gateway.devices.lan_messages import WRAP, KeySaid
from gateway.devices.ports import Press

STALE_S = 10.0
"""As for every press that waits (``gateway.tickets.inputs``)."""
FORGOTTEN_S = 86_400.0
"""After so long a silence counting begins anew: in 24 days a chip's clock has gone half round, and later could be taken for earlier."""
DRIFT = 0.0002
"""So much may a chip's clock be slow against ours: what seems delay and grows no faster is none."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one message meant."""

    press: Press | None = None
    """The intended press, with its time on the hall's clock."""
    has_news: bool = False
    """Whether the count has grown: the device wants to hear of it."""
    missed: int = 0
    """How many presses were felt of which nobody gets anything."""


NOTHING = Outcome()


class DeviceTime:
    """Maps the clock of one run of a device to the hall's. The quickest message so far tells how far they are apart."""

    def __init__(self, ms: int, at_s: float) -> None:
        self._ms = ms
        self._unwrapped_ms = ms
        self._offset_s = at_s - ms / 1000
        self._at_s = at_s

    def heard(self, ms: int, at_s: float) -> None:
        """Note that a message of ``ms`` has come at ``at_s``."""
        self._unwrapped_ms += _ahead(ms, self._ms)
        self._ms = ms
        slack_s = DRIFT * max(0.0, at_s - self._at_s)
        self._at_s = at_s
        self._offset_s = min(self._offset_s + slack_s, at_s - self._unwrapped_ms / 1000)

    def ago(self, age_ms: int) -> float:
        """Return what the hall's clock was ``age_ms`` before the latest message was said."""
        return self._offset_s + (self._unwrapped_ms - age_ms) / 1000


class PressReckoning:
    """The keys of one device. ``meanings`` has what a press of each key means; not thread-safe."""

    def __init__(self, meanings: Mapping[str, Press], rules: ContactRules) -> None:
        self._meanings = dict(meanings)
        self._rules = rules
        self._begin("")

    def _begin(self, boot: str) -> None:
        """Know nothing of a device that has started anew."""
        self._boot = boot
        self._keys = Keys(self._meanings.values(), self._rules)
        self._latest: dict[str, KeySaid] = {}
        self._edge_s: dict[str, float] = {}
        self._time: DeviceTime | None = None
        self._heard_at_s: float | None = None

    def stuck(self, at_s: float) -> bool:
        """Return whether a key is switched off: by our rules, or because the device itself finds it held."""
        return bool(self._keys.stuck(at_s)) or any(said.stuck for said in self._latest.values())

    def heard(self, said: KeySaid, at_s: float) -> Outcome:
        """Take one message that came at ``at_s`` on the hall's clock."""
        if said.key not in self._meanings:
            return NOTHING
        if said.boot != self._boot or (self._heard_at_s is not None and at_s - self._heard_at_s > FORGOTTEN_S):
            self._begin(said.boot)
        self._heard_at_s = at_s
        latest = self._latest.get(said.key)
        if latest is not None and (said == latest or _ahead(said.ms, latest.ms) < 0):
            return NOTHING
        if self._time is None:
            self._time = DeviceTime(said.ms, at_s)
        else:
            self._time.heard(said.ms, at_s)
        self._latest[said.key] = said
        grown = _ahead(said.count, latest.count) if latest is not None else 0
        if latest is None or grown < 0:
            return self._begin_key(said, at_s)
        if grown == 0:
            self._stands(said, self._time)
            return NOTHING
        return self._pressed(said, grown, self._time, at_s)

    def _begin_key(self, said: KeySaid, at_s: float) -> Outcome:
        """Begin to count here: a key that is held already is no press."""
        key = self._meanings[said.key]
        self._edge_s[said.key] = at_s
        if said.down:
            self._keys.closed(key, at_s)
        else:
            self._keys.opened(key, at_s)
        return NOTHING

    def _stands(self, said: KeySaid, time: DeviceTime) -> None:
        """Note a release at the moment at which it was felt, however late it is heard of: the next person must not pay for that."""
        if not said.down:
            self._keys.opened(self._meanings[said.key], self._forward(said.key, time.ago(said.open_ms)))

    def _pressed(self, said: KeySaid, grown: int, time: DeviceTime, at_s: float) -> Outcome:
        key = self._meanings[said.key]
        felt_s = time.ago(said.age_ms)
        opened_at_s = self._forward(said.key, felt_s - said.rest_ms / 1000)
        # One that was missed closed the contact too: of several in haste the first counts, whether it was heard of or not.
        is_intended = grown > 1 and self._keys.closed(key, opened_at_s)
        self._keys.opened(key, opened_at_s)
        pressed_at_s = self._forward(said.key, felt_s)
        is_intended = self._keys.closed(key, pressed_at_s) or is_intended
        self._stands(said, time)
        if at_s - felt_s > STALE_S:
            return Outcome(has_news=True, missed=grown)
        press = Press(key.device, key.line, pressed_at_s, key.counter, key.score, key.act) if is_intended else None
        return Outcome(press, has_news=True, missed=grown - 1)

    def _forward(self, key: str, at_s: float) -> float:
        """Return ``at_s``, but never a time before the key's latest edge: two clocks agree to some milliseconds only."""
        self._edge_s[key] = max(at_s, self._edge_s[key])
        return self._edge_s[key]


def _ahead(new: int, old: int) -> int:
    """Return how far ``new`` is ahead of ``old`` on a counter that begins again at 2^32; negative when it is behind."""
    return (new - old + WRAP // 2) % WRAP - WRAP // 2
