"""Do the staff's pages open for the staff's network alone?"""

from __future__ import annotations

from gateway.checks.finding import Finding, Level, Verdict
from gateway.settings import PortalSettings

GOOD = Verdict(Level.GOOD, "Halaman petugas hanya terbuka dari jaringan petugas.")
HERE = Verdict(Level.GOOD, "Semua halaman hanya terbuka di perangkat ini sendiri.")
OPEN = Verdict(
    Level.WARNING,
    "Halaman petugas terbuka dari semua jaringan, juga Wi-Fi tamu; hanya PIN yang menjaganya.",
    "Beri petugas jaringan sendiri dan tulis di portal.staff_networks, misalnya 192.168.10.0/24.",
)
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def check_access(portal: PortalSettings) -> Finding:
    """Look at what the settings say: networks for staff, or a portal that nobody else reaches, not even by a front server."""
    if portal.staff_networks:
        return Finding("access", GOOD)
    return Finding("access", HERE if portal.host in LOOPBACK and not portal.trusted_proxies else OPEN)
