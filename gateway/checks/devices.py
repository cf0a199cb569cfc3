"""Does every device answer?"""

from __future__ import annotations

from collections.abc import Iterable

from gateway.checks.finding import Finding, Level, Verdict
from gateway.devices import lan_words, printer_words
from gateway.devices.ports import Device, DeviceState, Foresees
from gateway.errors import Reason

NONE = Verdict(Level.GOOD, "Tidak ada perangkat terpasang; nomor diambil lewat ponsel dan petugas.")
GOOD = Verdict(Level.GOOD, "Semua perangkat baik ({count}).")
AILING = Verdict(
    Level.BROKEN,
    "Perangkat bermasalah: {names}.",
    "Periksa kabel, daya, dan kertasnya. Nomor tetap dapat diambil lewat ponsel dan petugas.",
)

ONE = Verdict(
    Level.BROKEN,
    "Perangkat bermasalah: {device} ({reason}).",
    "{remedy} Nomor tetap dapat diambil lewat ponsel dan petugas.",
)
SOON = Verdict(Level.WARNING, "Perangkat perlu dilihat: {device} ({reason}).", "{remedy} Sekarang perangkat itu masih bekerja.")
USUAL = "Periksa kabel dan dayanya."
REMEDIES = printer_words.REMEDIES | lan_words.REMEDIES


def check_devices(devices: Iterable[Device]) -> Finding:
    """Look at every device's state."""
    found = list(devices)
    if not found:
        return Finding("devices", NONE)
    ailing = [(device.id, device.reason()) for device in found if device.state() is not DeviceState.READY]
    if len(ailing) == 1 and all(ailing[0]):
        [(device, reason)] = ailing
        return Finding("devices", ONE, {"device": device, "reason": reason, "remedy": REMEDIES.get(reason, USUAL)})
    if ailing:
        return Finding("devices", AILING, {"names": _named(ailing)})
    warned = ((one.id, one.warning()) for one in found if isinstance(one, Foresees))
    for name, reason in warned:
        if reason:
            return Finding("devices", SOON, {"device": name, "reason": reason, "remedy": REMEDIES.get(reason, USUAL)})
    return Finding("devices", GOOD, {"count": len(found)})


def _named(ailing: list[tuple[str, str]]) -> Reason:
    """Return each device with its reason, so that every reason is said in the reader's language."""
    facts: dict[str, object] = {}
    parts = []
    for position, (name, why) in enumerate(ailing):
        facts |= {f"name{position}": name, f"reason{position}": why}
        parts.append(f"{{name{position}}} ({{reason{position}}})" if why else f"{{name{position}}}")
    return Reason(", ".join(parts), **facts)
