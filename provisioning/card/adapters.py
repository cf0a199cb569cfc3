"""How each kind of image is told to begin our installation: three formats of three years. Pure.

Each takes what is on the card and returns the files that must be otherwise. All three run the same ``begin.sh``; what others wrote (a user, a password, SSH, as
Raspberry Pi Imager asks for them) stays. Doing it twice is doing it once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import tomlkit
from tomlkit.exceptions import TOMLKitError

from gateway.errors import Refusal
from provisioning.card.image import FirstBoot

BEGIN = "/boot/firmware/balai/begin.sh"
"""Where a running Pi finds our script."""
_RUN = ("systemd.run=", "systemd.run_success_action=", "systemd.run_failure_action=", "systemd.unit=kernel-command-line.target")
VENDOR_MARK = "# balai-gateway"

Files = Mapping[str, str | None]
"""What is on the card: text by path, nothing where no file is."""


def firstrun(found: Files, _instance: str) -> dict[str, str]:
    """Let systemd run our script instead of the usual start, once; ours runs the ``firstrun.sh`` of Imager first, when there is one."""
    kept = [word for word in (found["cmdline.txt"] or "").split() if not word.startswith(_RUN)]
    run = (f"systemd.run={BEGIN}", "systemd.run_success_action=reboot", "systemd.unit=kernel-command-line.target")
    return {"cmdline.txt": " ".join((*kept, *run)) + "\n"}


def cloud_init(found: Files, instance: str) -> dict[str, str]:
    """Give the card an instance of its own, and our script as vendor data: the user data are Imager's, and count over it."""
    vendor = f"#!/bin/sh\n{VENDOR_MARK}: made by `provision card`\nexec sh {BEGIN}\n"
    there = found.get("vendor-data")
    if there and VENDOR_MARK not in there:
        raise Refusal("card-image", reason="vendor-data sudah dipakai orang lain")
    lines = [line for line in (found.get("meta-data") or "").splitlines() if not re.match(r"instance[-_]id:", line)]
    files = {"meta-data": "\n".join([*lines, f"instance-id: {instance}", ""]), "vendor-data": vendor}
    if found.get("user-data") is None:
        files["user-data"] = "#cloud-config\n"
    words = (found["cmdline.txt"] or "").split()
    named = [
        re.sub(r"(?<=;)(i|instance-id)=[^;]*", f"i={instance}", word) if word.startswith("ds=nocloud") else word for word in words
    ]
    return files | {"cmdline.txt": " ".join(named) + "\n"}


def preseed(found: Files, _instance: str) -> dict[str, str]:
    """Add our script to the early commands of ``rpi-preseed.toml``, which need neither network nor clock."""
    try:
        tree = tomlkit.parse(found.get("rpi-preseed.toml") or 'config_version = "1.0"\n')
        run = tree.setdefault("runcmd", tomlkit.table())
        early = run.setdefault("early", tomlkit.array())
        command = f"sh {BEGIN}"
        if command not in early:
            early.append(command)
    except (TOMLKitError, AttributeError, TypeError) as error:
        raise Refusal("card-image", reason="rpi-preseed.toml tidak dapat dibaca") from error
    return {"rpi-preseed.toml": tomlkit.dumps(tree)}


ADAPTERS: Mapping[FirstBoot, Callable[[Files, str], dict[str, str]]] = {
    FirstBoot.FIRSTRUN: firstrun,
    FirstBoot.CLOUD_INIT: cloud_init,
    FirstBoot.PRESEED: preseed,
}
READS = ("cmdline.txt", "meta-data", "user-data", "vendor-data", "rpi-preseed.toml")
"""What an adapter may want to know."""
