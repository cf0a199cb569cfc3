"""What a new hall begins with: lines and counters that most villages have. The hall changes them later."""

from __future__ import annotations

from gateway.tickets.model import CounterSetup, LineSetup

LINES = (
    LineSetup("administrasi", "A", "Surat dan KTP/KK", colour="#0b4f6c", icon="document"),
    LineSetup("bantuan", "B", "Bantuan sosial", colour="#1f7a4d", icon="hands"),
    LineSetup("kesehatan", "C", "Kesehatan dan posyandu", colour="#7a4a1f", icon="heart"),
    LineSetup("lainnya", "D", "Pengaduan dan lain-lain", colour="#5b3a8c", icon="speech"),
)
"""One line per purpose; letter, colour and icon each tell it apart alone."""

COUNTERS = (
    CounterSetup("1", "Loket 1", lines=("administrasi",), helps=("bantuan", "kesehatan", "lainnya")),
    CounterSetup("2", "Loket 2", lines=("bantuan", "kesehatan", "lainnya"), helps=("administrasi",)),
)
"""Two counters that help each other, so that nobody waits while a clerk is idle."""
