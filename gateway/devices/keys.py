"""The keys of one device: a contact each, by what a press of it means.

Promises: safe from any thread; of keys of one device that go down together only the first counts, since a hand that
meant two acts means neither; a stuck key locks the others no longer than until it is switched off.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable

from gateway.devices.debounce import Contact, ContactRules
from gateway.devices.ports import Press


class Keys:
    """Contacts that are told of their edges; each is named by its press, of which the time does not matter."""

    def __init__(self, presses: Iterable[Press], rules: ContactRules) -> None:
        self._contacts = {press: Contact(rules) for press in presses}
        self._lock = threading.Lock()

    def closed(self, key: Press, at_s: float) -> bool:
        """Note that a key went down; return whether this is an intended press."""
        with self._lock:
            is_alone = not any(other.is_touched(at_s) for name, other in self._contacts.items() if name != key)
            return self._contacts[key].closed(at_s) and is_alone

    def opened(self, key: Press, at_s: float) -> None:
        """Note that a key went up."""
        with self._lock:
            self._contacts[key].opened(at_s)

    def all_opened(self, at_s: float) -> None:
        """Note that no key is down any more, since their device is gone: what comes at once after it is no new press."""
        with self._lock:
            for contact in self._contacts.values():
                contact.opened(at_s)

    def observe(self, key: Press, *, closed: bool, at_s: float) -> None:
        """Note how a key stands, as read without an edge: nothing ever counts as a press."""
        with self._lock:
            self._contacts[key].observe(closed=closed, at_s=at_s)

    def stuck(self, at_s: float) -> list[Press]:
        """Return the keys that are switched off because they find no rest."""
        with self._lock:
            return [name for name, contact in self._contacts.items() if contact.stuck(at_s)]
