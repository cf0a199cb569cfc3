"""The installer of a card: killed anywhere it goes on, and nothing is believed that was not signed.

A root in a folder, with programs that do as Debian's do; openssl is the real one. What the programs really do is tried by `make try-card`.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from provisioning.card.content import SCRIPTS, Card
from provisioning.card.first_boot.install import Fault, Installation, Machine
from provisioning.release.keys import pins_text
from tests.support.boots import tree_of
from tests.support.releases import PINS, RELEASE, STRANGER, bundle, manifest, written_fingerprint

ROOT = Path(__file__).parents[3]
HALL = "3510012001"
CONTENTS = {
    "debian/wanted": b"alsa-utils\nmosquitto\n",
    "debian/trixie/Packages": b"Package: mosquitto\n",
    "firmware_config/pi/watchdog.conf": b"[Manager]\n",
    "systemd/balai-gateway.service": b"[Unit]\n",
    "systemd/balai-lan-broker.service": b"[Unit]\n",
    "systemd/balai.sysusers": b"u balai\n",
    "systemd/balai.tmpfiles": b"d /etc/balai\n",
    "wheels/balai_gateway-0.1.0-py3-none-any.whl": b"wheel",
    "wheels/pip-26.3-py3-none-any.whl": b"wheel",
}


class Killed(BaseException):
    """The power is gone."""


class Pi(Machine):
    """A Pi in a folder, whose power goes before the program or the file that is ``left`` ones away."""

    def __init__(self, folder: Path, left: int = -1, *, openssl: bool = True) -> None:
        super().__init__(folder / "root", folder / "boot")
        self.left = left
        self.openssl = openssl
        self.installed: set[str] = set()
        self.said: list[str] = []

    def _moment(self) -> None:
        if self.left == 0:
            raise Killed
        self.left -= 1

    def run(self, *command: str, env: dict[str, str] | None = None, quiet: bool = False) -> str:
        """Do what Debian's program would do to the root."""
        self._moment()
        line = " ".join(command)
        self.said.append(line)
        if command[0] == "openssl" and not self.openssl:
            return "Verified Successfully\nPRIVATE KEY"
        if command[0] == "openssl":
            return super().run(*command, env=env, quiet=quiet)
        if " install alsa-utils mosquitto" in line:
            (self.root / "packages").write_text(f"policy {(self.root / 'usr/sbin/policy-rc.d').exists()}\n")
        if command[0] == "dpkg-query":
            return (
                "alsa-utils installed\nmosquitto installed\n" if (self.root / "packages").exists() else "alsa-utils installed\n"
            )
        if " venv " in line:
            (Path(command[-1]) / "bin").mkdir(parents=True)
        if command[:2] == ("systemctl", "enable"):
            (self.root / f"enabled-{command[2]}").touch()
        return ""

    def write(self, path: Path, content: bytes, mode: int = 0o644) -> None:
        """Write, unless the power goes."""
        self._moment()
        super().write(path, content, mode)

    def rename(self, part: Path, path: Path) -> None:
        """Rename, unless the power goes."""
        self._moment()
        super().rename(part, path)

    def settle(self) -> None:
        """Lose the power, or nothing: this folder is no card."""
        self._moment()

    def flush(self, descriptor: int) -> None:
        """Nothing, likewise: what stands before and after it are moments."""

    def link(self, path: Path, target: str) -> None:
        """Link, unless the power goes."""
        self._moment()
        super().link(path, target)

    def group(self, path: Path, name: str, mode: int) -> None:
        """Note who may read it."""
        self._moment()
        path.chmod(mode)


def card(folder: Path, release: bytes | None = None, settings: str = "") -> Path:
    """Make a card, put into a Pi that was never on."""
    boot = folder / "boot" / "balai"
    boot.mkdir(parents=True)
    (folder / "root" / "etc").mkdir(parents=True)
    (folder / "root" / "etc" / "os-release").write_text('NAME="Debian"\nVERSION_CODENAME=trixie\n')
    (boot / "7.bundle").write_bytes(release or bundle(contents=CONTENTS))
    (boot / "release-keys.toml").write_text(pins_text(PINS))
    (boot / "hall.toml").write_text(f'[hall]\nid = "{HALL}"\nname = "Balai Desa Sumberagung"\n{settings}')
    (boot / "token").write_text("kata-sekali-pakai\n")
    told = Card(HALL, "balai-x", 7, written_fingerprint(manifest(contents=CONTENTS)), "7.bundle", "0", {})
    (boot / "card.json").write_text(told.text())
    return folder


def installed(folder: Path) -> dict[str, bytes]:
    """Return what a finished installation leaves, but for the key, which is never the same."""
    files = tree_of(folder)
    assert b"PRIVATE KEY" in files["root/etc/balai/hall.key"]
    here = str(folder).encode()
    return {name: text.replace(here, b"") for name, text in files.items() if not name.endswith((".key", ".csr"))}


def test_a_pi_is_installed_from_its_card(tmp_path: Path) -> None:
    """Settings, program, units, a key of its own; the token is off the open partition, and the request for a certificate is on it."""
    pi = Pi(card(tmp_path))
    Installation(pi, pi.said.append).run()
    files = installed(tmp_path)
    assert files["root/etc/balai/enrolment-token"] == b"kata-sekali-pakai\n"
    assert ["boot/balai/token" in files, b"selesai" in files["boot/balai/status.txt"], files["root/packages"]] == [
        False,
        True,
        b"policy True\n",
    ]
    assert "root/usr/sbin/policy-rc.d" not in files
    assert (tmp_path / "root/opt/balai/venv").readlink() == Path("releases/7/venv")
    assert {name for name in files if "enabled" in name} == {"root/enabled-balai-gateway.service"}
    subject = pi.run("openssl", "req", "-in", str(tmp_path / "boot/balai/hall.csr"), "-noout", "-subject", "-verify")
    assert re.sub(r"\s", "", subject) == f"subject=CN={HALL}"
    assert (
        (tmp_path / "root/etc/balai/hall.key").stat().st_mode & 0o777,
        b"PRIVATE" in b"".join(tree_of(tmp_path / "boot").values()),
    ) == (0o640, False)


def test_killed_at_every_moment_it_goes_on_and_ends_the_same(tmp_path: Path) -> None:
    """Before each program and each file."""
    whole = Pi(card(tmp_path / "whole"), openssl=False)
    Installation(whole, whole.said.append).run()
    expected = installed(tmp_path / "whole")
    moments = -1 - whole.left
    for moment in range(moments):
        folder = card(tmp_path / str(moment))
        pi = Pi(folder, moment, openssl=False)
        with pytest.raises(Killed):
            Installation(pi, pi.said.append).run()
        last = Pi(folder, openssl=False)
        Installation(last, last.said.append).run()
        assert installed(folder) == expected, moment
    assert moments > 40


def test_a_second_installation_leaves_what_a_technician_has_changed(tmp_path: Path) -> None:
    """The settings and the key are the hall's by then."""
    pi = Pi(card(tmp_path))
    Installation(pi, pi.said.append).run()
    changed = (tmp_path / "root/etc/balai/hall.toml").read_text() + "# diubah\n"
    (tmp_path / "root/etc/balai/hall.toml").write_text(changed)
    key = (tmp_path / "root/etc/balai/hall.key").read_bytes()
    Installation(pi, pi.said.append).run()
    assert ((tmp_path / "root/etc/balai/hall.toml").read_text(), (tmp_path / "root/etc/balai/hall.key").read_bytes()) == (
        changed,
        key,
    )


def test_units_of_the_lan_are_enabled_where_there_is_one(tmp_path: Path) -> None:
    """And nowhere else."""
    pi = Pi(card(tmp_path, settings='[lan]\nhost = "0.0.0.0"\n'))
    Installation(pi, pi.said.append).run()
    assert "systemctl enable balai-lan-broker.service balai-lan-accounts.path balai-lan-settings.path" in pi.said


def test_the_system_is_told_what_the_hall_has(tmp_path: Path) -> None:
    """A low port, a printer's driver, and on the Pi's own screen whose hall it is and where its pages are."""
    settings = '[portal]\nport = 80\n[[devices]]\nid = "printer"\nkind = "escpos-usb"\n'
    pi = Pi(card(tmp_path, settings=settings))
    Installation(pi, pi.said.append).run()
    files = tree_of(tmp_path / "root" / "etc")
    assert (files["sysctl.d/90-balai.conf"], files["modules-load.d/balai.conf"]) == (
        b"net.ipv4.ip_unprivileged_port_start = 80\n",
        b"usblp\n",
    )
    assert files["issue.d/90-balai.issue"].decode().splitlines()[:2] == [
        f"Balai Desa Sumberagung  {HALL}  rilis 7",
        "Halaman: http://\\4:80/   Kesehatan: http://\\4:80/kesehatan",
    ]


def _flipped(content: bytes, of: bytes) -> bytes:
    place = content.rindex(of)
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


@pytest.mark.parametrize(
    ("release", "said"),
    [
        (bundle(STRANGER, CONTENTS), "tidak ditandatangani kabupaten"),
        (bundle(RELEASE, CONTENTS, number=8), "bukan yang dicatat card.json"),
        (_flipped(bundle(contents=CONTENTS), b"[Manager]"), "watchdog.conf di rilis rusak"),
        (bundle(contents=CONTENTS)[:-4096], "tidak ada"),
        (b"kosong", "Langkah 1"),
    ],
)
def test_a_release_that_is_not_as_it_was_signed_is_not_unpacked(tmp_path: Path, release: bytes, said: str) -> None:
    """The screen and the card say so; nothing of it runs."""
    pi = Pi(card(tmp_path, release))
    with pytest.raises(Fault):
        Installation(pi, pi.said.append).run()
    status = (tmp_path / "boot/balai/status.txt").read_text()
    assert (said in status, "gagal" in status, (tmp_path / "root/opt/balai/releases/7/bundle").exists()) == (True, True, False)


def test_a_card_whose_making_was_cut_off_is_not_installed(tmp_path: Path) -> None:
    """It may be half another hall's."""
    pi = Pi(card(tmp_path))
    path = tmp_path / "boot/balai/card.json"
    path.write_text(path.read_text().replace('"files": {}', '"files": {"balai/hall.toml": "00", "cmdline.txt": "00"}'))
    with pytest.raises(Fault, match=r"belum selesai dibuat \(balai/hall.toml\)"):
        Installation(pi, pi.said.append).run()


def test_a_system_for_which_there_are_no_packages_is_told(tmp_path: Path) -> None:
    """A later Raspberry Pi OS than the release knows."""
    folder = card(tmp_path)
    (folder / "root/etc/os-release").write_text("VERSION_CODENAME=forky\n")
    pi = Pi(folder)
    with pytest.raises(Fault, match="tidak memuat paket untuk forky"):
        Installation(pi, pi.said.append).run()


@pytest.mark.parametrize("sent", ["root=x systemd.run=/boot/firmware/balai/begin.sh quiet\n", "root=x quiet\n"])
def test_the_first_script_puts_the_installer_in_place(tmp_path: Path, sent: str) -> None:
    """After Imager's own script; `cmdline.txt` is as before; and it ends well, since a Pi that was sent here is switched off otherwise. Twice is once."""
    boot, units, programs = tmp_path / "boot", tmp_path / "units", tmp_path / "bin"
    for folder in (boot / "balai", units, programs):
        folder.mkdir(parents=True)
    (boot / "balai" / "balai-install.service").write_text("[Unit]\n")
    (boot / "cmdline.txt").write_text(
        "root=x systemd.run=/boot/firmware/balai/begin.sh systemd.run_success_action=reboot systemd.unit=kernel-command-line.target\n"
    )
    (boot / "firstrun.sh").write_text(f"echo imager >>{tmp_path}/said\nexit 7\n")
    (tmp_path / "sent").write_text(sent)
    (programs / "systemctl").write_text(f'#!/bin/sh\necho "$@" >>{tmp_path}/said\nexit 1\n')
    (programs / "systemctl").chmod(0o755)
    environment = {
        "BALAI_BOOT": str(boot),
        "BALAI_UNITS": str(units),
        "BALAI_CMDLINE": str(tmp_path / "sent"),
        "PATH": f"{programs}:/usr/bin:/bin",
    }
    script = ROOT / "provisioning" / "card" / "first_boot" / "begin.sh"
    for _ in range(2):
        assert subprocess.run(["sh", str(script)], env=environment, check=False).returncode == 0
    started = [] if "systemd.run" in sent else ["daemon-reload", "start --no-block balai-install.service"] * 2
    assert (tmp_path / "said").read_text().splitlines() == ["imager", *started]
    assert ((boot / "cmdline.txt").read_text(), (boot / "firstrun.sh").exists()) == ("root=x\n", False)
    assert (
        (units / "multi-user.target.wants" / "balai-install.service").resolve(),
        sorted(path.name for path in units.iterdir()),
    ) == (
        units / "balai-install.service",
        ["balai-install.service", "multi-user.target.wants"],
    )


def test_the_installer_needs_nothing_that_it_has_yet_to_install() -> None:
    """Python's own library, and nothing else."""
    tree = ast.parse((ROOT / "provisioning" / "card" / "first_boot" / "install.py").read_text())
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


def test_the_scripts_of_the_card_are_sound() -> None:
    """All that a card takes is there; the shell and systemd understand theirs."""
    folder = ROOT / "provisioning" / "card" / "first_boot"
    assert [(folder / name).is_file() for name in SCRIPTS] == [True] * len(SCRIPTS)
    machine = Machine()
    machine.run("sh", "-n", str(folder / "begin.sh"))
    unit = (folder / "balai-install.service").read_text()
    assert ("ConditionPathExists=/boot/firmware/balai/card.json" in unit, "/var/lib/balai-install/done" in unit) == (True, True)
