"""The options of one device, as ``hall.toml`` has them: every unknown, missing or wrong one is refused with its name, all of them at once."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from typing import TYPE_CHECKING, Protocol, TypeVar
from unicodedata import category

from gateway.devices.debounce import ContactRules
from gateway.devices.lan_accounts import SECRET
from gateway.errors import Reason, Refusal

if TYPE_CHECKING:
    from gateway.devices.gpio_contacts import Wiring


T = TypeVar("T")

SCREEN = re.compile(r"[a-z0-9-]{1,24}")
"""What a screen may be called in its address (``gateway/portal/screens.py``)."""
MISSING = Reason("wajib diisi")


class Entry(Protocol):
    """One ``[[devices]]`` of the settings."""

    @property
    def id(self) -> str:
        """Its name in the hall."""

    @property
    def kind(self) -> str:
        """A key of ``KINDS``."""

    @property
    def options(self) -> Mapping[str, object]:
        """The keys that belong to the kind."""


class Options:
    """The options of one entry. What is wrong is noted and something harmless given instead, until ``end`` refuses it all."""

    def __init__(self, entry: Entry) -> None:
        self._entry = entry
        self._left = dict(entry.options)
        self._asked: list[str] = []
        self._faults: dict[str, Reason] = {}

    def text(self, key: str) -> str:
        """Take a text that must be there, without control characters: no path, address or name has any."""
        if not self._has(key):
            return self._wrong(key, MISSING, "")
        value = self._left.pop(key)
        if not isinstance(value, str):
            return self._wrong(key, Reason("harus teks di antara tanda kutip"), "")
        if not value:
            return self._wrong(key, Reason("tidak boleh kosong"), "")
        if any(category(sign) == "Cc" for sign in value):
            return self._wrong(key, Reason("tidak boleh berisi tanda yang tidak dapat dicetak"), "")
        return value

    def text_or(self, key: str, default: str) -> str:
        """Take a text that may be left out."""
        return self.text(key) if self._has(key) else default

    def name_or(self, key: str, default: str) -> str:
        """Take a name of small letters, digits and hyphens, at most 24 of them, that may be left out."""
        value = self.text_or(key, default)
        if key not in self._faults and not SCREEN.fullmatch(value):
            return self._wrong(key, Reason("harus huruf kecil, angka, dan tanda hubung, paling banyak 24"), default)
        return value

    def one_of(self, key: str, choices: tuple[str, ...], default: str) -> str:
        """Take one of ``choices`` that may be left out."""
        value = self.text_or(key, default)
        if key not in self._faults and value not in choices:
            self._wrong(key, Reason("harus salah satu dari {choices}", choices=", ".join(choices)), default)
        return value if value in choices else default

    def whole(self, key: str, low: int, high: int, default: int | None = None) -> int:
        """Take a whole number that must be there, unless there is a default."""
        if not self._has(key):
            return self._wrong(key, MISSING, low) if default is None else default
        value = self._left.pop(key)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            return self._wrong(key, Reason("harus bilangan bulat {low} sampai {high}", low=low, high=high), low)
        return value

    def whole_or_none(self, key: str, low: int, high: int) -> int | None:
        """Take a whole number that may be left out."""
        return self.whole(key, low, high) if self._has(key) else None

    def choice(self, key: str, default: int, among: Iterable[int]) -> int:
        """Take one of a few whole numbers that may be left out."""
        if not self._has(key):
            return default
        value = self._left.pop(key)
        if not isinstance(value, int) or isinstance(value, bool) or value not in among:
            return self._wrong(key, Reason("harus salah satu dari {values}", values=", ".join(map(str, among))), default)
        return value

    def yes(self, key: str, *, default: bool) -> bool:
        """Take a yes or no that may be left out."""
        if not self._has(key):
            return default
        value = self._left.pop(key)
        return value if isinstance(value, bool) else self._wrong(key, Reason("harus true atau false"), default)

    def address(self, key: str) -> str:
        """Take an IP address that must be there: a name would wait for a name server."""
        value = self.text(key)
        if key in self._faults:
            return value
        try:
            return str(ip_address(value))
        except ValueError:
            return self._wrong(key, Reason("harus alamat IP, misalnya 192.168.1.50"), "")

    def seconds(self, key: str, default: float, high: float) -> float:
        """Take a time in seconds that may be left out."""
        if not self._has(key):
            return default
        value = self._left.pop(key)
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= high:
            return self._wrong(key, Reason("harus detik, 0 sampai {high}", high=f"{high:g}"), default)
        return float(value)

    def wiring(self) -> Wiring:
        """Take what belongs to every device of contacts."""
        return {"rules": self.rules(), "lamp_pin": self.whole_or_none("lamp_pin", 0, 27)}

    def secret(self) -> str:
        """Take what proves a LAN device's password, as ``lan_accounts.secret_of`` makes it; empty for one that is not paired yet."""
        secret = self.text_or("secret", "")
        if secret and not SECRET.fullmatch(secret):
            return self._wrong("secret", Reason("harus seperti yang ditampilkan saat memasangkan perangkat"), "")
        return secret

    def rules(self) -> ContactRules:
        """Take the times of a button's contact."""
        usual = ContactRules()
        rest_s = self.seconds("rest_s", usual.rest_s, 10)
        stuck_s = self.seconds("stuck_s", usual.stuck_s, 3600)
        if stuck_s <= rest_s:  # every press would be the last
            self._wrong("stuck_s", Reason("harus lebih dari rest_s, yaitu {rest} detik", rest=f"{rest_s:g}"), stuck_s)
        return ContactRules(rest_s=rest_s, stuck_s=stuck_s, recovery_s=max(usual.recovery_s, rest_s))

    def end(self) -> None:
        """Refuse whatever was wrong, and whatever is left. Raises Refusal ``device-option`` that names all of it."""
        for key in self._left:
            near = difflib.get_close_matches(key, self._asked, n=1)
            hint = Reason(", mungkin maksudnya {near}", near=near[0]) if near else ""
            self._wrong(key, Reason("tidak dikenal untuk {kind}{hint}", kind=self._entry.kind, hint=hint), None)
        if self._faults:
            raise Refusal("device-option", device=self._entry.id, wrong=told([*self._faults.items()]))

    def _has(self, key: str) -> bool:
        self._asked.append(key)
        return key in self._left

    def _wrong(self, key: str, reason: Reason, instead: T) -> T:
        self._faults.setdefault(key, reason)
        return instead


def told(faults: list[tuple[str, Reason]]) -> Reason:
    """Return what is wrong with each key, one after the other; there is at least one."""
    (key, why), *rest = faults
    first = Reason("{key} {why}", key=key, why=why)
    return Reason("{first}; {rest}", first=first, rest=told(rest)) if rest else first
