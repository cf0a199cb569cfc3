"""The hall of ``bench-peers`` as a process of its own, so that it can be killed: a store, its uplink, and nothing else.

``python -m tests.bench.peers_hall FOLDER BROKER EVENTS SEED`` appends the events when the folder is new, says ``accepted
SECONDS``, waits for a line, drains, says ``drained SECONDS`` and waits to be ended.
"""

from __future__ import annotations

import sys
import time
from itertools import islice
from pathlib import Path

from tests.support.hall_days import hall_days, write
from tests.support.relaying import Relaying

LIMIT_S = 300.0


def main() -> None:
    """Live as the parent says."""
    folder, broker, events, number = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    is_new = not folder.exists()
    with Relaying(folder, broker, seed=number) as hall:
        told = list(islice(hall_days(number), events)) if is_new else []
        began_s = time.monotonic()
        write(hall.store, told)
        print(f"accepted {time.monotonic() - began_s}", flush=True)
        sys.stdin.readline()
        print(f"drained {hall.until(hall.drained, LIMIT_S)}", flush=True)
        sys.stdin.readline()


if __name__ == "__main__":
    main()
