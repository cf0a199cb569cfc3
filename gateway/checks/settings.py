"""Can the settings be read, and do they make sense together?"""

from __future__ import annotations

from gateway.checks.finding import Finding, Level, Verdict
from gateway.settings import Settings

GOOD = Verdict(Level.GOOD, "Pengaturan {name} ({hall}) terbaca.")
OPEN_UPLINK = Verdict(
    Level.WARNING,
    "Sambungan ke kabupaten tidak disandikan ({broker}).",
    "Pakai mqtts:// dengan sertifikat balai; mqtt:// hanya untuk percobaan.",
)
LOCAL = ("mqtt://127.0.0.1", "mqtt://localhost", "mqtt://[::1]")


def check_settings(settings: Settings) -> Finding:
    """Look at settings that were read: an uplink without TLS is pointed out."""
    broker = settings.relay.broker
    if broker.startswith("mqtt://") and not broker.startswith(LOCAL):
        return Finding("settings", OPEN_UPLINK, {"broker": broker})
    return Finding("settings", GOOD, {"name": settings.hall.name, "hall": settings.hall.id})
