"""S1's control: a hall whose sealing seals nothing. Started as ``python -m tests.bench.stolen_unsealed python -m gateway run ...``."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from gateway.relay import sealing
from gateway.relay.sealing import Bond


def leave_open(content: Iterable[bytes], _data_key: bytes, _bond: Bond) -> Iterator[bytes]:
    """Yield what should be sealed as it is."""
    yield b"".join(content)


if __name__ == "__main__":
    # Before anybody has taken the real ones by their names.
    for name in ("seal", "unseal"):
        setattr(sealing, name, leave_open)
    from gateway.cli import main

    sys.argv = ["gateway", *sys.argv[4:]]
    main()
