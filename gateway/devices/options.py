"""The options of one device, as ``hall.toml`` has them: an unknown or wrong one is refused with its name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from typing import TYPE_CHECKING, Protocol
from unicodedata import category

from gateway.devices.debounce import ContactRules
from gateway.devices.lan_accounts import SECRET
from gateway.errors import Reason, Refusal

if TYPE_CHECKING:
    from gateway.devices.gpio_contacts import Wiring


NAME = re.compile(r"[a-z0-9-]{1,24}")


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
    """The options of one entry; what nobody has asked for at the end is refused."""

    def __init__(self, entry: Entry) -> None:
        self._entry = entry
        self._left = dict(entry.options)

    def text(self, key: str) -> str:
        """Take a text that must be there, without control characters: no path, address or name has any."""
        value = self._left.pop(key, None)
        if not isinstance(value, str) or not value:
            raise self._wrong(key, Reason("harus teks"))
        if any(category(sign) == "Cc" for sign in value):
            raise self._wrong(key, Reason("tidak boleh berisi tanda yang tidak dapat dicetak"))
        return value

    def text_or(self, key: str, default: str) -> str:
        """Take a text that may be left out."""
        return self.text(key) if key in self._left else default

    def name_or(self, key: str, default: str) -> str:
        """Take a name of small letters, digits and hyphens, at most 24 of them, that may be left out."""
        value = self.text_or(key, default)
        if not NAME.fullmatch(value):
            raise self._wrong(key, Reason("harus huruf kecil, angka, dan tanda hubung, paling banyak 24"))
        return value

    def one_of(self, key: str, choices: tuple[str, ...], default: str) -> str:
        """Take one of ``choices`` that may be left out."""
        value = self.text_or(key, default)
        if value not in choices:
            raise self._wrong(key, Reason("harus salah satu dari {choices}", choices=", ".join(choices)))
        return value

    def whole(self, key: str, low: int, high: int, default: int | None = None) -> int:
        """Take a whole number that must be there, unless there is a default."""
        value = self._left.pop(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise self._wrong(key, Reason("harus bilangan bulat {low} sampai {high}", low=low, high=high))
        return value

    def whole_or_none(self, key: str, low: int, high: int) -> int | None:
        """Take a whole number that may be left out."""
        return self.whole(key, low, high) if key in self._left else None

    def choice(self, key: str, default: int, among: Iterable[int]) -> int:
        """Take one of a few whole numbers that may be left out."""
        value = self._left.pop(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or value not in among:
            raise self._wrong(key, Reason("harus salah satu dari {values}", values=", ".join(map(str, among))))
        return value

    def yes(self, key: str, *, default: bool) -> bool:
        """Take a yes or no that may be left out."""
        value = self._left.pop(key, default)
        if not isinstance(value, bool):
            raise self._wrong(key, Reason("harus true atau false"))
        return value

    def address(self, key: str) -> str:
        """Take an IP address that must be there: a name would wait for a name server."""
        value = self.text(key)
        try:
            return str(ip_address(value))
        except ValueError:
            raise self._wrong(key, Reason("harus alamat IP, misalnya 192.168.1.50")) from None

    def seconds(self, key: str, default: float, high: float) -> float:
        """Take a time in seconds that may be left out."""
        value = self._left.pop(key, default)
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= high:
            raise self._wrong(key, Reason("harus detik, 0 sampai {high}", high=f"{high:g}"))
        return float(value)

    def wiring(self) -> Wiring:
        """Take what belongs to every device of contacts."""
        return {"rules": self.rules(), "lamp_pin": self.whole_or_none("lamp_pin", 0, 27)}

    def secret(self) -> str:
        """Take what proves a LAN device's password, as ``lan_accounts.secret_of`` makes it; empty for one that is not paired yet."""
        secret = self.text_or("secret", "")
        if secret and not SECRET.fullmatch(secret):
            raise self._wrong("secret", Reason("harus seperti yang ditampilkan saat memasangkan perangkat"))
        return secret

    def rules(self) -> ContactRules:
        """Take the times of a button's contact."""
        usual = ContactRules()
        rest_s = self.seconds("rest_s", usual.rest_s, 10)
        stuck_s = self.seconds("stuck_s", usual.stuck_s, 3600)
        if stuck_s <= rest_s:  # every press would be the last
            raise self._wrong("stuck_s", Reason("harus lebih dari rest_s, yaitu {rest} detik", rest=f"{rest_s:g}"))
        return ContactRules(rest_s=rest_s, stuck_s=stuck_s, recovery_s=max(usual.recovery_s, rest_s))

    def end(self) -> None:
        """Refuse whatever is left."""
        for key in self._left:
            raise self._wrong(key, Reason("tidak dikenal untuk {kind}", kind=self._entry.kind))

    def _wrong(self, key: str, reason: str) -> Refusal:
        return Refusal("device-option", device=self._entry.id, key=key, reason=reason)
