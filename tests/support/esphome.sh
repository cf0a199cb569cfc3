#!/bin/sh
# Installs ESPHome, which only validates firmware_config/esphome in tests, into a venv of its own outside the repository, and
# prints its path. Pinned in esphome.txt; about 250 MB and half a minute, once.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
pins=$(cksum <"$here/esphome.txt" | cut -d' ' -f1)
venv=${XDG_CACHE_HOME:-$HOME/.cache}/balai/esphome-$pins
if [ ! -e "$venv/installed" ]; then
    if [ "${1:-install}" = path ]; then
        echo "ESPHome is not installed: run tests/support/esphome.sh" >&2
        exit 1
    fi
    rm -rf "$venv"
    mkdir -p "$(dirname "$venv")"
    "${PYTHON:-python3}" -m venv "$venv"
    "$venv/bin/pip" install --quiet --constraint "$here/esphome.txt" esphome 1>&2
    touch "$venv/installed"
fi
echo "$venv/bin/esphome"
