"""What a hall needs beside its own wheel: which Pythons, which Debian packages, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """One release of Raspberry Pi OS, 64-bit."""

    suite: str
    """Debian's name for it."""
    python: str
    """Its Python, for example ``3.11.2``."""
    platforms: tuple[str, ...]
    """Wheels that its C library can load, the best first."""
    machine: str = "aarch64"
    """As its kernel names it; ``x86_64`` where a release is tried without a Pi."""

    @property
    def environment(self) -> Mapping[str, str]:
        """What the markers of Python packages ask, as a Pi answers."""
        major, minor, _ = self.python.split(".")
        return {
            "implementation_name": "cpython",
            "implementation_version": self.python,
            "os_name": "posix",
            "platform_machine": self.machine,
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_system": "Linux",
            "platform_version": "",
            "python_full_version": self.python,
            "python_version": f"{major}.{minor}",
            "sys_platform": "linux",
        }


_OLDER = ("manylinux_2_34_aarch64", "manylinux_2_28_aarch64", "manylinux_2_17_aarch64", "manylinux2014_aarch64")
TARGETS = (Target("bookworm", "3.11.2", _OLDER), Target("trixie", "3.13.5", _OLDER))

EXTRAS = ("led",)
"""Extras of the product that a hall may need: LED boards cost 1 MB, and the technician has no network to add them."""

TOOLS = ("pip",)
"""Wheels that install the others: ``python3 -m venv --without-pip`` then needs no ``python3-venv``, which would insist on its own build of Python."""

PACKAGES: Mapping[str, str] = {
    "python3-spidev": "LED boards; PyPI has no wheel for aarch64",
    "alsa-utils": "aplay, which plays every call",
    "espeak-ng": "the voice where nobody has recorded one",
    "mosquitto": "the broker of devices on the hall's Wi-Fi",
}
"""Debian packages and what they are for. Left out: ``cage`` and ``chromium`` for a TV, which are larger than all else and the boot partition together;
``python3-lgpio``, which Debian lacks: for Python 3.11 there is a wheel, and a Trixie image brings its makers' own."""
