"""The JSON API as its own ``openapi.json`` tells it, asked by schemathesis for everything that it might not expect.

Live streams are left out by their path: they never end, and a run that reads one to its end hangs. ``forms.run_streams`` asks for them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench.fuzz.parser import Ran

STREAMS = "/events$"
REQUEST_LIMIT_S = 10
LIMIT_S = 1800
PHASES = "examples,coverage,fuzzing,stateful"


def run(address: str, chosen: int, token: str, *, examples: int, most_s: int, phases: str = PHASES) -> Ran:
    """Ask the API at ``address`` (without a slash at its end) as an officer; return what became of it. 500 and above is a fault."""
    with tempfile.TemporaryDirectory(prefix="api-") as name:
        report = Path(name) / "report.json"
        ended = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "run", f"{address}/openapi.json", "--checks", "not_a_server_error"),
                *("--exclude-path-regex", STREAMS, "--header", f"Authorization: Bearer {token}", "--seed", str(chosen)),
                *("--max-examples", str(examples), "--max-time", str(most_s), "--request-timeout", str(REQUEST_LIMIT_S)),
                *("--phases", phases, "--continue-on-failure", "--report-json-path", str(report)),
            ],
            cwd=name,
            env={**os.environ, "NO_PROXY": "127.0.0.1", "PYTHONPATH": ""},
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
        told = json.loads(report.read_text()) if report.exists() else {}
    ran = Ran(inputs=told.get("test_cases", {}).get("generated", 0), places=told.get("operations", {}).get("tested", 0))
    if ended.returncode or not ran.inputs:
        ran.note(f"schemathesis-{ended.returncode}", f"{told.get('failures') or ended.stderr}"[:1500])
    return ran
