"""Does every device answer?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from gateway.checks.finding import Finding, Level, Verdict
from gateway.devices.claims import clashes
from gateway.devices.ports import Claims, Device, DeviceState, Foresees
from gateway.devices.remedies import remedy
from gateway.devices.wall_screen import ALONE

NONE = Verdict(Level.GOOD, "Tidak ada perangkat terpasang; nomor diambil lewat ponsel dan petugas.")
GOOD = Verdict(Level.GOOD, "Semua perangkat baik ({count}).")
ONE = Verdict(
    Level.BROKEN,
    "Perangkat bermasalah: {device} ({reason}).",
    "{remedy} Nomor tetap dapat diambil lewat ponsel dan petugas.",
)
SILENT = Verdict(
    Level.BROKEN,
    "Perangkat bermasalah: {device}.",
    "{remedy} Nomor tetap dapat diambil lewat ponsel dan petugas.",
)
SOON = Verdict(Level.WARNING, "Perangkat perlu dilihat: {device} ({reason}).", "{remedy} Sekarang perangkat itu masih bekerja.")
UNSEEN = Verdict(Level.WARNING, "Keadaan {device} belum diketahui: {reason}.", "{remedy} Itu belum tentu kerusakan.")
ASTRAY = Verdict(
    Level.BROKEN,
    "Perangkat {device} dipasang untuk {place}, yang tidak ada di balai ini; tekanannya tidak berarti apa-apa.",
    "Tulis id layanan atau loket yang ada di hall.toml, atau tambahkan di halaman Layanan dan Loket.",
)
SHARED = Verdict(
    Level.BROKEN,
    "Hanya satu perangkat boleh memakai {thing}, tetapi hall.toml memberikannya kepada: {device}.",
    "Teknisi: beri masing-masing tempatnya sendiri di hall.toml (docs/rangkaian.md, docs/settings.md), lalu mulai ulang.",
)
TWICE = Verdict(
    Level.BROKEN,
    "Perangkat {device} memakai {thing} dua kali di hall.toml.",
    "Teknisi: beri setiap kabel pinnya sendiri di hall.toml (docs/rangkaian.md), lalu mulai ulang.",
)
TRIED = Verdict(
    Level.WARNING,
    "Tombol {device} sedang dicoba: satu tekanan berikutnya tidak memberi nomor.",
    "Berakhir sendiri sesudah tekanan itu, paling lama {seconds} detik lagi, atau dengan Selesai mencoba di halaman perangkat.",
)


def check_devices(
    devices: Iterable[Device], tried: str = "", left_s: float = 0.0, astray: Mapping[str, str] | None = None
) -> tuple[Finding, ...]:
    """Look at every device's state, the worst first; those with the same trouble are told together.

    ``tried`` is the button that somebody tries out at this moment, for ``left_s`` seconds at the most; ``astray`` are
    devices by id with the line or counter that they are for and the hall does not have.
    """
    found = list(devices)
    troubles: dict[tuple[Verdict, str, str], list[str]] = {}
    for device in found:
        if device.state() is not DeviceState.READY:
            why = device.reason()
            verdict = UNSEEN if why == ALONE else ONE if why else SILENT
            troubles.setdefault((verdict, why, remedy(device.kind, why)), []).append(device.id)
        elif isinstance(device, Foresees) and (why := device.warning()):
            troubles.setdefault((SOON, why, remedy(device.kind, why)), []).append(device.id)
    findings = [
        Finding("devices", verdict, {"device": ", ".join(names), "reason": why, "remedy": what})
        for (verdict, why, what), names in troubles.items()
    ]
    findings += [Finding("devices", ASTRAY, {"device": id, "place": place}) for id, place in (astray or {}).items()]
    findings += _shared(found)
    if tried:
        findings.append(Finding("devices", TRIED, {"device": tried, "seconds": max(1, round(left_s))}))
    if not findings:
        findings.append(Finding("devices", GOOD, {"count": len(found)}) if found else Finding("devices", NONE))
    return tuple(sorted(findings, key=lambda finding: -finding.level))


def _shared(devices: Iterable[Device]) -> Iterator[Finding]:
    """Tell of each thing that more than one has, also where nothing is connected that could say so."""
    for thing, names in clashes((one.id, one.claims()) for one in devices if isinstance(one, Claims)):
        verdict = SHARED if len(names) > 1 else TWICE
        yield Finding("devices", verdict, {"thing": thing, "device": ", ".join(names)})
