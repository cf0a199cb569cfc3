"""Does the regency's broker take what the hall sends?"""

from __future__ import annotations

from gateway.checks.finding import Finding, Level, Verdict
from gateway.errors import FAULTS

NONE = Verdict(Level.GOOD, "Tidak ada broker yang diatur; semua data disimpan di balai.")
GOOD = Verdict(Level.GOOD, "Tersambung dengan kabupaten lewat {address}.")
UNREACHABLE = Verdict(Level.WARNING, FAULTS["broker-unreachable"].sentence, FAULTS["broker-unreachable"].remedy)
SILENT = Verdict(Level.WARNING, FAULTS["broker-silent"].sentence, FAULTS["broker-silent"].remedy)
REFUSED = Verdict(Level.BROKEN, FAULTS["broker-refused"].sentence, FAULTS["broker-refused"].remedy)
UNTRUSTED = Verdict(Level.BROKEN, FAULTS["broker-untrusted"].sentence, FAULTS["broker-untrusted"].remedy)
CONNECTING = Verdict(Level.WARNING, "Sedang menyambung ke broker {address}.", "Tunggu satu menit; data aman di balai.")
VERDICTS = {
    "broker-unreachable": UNREACHABLE,
    "broker-silent": SILENT,
    "broker-refused": REFUSED,
    "broker-untrusted": UNTRUSTED,
}
"""What the end of the last connection means, by its code."""


def check_broker(address: str, *, connected: bool, code: str = "", reason: str = "") -> Finding:
    """Look at the connection: ``code`` and ``reason`` tell why the last one ended, empty when none did.

    The uplink away for days is a warning, not a failure: everything local works without it.
    """
    if not address:
        return Finding("broker", NONE)
    facts = {"address": address, "reason": reason}
    if connected:
        return Finding("broker", GOOD, facts)
    return Finding("broker", VERDICTS.get(code, CONNECTING), facts)
