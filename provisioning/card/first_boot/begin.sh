#!/bin/sh
# The first thing of ours that a new card runs, once, as root, whichever way its image takes orders. It only puts the installer
# where systemd finds it at every start until it has finished; so it takes a second, and may be cut off and run again.
set -u
boot=${BALAI_BOOT:-/boot/firmware}
units=${BALAI_UNITS:-/etc/systemd/system}
started_as=${BALAI_CMDLINE:-/proc/cmdline}

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
if grep -q 'systemd\.run' "$boot/cmdline.txt"; then
    sed -e 's| systemd\.run[^ ]*||g' -e 's| systemd\.unit=kernel-command-line\.target||g' "$boot/cmdline.txt" >"$boot/cmdline.new"
    sync
    mv "$boot/cmdline.new" "$boot/cmdline.txt"
    sync
fi
# Sent here by cmdline.txt, systemd starts the Pi again when we end well, and switches it off when we do not. Else the usual start is under way.
if ! grep -q 'systemd\.run=' "$started_as"; then
    systemctl daemon-reload
    systemctl start --no-block balai-install.service
fi
exit 0
