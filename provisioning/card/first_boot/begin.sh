#!/bin/sh
# The first thing of ours that a new card runs, once, as root, whichever way its image takes orders. It only puts the installer
# where systemd finds it at every start until it has finished; so it takes a second, and may be cut off and run again.
set -u
boot=/boot/firmware
units=/etc/systemd/system

# What Raspberry Pi Imager was asked for (user, password, SSH): its own script, which deletes itself.
if [ -f "$boot/firstrun.sh" ]; then
    sh "$boot/firstrun.sh"
    rm -f "$boot/firstrun.sh"
fi

cp "$boot/balai/balai-install.service" "$units/balai-install.service.part"
mv "$units/balai-install.service.part" "$units/balai-install.service"
mkdir -p "$units/multi-user.target.wants"
ln -sf ../balai-install.service "$units/multi-user.target.wants/balai-install.service"
sync

# From here on the usual start: what sent us here is taken out of cmdline.txt, and nothing else.
if grep -q 'systemd\.run=' "$boot/cmdline.txt"; then
    sed -e 's| systemd\.run[^ ]*||g' -e 's| systemd\.unit=kernel-command-line\.target||g' "$boot/cmdline.txt" >"$boot/cmdline.new"
    sync
    mv "$boot/cmdline.new" "$boot/cmdline.txt"
    sync
    exit 0 # systemd starts the Pi again
fi
systemctl daemon-reload
systemctl start --no-block balai-install.service
