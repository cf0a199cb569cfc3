"""Does the regency's broker take what the hall sends?"""

from __future__ import annotations

from gateway.checks.finding import Finding, Level, Verdict
from gateway.errors import FAULTS

NONE = Verdict(Level.GOOD, "Tidak ada broker yang diatur; semua data disimpan di balai.")
GOOD = Verdict(Level.GOOD, "Tersambung dengan kabupaten lewat {address}.")
UNREACHABLE = Verdict(Level.WARNING, FAULTS["broker-unreachable"].sentence, FAULTS["broker-unreachable"].remedy)
SILENT = Verdict(Level.WARNING, FAULTS["broker-silent"].sentence, FAULTS["broker-silent"].remedy)
REFUSED = Verdict(Level.BROKEN, FAULTS["broker-refused"].sentence, FAULTS["broker-refused"].remedy)
PLAIN = Verdict(Level.WARNING, FAULTS["broker-plain"].sentence, FAULTS["broker-plain"].remedy)
UNTRUSTED = Verdict(Level.BROKEN, FAULTS["broker-untrusted"].sentence, FAULTS["broker-untrusted"].remedy)
CLOCK = Verdict(Level.WARNING, FAULTS["clock-not-set"].sentence, FAULTS["clock-not-set"].remedy)
EARLY = Verdict(Level.BROKEN, FAULTS["broker-early"].sentence, FAULTS["broker-early"].remedy)
EXPIRED = Verdict(Level.BROKEN, FAULTS["broker-expired"].sentence, FAULTS["broker-expired"].remedy)
FOREIGN = Verdict(Level.BROKEN, FAULTS["broker-foreign"].sentence, FAULTS["broker-foreign"].remedy)
MISNAMED = Verdict(Level.BROKEN, FAULTS["broker-misnamed"].sentence, FAULTS["broker-misnamed"].remedy)
OWN_UNREADABLE = Verdict(Level.BROKEN, FAULTS["certificate-unreadable"].sentence, FAULTS["certificate-unreadable"].remedy)
OWN_EXPIRED = Verdict(Level.BROKEN, FAULTS["certificate-expired"].sentence, FAULTS["certificate-expired"].remedy)
OWN_EARLY = Verdict(Level.BROKEN, FAULTS["certificate-early"].sentence, FAULTS["certificate-early"].remedy)
OWN_OTHER = Verdict(Level.BROKEN, FAULTS["certificate-other"].sentence, FAULTS["certificate-other"].remedy)
OWN_REVOKED = Verdict(Level.BROKEN, FAULTS["certificate-revoked"].sentence, FAULTS["certificate-revoked"].remedy)
OWN_UNKNOWN = Verdict(Level.BROKEN, FAULTS["certificate-unknown"].sentence, FAULTS["certificate-unknown"].remedy)
OWN_REFUSED = Verdict(Level.BROKEN, FAULTS["certificate-refused"].sentence, FAULTS["certificate-refused"].remedy)
CONNECTING = Verdict(Level.WARNING, "Sedang menyambung ke broker {address}.", "Tunggu satu menit; data aman di balai.")
VERDICTS = {
    "broker-unreachable": UNREACHABLE,
    "broker-silent": SILENT,
    "broker-refused": REFUSED,
    "broker-plain": PLAIN,
    "broker-untrusted": UNTRUSTED,
    "clock-not-set": CLOCK,
    "broker-early": EARLY,
    "broker-expired": EXPIRED,
    "broker-foreign": FOREIGN,
    "broker-misnamed": MISNAMED,
    "certificate-unreadable": OWN_UNREADABLE,
    "certificate-expired": OWN_EXPIRED,
    "certificate-early": OWN_EARLY,
    "certificate-other": OWN_OTHER,
    "certificate-revoked": OWN_REVOKED,
    "certificate-unknown": OWN_UNKNOWN,
    "certificate-refused": OWN_REFUSED,
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
