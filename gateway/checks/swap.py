"""Does what is in memory stay off the card?"""

from __future__ import annotations

from pathlib import Path

from gateway.checks.finding import Finding, Level, Verdict

GOOD = Verdict(Level.GOOD, "Isi memori balai tidak pernah ditulis ke kartu.")
ON_CARD = Verdict(
    Level.WARNING,
    "Bila memori penuh, isinya ditulis ke kartu ({device}), juga data pribadi yang sedang dibuka.",
    "Pasang balai-gateway.service yang terbaru, yang melarangnya, atau matikan swap di kartu: systemctl disable --now dphys-swapfile.",
)

SWAPS = Path("/proc/swaps")
OWN_GROUP = Path("/proc/self/cgroup")
GROUPS = Path("/sys/fs/cgroup")


def check_swap(swaps: Path = SWAPS, own_group: Path = OWN_GROUP, groups: Path = GROUPS) -> Finding:
    """Look for swap that is not compressed memory (zram), and whether the kernel keeps this hall out of it."""
    devices = [line.split()[0] for line in _read(swaps).splitlines()[1:] if line.split()]
    on_card = [device for device in devices if not Path(device).name.startswith("zram")]
    if on_card and not _is_kept_out(_read(own_group), groups):
        return Finding("swap", ON_CARD, {"device": on_card[0]})
    return Finding("swap", GOOD)


def _is_kept_out(told: str, groups: Path) -> bool:
    place = next((line.removeprefix("0::/") for line in told.splitlines() if line.startswith("0::/")), None)
    return place is not None and _read(groups / place / "memory.swap.max").strip() == "0"


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
