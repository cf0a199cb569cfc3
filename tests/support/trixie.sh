#!/bin/bash
# Runs the tests of the committed state in a Debian 13 root, with Python 3.13. Needs root, mmdebstrap and a Debian mirror.
# ROOT keeps the root between runs (default /var/tmp/balai-trixie); MIRROR names another mirror; the arguments replace `make test`.
set -euo pipefail

root=${ROOT:-/var/tmp/balai-trixie}
[ "$(id -u)" = 0 ] || { echo "Run it as root: a Debian root of its own is made and entered." >&2; exit 1; }
command -v mmdebstrap >/dev/null || { echo "Install it first:  apt-get install mmdebstrap" >&2; exit 1; }
# The mirror and the ways to it (proxies, certificates, pip's registry) are this machine's own.
mirror=${MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -m1 '/debian/$')}

if [ ! -e "$root/made" ]; then
    rm -rf "$root"
    mmdebstrap --quiet --variant=minbase --include=python3-venv,make,git,ca-certificates,procps,mount trixie "$root" \
        "deb $mirror trixie main" "deb $mirror trixie-updates main"
    touch "$root/made"
fi
for file in /etc/resolv.conf /etc/hosts /etc/pip.conf /etc/ssl/certs/ca-certificates.crt; do
    if [ -e "$file" ]; then cp -L "$file" "$root$file"; fi
done
find /etc/apt/apt.conf.d -name '*proxy*' -exec cp {} "$root/etc/apt/apt.conf.d/" \;
home=$root/root
if [ -e "$HOME/.config/pip/pip.conf" ]; then install -D "$HOME/.config/pip/pip.conf" "$home/.config/pip/pip.conf"; fi

for place in proc sys dev dev/pts dev/shm; do
    mountpoint -q "$root/$place" || mount --bind "/$place" "$root/$place"
done
leave() {
    for place in dev/shm dev/pts dev sys proc; do umount "$root/$place" || umount --lazy "$root/$place"; done
}
trap leave EXIT

rm -rf "$root/srv/balai"
git clone --quiet --no-hardlinks . "$root/srv/balai"
set -- "${@:-make test}"
chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 CI="${CI:-}" \
    bash -c "cd /srv/balai && python3 --version && $*"
