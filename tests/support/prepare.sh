#!/bin/sh
# Installs the Debian packages that a task needs, if root or sudo may; else says exactly what to install.
# Usage: prepare.sh install|test|pages|lab
set -eu

missing=""
need() { # need PACKAGE TEST...: note PACKAGE as missing when TEST fails
    package=$1
    shift
    "$@" >/dev/null 2>&1 || missing="$missing $package"
}
command_of() { PATH="$PATH:/usr/sbin" command -v "$1"; }

need python3-venv "${PYTHON:-python3}" -c 'import ensurepip, venv'
if [ "${1:-install}" = test ]; then
    need mosquitto command_of mosquitto
    need nats-server command_of nats-server
    need rabbitmq-server command_of rabbitmq-server
    need chromium command_of chromium
    need chromium-driver command_of chromedriver
    need strace command_of strace
    need gcc command_of gcc
    need libc6-dev test -e /usr/include/stdio.h
    need openssl command_of openssl
    need mtools command_of mcopy
    need dosfstools command_of mkfs.vfat
    need espeak-ng command_of espeak-ng
    need alsa-utils command_of aplay
    need poppler-utils command_of pdftotext
    need postgresql ls /usr/lib/postgresql
    need swtpm command_of swtpm
    need tpm2-tools command_of tpm2_nvread
    need libtss2-tcti-swtpm0 sh -c 'ls /usr/lib/*/libtss2-tcti-swtpm.so.0'
fi

if [ "${1:-install}" = lab ]; then
    need qemu-system-x86 command_of qemu-system-x86_64
    need busybox-static command_of busybox
fi

if [ "${1:-install}" = pages ]; then
    need nginx-light command_of nginx
    need wrk command_of wrk
fi

[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ]; then as_root=""; elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then as_root="sudo"; else
    echo "Missing Debian packages:$missing" >&2
    echo "Install them as root, then try again:  apt-get install$missing" >&2
    exit 1
fi
echo "Installing Debian packages:$missing"
# A broker or a browser that is only a test's tool must not start as a service of this machine, now or at its next boot.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' | $as_root tee $policy >/dev/null
    $as_root chmod +x $policy
    trap '$as_root rm -f $policy' EXIT
fi
$as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update
# shellcheck disable=SC2086 - the list is meant to be split
$as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends $missing
if [ -d /run/systemd/system ]; then
    for package in $missing; do
        case $package in
            mosquitto | nats-server) $as_root systemctl --quiet disable "$package" ;;
            rabbitmq-server) $as_root systemctl --quiet disable rabbitmq-server epmd.socket epmd.service ;;
        esac
    done
fi
