"""How the signs of a lamp blink. Pure."""

from __future__ import annotations

from gateway.devices.ports import LampSign

SLOW_S, FAST_S = 1.0, 0.25
"""So long bright and so long dark: half a blink a second, and two; nobody mixes them up, and three a second would hurt some."""
STEADY_S = 1.0


def is_lit(sign: LampSign, at_s: float) -> bool:
    """Return whether a lamp with this sign is bright at a moment of the monotonic clock."""
    if sign is LampSign.WELL:
        return True
    return at_s % (2 * _half_s(sign)) < _half_s(sign)


def until_change_s(sign: LampSign, at_s: float) -> float:
    """Return the seconds until it changes, or until it is worth looking at again."""
    return STEADY_S if sign is LampSign.WELL else _half_s(sign) - at_s % _half_s(sign)


def _half_s(sign: LampSign) -> float:
    return SLOW_S if sign is LampSign.AWAY else FAST_S
