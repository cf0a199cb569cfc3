#!/bin/bash
# Builds the wheel, installs it with its pinned dependencies but without the development ones, and uses it once.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
.venv/bin/pip wheel --quiet --no-deps --wheel-dir dist .
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --constraint <(grep -E '^[a-z0-9-]+==' requirements.lock | sed 's/ *\\$//') dist/balai_gateway-*.whl
cd "$folder"
venv/bin/gateway --version
venv/bin/provision --help >/dev/null
printf '[hall]\nid = "3510012001"\nname = "Balai"\n[data]\ndirectory = "data"\n' >hall.toml
venv/bin/gateway check --config hall.toml
printf 739164 | venv/bin/gateway officer add Siti --pin-stdin --config hall.toml
venv/bin/python - <<'PROBE'
from importlib.resources import files

data = [str(file) for file in files("gateway").rglob("*") if file.is_file() and file.suffix not in {".py", ".pyc"}]
kinds = {name.rsplit(".", 1)[-1] for name in data}
assert {"html", "css", "js", "po", "svg"} <= kinds, kinds
print(f"package data: {len(data)} files of {', '.join(sorted(kinds))}")
PROBE
