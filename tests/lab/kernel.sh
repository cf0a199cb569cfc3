#!/bin/sh
# Boots Debian's kernel in a virtual machine on this machine's own files (read-only, changes in memory) and runs tests/lab inside it: there
# the kernel's own usbhid, evdev, usblp and cdc_acm meet USB devices that dummy_hcd and configfs plug in and pull out. Needs qemu-system-x86,
# busybox-static and apt; about three minutes, since the machine is emulated. What was fetched is kept in .lab.
# Usage: tests/lab/kernel.sh PYTEST-ARGUMENTS...
set -eu
cd "$(dirname "$0")/../.."
TREE=$PWD
LAB=${LAB_FOLDER:-$TREE/.lab}
MODULES="virtio_pci 9pnet_virtio 9p overlay configfs libcomposite usb_f_hid usb_f_printer usb_f_acm usbhid hid-generic evdev usblp cdc_acm dummy_hcd"

fetch() {
    mkdir -p "$LAB/packages" "$LAB/files"
    cd "$LAB/packages"
    image=$(apt-cache depends linux-image-amd64 | sed -n 's/.*Depends: \(linux-image-[^ ]*\)/\1/p' | head -n 1)
    apt-get download --quiet "$image" udev
    for package in *.deb; do dpkg -x "$package" "$LAB/files"; done
    rm -r "$LAB/packages"
    cd "$TREE"
    busybox depmod -b "$LAB/files" "$(ls "$LAB/files/lib/modules")"
}

pack() {
    version=$(ls "$LAB/files/lib/modules")
    rm -rf "$LAB/root"
    mkdir -p "$LAB/root/bin" "$LAB/root/m"
    cp "$(command -v busybox)" "$LAB/root/bin/busybox"
    : > "$LAB/root/m/order"
    for module in $MODULES; do
        # modules.dep names what a module needs, the last to be loaded first.
        dep=$(grep -E "/$(echo "$module" | sed 's/[-_]/[-_]/g')\.ko:" "$LAB/files/lib/modules/$version/modules.dep")
        for file in $(echo "${dep#*:} " | tr ' ' '\n' | tac) "${dep%%:*}"; do
            name=$(basename "$file")
            if [ ! -e "$LAB/root/m/$name" ]; then
                cp "$LAB/files/lib/modules/$version/$file" "$LAB/root/m/$name"
                echo "$name" >> "$LAB/root/m/order"
            fi
        done
    done
    cp tests/lab/init "$LAB/root/init"
    printf 'TREE="%s"\nFILES="%s"\nCOMMAND="%s"\n' "$TREE" "$LAB/files" "${LAB_COMMAND:-.venv/bin/python -m pytest -p no:cacheprovider $*}" > "$LAB/root/settings"
    (cd "$LAB/root" && find . | busybox cpio -o -H newc 2>/dev/null | gzip -1) > "$LAB/initramfs.gz"
}

[ -d "$LAB/files/lib/modules" ] || fetch
pack "$*"
qemu-system-x86_64 -accel "${ACCEL:-tcg}" -cpu max -m 1024 -smp 2 -nographic -no-reboot -nodefaults -serial stdio \
    -kernel "$LAB"/files/boot/vmlinuz-* -initrd "$LAB/initramfs.gz" -append "console=ttyS0 quiet panic=-1" \
    -virtfs local,path=/,mount_tag=machine,security_model=none,readonly=on,multidevs=remap | tee "$LAB/said"
grep -q '^lab: 0' "$LAB/said"
