"""Tries a card's first start in a real Debian root, with no network, killed again and again: ``make try-card`` (root, mmdebstrap, a Debian mirror; minutes).

No Pi is at hand, so the release is made for this machine's processor; everything else is what a Pi gets: an image's boot partition, `provision card`, `begin.sh`,
`install.py` with the real apt, dpkg, openssl, pip and systemd's tools, then the hall itself, which must answer. Leave ROOT= to keep the root between runs.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from click.testing import CliRunner

from provisioning.cli import main as provision
from provisioning.release.archive import write_archive
from provisioning.release.debian import AptRoot, fetched, machine_mirrors, resolved
from provisioning.release.keys import pins_text
from provisioning.release.manifest import Item, Manifest, item_of
from provisioning.release.packages import index_of
from provisioning.release.wanted import EXTRAS, PACKAGES, TOOLS, Target
from provisioning.release.wheels import build_product, collect, fetch_with_pip, read_lock
from tests.support.boots import folder_of
from tests.support.releases import PINS, RELEASE

ROOT = Path(__file__).parents[2]
HALL = "3510012001"
SUITES = {"bookworm": "3.11.2", "trixie": "3.13.5"}
PLATFORMS = ("manylinux_2_34_x86_64", "manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64")
LONGEST_S = 40
"""After so many seconds at most the power goes."""
GIVEN = "python3,openssl,ca-certificates"
"""What Raspberry Pi OS Lite has beside what every Debian has."""
RELAY = """
ca_file = "/etc/balai/ca.pem"
certificate_file = "/etc/balai/hall.pem"
key_file = "/etc/balai/hall.key"
"""
"""The certificate comes later than the first start: the hall must serve without it."""
PROBE = """
import json, time, urllib.request
for _ in range(120):
    try:
        page = urllib.request.urlopen("http://127.0.0.1:8080/", timeout=5)
        print("the hall answers", page.status)
        break
    except OSError:
        time.sleep(0.5)
else:
    raise SystemExit("the hall does not answer")
"""


def make_root(place: Path, suite: str) -> None:
    """Make a Debian root without anything of ours."""
    mirror, security = machine_mirrors()
    lines = [f"deb {mirror} {suite} main", f"deb {mirror} {suite}-updates main", f"deb {security} {suite}-security main"]
    command = ["mmdebstrap", "--quiet", "--variant=important", f"--include={GIVEN}", suite, str(place), *lines]
    subprocess.run(command, check=True)


def make_bundle(work: Path, suite: str, shelf: Path) -> Path:
    """Make the release of the working folder for this machine's processor."""
    target = Target(suite, SUITES[suite], PLATFORMS, "x86_64")
    source = work / "source"
    shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns(".*", "dist", "build", "tests"))
    product = build_product(source, 1_700_000_000, work)
    lock = read_lock((ROOT / "requirements.lock").read_text())
    wheels = collect(product, EXTRAS, TOOLS, lock, target, shelf / "wheels", fetch_with_pip)
    apt = AptRoot(work / "apt", suite, machine_mirrors(), "amd64")
    locked = resolved(apt)
    places = {f"wheels/{path.name}": path for path in (product, *(wheel.path for wheel in wheels))}
    places |= {f"debian/{suite}/{path.name}": path for path in fetched(apt, locked, shelf / "debian")}
    for folder in ("firmware_config", "systemd"):
        places |= {str(path.relative_to(ROOT)): path for path in sorted((ROOT / folder).rglob("*")) if path.is_file()}
    texts = {f"debian/{suite}/Packages": index_of(locked), "debian/wanted": "".join(f"{name}\n" for name in PACKAGES)}
    for name, text in texts.items():
        places[name] = work / name.replace("/", "-")
        places[name].write_text(text)

    def item(name: str) -> Item:
        return item_of(name, places[name].read_bytes())

    manifest = Manifest(7, "0.1.0", "0" * 40, "2026-11-28T23:05:00Z", PINS, tuple(map(item, sorted(places))))
    path = work / "balai-0.1.0-7.bundle"
    with path.open("wb") as out:
        write_archive(out, manifest, RELEASE, lambda one: places[one.path].open("rb"))
    return path


def make_card(work: Path, boot: Path, bundle: Path) -> None:
    """Make the card as a technician does."""
    fleet = work / "fleet"
    words = (
        (
            "fleet",
            "init",
            str(fleet),
            "--regency",
            "Kabupaten Banyuwangi",
            "--code",
            "3510",
            "--broker",
            "mqtts://broker.example:8883",
        ),
        ("hall", "add", HALL, "--name", "Balai Desa Sumberagung", "--fleet", str(fleet)),
        (
            "card",
            "--hall",
            HALL,
            "--boot",
            str(boot),
            "--bundle",
            str(bundle),
            "--fleet",
            str(fleet),
            "--papers",
            str(work / "posters"),
        ),
    )
    told = ""
    for command in words:
        if command[0] == "card":
            (fleet / "release-keys.toml").write_text(pins_text(PINS))
            shutil.copy("/etc/ssl/certs/ca-certificates.crt", fleet / "ca.pem")
            with (fleet / "fleet.toml").open("a") as file:
                file.write(RELAY)
        done = CliRunner().invoke(provision, command)
        told = done.output
        if done.exit_code:
            raise SystemExit(told)
    print(told)


def inside(root: Path, *command: str) -> list[str]:
    """Return a command as it runs in the root with no network but its own loopback."""
    return ["unshare", "--net", "--fork", "--pid", "--kill-child", f"--mount-proc={root}/proc", "chroot", str(root), *command]


def kill_while(root: Path, seed: int, kills: int) -> int:
    """Start the installer again and again, and kill it with all its children; return how often it had to be."""
    randomness = random.Random(seed)
    killed = 0
    for _ in range(kills):
        run = subprocess.Popen(inside(root, "python3", "/boot/firmware/balai/install.py"), start_new_session=True)
        try:
            run.wait(randomness.uniform(0.3, LONGEST_S))
        except subprocess.TimeoutExpired:
            os.killpg(run.pid, signal.SIGKILL)
            run.wait()
            killed += 1
            print("killed at:", (root / "boot" / "firmware" / "balai" / "status.txt").read_text().strip(), flush=True)
        if (root / "var/lib/balai-install/done").exists():
            break
    return killed


def judge(root: Path) -> None:
    """Finish the installation and ask the hall for a page."""
    begun = time.monotonic()
    subprocess.run(inside(root, "python3", "/boot/firmware/balai/install.py"), check=True)
    print(f"the last run took {time.monotonic() - begun:.1f} s")
    boot = root / "boot/firmware/balai"
    facts = {
        "done": (root / "var/lib/balai-install/done").exists(),
        "token off the card": not (boot / "token").exists(),
        "request on the card": (boot / "hall.csr").exists(),
        "no key on the card": not any(b"PRIVATE KEY" in path.read_bytes() for path in boot.iterdir() if path.suffix != ".bundle"),
        "unit enabled": (root / "etc/systemd/system/multi-user.target.wants/balai-gateway.service").is_symlink(),
        "no policy left": not (root / "usr/sbin/policy-rc.d").exists(),
        "dpkg whole": not subprocess.run(inside(root, "dpkg", "--audit"), check=True, capture_output=True, text=True).stdout,
    }
    print("\n".join(f"{name}: {held}" for name, held in facts.items()))
    (root / "probe.py").write_text(PROBE)
    script = (
        "ip link set lo up; mkdir -p /run/balai; chown balai /run/balai; cd /run/balai;"
        "runuser -u balai -- /opt/balai/venv/bin/gateway run --config /etc/balai/hall.toml & python3 /probe.py"
    )
    answered = subprocess.run(inside(root, "sh", "-c", script), check=False).returncode == 0
    if not answered or not all(facts.values()):
        raise SystemExit(1)


def main() -> None:
    """Try it for the suite named, or for Bookworm."""
    suite = sys.argv[1] if len(sys.argv) > 1 else "bookworm"
    seed = int(os.environ.get("SEED", "1"))
    place = Path(os.environ.get("ROOT", "/var/tmp/balai-card")) / suite
    root, work = place / "root", place / "work"
    if not (place / "made").exists():
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        make_root(place / "clean", suite)
        (place / "made").touch()
    for old in (root, work):
        shutil.rmtree(old, ignore_errors=True)
    subprocess.run(["cp", "-a", str(place / "clean"), str(root)], check=True)
    work.mkdir()
    bundle = make_bundle(work, suite, place / "shelf")
    boot = folder_of(root / "boot" / "firmware", "firstrun")
    make_card(work, boot, bundle)
    subprocess.run(inside(root, "sh", "/boot/firmware/balai/begin.sh"), check=True)
    print("cmdline.txt after begin.sh:", (boot / "cmdline.txt").read_text().strip())
    print("killed", kill_while(root, seed, int(os.environ.get("KILLS", "25"))), "times; seed", seed)
    judge(root)


if __name__ == "__main__":
    main()
