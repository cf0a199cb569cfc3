"""Every device as the pages show it: what the desk, the ledger, the trials and the device itself know, put together when somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from gateway.clock import Clock
from gateway.devices.ledger import Last, Ledger, Tally
from gateway.devices.ports import Blinks, Device, DeviceState, Foresees
from gateway.devices.remedies import remedy
from gateway.devices.trials import Trial, Trials
from gateway.equipment.desk import EquipmentDesk, Watched
from gateway.equipment.inputs import PressGate
from gateway.equipment.model import Condition, Family, family_of, place_words

TRIALS: Mapping[Family, tuple[str, ...]] = {
    Family.BUTTON: ("press",),
    Family.KEYPAD: ("press",),
    Family.RATING: ("press",),
    Family.BOARD: ("show",),
    Family.PRINTER: ("print",),
    Family.SPEAKER: ("say", "beep"),
    Family.LAMP: ("light",),
    Family.SCREEN: (),
    Family.OTHER: (),
}
"""What can be tried out with a device, besides the lamp of one that has it."""

Names = Callable[[], tuple[Mapping[str, str], Mapping[str, str]]]
"""The names of the hall's lines and of its counters, by id."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One device at this moment."""

    id: str
    kind: str
    family: Family
    line: str
    """The name of its line; empty for none."""
    counter: str
    """The name of its counter; empty for none."""
    places: tuple[tuple[str, str], ...]
    """Where it is plugged in: the word for it and its value."""
    state: str
    reason: str
    """Why it is not ready, or what will soon be wrong; else empty."""
    remedy: str
    since: datetime | None
    """Since when it is so, local; None when that is only now, or nobody knows."""
    last: Last | None
    today: Tally
    trials: tuple[str, ...]
    trial: Trial | None
    """What was tried last, and what became of it; of a failure the outcome is why."""
    trial_remedy: str
    held_s: int
    """So many seconds its next press gives no number, at the most; 0: it counts."""
    felt: str | None
    """The key that was felt when it was tried a moment ago; empty for a button's only one; None for none."""
    paired: bool
    vitals: tuple[tuple[str, str], ...]
    """What it tells of battery and radio: ``battery`` in percent, ``signal`` in dBm."""
    missed: int | None
    """Presses that were felt and lost on their way since the device came to this run of the hall; None where none can be lost."""
    firmware: str
    """The version of what is flashed into it; empty when unknown, or for one without."""
    uptime_min: int | None
    """For how many minutes it has had power; None when unknown."""

    @property
    def is_ill(self) -> bool:
        """Whether it cannot do its work."""
        return self.state != DeviceState.READY


class EquipmentView:
    """What the pages read. Safe from any thread; nothing here waits for a device or writes to the card."""

    def __init__(
        self, desk: EquipmentDesk, gate: PressGate, trials: Trials, ledger: Ledger, names: Names, clock: Clock, zone: tzinfo
    ) -> None:
        self._desk = desk
        self._gate = gate
        self._trials = trials
        self._ledger = ledger
        self.names = names
        self._clock = clock
        self._zone = zone

    def every(self) -> list[Shown]:
        """Return all devices, those that cannot do their work first, else in the order of the settings."""
        shown = [self._show(one) for one in self._desk.watched]
        return sorted(shown, key=lambda one: (not one.is_ill, not one.reason))

    def one(self, id: str) -> Shown | None:
        """Return one device; None when there is none of this name."""
        found = self._desk.find(id)
        return self._show(found) if found is not None else None

    def _show(self, one: Watched) -> Shown:
        device, placed = one.device, one.placed
        state, reason = str(device.state()), device.reason()
        since = one.since_at if one.watch.settled == Condition(state, reason) else ""
        if not reason and isinstance(device, Foresees):
            reason = device.warning()
        lines, counters = self.names()
        family = family_of(device, placed)
        held = self._gate.held()
        trial = self._trials.latest(placed.id)
        return Shown(
            id=placed.id,
            kind=placed.kind,
            family=family,
            line=lines.get(placed.line, placed.line),
            counter=counters.get(placed.counter, placed.counter),
            places=tuple(place_words(placed)),
            state=state,
            reason=reason,
            remedy=remedy(placed.kind, reason) if reason or state != DeviceState.READY else "",
            since=datetime.fromisoformat(since).astimezone(self._zone) if since else None,
            last=self._ledger.last(placed.id),
            today=self._desk.today(placed.id),
            trials=(*TRIALS[family], *(("blink",) if isinstance(device, Blinks) and device.has_lamp() else ())),
            trial=trial,
            trial_remedy=remedy(placed.kind, trial.outcome) if trial is not None and trial.failed else "",
            held_s=max(1, round(held.left_s)) if held is not None and held.device == placed.id else 0,
            felt=self._gate.felt(placed.id),
            paired=placed.paired,
            vitals=_vitals(device),
            missed=getattr(device, "missed", None),
            firmware=getattr(device, "firmware", ""),
            uptime_min=_uptime_min(device) if state != DeviceState.MISSING else None,
        )


def _vitals(device: Device) -> tuple[tuple[str, str], ...]:
    told = {"battery": getattr(device, "battery", None), "signal": getattr(device, "signal", None)}
    return tuple((name, str(value)) for name, value in told.items() if value is not None)


def _uptime_min(device: Device) -> int | None:
    uptime_s = getattr(device, "uptime_s", None)
    return uptime_s // 60 if uptime_s is not None else None
