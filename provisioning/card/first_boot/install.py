"""Installs a hall from its card, at the Pi's first start, with no network. Started by systemd at every start until it has finished.

Each step looks at what is there and does what is missing, so that a power cut anywhere costs time and nothing else; nothing is believed before its
hash has been proven against the signed manifest. It runs before anything of ours is installed: Python's own library and Debian's programs only.
"""

from __future__ import annotations

import base64
import grp
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

BOOT, ROOT = Path("/boot/firmware"), Path("/")
PROGRAM, SETTINGS, STATE = "opt/balai", "etc/balai", "var/lib/balai-install"
ED25519_DER = bytes.fromhex("302a300506032b6570032100")
"""What stands before a public key's 32 bytes, so that openssl knows its kind."""
LAN_UNITS = ("balai-lan-broker.service", "balai-lan-accounts.path", "balai-lan-settings.path")
"""Only for a hall with devices on its Wi-Fi."""
PIECE_BYTES = 1 << 20
DRIVERS = {"escpos-usb": ("usblp",), "escpos-serial": ("cdc_acm", "ch341", "ftdi_sio", "pl2303")}
"""Kernel modules by the kind of a device: systemd lets a service open a kind of device only once its driver is there."""
FREE_PORT = 1024
"""Below it a port needs a right that the hall's service has not."""
LINES = 3
"""Of what a program says when it fails: apt names the package above the last."""
MANIFEST_LIMIT = 4 << 20


class Fault(Exception):
    """A step that could not be done; says why in words for the technician at the screen."""


class Machine:
    """The Pi's files and programs. ``root`` and ``boot`` are elsewhere in tests."""

    def __init__(self, root: Path = ROOT, boot: Path = BOOT) -> None:
        self.root = root
        self.boot = boot

    def run(self, *command: str, env: dict[str, str] | None = None, quiet: bool = False) -> str:
        """Run a program to its end and return what it says. Raises Fault."""
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C.UTF-8", **(env or {})}
            )
        except OSError as error:
            raise Fault(f"{command[0]}: {error.strerror}") from error
        if done.returncode and not quiet:
            said = [line.strip() for line in (done.stdout + done.stderr).splitlines() if line.strip()]
            raise Fault(f"{Path(command[0]).name}: {' / '.join(said[-LINES:]) or 'gagal'}")
        return done.stdout

    def write(self, path: Path, content: bytes, mode: int = 0o644) -> None:
        """Write a file so that it is as before or whole, durably."""
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.part")
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(content)
            file.flush()
            self.flush(file.fileno())
        part.replace(path)
        self.sync(path.parent)

    def link(self, path: Path, target: str) -> None:
        """Let ``path`` be a link to ``target``, at once."""
        part = path.with_name(f".{path.name}.part")
        part.unlink(missing_ok=True)
        part.symlink_to(target)
        part.replace(path)
        self.sync(path.parent)

    def rename(self, part: Path, path: Path) -> None:
        """Give a finished folder its name, after all in it is on the card."""
        self.settle()
        part.replace(path)
        self.sync(path.parent)

    def settle(self) -> None:
        """Bring everything that was written onto the card."""
        os.sync()

    def sync(self, folder: Path) -> None:
        """Bring a folder's names onto the card."""
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            self.flush(descriptor)
        finally:
            os.close(descriptor)

    def flush(self, descriptor: int) -> None:
        """Bring what was written to a file onto the card."""
        os.fsync(descriptor)

    def group(self, path: Path, name: str, mode: int) -> None:
        """Let a group read a file of root's."""
        os.chown(path, 0, grp.getgrnam(name).gr_gid)
        path.chmod(mode)


class Installation:
    """One installation; ``run`` goes through its steps and may be called again after any cut."""

    def __init__(self, machine: Machine, told: Callable[[str], object] = print) -> None:
        self.machine = machine
        self.told = told
        self.folder = machine.boot / "balai"
        self.card = json.loads((self.folder / "card.json").read_text(encoding="utf-8"))
        self.release = machine.root / PROGRAM / "releases" / str(self.card["release"])
        self.bundle = self.release / "bundle"
        self.steps: Sequence[tuple[str, Callable[[], None]]] = (
            ("memeriksa dan membongkar rilis", self.unpack),
            ("paket Debian", self.packages),
            ("pengguna dan folder", self.users),
            ("pengaturan balai", self.settings),
            ("program", self.program),
            ("layanan systemd", self.units),
            ("sistem", self.system),
            ("kunci perangkat", self.key),
            ("token pendaftaran", self.token),
            ("menyalakan balai", self.start),
        )

    def run(self) -> None:
        """Do what is missing. Raises Fault, after the card's ``status.txt`` has told it."""
        for number, (name, step) in enumerate(self.steps, 1):
            self.say(f"Langkah {number} dari {len(self.steps)}: {name} ...")
            try:
                step()
            except (Fault, OSError, ValueError, tarfile.TarError, subprocess.SubprocessError) as error:
                self.say(f"Langkah {number} dari {len(self.steps)}, {name}, gagal: {error}. Dicoba lagi sebentar lagi.")
                raise Fault(str(error)) from error
        self.machine.write(self.machine.root / STATE / "done", f"{self.card['release']}\n".encode())
        self.say(f"Pemasangan selesai: balai {self.card['hall']}, rilis {self.card['release']}.")

    def say(self, what: str) -> None:
        """Tell the screen, and whoever puts the card into a laptop."""
        self.told(f"balai: {what}")
        self.machine.write(self.folder / "status.txt", (what + "\n").encode())

    # The release

    def unpack(self) -> None:
        """Prove the signature and every hash, and unpack into a folder that gets its name when it is whole."""
        self._judge_card()
        if self.bundle.exists():
            return
        part = self.release / "bundle.part"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        with tarfile.open(self.folder / self.card["bundle"], "r:") as archive:
            head = {name: self._head(archive, name) for name in ("manifest.json", "manifest.sig")}
            self._prove(head["manifest.json"], head["manifest.sig"])
            hashes = {item["path"]: item["sha256"] for item in json.loads(head["manifest.json"])["items"]}
            for member in archive:
                self._take(archive, member, part, hashes)
        if hashes:
            raise Fault(f"rilis tidak lengkap: {min(hashes)} tidak ada")
        self.machine.rename(part, self.bundle)

    def _judge_card(self) -> None:
        """Refuse a card whose making was cut off: it may be half another hall's."""
        for name, expected in self.card["files"].items():
            path = self.machine.boot / name
            if not name.startswith("balai/") or name.endswith("/token") or path.suffix == ".bundle":
                continue  # others than us may write cmdline.txt; the token goes; the bundle is proven by its signature
            if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != expected:
                raise Fault(f"kartu ini belum selesai dibuat ({name}); jalankan provision card sekali lagi")

    def _head(self, archive: tarfile.TarFile, name: str) -> bytes:
        member = archive.next()
        file = archive.extractfile(member) if member and member.name == name and member.size <= MANIFEST_LIMIT else None
        if file is None:
            raise Fault("berkas rilis di kartu rusak; buat kartunya sekali lagi")
        return file.read()

    def _prove(self, manifest: bytes, signature: bytes) -> None:
        if hashlib.sha256(manifest).hexdigest() != self.card["fingerprint"]:
            raise Fault("rilis di kartu bukan yang dicatat card.json; buat kartunya sekali lagi")
        pins = tomllib.loads((self.folder / "release-keys.toml").read_text(encoding="utf-8"))
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            (folder / "manifest").write_bytes(manifest)
            (folder / "signature").write_bytes(signature)
            for role in ("release", "recovery"):
                key = base64.encodebytes(ED25519_DER + base64.b64decode(pins[role])).decode()
                (folder / "key").write_text(f"-----BEGIN PUBLIC KEY-----\n{key}-----END PUBLIC KEY-----\n")
                said = self.machine.run(
                    *("openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", f"{place}/key"),
                    *("-sigfile", f"{place}/signature", "-in", f"{place}/manifest"),
                    quiet=True,
                )
                if "Verified Successfully" in said:
                    return
        raise Fault("rilis tidak ditandatangani kabupaten")

    def _take(self, archive: tarfile.TarFile, member: tarfile.TarInfo, part: Path, hashes: dict[str, str]) -> None:
        if member.name in {"manifest.json", "manifest.sig"}:
            return
        file = archive.extractfile(member) if member.isreg() and member.name in hashes else None
        if file is None:
            raise Fault(f"rilis memuat yang tidak dikenal: {member.name}")
        place = part / member.name
        place.parent.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256()
        with place.open("wb") as out:
            while piece := file.read(PIECE_BYTES):
                digest.update(piece)
                out.write(piece)
        if digest.hexdigest() != hashes.pop(member.name):
            raise Fault(f"{member.name} di rilis rusak; buat kartunya sekali lagi")

    # The system

    def packages(self) -> None:
        """Install what the image lacks, from the bundle as apt's only repository. Nothing that is installed so starts by itself."""
        names = (self.bundle / "debian" / "wanted").read_text().split()
        found = self.machine.run("dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\n", *names, quiet=True)
        if set(found.splitlines()) >= {f"{name} installed" for name in names}:
            return
        release = (self.machine.root / "etc/os-release").read_text(encoding="utf-8")
        suite = next(
            (line.partition("=")[2].strip('"') for line in release.splitlines() if line.startswith("VERSION_CODENAME=")), ""
        )
        repository = self.bundle / "debian" / suite
        if not (repository / "Packages").is_file():
            raise Fault(f"rilis ini tidak memuat paket untuk {suite or 'sistem ini'}")
        sources = self.release / "sources.list"
        self.machine.write(sources, f"deb [trusted=yes] file:{repository} ./\n".encode())
        policy = self.machine.root / "usr/sbin/policy-rc.d"
        self.machine.write(policy, b"#!/bin/sh\nexit 101\n", 0o755)
        apt = (
            "-o",
            f"Dir::Etc::sourcelist={sources}",
            "-o",
            "Dir::Etc::sourceparts=-",
            "-o",
            "APT::Get::List-Cleanup=0",
            "-o",
            "APT::Sandbox::User=root",
        )
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        self.machine.run("dpkg", "--configure", "-a", env=quiet)
        self.machine.run("apt-get", *apt, "-qq", "update", env=quiet)
        self.machine.run("apt-get", *apt, "-qq", "--yes", "--no-install-recommends", "install", *names, env=quiet)
        policy.unlink(missing_ok=True)
        self.machine.run("systemctl", "disable", "mosquitto.service", quiet=True)

    def users(self) -> None:
        """Make the hall's user and its folders, as ``systemd/`` says."""
        for name in ("sysusers", "tmpfiles"):
            self._install(f"systemd/balai.{name}", f"usr/lib/{name}.d/balai.conf")
        self.machine.run("systemd-sysusers", "balai.conf")
        self.machine.run("systemd-tmpfiles", "--create", "balai.conf")

    def settings(self) -> None:
        """Put ``hall.toml`` where the hall reads it. What a technician has changed there since stays."""
        for name in ("hall.toml", "ca.pem", "release-keys.toml"):
            place, given = self.machine.root / SETTINGS / name, self.folder / name
            if given.exists() and not place.exists():
                self.machine.write(place, given.read_bytes())
        self.machine.group(self.machine.root / SETTINGS / "hall.toml", "balai", 0o640)

    def program(self) -> None:
        """Make the program's folder at its final place, then let ``/opt/balai/venv`` be it."""
        folder, program = self.release / "venv", self.machine.root / PROGRAM
        if not (self.release / "unpacked").exists():
            shutil.rmtree(folder, ignore_errors=True)
            self._wheels(folder)
            self.machine.settle()
            self.machine.write(self.release / "unpacked", b"")
        if not (self.release / "complete").exists():
            # Most of the time goes here, and this goes on where it was cut off. A file that nobody imports may be of a later Python.
            self.machine.run(str(folder / "bin" / "python"), "-m", "compileall", "-q", str(folder / "lib"), quiet=True)
            self.machine.run(str(folder / "bin" / "gateway"), "--version")
            self.machine.settle()
            self.machine.write(self.release / "complete", b"")
        self.machine.link(program / "venv", f"releases/{self.card['release']}/venv")

    def _wheels(self, folder: Path) -> None:
        """Make the folder of libraries and unpack the release's wheels into it."""
        wheels = self.bundle / "wheels"
        pip = next(iter(sorted(wheels.glob("pip-*.whl"))))
        version = next(iter(sorted(wheels.glob("balai_gateway-*.whl")))).name.split("-")[1]
        self.machine.run(sys.executable, "-m", "venv", "--without-pip", "--system-site-packages", str(folder))
        self.machine.run(
            *(
                str(folder / "bin" / "python"),
                "-m",
                "pip",
                "--isolated",
                "--disable-pip-version-check",
                "install",
                "--quiet",
                "--no-index",
            ),
            *(
                "--no-cache-dir",
                "--no-compile",
                "--ignore-installed",
                "--find-links",
                str(wheels),
                f"balai-gateway[led]=={version}",
            ),
            env={"PYTHONPATH": str(pip), "PIP_NO_INPUT": "1"},
        )

    def units(self) -> None:
        """Install the units; the hall starts by itself from the next start on."""
        for unit in sorted((self.bundle / "systemd").glob("balai-*")):
            self._install(f"systemd/{unit.name}", f"etc/systemd/system/{unit.name}")
        self._install("firmware_config/pi/watchdog.conf", "etc/systemd/system.conf.d/90-balai-watchdog.conf")
        self.machine.run("systemctl", "daemon-reload", quiet=True)
        self.machine.run("systemctl", "enable", "balai-gateway.service")
        if self._hall().get("lan", {}).get("host"):
            self.machine.run("systemctl", "enable", *LAN_UNITS)

    def system(self) -> None:
        """Let the hall have a low port, printers their drivers before they are plugged in, and the screen at the Pi say whose hall this is."""
        hall = self._hall()
        port = hall.get("portal", {}).get("port", 8080)
        drivers = sorted({driver for device in hall.get("devices", ()) for driver in DRIVERS.get(device.get("kind", ""), ())})
        texts = {
            "etc/sysctl.d/90-balai.conf": f"net.ipv4.ip_unprivileged_port_start = {port}\n" if port < FREE_PORT else "",
            "etc/modules-load.d/balai.conf": "".join(f"{driver}\n" for driver in drivers),
            "etc/issue.d/90-balai.issue": f"{hall['hall']['name']}  {self.card['hall']}  rilis {self.card['release']}\n"
            f"Halaman: http://\\4:{port}/   Kesehatan: http://\\4:{port}/kesehatan\n\n",
        }
        for place, text in texts.items():
            if text:
                self.machine.write(self.machine.root / place, text.encode())
        if texts["etc/sysctl.d/90-balai.conf"]:
            self.machine.run("sysctl", "--quiet", "--load", str(self.machine.root / "etc/sysctl.d/90-balai.conf"), quiet=True)

    def _hall(self) -> dict[str, Any]:
        return tomllib.loads((self.machine.root / SETTINGS / "hall.toml").read_text(encoding="utf-8"))

    def _install(self, name: str, place: str) -> None:
        content, path = (self.bundle / name).read_bytes(), self.machine.root / place
        if not path.exists() or path.read_bytes() != content:
            self.machine.write(path, content)

    # Who the hall is

    def key(self) -> None:
        """Make the device's own key, which never leaves it, and its request for a certificate, which lies on the card for a technician's laptop."""
        folder = self.machine.root / SETTINGS
        key, request = folder / "hall.key", folder / "hall.csr"
        if not key.exists():
            self.machine.write(
                key,
                self.machine.run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256").encode(),
                0o600,
            )
        self.machine.group(key, "balai", 0o640)
        if not request.exists():
            made = self.machine.run("openssl", "req", "-new", "-key", str(key), "-subj", f"/CN={self.card['hall']}")
            self.machine.write(request, made.encode())
        self.machine.write(self.folder / "hall.csr", request.read_bytes())

    def token(self) -> None:
        """Take the token off the partition that everybody can read: first where it is needed, then over it, then away."""
        given = self.folder / "token"
        if not given.exists():
            return
        place = self.machine.root / SETTINGS / "enrolment-token"
        content = given.read_bytes()
        if content.strip(b"\0"):
            self.machine.write(place, content, 0o600)
            with given.open("r+b") as file:
                file.write(bytes(len(content)))
                file.flush()
                self.machine.flush(file.fileno())
        given.unlink()
        self.machine.sync(self.folder)

    def start(self) -> None:
        """Start the hall now; it serves with no uplink."""
        self.machine.run("systemctl", "start", "--no-block", "balai-gateway.service", quiet=True)


def main() -> int:
    """Install; systemd tries again after a fault."""
    try:
        Installation(Machine()).run()
    except (Fault, OSError, ValueError) as error:
        print(f"balai: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
