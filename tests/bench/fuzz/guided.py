"""The same parsers led by coverage, where atheris is installed: it has wheels for x86-64 only, so nothing depends on it.

``pip install atheris`` adds it. It ends its process by itself, so each parser has a process of its own:
``python -m tests.bench.fuzz.guided NAME SEED RUNS``.
"""

from __future__ import annotations

import importlib
import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench.verdict import quick

RUNS = 3_000 if quick() else 100_000
LIMIT_S = 600.0
PARSERS = ("batch", "receipt", "order", "intake-up", "intake-hello")


def run(chosen: int) -> dict[str, int]:
    """Lead each parser so often; return how many inputs and faults that were: no input where atheris is not installed."""
    if importlib.util.find_spec("atheris") is None:
        return {"inputs": 0, "faults": 0}
    faults = 0
    for name in PARSERS:
        arguments = [sys.executable, "-m", "tests.bench.fuzz.guided", name, str(chosen), str(RUNS)]
        ended = subprocess.run(arguments, capture_output=True, text=True, timeout=LIMIT_S, check=False)
        if ended.returncode:
            faults += 1
            print(ended.stderr[-2000:], file=sys.stderr)
    return {"inputs": RUNS * len(PARSERS), "faults": faults}


def main(name: str, chosen: str, runs: str) -> None:
    """Lead one parser; end with another code than 0 when it does what it may not."""
    atheris = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["gateway.relay", "provisioning.centre"]):
        parsers = importlib.import_module("tests.bench.fuzz.parsers").parsers
    with parsers() as all_parsers, tempfile.TemporaryDirectory(prefix="corpus-") as corpus:
        parser = next(one for one in all_parsers if one.name == name)

        for number, honest in enumerate(parser.seeds):
            (Path(corpus) / f"{number}").write_bytes(honest)

        def once(payload: bytes) -> None:
            try:
                parser.parse(payload)
            except parser.refusals:
                return

        atheris.Setup([sys.argv[0], f"-seed={chosen}", f"-runs={runs}", "-timeout=1", "-max_len=65536", corpus], once)
        atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
