"""What every LAN device has in common: whether it is there, how well, and how the hall speaks to it.

Promises: what a device says is believed only while it can be true: a device is ``missing`` as soon as the broker is, as the
broker says that it is, or after 45 s of silence; what is not understood changes nothing and is counted; one that took another's place
hears nothing of that one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from gateway.clock import Clock
from gateway.devices import lan_words
from gateway.devices.lan_accounts import LanAccount
from gateway.devices.lan_messages import NotUnderstood, down_topic, read_online, read_status
from gateway.devices.ports import DeviceState
from gateway.errors import Reason

log = logging.getLogger(__name__)

SILENCE_S = 45.0
"""Three times what lies between two words of a device that is well."""
WEAK_DBM = -80
LOW_PERCENT = 20

Say = Callable[[str, bytes], bool]
"""Publish on a topic; return whether it has gone out."""


class LanDevice:
    """A device of the hall's own network. ``receive`` and ``linked`` belong to the loop ``lan``, the rest to any thread."""

    kind = ""

    def __init__(self, id: str, clock: Clock, secret: str = "") -> None:
        self.id = id
        self.account = LanAccount(id, secret) if secret else None
        """How it logs in; None for one that never can, since nobody has paired it."""
        self.signal: int | None = None
        """How well it hears the Wi-Fi, in dBm; None while unknown."""
        self.battery: int | None = None
        """In percent; None while unknown, or on a cable."""
        self.firmware = ""
        self.uptime_s: int | None = None
        self.misunderstood = 0
        """Messages in its name that were none of ours."""
        self._clock = clock
        self._say: Say | None = None
        self._why_mute = lan_words.NO_NETWORK
        self._is_linked = False
        self._is_online: bool | None = None
        self._awaits_login = False
        self._heard_at_s: float | None = None
        self._closed = False

    def joins(self, say: Say) -> None:
        """Be given the way to the device."""
        self._say = say

    def has_no_way(self, why: str) -> None:
        """Note why the hall cannot speak to it, where that is not for want of settings."""
        self._why_mute = why

    def linked(self, *, is_linked: bool) -> None:
        """Note that the hall has found the broker, or lost it: then nothing is known of the device any more.

        A broker that is found has read who may log in, and the device may have done so before the hall.
        """
        self._is_linked, self._awaits_login = is_linked, False
        self._is_online = None if is_linked else self._is_online
        self._heard_at_s = None
        if is_linked:
            self.ask()

    def await_login(self) -> None:
        """Believe nothing before its birth: until the broker has read the new password, the former device still speaks in its name."""
        self._awaits_login = True

    def ask(self) -> None:
        """Ask the device how it is: it says everything anew."""
        self._tell("ask", b"{}")

    def has_lamp(self) -> bool:
        """Return that it can show where it is, by a lamp or by its digits."""
        return True

    def blink(self) -> bool:
        """Let the device show where it is, for five seconds; return whether it could be asked."""
        return self.state() is not DeviceState.MISSING and self._tell("blink", b"{}")

    def receive(self, what: str, payload: bytes, at_s: float, *, is_retained: bool) -> None:
        """Take one message of the device: never raises for what is in it."""
        try:
            if self._awaits_login:
                if is_retained or what != "online" or not read_online(payload):
                    return
                self._awaits_login = False
            self._hear(what, payload, at_s, is_retained=is_retained)
        except NotUnderstood as error:
            self.misunderstood += 1
            if self.misunderstood == 1:
                log.warning("device=%s event=not-understood what=%s reason=%s", self.id, what, str(error).replace(" ", "-"))
            return
        if not is_retained and what != "online":
            if self._heard_at_s is None:
                log.info("device=%s event=ready", self.id)
            self._heard_at_s = at_s

    def _hear(self, what: str, payload: bytes, at_s: float, *, is_retained: bool) -> None:
        del at_s, is_retained
        if what == "online":
            was_there, self._is_online = self._heard_at_s is not None, read_online(payload)
            if not self._is_online:
                self._heard_at_s = None
                if was_there:
                    log.warning("device=%s event=gone", self.id)
        elif what == "status":
            status = read_status(payload)
            self.signal, self.battery = status.rssi_dbm, status.battery_percent
            self.firmware, self.uptime_s = status.firmware, status.uptime_s
        else:
            raise NotUnderstood("subject")

    def state(self) -> DeviceState:
        """Return how the device is."""
        return DeviceState.MISSING if self._away() else DeviceState.READY

    def reason(self) -> str:
        """Return why it is not ready."""
        return self._away()

    def warning(self) -> str:
        """Return what will soon be wrong: an empty battery, a weak signal."""
        if self._away():
            return ""
        if self.battery is not None and self.battery < LOW_PERCENT:
            return Reason("baterai tinggal {percent} persen", percent=self.battery)
        if self.signal is not None and self.signal < WEAK_DBM:
            return Reason("sinyal Wi-Fi lemah ({dbm} dBm)", dbm=self.signal)
        return ""

    def look(self) -> None:
        """Do nothing: the device says by itself how it is."""

    def close(self) -> None:
        """Speak and listen to it no more."""
        self._closed = True
        self._say = None

    def _away(self) -> str:
        """Return why it is missing; empty when it is there."""
        heard_at_s = self._heard_at_s
        reasons = (
            (self._closed, lan_words.CLOSED),
            (self._say is None, self._why_mute),
            (not self._is_linked, lan_words.NO_BROKER),
            (self._is_online is False, lan_words.GONE),
            (heard_at_s is None, lan_words.NEVER_SEEN),
        )
        if why := next((why for is_so, why in reasons if is_so), ""):
            return why
        silent_s = self._clock.monotonic_s() - (heard_at_s or 0.0)
        return lan_words.SILENT if silent_s > SILENCE_S else ""

    def _tell(self, what: str, payload: bytes) -> bool:
        say = self._say
        return say is not None and say(down_topic(self.id, what), payload)
