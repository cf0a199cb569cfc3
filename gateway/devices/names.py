"""What a device may be called: the one rule of its id, in ``hall.toml``, on the page of pairing, in the Wi-Fi and at the LAN broker. Pure."""

from __future__ import annotations

import re

NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,29}[a-z0-9])?")
"""A host name of at most 31 letters: an ESPHome device has its id as its name in the network, too."""
TAKEN = frozenset({"baru"})
"""Names that are pages below ``/perangkat``."""


def is_name(text: str) -> bool:
    """Return whether a device may be called so."""
    return NAME.fullmatch(text) is not None and text not in TAKEN
