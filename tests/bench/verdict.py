"""How every bench speaks: figures for people, then one JSON line for programs, and an exit code.

A bench that does not hold, or whose negative control passes, ends with 1.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import NoReturn


def seed() -> int:
    """Return the seed: SEED= from the environment, else a new one, printed so that the run can be repeated."""
    return int(os.environ.get("SEED") or int.from_bytes(os.urandom(4), "big"))


def quick() -> bool:
    """Return whether QUICK=1 asks for a run within 50 s."""
    return os.environ.get("QUICK", "") not in ("", "0")


def commit() -> str:
    """Return the commit under test, with ``+`` when the tree differs from it, or ``unknown``."""
    answer = subprocess.run(
        ["git", "describe", "--always", "--dirty=+", "--abbrev=12"], capture_output=True, text=True, check=False
    )
    return answer.stdout.strip() or "unknown"


def show(**figures: object) -> None:
    """Print one line of figures as ``key=value``."""
    print("  ".join(f"{key}={_short(value)}" for key, value in figures.items()), flush=True)


def verdict(bench: str, seed: int, figure: object, goal: str, control: object, holds: bool) -> NoReturn:
    """Print the bench's last line and end the process: 0 only if the promise holds.

    ``figure`` and ``control`` are what was measured with the product and with its negative control;
    ``holds`` is true only when the product meets ``goal`` and the control does not.
    """
    line = {"bench": bench, "commit": commit(), "seed": seed, "figure": figure, "goal": goal, "control": control, "holds": holds}
    print(json.dumps(line, ensure_ascii=False, default=str), flush=True)
    sys.exit(0 if holds else 1)


def _short(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
